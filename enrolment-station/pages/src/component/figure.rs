//! A picture with what was measured on it: value, limit, and what to tell the applicant.

use maud::{Markup, html};

use super::{Picture, Tag, Tone};
use crate::language::Speech;

/// One measure.
#[derive(Debug, Clone)]
pub struct Measure {
    /// What was measured.
    pub name: String,
    /// The value, from 0 to 100 as the standard counts it.
    pub value: u8,
    /// The least that passes.
    pub limit: u8,
    /// What to tell the applicant where it does not pass ("chin a little lower").
    pub advice: String,
}

impl Measure {
    fn passes(&self) -> bool {
        self.value >= self.limit
    }
}

/// A picture and its measures.
#[derive(Debug, Clone)]
pub struct Figure {
    picture: Picture,
    measures: Vec<Measure>,
}

impl Figure {
    /// A picture and its measures.
    pub fn new(picture: Picture, measures: impl IntoIterator<Item = Measure>) -> Self {
        Self {
            picture,
            measures: measures.into_iter().collect(),
        }
    }

    /// Picture and list side by side.
    pub fn show(&self, speech: Speech<'_>) -> Markup {
        html! {
            div.measured {
                figure {
                    img src=(self.picture.source) alt=(self.picture.alternative);
                    figcaption { (self.picture.caption) }
                }
                ul.measures role="list" aria-label=(speech.text("measures")) {
                    @for measure in &self.measures { (one(speech, measure)) }
                }
            }
        }
    }
}

fn one(speech: Speech<'_>, measure: &Measure) -> Markup {
    let (tone, word) = if measure.passes() {
        (Tone::Good, speech.text("measure-passes"))
    } else {
        (Tone::Attention, speech.text("measure-fails"))
    };
    let (value, limit) = (measure.value.min(100), measure.limit.min(100));
    html! {
        li.fails[!measure.passes()] {
            div.measure-head {
                span.measure-name { (measure.name) }
                (Tag::new(tone, word))
            }
            svg.meter viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
                rect.track width="100" height="8" {}
                rect.value width=(value) height="8" {}
                rect.limit x=(u16::from(limit).saturating_sub(1)) width="1" height="8" {}
            }
            p.measure-value {
                (speech.format("measure-value", &[("value", value.into()), ("limit", limit.into())]))
            }
            @if !measure.passes() { p.advice { (measure.advice) } }
        }
    }
}
