//! The four languages, and how one of them is chosen.

mod check;
mod measure;
mod moment;
mod number;
mod texts;
pub mod zone;

pub use check::{CheckError, Finding, findings};
pub use measure::measure;
pub use moment::ClockTime;
pub use texts::{Id, Source, Speech, Texts, TextsError, Value};

use serde::{Deserialize, Serialize};

/// Longest `Accept-Language` that is read, in bytes; browsers send a few dozen.
const MAX_HEADER: usize = 256;

/// A language that every page speaks.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// French, where nothing else is asked for.
    #[default]
    Fr,
    /// German.
    De,
    /// Luxembourgish.
    Lb,
    /// English.
    En,
}

impl Language {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Fr, Self::De, Self::Lb, Self::En];

    /// The primary subtag of BCP 47, as in the `lang` attribute.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::De => "de",
            Self::Lb => "lb",
            Self::En => "en",
        }
    }

    /// The language's own name for itself, which is the same on every page.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fr => "Français",
            Self::De => "Deutsch",
            Self::Lb => "Lëtzebuergesch",
            Self::En => "English",
        }
    }

    /// The language of a tag such as `de` or `de-LU`.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split('-').next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The first language of an `Accept-Language` header (RFC 9110 §12.5.4) that we speak, by its weight.
    pub fn negotiate(header: &str) -> Option<Self> {
        if header.len() > MAX_HEADER {
            return None;
        }
        let mut wanted: Vec<(u32, Self)> = header
            .split(',')
            .filter_map(|part| {
                let (tag, weight) = part.split_once(';').unwrap_or((part, ""));
                Some((thousandths(weight), Self::from_tag(tag)?))
            })
            .filter(|(weight, _)| *weight > 0)
            .collect();
        // The sort is stable: of equal weights, the first named is preferred.
        wanted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
        wanted.first().map(|(_, language)| *language)
    }
}

/// `q=0.8` in thousandths; one where nothing is said, zero where nonsense is.
fn thousandths(weight: &str) -> u32 {
    let Some(value) = weight.trim().strip_prefix("q=") else {
        return 1000;
    };
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let digits = format!("{whole}{fraction:0<3}");
    match digits.parse::<u32>() {
        Ok(weight) if digits.len() == 4 => weight.min(1000),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_language_that_we_speak_is_chosen() {
        let chosen = |header| Language::negotiate(header);
        assert_eq!(chosen("pt-PT,lb;q=0.9,fr;q=0.8"), Some(Language::Lb));
        assert_eq!(chosen("fr;q=0.3, en-GB;q=0.7, *;q=0.1"), Some(Language::En));
        assert_eq!(chosen("DE-lu"), Some(Language::De));
        assert_eq!(chosen("de;q=0"), None);
        assert_eq!(chosen("de;q=abc, fr;q=0.1"), Some(Language::Fr));
        assert_eq!(chosen(""), None);
        assert_eq!(
            chosen(&"de,".repeat(200)),
            None,
            "too long to be a browser's"
        );
    }
}
