//! One card: as it was to be printed beside what the exit camera saw, and the form of its verdict.

use axum::extract::{Path, State};
use maud::{Markup, html};
use pages::{
    Id, Speech, assets,
    component::{
        Button, ButtonBar, Choice, Compare, Errors, Form, Notification, Picture as Shown, Tone,
        Values,
    },
    http::Problem,
};
use personalisation_core::quality::{Look, Standing};
use personalisation_store::quality::{Card, Picture};

use super::{
    Bar, Named, Seen,
    checklist::{ACCEPT, POINTS, REJECT, reasons},
    id, look, path, reading, scan,
};
use crate::console::{
    Desk,
    permissions::Staffer,
    quality::words,
    view::{page, segment},
};

pub(super) async fn show(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path((order, attempt)): Named,
) -> Result<Markup, Problem> {
    let card = id((&order, &attempt))?;
    let seen = reading("inspect-card", card).run(&desk, &staffer, look(&desk, &staffer, card));
    let (values, errors) = (Values::default(), Errors::new());
    Ok(render(&staffer, &seen.await?, &values, &errors))
}

/// A card with what was ticked before, and what is wrong with that.
pub(super) fn render(staffer: &Staffer, seen: &Seen, values: &Values, errors: &Errors) -> Markup {
    let speech = staffer.visit.speech();
    let (card, body) = match seen {
        Seen::Waits(card, look, bar) => (card, waits(staffer, (card, *look, *bar), values, errors)),
        Seen::Inside(card) => (card, inside(speech, card)),
        Seen::Done(card) => (card, done(speech, card)),
        Seen::Refused(card) => (card, refused(speech)),
    };
    let body = html! {
        (body)
        @if !matches!(seen, Seen::Waits(..)) {
            p { a href="/quality/inspect" data-focus { (speech.text("inspect-next")) } }
        }
        (Form::new(&staffer.visit, &Values::default(), &Errors::new()).wrap_scans(scan::FIND, "card"))
    };
    let title = speech.format("inspect-card", &[("number", card.number.as_str().into())]);
    page(staffer, "/quality/inspect", title)
        .above(card.machine.as_str())
        .failed(!errors.is_empty())
        .script(assets::KEYS.href())
        .body(body)
        .render()
}

fn done(speech: Speech<'_>, card: &Card) -> Markup {
    let (tone, text) = match card.known.standing() {
        Standing::Failed => (Tone::Bad, Id("inspect-is-failed")),
        Standing::Passed | Standing::Waits(_) => (Tone::Good, Id("inspect-is-passed")),
    };
    html! { (Notification::new(tone, speech.text(text))) }
}

fn inside(speech: Speech<'_>, card: &Card) -> Markup {
    let machine = [("machine", card.machine.as_str().into())];
    let text = speech.format("inspect-still-inside", &machine);
    html! { (Notification::new(Tone::Attention, text).urgent()) }
}

/// Why somebody else has to look.
fn refused(speech: Speech<'_>) -> Markup {
    html! { (Notification::new(Tone::Bad, speech.text("inspect-made-it")).urgent()) }
}

/// Why a card cannot pass, and what to do about it.
fn barred(speech: Speech<'_>, card: &Card, bar: Bar) -> Markup {
    if bar == Bar::NoPictures {
        let text = speech.text("inspect-no-pictures");
        return html! { (Notification::new(Tone::Bad, text).urgent()) };
    }
    let machine = [("machine", card.machine.as_str().into())];
    let text = speech.format("inspect-maker-unknown", &machine);
    let href = format!("/floor/{}/sign-on", segment(&card.machine));
    html! {
        (Notification::new(Tone::Bad, text).urgent())
        p { (speech.text("inspect-reject-only")) " "
            a href=(href) { (speech.format("sign-on-link", &machine)) } }
    }
}

fn pictures(speech: Speech<'_>, card: &Card) -> Compare {
    let shown = [
        (Picture::FrontOrdered, Id("inspect-front-ordered")),
        (Picture::FrontSeen, Id("inspect-front-seen")),
        (Picture::BackOrdered, Id("inspect-back-ordered")),
        (Picture::BackSeen, Id("inspect-back-seen")),
    ];
    Compare::new(shown.map(|(picture, text)| Shown {
        source: format!("{}/{}", path(card.id), picture.name()),
        alternative: speech.text(text),
        caption: speech.text(text),
    }))
}

fn waits(
    staffer: &Staffer,
    (card, look, bar): (&Card, Look, Option<Bar>),
    values: &Values,
    errors: &Errors,
) -> Markup {
    let speech = staffer.visit.speech();
    let about = match look {
        Look::FirstArticle => Id("inspect-about-first-article"),
        Look::Rejection => Id("inspect-about-rejection"),
        Look::Sample | Look::Machine => Id("inspect-about-sample"),
    };
    html! {
        p.lead { (speech.text(about)) }
        @if let Some(detail) = &card.detail {
            p { (speech.format("inspect-detail", &[("detail", detail.as_str().into())])) }
        }
        @match bar {
            Some(bar) => { (barred(speech, card, bar)) }
            None => { (pictures(speech, card)) }
        }
        @if is_in_hand(card, look, values) {
            (verdict(staffer, (card, look, bar), values, errors))
        } @else {
            p { (speech.text("inspect-scan-first")) }
            (scan::field(staffer, errors))
        }
    }
}

/// Whether the card in hand is this one: what was scanned says so. One that its machine rejected lies where nobody scans it, and
/// what is said of it changes nothing but the trends.
pub(super) fn is_in_hand(card: &Card, look: Look, values: &Values) -> bool {
    look == Look::Rejection || scan::is_scan_of(card, values.get("card"))
}

fn checklist(speech: Speech<'_>) -> Choice {
    let points = Choice::checkbox("check", speech.text("inspect-checklist"))
        .hint(speech.text("inspect-checklist-hint"))
        .optional()
        // Also where something was missing: the keys work on.
        .focused();
    POINTS.iter().fold(points, |points, point| {
        points.keyed(point.key, speech.text(point.text), point.key)
    })
}

/// The form of the verdict; without a way to accept where something bars the card.
fn verdict(
    staffer: &Staffer,
    (card, look, bar): (&Card, Look, Option<Bar>),
    values: &Values,
    errors: &Errors,
) -> Markup {
    let speech = staffer.visit.speech();
    let form = Form::new(&staffer.visit, values, errors);
    let (accept, reject) = match look {
        Look::Rejection => (Id("inspect-false-alarm"), Id("inspect-rightly")),
        _ => (Id("inspect-accept"), Id("inspect-reject")),
    };
    let verdict = Choice::radio("verdict", speech.text("inspect-verdict"));
    let verdict = if bar.is_none() {
        verdict.keyed("accept", speech.text(accept), ACCEPT)
    } else {
        verdict.focused()
    };
    let verdict = verdict.keyed("reject", speech.text(reject), REJECT);
    let why = Choice::checkbox("reason", speech.text("inspect-reasons")).optional();
    let why = reasons().fold(why, |why, (key, reason)| {
        why.keyed(reason.name(), speech.text(words::reason(reason)), key)
    });
    form.wrap_with_keys(
        &format!("{}/verdict", path(card.id)),
        &html! {
            input type="hidden" name="card" value=(values.get("card"));
            @if bar.is_none() { (form.choice(&checklist(speech))) }
            (form.choice(&verdict))
            (form.choice(&why))
            (ButtonBar::new(Button::primary(speech.text("inspect-decide")))
                .and(Button::secondary(speech.text("inspect-later")).href("/quality/inspect")))
        },
    )
}
