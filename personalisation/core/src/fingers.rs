//! Which fingers a card must have: one of each hand, or the reason why not.

use std::fmt;

use icao9303::lds::Finger;
use thiserror::Error;

use crate::{
    age::Ages,
    rules::{Duty, Rules},
};

/// A hand of the holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hand {
    /// The right one.
    Right,
    /// The left one.
    Left,
}

/// Why a hand gives no finger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MissingReason {
    /// An injury that will heal: the card is valid for at most twelve months.
    Temporary,
    /// There is none.
    Permanent,
    /// The holder is too young.
    Exempt,
}

/// Fingers that do not suffice. For the operator.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum FingersError {
    /// A hand is exempt whose owner is old enough.
    #[error(
        "the {hand} hand cannot be exempt: fingers are obligatory from {from} years on; capture one or give another reason"
    )]
    Exempt {
        /// Which.
        hand: Hand,
        /// From this age on, in years.
        from: i32,
    },
    /// Little fingers are not used.
    #[error(
        "the little finger of the {0} hand is not used; give index, thumb, middle or ring finger"
    )]
    Little(Hand),
    /// A hand without finger and reason.
    #[error("the {0} hand has neither a finger nor a reason why not; give one of them")]
    Missing(Hand),
    /// A hand with a finger and a reason why there is none, or with two reasons.
    #[error("the {0} hand has a finger and a reason why not, or two reasons; drop one")]
    Superfluous(Hand),
    /// A finger of a child of whom none are taken.
    #[error(
        "the {0} hand has a finger, but the holder is too young to give any; leave it out and give exempt"
    )]
    TooYoung(Hand),
    /// Two fingers of one hand.
    #[error("the {0} hand has more than one finger; keep the best")]
    Several(Hand),
}

/// The hand of a finger.
pub const fn hand(finger: Finger) -> Hand {
    match finger {
        Finger::RightThumb
        | Finger::RightIndex
        | Finger::RightMiddle
        | Finger::RightRing
        | Finger::RightLittle => Hand::Right,
        Finger::LeftThumb
        | Finger::LeftIndex
        | Finger::LeftMiddle
        | Finger::LeftRing
        | Finger::LeftLittle => Hand::Left,
    }
}

/// Whether these fingers and reasons make a document for a holder of those ages (`None`: not known).
pub fn check(
    rules: &Rules,
    fingers: &[Finger],
    missing: &[(Hand, MissingReason)],
    ages: Option<Ages>,
) -> Result<(), FingersError> {
    let duty = rules.fingers(ages);
    for side in [Hand::Right, Hand::Left] {
        let given = fingers
            .iter()
            .filter(|finger| hand(**finger) == side)
            .count();
        let mut reasons = missing.iter().filter(|(hand, _)| *hand == side);
        match (given, reasons.next(), reasons.next()) {
            (_, Some(_), Some(_)) | (1.., Some(_), None) => {
                return Err(FingersError::Superfluous(side));
            }
            (0, None, _) => return Err(FingersError::Missing(side)),
            (2.., ..) => return Err(FingersError::Several(side)),
            (1, None, _) if duty == Duty::Exempt => return Err(FingersError::TooYoung(side)),
            (0, Some((_, MissingReason::Exempt)), None) if duty == Duty::Obligatory => {
                let from = rules.fingers_from();
                return Err(FingersError::Exempt { hand: side, from });
            }
            _ => {}
        }
    }
    let little = fingers
        .iter()
        .find(|f| matches!(f, Finger::RightLittle | Finger::LeftLittle));
    little.map_or(Ok(()), |finger| Err(FingersError::Little(hand(*finger))))
}

impl fmt::Display for Hand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Right => "right",
            Self::Left => "left",
        })
    }
}

#[cfg(test)]
mod tests {
    use dossier::dossier::DocumentType;

    use super::{FingersError as E, Hand as H, MissingReason as R, *};
    use crate::rules::PermitPolicy;

    #[test]
    #[expect(clippy::too_many_lines, reason = "a table of hands")]
    fn one_finger_or_one_reason_a_hand() {
        let (right, left) = (Finger::RightIndex, Finger::LeftThumb);
        let adult = Some(30);
        for (fingers, missing, age, expected) in [
            (vec![right, left], vec![], adult, Ok(())),
            (vec![right], vec![(H::Left, R::Permanent)], adult, Ok(())),
            (
                vec![],
                vec![(H::Left, R::Permanent), (H::Right, R::Temporary)],
                adult,
                Ok(()),
            ),
            (
                vec![],
                vec![(H::Left, R::Exempt), (H::Right, R::Exempt)],
                Some(11),
                Ok(()),
            ),
            (
                vec![right],
                vec![(H::Left, R::Exempt)],
                Some(12),
                Err(E::Exempt {
                    hand: H::Left,
                    from: 12,
                }),
            ),
            (
                vec![right],
                vec![(H::Left, R::Exempt)],
                None,
                Err(E::Exempt {
                    hand: H::Left,
                    from: 12,
                }),
            ),
            (vec![right], vec![], adult, Err(E::Missing(H::Left))),
            (vec![left], vec![], adult, Err(E::Missing(H::Right))),
            (
                vec![right, left, Finger::LeftRing],
                vec![],
                adult,
                Err(E::Several(H::Left)),
            ),
            (
                vec![right, left],
                vec![(H::Left, R::Permanent)],
                adult,
                Err(E::Superfluous(H::Left)),
            ),
            (
                vec![left],
                vec![(H::Right, R::Permanent), (H::Right, R::Temporary)],
                adult,
                Err(E::Superfluous(H::Right)),
            ),
            (
                vec![Finger::RightLittle, left],
                vec![],
                adult,
                Err(E::Little(H::Right)),
            ),
        ] {
            let rules = Rules::of(DocumentType::IdentityCard, &PermitPolicy::default());
            let ages = age.map(|age| Ages {
                least: age,
                most: age,
            });
            assert_eq!(
                check(&rules, &fingers, &missing, ages),
                expected,
                "{fingers:?} {missing:?}"
            );
        }
    }
}
