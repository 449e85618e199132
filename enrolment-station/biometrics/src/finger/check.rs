//! The measure against limits: what is wrong with a print, what to say, and which of several tries to keep.

use super::measure::{Measure, RidgeMeasure};

/// On which side of a limit a value passes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// The value itself and more.
    AtLeast(f64),
    /// The value itself and less.
    AtMost(f64),
}

impl Limit {
    /// Whether a value passes.
    pub fn allows(self, value: f64) -> bool {
        match self {
            Self::AtLeast(least) => value >= least,
            Self::AtMost(most) => value <= most,
        }
    }
}

/// The limit of each measure; docs/finger-measure.md says why each default is what it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    limits: [Option<Limit>; Measure::ALL.len()],
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            limits: Measure::ALL.map(default_limit),
        }
    }
}

impl Limits {
    /// A measure's limit, if it has one.
    pub fn of(&self, measure: Measure) -> Option<Limit> {
        self.limits[measure as usize]
    }

    /// Sets or takes away a limit.
    pub fn set(&mut self, measure: Measure, limit: Option<Limit>) {
        self.limits[measure as usize] = limit;
    }

    /// Holds what was measured against the limits.
    pub fn judge(&self, measured: &RidgeMeasure) -> Verdict {
        Verdict {
            outcomes: Measure::ALL
                .into_iter()
                .map(|measure| {
                    let (value, limit) = (measured.value(measure), self.of(measure));
                    Outcome {
                        measure,
                        value,
                        limit,
                        passed: limit
                            .is_none_or(|limit| value.is_some_and(|value| limit.allows(value))),
                        advice: measure.advice(),
                    }
                })
                .collect(),
        }
    }
}

/// The default limit of a measure.
fn default_limit(measure: Measure) -> Option<Limit> {
    match measure {
        Measure::RidgeArea => Some(Limit::AtLeast(100.0)),
        Measure::ClearArea => Some(Limit::AtLeast(80.0)),
        Measure::Contrast => Some(Limit::AtLeast(40.0)),
        // Only ridges as dense as fingers have them are counted at all.
        Measure::RidgeFrequency => None,
        Measure::Coherence => Some(Limit::AtLeast(0.5)),
        Measure::DryShare | Measure::WetShare => Some(Limit::AtMost(0.4)),
        Measure::SmearedShare => Some(Limit::AtMost(0.2)),
        Measure::CentreOffset => Some(Limit::AtMost(4.0)),
    }
}

/// One measure's result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// Which.
    pub measure: Measure,
    /// Value in [`Measure::unit`]; none if it could not be measured.
    pub value: Option<f64>,
    /// What it was held against.
    pub limit: Option<Limit>,
    /// Whether it keeps to the limit; what cannot be measured keeps to none.
    pub passed: bool,
    /// What to say to the applicant if it does not, as an id of the texts.
    pub advice: &'static str,
}

/// All measures' results, in the order of [`Measure::ALL`].
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Each measure's.
    pub outcomes: Vec<Outcome>,
}

impl Verdict {
    /// Whether every measure keeps to its limit.
    pub fn passed(&self) -> bool {
        self.outcomes.iter().all(|outcome| outcome.passed)
    }

    /// The one thing to say: a wet, dry or moved finger shows little area too, so causes come before what follows from
    /// them.
    pub fn advice(&self) -> Option<&'static str> {
        const CAUSES: [Measure; 9] = [
            Measure::WetShare,
            Measure::DryShare,
            Measure::SmearedShare,
            Measure::CentreOffset,
            Measure::RidgeArea,
            Measure::ClearArea,
            Measure::Contrast,
            Measure::RidgeFrequency,
            Measure::Coherence,
        ];
        let failed = |measure: &Measure| {
            let mut outcomes = self.outcomes.iter();
            outcomes.any(|outcome| {
                outcome.measure == *measure && !outcome.passed && outcome.value.is_some()
            })
        };
        CAUSES
            .into_iter()
            .find(failed)
            .map(Measure::advice)
            .or_else(|| (!self.passed()).then(|| Measure::RidgeArea.advice()))
    }
}

/// Which of several tries of a finger to keep: one that passes before one that does not, then the one with the largest
/// clear area; the earlier of equals. None of none.
pub fn best(tries: &[RidgeMeasure], limits: &Limits) -> Option<usize> {
    let rank = |index: &usize| {
        let one = &tries[*index];
        (limits.judge(one).passed(), one.clear_area)
    };
    (0..tries.len()).rev().max_by(|a, b| {
        let ((passed, area), (other_passed, other_area)) = (rank(a), rank(b));
        passed.cmp(&other_passed).then(area.total_cmp(&other_area))
    })
}
