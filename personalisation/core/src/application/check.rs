//! Automatic checks of an accepted dossier: what each found, and what follows from all of them.

use std::collections::BTreeSet;

use super::{Detail, Referral};

/// An automatic check, in the order in which a reviewer reads them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// The register knows the person, and says the same.
    Register,
    /// The person lives.
    Alive,
    /// No other application or order of that person and type.
    OtherApplication,
    /// No live document but the one to be replaced.
    LiveDocument,
    /// What is said about the old document is what the register says.
    LostOrStolen,
    /// The portrait, measured again here.
    Portrait,
    /// The fingers, measured again here.
    Fingers,
    /// Two fingers are two.
    FingersDiffer,
    /// Nothing was captured against its measure.
    Capture,
    /// A second person where the rules ask for one.
    SecondPerson,
    /// A representative where the applicant is a minor.
    Representative,
    /// The fee is that of the configuration.
    Payment,
    /// Dates, age and ground go together.
    Plausibility,
    /// Both faces can be printed.
    Printing,
}

impl Check {
    /// Every check.
    pub const ALL: [Self; 14] = [
        Self::Register,
        Self::Alive,
        Self::OtherApplication,
        Self::LiveDocument,
        Self::LostOrStolen,
        Self::Portrait,
        Self::Fingers,
        Self::FingersDiffer,
        Self::Capture,
        Self::SecondPerson,
        Self::Representative,
        Self::Payment,
        Self::Plausibility,
        Self::Printing,
    ];

    /// The name in the database and in message files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Alive => "alive",
            Self::OtherApplication => "other_application",
            Self::LiveDocument => "live_document",
            Self::LostOrStolen => "lost_or_stolen",
            Self::Portrait => "portrait",
            Self::Fingers => "fingers",
            Self::FingersDiffer => "fingers_differ",
            Self::Capture => "capture",
            Self::SecondPerson => "second_person",
            Self::Representative => "representative",
            Self::Payment => "payment",
            Self::Plausibility => "plausibility",
            Self::Printing => "printing",
        }
    }
}

/// What one check says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Nothing to say.
    Passed,
    /// A person must look.
    Refer(Referral),
}

/// What one check found, for the reviewer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it says.
    pub outcome: Outcome,
    /// What it names.
    pub detail: Vec<Detail>,
}

impl Finding {
    /// Nothing to say.
    pub const fn passed() -> Self {
        Self {
            outcome: Outcome::Passed,
            detail: Vec::new(),
        }
    }

    /// A person must look, at these.
    pub const fn refer(referral: Referral, detail: Vec<Detail>) -> Self {
        Self {
            outcome: Outcome::Refer(referral),
            detail,
        }
    }
}

/// One check and its finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckResult {
    /// Which check.
    pub check: Check,
    /// What it found.
    pub finding: Finding,
}

/// What follows from all checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Why a person must look; empty where the rules may approve.
    pub referrals: BTreeSet<Referral>,
}

impl Verdict {
    /// Joins the findings; `ground_by_rule` says whether the configuration lets this ground be
    /// approved without a person. A check that did not run refers, like one that failed.
    pub fn of(results: &[CheckResult], ground_by_rule: bool) -> Self {
        let mut referrals: BTreeSet<_> = results
            .iter()
            .filter_map(|result| match result.finding.outcome {
                Outcome::Passed => None,
                Outcome::Refer(referral) => Some(referral),
            })
            .collect();
        let ran: BTreeSet<_> = results.iter().map(|result| result.check).collect();
        if !ground_by_rule || Check::ALL.iter().any(|check| !ran.contains(check)) {
            referrals.insert(Referral::ByRule);
        }
        Self { referrals }
    }
}
