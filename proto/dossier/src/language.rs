//! The four languages of our pages and papers.

use serde::{Deserialize, Serialize};

/// A language that we speak to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Language {
    /// French.
    Fr,
    /// German.
    De,
    /// Luxembourgish.
    Lb,
    /// English.
    En,
}

impl Language {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 4] = [Self::Fr, Self::De, Self::Lb, Self::En];

    /// The two letters of BCP 47.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::De => "de",
            Self::Lb => "lb",
            Self::En => "en",
        }
    }

    /// The language of two letters.
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }
}
