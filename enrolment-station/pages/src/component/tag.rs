//! A state in one glance: word, shape and colour.

use maud::{Markup, Render, html};

use super::symbol;

/// What a state means to the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Done, passed, delivered.
    Good,
    /// Somebody should look.
    Attention,
    /// Failed, refused, stopped.
    Bad,
    /// Worth knowing.
    Notice,
    /// Under way.
    Waiting,
    /// Neither.
    Neutral,
}

impl Tone {
    /// The class that carries its colours.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Attention => "attention",
            Self::Bad => "bad",
            Self::Notice => "notice",
            Self::Waiting => "waiting",
            Self::Neutral => "neutral",
        }
    }
}

/// A tag; its word says the state by itself.
#[derive(Debug, Clone)]
pub struct Tag {
    tone: Tone,
    word: String,
}

impl Tag {
    /// A tag.
    pub fn new(tone: Tone, word: impl Into<String>) -> Self {
        Self {
            tone,
            word: word.into(),
        }
    }
}

impl Render for Tag {
    fn render(&self) -> Markup {
        html! {
            span class={ "tag " (self.tone.class()) } { (symbol::of(self.tone)) (self.word) }
        }
    }
}
