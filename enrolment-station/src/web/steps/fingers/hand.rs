//! One hand on the page: what there is of it, and what can be done.

use dossier::dossier::{Finger, Hand};
use maud::{Markup, html};
use pages::component::{Button, Choice, Errors, Notification, Tag, Tone, Values};

use super::super::super::desk::Desk;
use super::{Typed, force, measures, missing};
use crate::capture::fingers::HandCapture;
use crate::capture::{Step, summary, words};

pub(super) fn show(desk: &Desk, name: &str, hand: Hand, typed: Typed<'_>) -> Markup {
    let speech = desk.speech();
    let capture = desk.application.hands.of(hand);
    let nothing = (Values::default(), Errors::new());
    let (values, errors) = match typed {
        Some((of, values, errors)) if of == hand => (values, errors),
        _ => (&nothing.0, &nothing.1),
    };
    html! {
        section.hand aria-labelledby={ (name) "-title" } {
            h2 id={ (name) "-title" } { (speech.text(words::hand(hand))) }
            (state(desk, name, capture))
            (scan(desk, name, hand, capture))
            @if let Some(best) = &capture.best {
                @if !best.passed() { (force::form(desk, name, values, errors)) }
            }
            (missing::form(desk, name, hand, values, errors))
        }
    }
}

/// What there is of this hand.
fn state(desk: &Desk, name: &str, capture: &HandCapture) -> Markup {
    let speech = desk.speech();
    if let Some(missing) = &capture.missing {
        let text = summary::absent(speech, missing);
        return html! { (Notification::new(Tone::Notice, text)) };
    }
    let Some(best) = &capture.best else {
        return html! { p { (Tag::new(Tone::Waiting, speech.text("fingers-none-yet"))) } };
    };
    let (tone, word) = match (best.passed(), &best.forced) {
        (true, _) => (Tone::Good, speech.text("fingers-good")),
        (false, Some(_)) => (Tone::Attention, speech.text("fingers-forced")),
        (false, None) => (Tone::Attention, speech.text("fingers-not-good")),
    };
    html! {
        div.finger {
            figure {
                img src={ (desk.href("fingers/")) (name) "/picture?" (capture.tries) }
                    alt=(speech.format("fingers-picture-alt", &[("finger", speech.text(words::finger(best.finger)).into())]));
                figcaption {
                    (speech.text(words::finger(best.finger))) " · "
                    (speech.format("fingers-tries", &[("tries", capture.tries.into())]))
                }
            }
            div {
                p { (Tag::new(tone, word)) }
                @if let Some(advice) = &best.advice {
                    p.advice { (words::advice(speech, advice)) }
                }
                (measures::show(desk, best))
            }
        }
    }
}

/// Choose a finger and capture.
fn scan(desk: &Desk, name: &str, hand: Hand, capture: &HandCapture) -> Markup {
    let speech = desk.speech();
    let chosen = capture
        .best
        .as_ref()
        .map_or(1, |best| best.finger.position() % 5);
    let index = if capture.best.is_none() { 2 } else { chosen };
    let fingers = Finger::ALL.into_iter().filter(|one| one.hand() == hand);
    let field = format!("{name}-finger");
    let value = (if index == 0 { 5 } else { index }).to_string();
    let values = Values::new([(field.clone(), value)]);
    let errors = Errors::new();
    let form = desk.form(&values, &errors);
    let mut choice = Choice::select(field, speech.text("fingers-which"));
    for finger in fingers {
        let place = (finger.position() - 1) % 5 + 1;
        choice = choice.answer(place.to_string(), speech.text(words::finger(finger)));
    }
    let again = capture.tries > 0;
    form.wrap(&desk.href(Step::Fingers.slug()), &html! {
        input type="hidden" name="hand" value=(name);
        (form.choice(&choice))
        div.acts.plain {
            (Button::secondary(if again { speech.text("fingers-again") } else { speech.text("fingers-capture") })
                .value("act", "capture"))
        }
    })
}
