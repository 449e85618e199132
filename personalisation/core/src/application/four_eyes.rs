//! Nobody decides about what they captured: by person, whatever their role.

use std::collections::BTreeSet;

use dossier::PersonId;
use thiserror::Error;

use super::{Filing, Referral};

/// A member of staff who is about to decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decider {
    /// Who.
    pub person: PersonId,
    /// Whether they hold the role of a supervisor.
    pub supervisor: bool,
}

/// Why this person may not decide about this application. For the reviewer.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum NotYours {
    /// Captured by the same person.
    #[error(
        "deciding about an application: you captured it or stood by as second person; a colleague \
         must decide"
    )]
    Handled,
    /// For supervisors only.
    #[error(
        "deciding about an application: it was referred because of {}, which a supervisor decides; \
         pass it on", .0.name()
    )]
    Supervisor(Referral),
}

impl Decider {
    /// Whether this person may decide about what `filing` says, referred for `referrals`.
    pub fn may_decide(
        self,
        filing: &Filing,
        referrals: &BTreeSet<Referral>,
    ) -> Result<(), NotYours> {
        if filing.handled_by.contains(&self.person) {
            return Err(NotYours::Handled);
        }
        // What was forced stays forced in every state, whatever became of its referrals.
        let forced = filing.forced.then_some(&Referral::ForcedCapture);
        match referrals
            .iter()
            .find(|referral| referral.needs_supervisor())
            .or(forced)
        {
            Some(referral) if !self.supervisor => Err(NotYours::Supervisor(*referral)),
            _ => Ok(()),
        }
    }
}
