//! A finger that is not good enough, and used all the same, with a reason.

use dossier::Text;
use dossier::configuration::Subject;
use dossier::dossier::Hand;
use maud::{Markup, html};
use pages::component::{Button, Errors, Input, Values};

use super::super::super::desk::Desk;
use super::opened;
use crate::capture::Step;

/// Asks why.
pub(super) fn form(desk: &Desk, name: &str, values: &Values, errors: &Errors) -> Markup {
    let speech = desk.speech();
    let form = desk.form(values, errors);
    let reason = Input::text(
        format!("{name}-reason"),
        speech.text("fingers-force-reason"),
    )
    .hint(speech.text("portrait-reason-hint"));
    let fields = form.wrap(&desk.href(Step::Fingers.slug()), &html! {
        input type="hidden" name="hand" value=(name);
        (form.input(&reason))
        div.acts.plain { (Button::secondary(speech.text("fingers-force")).value("act", "force")) }
    });
    opened(
        &speech.text("fingers-force-title"),
        &fields,
        errors,
        &format!("{name}-reason"),
    )
}

/// Takes the reason, where the configuration lets what failed be forced.
pub(super) fn take(desk: &mut Desk, name: &str, hand: Hand, values: &Values, errors: &mut Errors) {
    let field = format!("{name}-reason");
    let missing = desk.speech().text("portrait-reason-missing");
    let refused = desk.speech().text("portrait-not-forced");
    let configuration = desk.configuration.clone();
    let Some(best) = &mut desk.application.hands.of_mut(hand).best else {
        return;
    };
    let failed = best.measures.iter().filter(|one| !one.passes());
    let mut failed = failed.map(|one| &one.name).chain(&best.unmeasured);
    let may = failed.all(|name| {
        let threshold = configuration.threshold(Subject::Finger, name);
        threshold.is_none_or(|threshold| threshold.may_be_forced)
    });
    match Text::new(values.get(&field)) {
        Ok(reason) if may => best.forced = Some(reason),
        Ok(_) => errors.add(field, refused),
        Err(_) => errors.add(field, missing),
    }
}
