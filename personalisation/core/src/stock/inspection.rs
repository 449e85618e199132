//! Receiving a box of blanks: counted against the delivery file, some chips read, bad ones named. Nothing is taken into
//! the vault that is not accounted for by name.

use std::collections::BTreeSet;

use thiserror::Error;

use crate::chip_serial::ChipSerial;

/// What was found in a box.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BoxFindings {
    /// Blanks that were counted in it, the defective included.
    pub counted: u64,
    /// Chips of it that a reader read and found as announced.
    pub sampled: BTreeSet<ChipSerial>,
    /// Blanks that cannot be used, by serial.
    pub defective: BTreeSet<ChipSerial>,
    /// Blanks that the file names and the box lacks, by serial: known once all others were read.
    pub missing: BTreeSet<ChipSerial>,
}

/// What becomes of a box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// For the vault.
    pub good: Vec<ChipSerial>,
    /// For destruction.
    pub defective: Vec<ChipSerial>,
    /// To be looked for, and claimed from the maker.
    pub missing: Vec<ChipSerial>,
}

/// Why a box is not accepted. For the stock keeper.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum InspectionError {
    /// The count does not fit.
    #[error(
        "receiving a box: the delivery file announces {announced} blanks, {counted} were counted and {missing} named as missing; \
         count again, or read every chip and name those that are missing"
    )]
    Count {
        /// By the file.
        announced: u64,
        /// In the box.
        counted: u64,
        /// Named.
        missing: u64,
    },
    /// Another box's, or nobody's.
    #[error(
        "receiving a box: the delivery file does not name chip {0} in this box; put it aside and ask the maker"
    )]
    NotOfBox(ChipSerial),
    /// Said to be two things at once.
    #[error("receiving a box: chip {0} is named twice, and cannot be both; look again")]
    Contradiction(ChipSerial),
    /// Too few chips were read.
    #[error("receiving a box: {read} of its chips were read, {needed} are needed; read more")]
    Sample {
        /// As many.
        read: u64,
        /// At least.
        needed: u64,
    },
}

/// How many chips of a box have to be read: the square root of their number, rounded up, but not fewer than five, or
/// all of a smaller box. Defective ones do not count. Our policy, not a standard's.
pub fn sample_size(announced: u64) -> u64 {
    let root = announced.isqrt();
    let root = root + u64::from(root * root < announced);
    root.max(5).min(announced)
}

/// Judges a box that, by the delivery file, holds `announced`.
pub fn judge(
    announced: &BTreeSet<ChipSerial>,
    found: &BoxFindings,
) -> Result<Accepted, InspectionError> {
    let named = [&found.sampled, &found.defective, &found.missing];
    for (place, set) in named.iter().enumerate() {
        for chip in *set {
            if !announced.contains(chip) {
                return Err(InspectionError::NotOfBox(*chip));
            }
            if named[place + 1..].iter().any(|other| other.contains(chip)) {
                return Err(InspectionError::Contradiction(*chip));
            }
        }
    }
    let number = |set: &BTreeSet<_>| u64::try_from(set.len()).unwrap_or(u64::MAX);
    let (all, missing) = (number(announced), number(&found.missing));
    if found.counted.checked_add(missing) != Some(all) {
        return Err(InspectionError::Count {
            announced: all,
            counted: found.counted,
            missing,
        });
    }
    let usable = found.counted.saturating_sub(number(&found.defective));
    let (read, needed) = (number(&found.sampled), sample_size(all).min(usable));
    if read < needed {
        return Err(InspectionError::Sample { read, needed });
    }
    let good = announced
        .iter()
        .filter(|chip| !found.defective.contains(chip) && !found.missing.contains(chip));
    Ok(Accepted {
        good: good.copied().collect(),
        defective: found.defective.iter().copied().collect(),
        missing: found.missing.iter().copied().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chips(numbers: impl IntoIterator<Item = u8>) -> BTreeSet<ChipSerial> {
        let chip = |number| ChipSerial::from_bytes([number; 10]);
        numbers.into_iter().map(chip).collect()
    }

    #[test]
    fn samples_grow_with_the_root_of_the_box() {
        for (announced, needed) in [
            (0, 0),
            (3, 3),
            (5, 5),
            (25, 5),
            (26, 6),
            (100, 10),
            (500, 23),
        ] {
            assert_eq!(sample_size(announced), needed, "{announced}");
        }
    }

    #[test]
    fn a_box_is_accepted_when_every_blank_is_accounted_for() {
        let found = BoxFindings {
            counted: 9,
            sampled: chips(1..=5),
            defective: chips([6]),
            missing: chips([10]),
        };
        let accepted = judge(&chips(1..=10), &found).unwrap();
        assert_eq!(accepted.good.len(), 8);
        assert_eq!(accepted.defective.len(), 1);
        assert_eq!(accepted.missing.len(), 1);
    }

    #[test]
    fn one_too_few_one_too_many_strangers_and_lazy_samples_are_refused() {
        let good = BoxFindings {
            counted: 10,
            sampled: chips(1..=5),
            ..BoxFindings::default()
        };
        let announced = chips(1..=10);
        assert!(judge(&announced, &good).is_ok());
        for counted in [9, 11] {
            let found = BoxFindings {
                counted,
                ..good.clone()
            };
            let refused = judge(&announced, &found);
            assert!(matches!(refused, Err(InspectionError::Count { .. })));
        }
        let found = BoxFindings {
            sampled: chips(1..=4),
            ..good.clone()
        };
        let refused = judge(&announced, &found);
        assert_eq!(refused, Err(InspectionError::Sample { read: 4, needed: 5 }));
        let found = BoxFindings {
            defective: chips([77]),
            ..good.clone()
        };
        assert!(matches!(
            judge(&announced, &found),
            Err(InspectionError::NotOfBox(_))
        ));
        let found = BoxFindings {
            defective: chips([5]),
            ..good
        };
        assert!(matches!(
            judge(&announced, &found),
            Err(InspectionError::Contradiction(_))
        ));
    }
}
