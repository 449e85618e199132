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
use personalisation_store::{
    StoreError,
    quality::{Card, Picture},
};

use super::{
    Named, Seen,
    checklist::{ACCEPT, POINTS, REJECT, reasons},
    id, look, path, reading,
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
        Seen::Waits(card, look) => (card, waits(staffer, (card, *look), values, errors)),
        Seen::Done(card) => (card, done(speech, card)),
        Seen::Refused(card, why) => (card, refused(speech, why)),
    };
    let body = html! {
        (body)
        @if !matches!(seen, Seen::Waits(..)) {
            p { a href="/quality/inspect" data-focus { (speech.text("inspect-next")) } }
        }
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

/// Why somebody else has to look, and what to do where nobody can.
fn refused(speech: Speech<'_>, why: &StoreError) -> Markup {
    let StoreError::MakerUnknown { machine, .. } = why else {
        return html! { (Notification::new(Tone::Bad, speech.text("inspect-made-it")).urgent()) };
    };
    let href = format!("/floor/{}/sign-on", segment(machine));
    let text = speech.format(
        "inspect-maker-unknown",
        &[("machine", machine.as_str().into())],
    );
    html! {
        (Notification::new(Tone::Bad, text).urgent())
        p { a href=(href) { (speech.format("sign-on-link", &[("machine", machine.as_str().into())])) } }
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
    (card, look): (&Card, Look),
    values: &Values,
    errors: &Errors,
) -> Markup {
    let speech = staffer.visit.speech();
    let form = Form::new(&staffer.visit, values, errors);
    let points = Choice::checkbox("check", speech.text("inspect-checklist"))
        .hint(speech.text("inspect-checklist-hint"))
        .optional();
    let points = if errors.is_empty() {
        points.focused()
    } else {
        points
    };
    let points = POINTS.iter().fold(points, |points, point| {
        points.keyed(point.key, speech.text(point.text), point.key)
    });
    let (accept, reject) = match look {
        Look::Rejection => (Id("inspect-false-alarm"), Id("inspect-rightly")),
        _ => (Id("inspect-accept"), Id("inspect-reject")),
    };
    let verdict = Choice::radio("verdict", speech.text("inspect-verdict"))
        .keyed("accept", speech.text(accept), ACCEPT)
        .keyed("reject", speech.text(reject), REJECT);
    let why = Choice::checkbox("reason", speech.text("inspect-reasons")).optional();
    let why = reasons().fold(why, |why, (key, reason)| {
        why.keyed(reason.name(), speech.text(words::reason(reason)), key)
    });
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
        (pictures(speech, card))
        (form.wrap_with_keys(&format!("{}/verdict", path(card.id)), &html! {
            (form.choice(&points))
            (form.choice(&verdict))
            (form.choice(&why))
            (ButtonBar::new(Button::primary(speech.text("inspect-decide")))
                .and(Button::secondary(speech.text("inspect-later")).href("/quality/inspect")))
        }))
    }
}
