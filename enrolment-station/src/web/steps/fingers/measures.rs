//! What was measured of a finger, value by value against its limit.

use dossier::dossier::{Bound, Measure};
use maud::{Markup, html};
use pages::component::{Details, Tag, Tone};

use super::super::super::desk::Desk;
use crate::capture::fingers::FingerCapture;
use crate::capture::words;

/// Folded up below the picture.
pub(super) fn show(desk: &Desk, best: &FingerCapture) -> Markup {
    let speech = desk.speech();
    html! {
        (Details::new(speech.text("fingers-measures"), html! {
            ul.measures role="list" {
                @for one in &best.measures {
                    li.fails[!one.passes()] {
                        div.measure-head {
                            span.measure-name { (words::measure(speech, one.name.as_str())) }
                            (mark(desk, one))
                        }
                        p.measure-value { (held_against(desk, one)) }
                    }
                }
            }
            p.hint { (speech.text("fingers-plain-measure")) }
        }))
    }
}

fn mark(desk: &Desk, measure: &Measure) -> Tag {
    let speech = desk.speech();
    if measure.passes() {
        Tag::new(Tone::Good, speech.text("measure-passes"))
    } else {
        Tag::new(Tone::Attention, speech.text("measure-fails"))
    }
}

fn held_against(desk: &Desk, measure: &Measure) -> String {
    let speech = desk.speech();
    let value = tenths(measure.value);
    match measure.limit {
        None => value,
        Some(limit) => {
            let args = [
                ("value", value.into()),
                ("limit", tenths(limit.value).into()),
            ];
            match limit.bound {
                Bound::AtLeast => speech.format("measure-at-least", &args),
                Bound::AtMost => speech.format("measure-at-most", &args),
            }
        }
    }
}

/// Thousandths as a number with two decimals.
fn tenths(thousandths: i64) -> String {
    let hundredths = thousandths / 10;
    format!("{}.{:02}", hundredths / 100, hundredths.abs() % 100)
}
