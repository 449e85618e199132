//! Which cards a person looks at besides first articles.

use std::num::NonZeroU32;

use crate::attempt::{Attempt, AttemptState, ScrapReason};

/// How many cards a person looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampling {
    /// Every card.
    Full,
    /// One in so many, on the average.
    OneIn(NonZeroU32),
}

/// A card's draw: any 64 bits with the same chance, always the same of the same card, and known to nobody without the key that
/// it was drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw(pub u64);

impl Sampling {
    /// Whether the card of that draw is looked at. Nobody can choose it or foresee it, and everybody comes to the same answer.
    pub fn picks(self, Draw(random): Draw) -> bool {
        match self {
            Self::Full => true,
            Self::OneIn(n) => random % u64::from(n.get()) == 0,
        }
    }
}

/// Whether the remake of an attempt is looked at, whatever its draw: a person found the card before it wrong, or it was taken
/// out of the machine after it was printed, and a second document may be about.
pub fn follows_a_lost_or_bad_card(before: &Attempt) -> bool {
    let AttemptState::Scrapped(scrap) = before.state() else {
        return false;
    };
    match scrap.reason {
        ScrapReason::InspectionFailed => true,
        ScrapReason::ChipRemoved => matches!(
            *scrap.from,
            AttemptState::Printed(_) | AttemptState::QualityPassed(_)
        ),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attempt::tests::line;

    #[test]
    fn one_in_n_is_picked() {
        let n = NonZeroU32::new(20).unwrap();
        let draw = |number: u64| Draw(number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let picked = (0..20_000).filter(|number| Sampling::OneIn(n).picks(draw(*number)));
        let picked = picked.count();
        assert!((900..1_100).contains(&picked), "{picked}");
        let one = Sampling::OneIn(NonZeroU32::MIN);
        assert!((0..100).all(|number| Sampling::Full.picks(draw(number))));
        assert!((0..100).all(|number| one.picks(draw(number))));
    }

    #[test]
    fn what_follows_a_card_that_a_person_failed_or_that_was_taken_out_printed_is_looked_at() {
        for (attempt, steps) in line() {
            for reason in ScrapReason::ALL {
                let scrapped = attempt.clone().scrap(reason).unwrap();
                let expected = match reason {
                    ScrapReason::InspectionFailed => true,
                    // Bind, key, build, sign, write, lock, read back, print: from the eighth step on.
                    ScrapReason::ChipRemoved => steps >= 8,
                    _ => false,
                };
                assert_eq!(
                    follows_a_lost_or_bad_card(&scrapped),
                    expected,
                    "{scrapped:?}"
                );
            }
            assert!(!follows_a_lost_or_bad_card(&attempt));
        }
    }
}
