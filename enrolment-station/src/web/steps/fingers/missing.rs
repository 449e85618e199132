//! A hand that gives no finger: which, why, until when.

use dossier::dossier::{Finger, Hand, MissingFinger, MissingReason};
use dossier::{Day, Text};
use maud::{Markup, html};
use pages::component::{Button, Choice, Errors, Input, Values};

use super::super::super::desk::Desk;
use super::super::date;
use super::opened;
use crate::capture::{Step, words};

const REASONS: [(&str, MissingReason); 2] = [
    ("temporary", MissingReason::Temporary),
    ("permanent", MissingReason::Permanent),
];

/// Asks for it.
pub(super) fn form(
    desk: &Desk,
    name: &str,
    hand: Hand,
    values: &Values,
    errors: &Errors,
) -> Markup {
    let speech = desk.speech();
    let form = desk.form(values, errors);
    let mut which = Choice::checkbox(format!("{name}-which"), speech.text("missing-which"));
    for finger in Finger::ALL.into_iter().filter(|one| one.hand() == hand) {
        which = which.answer(
            finger.position().to_string(),
            speech.text(words::finger(finger)),
        );
    }
    let mut why = Choice::radio(format!("{name}-why"), speech.text("missing-why"));
    for (value, reason) in REASONS {
        why = why.answer(value, speech.text(words::missing(reason)));
    }
    let fields = form.wrap(&desk.href(Step::Fingers.slug()), &html! {
        input type="hidden" name="hand" value=(name);
        (form.choice(&which))
        (form.choice(&why))
        (form.input(&Input::date(format!("{name}-until"), speech.text("missing-until")).optional()
            .hint(speech.text("missing-until-hint"))))
        (form.input(&Input::text(format!("{name}-note"), speech.text("missing-note")).optional()))
        div.acts.plain { (Button::secondary(speech.text("missing-save")).value("act", "missing")) }
    });
    opened(
        &speech.text("missing-title"),
        &fields,
        errors,
        &format!("{name}-w"),
    )
}

/// What was typed, unless something is wrong with it.
pub(super) fn read(
    desk: &Desk,
    name: &str,
    hand: Hand,
    values: &Values,
    errors: &mut Errors,
) -> Option<MissingFinger> {
    let speech = desk.speech();
    let field = |end: &str| format!("{name}-{end}");
    let which = Finger::ALL.into_iter().filter(|finger| {
        finger.hand() == hand && values.has(&field("which"), &finger.position().to_string())
    });
    let which: Vec<Finger> = which.collect();
    if which.is_empty() {
        errors.add(field("which"), speech.text("missing-which-missing"));
    }
    let typed = values.get(&field("why")).to_owned();
    let reason = REASONS.iter().find(|(value, _)| *value == typed);
    let Some((_, reason)) = reason else {
        errors.add(field("why"), speech.text("missing-why-missing"));
        return None;
    };
    let mut until = None;
    if *reason == MissingReason::Temporary {
        match date(values, &field("until")) {
            Ok(Some(day)) if day > desk.today => until = Day::try_from(day).ok(),
            _ => {}
        }
        if until.is_none() {
            errors.add(field("until"), speech.text("missing-until-missing"));
        }
    }
    let note = values.get(&field("note"));
    let note = (!note.is_empty()).then(|| Text::new(note)).transpose();
    if note.is_err() {
        errors.add(field("note"), speech.text("text-too-long"));
    }
    let note = note.ok()?;
    errors.is_empty().then_some(MissingFinger {
        hand,
        reason: *reason,
        which,
        until,
        note,
    })
}
