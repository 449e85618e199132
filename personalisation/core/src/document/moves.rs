//! The arrows between the states of a document. A move consumes the document; an illegal one is an error.

use std::fmt;

use dossier::PersonId;
use thiserror::Error;
use time::{Date, OffsetDateTime};

use super::{
    Active, Destroyed, Document, DocumentState as State, Expired, Report, RevocationReason,
    Revoked, Suspended, VoidReason, Voided,
};
use crate::{calendar::civil_day, stock::Signatures};

/// Working days after which a loss or theft is final (docs/document.md).
pub const WORKING_DAYS: u32 = 7;

/// A move that a document in that state cannot make, or not now, or not by that person. For whoever acts.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum IllegalDocumentMove {
    /// It is in another state.
    #[error("moving a document: {step} is not possible for one that is {from}; read it again")]
    State {
        /// Where it is.
        from: &'static str,
        /// What was wanted.
        step: DocumentStep,
    },
    /// Its last day of validity is over.
    #[error("activating a document: its last day was {0}; it is not handed over any more")]
    AlreadyExpired(Date),
    /// It is still valid.
    #[error("expiring a document: it is valid up to and including {0}")]
    StillValid(Date),
    /// It may still be found.
    #[error("revoking a document that was not found: it may be found up to and including {0}")]
    MayBeFound(Date),
    /// The seven working days are over.
    #[error("lifting a suspension: the last day for it was {0}; the document is revoked")]
    TooLate(Date),
    /// The loss would lie in the future.
    #[error("reporting a loss: the document would have been lost after today; correct the day")]
    NotYet,
    /// Whoever wrote the report down.
    #[error("lifting a suspension: you wrote the report down; a colleague must lift it")]
    ReportedBySame,
    /// A reason that only a rule gives.
    #[error("revoking a document: the reason {0} follows from a rule and is nobody's decision")]
    NotByPersons(&'static str),
}

/// What can be done with a document, in the order of its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DocumentStep {
    /// Make it its holder's.
    Activate,
    /// It will be nobody's.
    Void,
    /// It was reported lost or stolen.
    Suspend,
    /// It was found.
    Lift,
    /// It is not valid any more.
    Revoke,
    /// Its last day is over.
    Expire,
    /// It was cut or burnt.
    Destroy,
}

impl DocumentStep {
    /// The name in the audit.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Activate => "activate",
            Self::Void => "void",
            Self::Suspend => "suspend",
            Self::Lift => "lift",
            Self::Revoke => "revoke",
            Self::Expire => "expire",
            Self::Destroy => "destroy",
        }
    }
}

impl fmt::Display for DocumentStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

type Moved = Result<Document, IllegalDocumentMove>;

impl Document {
    /// Produced → Active, up to its last day.
    pub fn activate(self, expires: Date, by: PersonId, at: OffsetDateTime) -> Moved {
        match *self.state() {
            State::Produced(_) if civil_day(at) > expires => {
                Err(IllegalDocumentMove::AlreadyExpired(expires))
            }
            State::Produced(made) => Ok(self.now(State::Active(Active {
                made,
                expires,
                by,
                at,
            }))),
            _ => Err(self.illegal(DocumentStep::Activate)),
        }
    }

    /// Produced → Void, decided by somebody, or by its attempt's end.
    pub fn void(self, reason: VoidReason, by: Option<PersonId>, at: OffsetDateTime) -> Moved {
        match *self.state() {
            State::Produced(made) => Ok(self.now(State::Void(Voided {
                made: Some(made),
                reason,
                by,
                at,
            }))),
            _ => Err(self.illegal(DocumentStep::Void)),
        }
    }

    /// Active → Suspended.
    pub fn suspend(self, report: Report) -> Moved {
        match *self.state() {
            State::Active(_) if report.on > civil_day(report.at) => {
                Err(IllegalDocumentMove::NotYet)
            }
            State::Active(active) => Ok(self.now(State::Suspended(Suspended { active, report }))),
            _ => Err(self.illegal(DocumentStep::Suspend)),
        }
    }

    /// Suspended → Active within the seven working days, by somebody else than who wrote the report down.
    pub fn lift(self, by: PersonId, at: OffsetDateTime) -> Moved {
        let State::Suspended(suspended) = self.state() else {
            return Err(self.illegal(DocumentStep::Lift));
        };
        let last = suspended.report.last_day();
        if civil_day(at) > last {
            return Err(IllegalDocumentMove::TooLate(last));
        }
        if suspended.report.by == by {
            return Err(IllegalDocumentMove::ReportedBySame);
        }
        let active = suspended.active;
        Ok(self.now(State::Active(active)))
    }

    /// Active or Suspended → Revoked, as somebody decided.
    pub fn revoke(self, reason: RevocationReason, by: PersonId, at: OffsetDateTime) -> Moved {
        if RevocationReason::BY_PERSONS.contains(&reason) {
            self.revoked(reason, Some(by), at)
        } else {
            Err(IllegalDocumentMove::NotByPersons(reason.name()))
        }
    }

    /// Active or Suspended → Revoked: its holder's newer one was activated.
    pub fn replace(self, at: OffsetDateTime) -> Moved {
        self.revoked(RevocationReason::Replaced, None, at)
    }

    /// Suspended → Revoked: the seven working days are over.
    pub fn finally(self, at: OffsetDateTime) -> Moved {
        let State::Suspended(suspended) = self.state() else {
            return Err(self.illegal(DocumentStep::Revoke));
        };
        let last = suspended.report.last_day();
        if civil_day(at) <= last {
            return Err(IllegalDocumentMove::MayBeFound(last));
        }
        self.revoked(RevocationReason::NotFound, None, at)
    }

    /// Active or Suspended → Expired, after its last day.
    pub fn expire(self, at: OffsetDateTime) -> Moved {
        let (active, report) = match self.state() {
            State::Active(active) => (*active, None),
            State::Suspended(suspended) => (suspended.active, Some(suspended.report.clone())),
            _ => return Err(self.illegal(DocumentStep::Expire)),
        };
        if civil_day(at) <= active.expires {
            return Err(IllegalDocumentMove::StillValid(active.expires));
        }
        Ok(self.now(State::Expired(Expired { active, report, at })))
    }

    /// Revoked or Expired → Destroyed.
    pub fn destroy(self, both: Signatures, at: OffsetDateTime) -> Moved {
        match self.state() {
            State::Revoked(_) | State::Expired(_) => {
                let from = Box::new(self.state().clone());
                Ok(self.now(State::Destroyed(Destroyed { from, both, at })))
            }
            _ => Err(self.illegal(DocumentStep::Destroy)),
        }
    }

    fn revoked(self, reason: RevocationReason, by: Option<PersonId>, at: OffsetDateTime) -> Moved {
        let (active, report) = match self.state() {
            State::Active(active) => (*active, None),
            State::Suspended(suspended) => (suspended.active, Some(suspended.report.clone())),
            _ => return Err(self.illegal(DocumentStep::Revoke)),
        };
        Ok(self.now(State::Revoked(Revoked {
            active,
            report,
            reason,
            by,
            at,
        })))
    }

    const fn illegal(&self, step: DocumentStep) -> IllegalDocumentMove {
        IllegalDocumentMove::State {
            from: self.state().name(),
            step,
        }
    }
}
