//! What the clerk is told where both hands gave one finger, and how it is used all the same.

use dossier::Text;
use maud::{Markup, html};
use pages::component::{Button, Details, Errors, Input, Notification, Tone, Values};

use super::super::super::desk::Desk;
use crate::capture::{Step, words};

const REASON: &str = "twice-reason";

/// Said above both hands; with the way on where the configuration has one.
pub(super) fn show(desk: &Desk, typed: Option<(&Values, &Errors)>) -> Markup {
    let (speech, hands) = (desk.speech(), &desk.application.hands);
    let (Some(twice), Some(right), Some(left)) =
        (&hands.twice, &hands.right.best, &hands.left.best)
    else {
        return Markup::default();
    };
    if twice.forced.is_some() {
        let said = speech.text("fingers-twice-forced");
        return html! { (Notification::new(Tone::Attention, said)) };
    }
    let names = [
        ("right", speech.text(words::finger(right.finger)).into()),
        ("left", speech.text(words::finger(left.finger)).into()),
    ];
    let said = Notification::new(Tone::Bad, speech.text("fingers-twice"))
        .more(html! { p { (speech.format("fingers-twice-advice", &names)) } })
        .urgent();
    html! {
        (said)
        @if twice.may_be_forced { (way_on(desk, typed)) }
    }
}

fn way_on(desk: &Desk, typed: Option<(&Values, &Errors)>) -> Markup {
    let speech = desk.speech();
    let nothing = (Values::default(), Errors::new());
    let (values, errors) = typed.unwrap_or((&nothing.0, &nothing.1));
    let form = desk.form(values, errors);
    let reason = Input::text(REASON, speech.text("fingers-twice-reason"))
        .hint(speech.text("portrait-reason-hint"));
    let fields = form.wrap(
        &desk.href(Step::Fingers.slug()),
        &html! {
            (form.input(&reason))
            div.acts.plain {
                (Button::secondary(speech.text("fingers-twice-force")).value("act", "twice"))
            }
        },
    );
    if typed.is_some() {
        return fields;
    }
    html! { (Details::new(speech.text("fingers-twice-title"), fields)) }
}

/// Keeps the reason, where the configuration allows it.
pub(super) fn force(desk: &mut Desk, values: &Values, errors: &mut Errors) {
    let missing = desk.speech().text("portrait-reason-missing");
    let refused = desk.speech().text("portrait-not-forced");
    let Some(twice) = &mut desk.application.hands.twice else {
        return;
    };
    match Text::new(values.get(REASON)) {
        Ok(reason) if twice.may_be_forced => twice.forced = Some(reason),
        Ok(_) => errors.add(REASON, refused),
        Err(_) => errors.add(REASON, missing),
    }
}
