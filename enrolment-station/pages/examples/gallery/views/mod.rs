//! The gallery's pages, each about somebody at work.

pub mod form;

use maud::{Markup, html};
use pages::component::{
    Button, ButtonBar, Cell, Choice, Column, Compare, Details, Errors, Figure, Form, Input,
    Irreversible, Measure, Notification, Pager, Picture, Plot, Point, SummaryList, SummaryRow,
    Table, Tag, Tile, Tiles, Tone, Values,
};
use pages::{Id, Layout, Link, Page, Speech, Visit};

/// The navigation of every page.
pub fn navigation(visit: &Visit) -> Vec<Link> {
    let links = [
        ("/", Id("gallery-nav-start")),
        ("/form", Id("gallery-nav-form")),
        ("/capture", Id("gallery-nav-capture")),
        ("/review", Id("gallery-nav-review")),
        ("/list", Id("gallery-nav-list")),
        ("/floor", Id("gallery-nav-plot")),
        ("/street", Id("gallery-nav-street")),
        ("/work", Id("gallery-nav-work")),
    ];
    let link = |(href, text): (&str, Id)| Link {
        href: href.to_owned(),
        text: visit.speech().text(text),
        current: visit.path().as_str() == href,
    };
    links.into_iter().map(link).collect()
}

fn page(visit: &Visit, title: Id) -> Page<'_> {
    Page::new(visit, visit.speech().text(title)).navigation(navigation(visit))
}

pub async fn start(visit: Visit) -> Markup {
    let speech = visit.speech();
    let tile = |name: Id, figure: u32, tag| Tile {
        name: speech.text(name),
        figure: speech.number(figure),
        tag,
        href: Some("/list".to_owned()),
    };
    let summary = SummaryList::new([
        SummaryRow {
            name: speech.text("gallery-surname"),
            value: html! { "Žukauskaitė-Müller" },
            change: Some(("/form".to_owned(), speech.text("gallery-change"))),
        },
        SummaryRow {
            name: speech.text("gallery-birth"),
            value: html! { (speech.date(time::macros::date!(1980 - 03 - 01))) },
            change: None,
        },
    ]);
    let body = html! {
        p.lead { (speech.text("gallery-lead")) }
        (Notification::new(Tone::Attention, speech.text("gallery-offline-title"))
            .more(html! { p { (speech.text("gallery-offline-more")) } }))
        (Tiles::new([
            tile(Id("gallery-waiting"), 7, None),
            tile(Id("gallery-sent"), 62_346, Some(Tag::new(Tone::Good, speech.text("gallery-saved")))),
            tile(Id("gallery-recapture"), 2, Some(Tag::new(Tone::Attention, speech.text("measure-fails")))),
        ]))
        p { (speech.format("gallery-cards", &[("count", 3.into())])) }
        (summary)
        (Details::new(speech.text("gallery-more"), html! { p { (speech.text("gallery-more-text")) } }))
        p { button.button type="button" data-print { (speech.text("gallery-print")) } }
    };
    page(&visit, Id("gallery-title"))
        .layout(Layout::Wide)
        .body(body)
        .render()
}

fn picture(speech: Speech<'_>, caption: Id) -> Picture {
    Picture {
        source: "/pictures/portrait.svg".to_owned(),
        alternative: speech.text("gallery-portrait"),
        caption: speech.text(caption),
    }
}

pub async fn capture(visit: Visit) -> Markup {
    let speech = visit.speech();
    let measure = |name: Id, advice: Id, value, limit| Measure {
        name: speech.text(name),
        value,
        limit,
        advice: speech.text(advice),
    };
    let figure = Figure::new(
        picture(speech, Id("gallery-portrait-caption")),
        [
            measure(
                Id("gallery-measure-pose"),
                Id("gallery-measure-pose-advice"),
                58,
                70,
            ),
            measure(
                Id("gallery-measure-light"),
                Id("gallery-measure-light-advice"),
                91,
                60,
            ),
            measure(
                Id("gallery-measure-eyes"),
                Id("gallery-measure-eyes-advice"),
                100,
                80,
            ),
        ],
    );
    let steps = form::steps(speech, 2);
    let bar = ButtonBar::new(Button::primary(speech.text("gallery-keep")))
        .and(Button::secondary(speech.text("gallery-again")).href("/capture"));
    page(&visit, Id("gallery-capture-title"))
        .above(steps.place(speech))
        .steps(steps.show(speech))
        .layout(Layout::Wide)
        .body(html! { (figure.show(speech)) (bar) })
        .render()
}

pub async fn review(visit: Visit) -> Markup {
    let speech = visit.speech();
    let (values, errors) = (Values::default(), Errors::new());
    let form = Form::new(&visit, &values, &errors);
    let act = Irreversible::new(
        speech.text("gallery-review-act"),
        speech.text("gallery-review-follows"),
        "/list",
    )
    .fields(form.input(&Input::lines(
        "reason",
        speech.text("gallery-review-reason"),
    )));
    let body = html! {
        (Compare::new([
            picture(speech, Id("gallery-portrait-caption")),
            picture(speech, Id("gallery-portrait-old")),
        ]))
        (act.show(&form, "/review"))
    };
    page(&visit, Id("gallery-review-title"))
        .layout(Layout::Wide)
        .body(body)
        .render()
}

pub async fn list(visit: Visit) -> Markup {
    let speech = visit.speech();
    let columns = [
        Column::words(speech.text("gallery-list-station")),
        Column::words(speech.text("gallery-list-contact")),
        Column::numbers(speech.text("gallery-list-waiting")),
        Column::words(speech.text("gallery-list-state")),
    ];
    let states = [
        ("L-0304", 0, Tone::Good, Id("gallery-state-good")),
        ("L-0105", 12, Tone::Waiting, Id("gallery-state-waiting")),
        ("L-0901", 3, Tone::Attention, Id("gallery-state-attention")),
        ("L-1203", 10_482, Tone::Bad, Id("gallery-state-bad")),
        ("L-0602", 0, Tone::Neutral, Id("gallery-state-neutral")),
        ("CTIE", 1, Tone::Notice, Id("gallery-state-notice")),
    ];
    let seen = speech.short_date(time::macros::date!(2026 - 03 - 02));
    let mut table = Table::new(speech.text("gallery-list-title"), columns).or_if_empty("");
    for (station, waiting, tone, state) in states {
        table = table.row([
            Cell::link("/list", station),
            Cell::from(&seen),
            Cell::from(speech.number(waiting)),
            Cell::of(&Tag::new(tone, speech.text(state))),
        ]);
    }
    let body = html! { (table) (Pager::new(2, 9, "/list?page=").show(speech)) };
    page(&visit, Id("gallery-list-title"))
        .layout(Layout::Wide)
        .body(body)
        .render()
}

pub async fn floor(visit: Visit) -> Markup {
    let speech = visit.speech();
    let made = [62.0, 71.0, 74.0, 68.0, 12.0, 55.0, 73.0, 72.0];
    let points = made.iter().zip(6..).map(|(value, hour)| Point {
        at: format!("{hour}:00"),
        value: *value,
    });
    let plot = Plot::new(
        speech.text("gallery-plot-made"),
        speech.text("gallery-plot-hour"),
        speech.text("gallery-plot-unit"),
        points,
    )
    .limit(70.0, speech.text("gallery-plot-limit"));
    let tile = |name: Id, figure: u32, tag| Tile {
        name: speech.text(name),
        figure: speech.number(figure),
        tag,
        href: None,
    };
    let body = html! {
        (Notification::new(Tone::Bad, speech.text("gallery-plot-act")).urgent())
        (Tiles::new([
            tile(Id("gallery-plot-made"), 487, Some(Tag::new(Tone::Good, speech.text("measure-passes")))),
            tile(Id("gallery-plot-spoiled"), 3, Some(Tag::new(Tone::Attention, speech.text("measure-fails")))),
        ]))
        (plot.show(speech))
    };
    page(&visit, Id("gallery-plot-title"))
        .layout(Layout::Floor)
        .body(body)
        .render()
}

pub async fn street(visit: Visit) -> Markup {
    let speech = visit.speech();
    let (values, errors) = (Values::default(), Errors::new());
    let form = Form::new(&visit, &values, &errors);
    let seal = Choice::radio("seal", speech.text("gallery-street-seal"))
        .answer("yes", speech.text("gallery-street-yes"))
        .answer("no", speech.text("gallery-street-no"));
    let body = html! {
        p.lead { (speech.text("gallery-street-about")) }
        (Notification::new(Tone::Waiting, speech.text("gallery-street-unsent")))
        (form.wrap("/street", &html! {
            (form.choice(&seal))
            (ButtonBar::new(Button::primary(speech.text("gallery-street-next"))))
        }))
    };
    page(&visit, Id("gallery-street-title"))
        .layout(Layout::Street)
        .body(body)
        .render()
}
