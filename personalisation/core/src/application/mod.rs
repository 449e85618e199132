//! One application for one document: its states and the facts each of them carries.
//!
//! ```text
//! Held → Accepted → Verified ─ by rule ─────────────> Approved → Closed
//!                      └ refer → InReview ─ decide ───┘
//!                                  ⇅ MoreNeeded
//! every state before Closed ─ refuse → Refused, withdraw → Withdrawn (from Accepted on)
//! ```
//! The arrows are in [`moves`], who may decide in [`four_eyes`], what the database keeps in
//! [`record`].

mod check;
mod detail;
mod facts;
mod four_eyes;
mod moves;
mod notice;
pub mod record;

#[cfg(test)]
pub(crate) mod tests;

pub use check::{Check, CheckResult, Finding, Outcome, Verdict};
pub use detail::Detail;
pub use dossier::ApplicationId;
pub use facts::{
    Approval, Filing, Held, Recapture, Referral, Refusal, RefusalGround, Withdrawal,
    WithdrawalReason,
};
pub use four_eyes::{Decider, NotYours};
pub use moves::{DecisionError, IllegalMove, Step};
pub use notice::{Channel, NoticeKind};

use std::collections::BTreeSet;

/// One application and where it has got to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    id: ApplicationId,
    state: ApplicationState,
}

/// The states of an application. Each carries what is known from then on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApplicationState {
    /// Its sealed bytes are here.
    Held(Held),
    /// Opened, verified, parsed, durable.
    Accepted(Filing),
    /// Every automatic check has run.
    Verified(Filing, BTreeSet<Referral>),
    /// Waits for a person, for these reasons.
    InReview(Filing, BTreeSet<Referral>),
    /// The applicant must come again for these.
    MoreNeeded(Filing, BTreeSet<Recapture>),
    /// To be produced.
    Approved(Filing, Approval),
    /// Ended with a document in its holder's hands.
    Closed(Filing),
    /// Ended by decision.
    Refused(Filing, Refusal),
    /// Ended by the applicant, or by their death.
    Withdrawn(Filing, Withdrawal),
}

impl Application {
    /// An application whose sealed bytes are here.
    pub const fn held(id: ApplicationId, held: Held) -> Self {
        Self {
            id,
            state: ApplicationState::Held(held),
        }
    }

    /// Which one this is.
    pub const fn id(&self) -> ApplicationId {
        self.id
    }

    /// Where it has got to.
    pub const fn state(&self) -> &ApplicationState {
        &self.state
    }

    /// What was filed, once it was opened.
    pub const fn filing(&self) -> Option<&Filing> {
        self.state.filing()
    }
}

impl ApplicationState {
    /// The name in the database, in reports and in the docs.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Held(_) => "held",
            Self::Accepted(_) => "accepted",
            Self::Verified(..) => "verified",
            Self::InReview(..) => "in_review",
            Self::MoreNeeded(..) => "more_needed",
            Self::Approved(..) => "approved",
            Self::Closed(_) => "closed",
            Self::Refused(..) => "refused",
            Self::Withdrawn(..) => "withdrawn",
        }
    }

    /// Nothing follows.
    pub const fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Closed(_) | Self::Refused(..) | Self::Withdrawn(..)
        )
    }

    /// What was filed, once it was opened.
    pub const fn filing(&self) -> Option<&Filing> {
        self.parts().1
    }

    /// The sealed bytes it came as.
    pub const fn sealed(&self) -> Held {
        self.parts().0
    }

    const fn parts(&self) -> (Held, Option<&Filing>) {
        match self {
            Self::Held(held) => (*held, None),
            Self::Accepted(filing)
            | Self::Verified(filing, _)
            | Self::InReview(filing, _)
            | Self::MoreNeeded(filing, _)
            | Self::Approved(filing, _)
            | Self::Closed(filing)
            | Self::Refused(filing, _)
            | Self::Withdrawn(filing, _) => (filing.held, Some(filing)),
        }
    }
}
