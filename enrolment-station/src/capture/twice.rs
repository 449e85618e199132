//! One finger given for both hands: found while the applicant is still there.

use biometrics::finger::{SAME_FINGER, Template, given_twice};
use dossier::configuration::{Configuration, Subject, Threshold};
use dossier::dossier::{Bound, Limit, Measure};
use dossier::{Label, Text};
use serde::{Deserialize, Serialize};

use super::fingers::Hands;
use super::impression::{PPI, picture};

/// The measure's name in configurations and dossiers: how much speaks for the same finger, in thousandths of the score.
pub const MEASURE: &str = "same-finger";

/// Both hands gave fingers that look like one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Twice {
    /// The score of the comparison, in thousandths.
    pub score: i64,
    /// What it was held against.
    pub limit: Limit,
    /// Whether the configuration lets them be used all the same.
    pub may_be_forced: bool,
    /// Why they are used all the same.
    pub forced: Option<Text<1, 500>>,
}

impl Twice {
    /// As the dossier carries it beside the measures of the finger that was given last.
    pub fn measure(&self) -> Option<Measure> {
        Some(Measure {
            name: Label::new(MEASURE).ok()?,
            value: self.score,
            limit: Some(self.limit),
        })
    }
}

/// From which score on two fingers are one, and whether a clerk may say otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The highest score of two fingers.
    pub limit: Limit,
    /// Whether the clerk may go on with a reason.
    pub may_be_forced: bool,
}

impl Rule {
    /// What the centre set; without it the built-in limit, which nobody may pass over.
    pub fn of(configuration: &Configuration) -> Self {
        let label = Label::new(MEASURE).ok();
        Self::from(
            label.and_then(|label| configuration.threshold(Subject::FingerComparison, &label)),
        )
    }
}

impl From<Option<&Threshold>> for Rule {
    fn from(set: Option<&Threshold>) -> Self {
        // A limit on the other side would call every pair of different fingers one.
        match set.filter(|set| set.limit.bound == Bound::AtMost) {
            Some(set) => Self {
                limit: set.limit,
                may_be_forced: set.may_be_forced,
            },
            None => Self {
                limit: Limit {
                    bound: Bound::AtMost,
                    value: thousandths(SAME_FINGER) - 1,
                },
                may_be_forced: false,
            },
        }
    }
}

/// Compares what both hands gave; nothing where one gave none, or where they are two. Takes some 50 ms.
///
/// Prints that cannot be compared pass here: the centre refers them to a person.
pub fn found(hands: &Hands, rule: Rule) -> Option<Twice> {
    let given = |hand: &super::fingers::HandCapture| {
        let best = hand.missing.is_none().then_some(hand.best.as_ref()?)?;
        let print = picture(best.record.as_bytes()).ok()?;
        Template::of(&print, PPI).ok()
    };
    let (right, left) = (given(&hands.right)?, given(&hands.left)?);
    let twice = given_twice(&[((), &right), ((), &left)], f64::NEG_INFINITY);
    let score = thousandths(twice.first()?.2.value());
    (!rule.limit.allows(score)).then_some(Twice {
        score,
        limit: rule.limit,
        may_be_forced: rule.may_be_forced,
        forced: None,
    })
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "scores are far below the limits of the type"
)]
fn thousandths(score: f64) -> i64 {
    (score * 1000.0).round() as i64
}
