//! `[quality]` of the configuration: what the line asks people to look at.

use std::num::NonZeroU32;

use personalisation_core::quality::Sampling;
use serde::Deserialize;

/// Unless the configuration says otherwise, a person looks at one card in so many.
const ONE_IN: NonZeroU32 = NonZeroU32::new(20).unwrap();

/// `[quality]`
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QualitySection {
    /// Whether a machine waits, after a change of ribbon or template, until a person approved its first card.
    pub first_articles: bool,
    /// A person looks at one card in so many; 1: at every card.
    pub sample_one_in: NonZeroU32,
}

impl Default for QualitySection {
    fn default() -> Self {
        Self {
            first_articles: true,
            sample_one_in: ONE_IN,
        }
    }
}

impl QualitySection {
    /// Which cards a person looks at as samples.
    pub const fn sampling(&self) -> Sampling {
        Sampling::OneIn(self.sample_one_in)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_articles_are_on_unless_somebody_says_otherwise() {
        let read = |text: &str| toml::from_str::<QualitySection>(text);
        let unsaid = read("").unwrap();
        assert!(unsaid.first_articles);
        assert_eq!(unsaid.sampling(), Sampling::OneIn(ONE_IN));
        let said = read("first_articles = false\nsample_one_in = 1").unwrap();
        assert!(!said.first_articles);
        assert_eq!(said.sampling(), Sampling::OneIn(NonZeroU32::MIN));
        assert!(read("sample_one_in = 0").is_err());
    }
}
