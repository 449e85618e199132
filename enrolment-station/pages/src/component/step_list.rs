//! The steps of a task: done ones ticked and open to change, the current one said in words.

use maud::{Markup, html};

use crate::language::Speech;

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// Done; may be opened again.
    Done,
    /// Here.
    Current,
    /// Not yet.
    Ahead,
}

/// One step.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub href: String,
    /// How far it is.
    pub state: StepState,
}

/// All steps of a task.
#[derive(Debug, Clone, Default)]
pub struct StepList(Vec<Step>);

impl StepList {
    /// The steps in order.
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self(steps.into_iter().collect())
    }

    /// "Step 3 of 9", for the line above the title.
    pub fn place(&self, speech: Speech<'_>) -> String {
        let current = self
            .0
            .iter()
            .position(|step| step.state == StepState::Current);
        let step = current.map_or(self.0.len(), |place| place + 1);
        speech.format(
            "steps-place",
            &[("step", step.into()), ("steps", self.0.len().into())],
        )
    }

    /// The list. On a small screen it folds to one line that opens.
    pub fn show(&self, speech: Speech<'_>) -> Markup {
        html! {
            nav.steps aria-label=(speech.text("steps")) {
                details open {
                    summary { (speech.text("steps")) " · " (self.place(speech)) }
                    ol {
                        @for (place, step) in self.0.iter().enumerate() { (one(speech, place + 1, step)) }
                    }
                }
            }
        }
    }
}

fn one(speech: Speech<'_>, number: usize, step: &Step) -> Markup {
    html! {
        @match step.state {
            StepState::Done => {
                li.done {
                    span.bead aria-hidden="true" {
                        svg viewBox="0 0 16 16" width="16" height="16" { path d="M3.5 8.3 6.6 11.4l5.9-6.6" {} }
                    }
                    a href=(step.href) { (step.name) span.hidden { ", " (speech.text("step-done")) } }
                }
            }
            StepState::Current => {
                li.current {
                    span.bead aria-hidden="true" { (number) }
                    a href=(step.href) aria-current="step" { (step.name) }
                    span.here { (speech.text("step-current")) }
                }
            }
            StepState::Ahead => {
                li.ahead {
                    span.bead aria-hidden="true" { (number) }
                    span { (step.name) span.hidden { ", " (speech.text("step-ahead")) } }
                }
            }
        }
    }
}
