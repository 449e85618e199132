//! One document: its states and the facts that each of them carries.

use dossier::{PersonId, dossier::DocumentType};
use time::{Date, OffsetDateTime};

use super::{Loss, Reporter, RevocationReason, VoidReason};
use crate::{
    calendar::civil_day, document_number::DocumentNumber, shipping::Destination, stock::Signatures,
};

/// One document, and where it is in its life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    number: DocumentNumber,
    kind: DocumentType,
    state: DocumentState,
}

/// The states of a document. Each carries what is known from then on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DocumentState {
    /// Finished on the line, and not its holder's yet.
    Produced(Made),
    /// Its holder's, and valid.
    Active(Active),
    /// Reported lost or stolen: not valid until it is found.
    Suspended(Suspended),
    /// Not valid any more, for ever.
    Revoked(Revoked),
    /// Past its last day.
    Expired(Expired),
    /// Cut or burnt before two persons, after it was revoked or had expired.
    Destroyed(Destroyed),
    /// Never its holder's, for ever.
    Void(Voided),
}

/// Known from `Produced` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// When the line's last step was done.
    pub at: OffsetDateTime,
}

/// Known from `Active` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Active {
    /// How it was made.
    pub made: Made,
    /// Its last day of validity, as it says itself.
    pub expires: Date,
    /// Who handed it over.
    pub by: PersonId,
    /// When.
    pub at: OffsetDateTime,
}

/// What was said of a loss or theft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Which of both.
    pub loss: Loss,
    /// Who reported it, by capacity.
    pub reporter: Reporter,
    /// The day on which it came away, as far as they know.
    pub on: Date,
    /// The office where it was reported, or the centre.
    pub place: Destination,
    /// Who wrote it down.
    pub by: PersonId,
    /// When: the seven working days count from this day.
    pub at: OffsetDateTime,
}

/// Known while `Suspended`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspended {
    /// Since when it was its holder's.
    pub active: Active,
    /// Why it is suspended.
    pub report: Report,
}

/// Known from `Revoked` on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// Since when it was its holder's.
    pub active: Active,
    /// The report that stood, where it was suspended.
    pub report: Option<Report>,
    /// Why.
    pub reason: RevocationReason,
    /// Who decided; none where it followed from a rule.
    pub by: Option<PersonId>,
    /// When.
    pub at: OffsetDateTime,
}

/// Known from `Expired` on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expired {
    /// Since when it was its holder's.
    pub active: Active,
    /// The report that stood, where it was suspended.
    pub report: Option<Report>,
    /// When that was written down.
    pub at: OffsetDateTime,
}

/// Known of what was destroyed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destroyed {
    /// What it was: revoked or expired.
    pub from: Box<DocumentState>,
    /// Who destroyed it, and who saw it.
    pub both: Signatures,
    /// When.
    pub at: OffsetDateTime,
}

/// Known of what is void.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Voided {
    /// How it was made, where it was ever finished.
    pub made: Option<Made>,
    /// Why.
    pub reason: VoidReason,
    /// Who decided; none where it followed from its attempt's end.
    pub by: Option<PersonId>,
    /// When.
    pub at: OffsetDateTime,
}

/// What inspection systems are told of a document that must not be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// It was never anybody's.
    Void,
    /// It was reported lost.
    Lost,
    /// It was reported stolen.
    Stolen,
    /// It was revoked for another reason.
    Revoked,
}

impl Document {
    /// What the database says.
    pub const fn recorded(
        number: DocumentNumber,
        kind: DocumentType,
        state: DocumentState,
    ) -> Self {
        Self {
            number,
            kind,
            state,
        }
    }

    /// A card that the line has finished.
    pub const fn produced(
        number: DocumentNumber,
        document_type: DocumentType,
        at: OffsetDateTime,
    ) -> Self {
        Self::recorded(number, document_type, DocumentState::Produced(Made { at }))
    }

    /// A number whose card was never finished.
    pub const fn never_made(
        number: DocumentNumber,
        document_type: DocumentType,
        reason: VoidReason,
        at: OffsetDateTime,
    ) -> Self {
        let voided = Voided {
            made: None,
            reason,
            by: None,
            at,
        };
        Self::recorded(number, document_type, DocumentState::Void(voided))
    }

    /// Its number.
    pub const fn number(&self) -> DocumentNumber {
        self.number
    }

    /// What it is.
    pub const fn document_type(&self) -> DocumentType {
        self.kind
    }

    /// Where it is in its life.
    pub const fn state(&self) -> &DocumentState {
        &self.state
    }

    pub(super) fn now(self, state: DocumentState) -> Self {
        Self { state, ..self }
    }

    /// What inspection systems are told of it, and since which day; nothing of what is good, not handed over yet, or seen to have
    /// expired by everybody who reads it.
    pub fn standing(&self) -> Option<(Standing, Date)> {
        let (standing, at) = match &self.state {
            DocumentState::Produced(_) | DocumentState::Active(_) | DocumentState::Expired(_) => {
                return None;
            }
            DocumentState::Void(voided) => (Standing::Void, voided.at),
            DocumentState::Suspended(suspended) => reported(&suspended.report),
            DocumentState::Revoked(revoked) => match &revoked.report {
                Some(report) => reported(report),
                None => (Standing::Revoked, revoked.at),
            },
            DocumentState::Destroyed(destroyed) => {
                let before = Self::recorded(self.number, self.kind, (*destroyed.from).clone());
                return before.standing();
            }
        };
        Some((standing, civil_day(at)))
    }
}

fn reported(report: &Report) -> (Standing, OffsetDateTime) {
    let standing = match report.loss {
        Loss::Lost => Standing::Lost,
        Loss::Stolen => Standing::Stolen,
    };
    (standing, report.at)
}

impl DocumentState {
    /// The name in the database, on pages and in the docs.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Produced(_) => "produced",
            Self::Active(_) => "active",
            Self::Suspended(_) => "suspended",
            Self::Revoked(_) => "revoked",
            Self::Expired(_) => "expired",
            Self::Destroyed(_) => "destroyed",
            Self::Void(_) => "void",
        }
    }

    /// Since when it was its holder's, where it ever was.
    pub fn active(&self) -> Option<&Active> {
        match self {
            Self::Produced(_) | Self::Void(_) => None,
            Self::Active(active) => Some(active),
            Self::Suspended(suspended) => Some(&suspended.active),
            Self::Revoked(revoked) => Some(&revoked.active),
            Self::Expired(expired) => Some(&expired.active),
            Self::Destroyed(destroyed) => destroyed.from.active(),
        }
    }

    /// The report that stands: one that was lifted does not.
    pub fn report(&self) -> Option<&Report> {
        match self {
            Self::Produced(_) | Self::Void(_) | Self::Active(_) => None,
            Self::Suspended(suspended) => Some(&suspended.report),
            Self::Revoked(revoked) => revoked.report.as_ref(),
            Self::Expired(expired) => expired.report.as_ref(),
            Self::Destroyed(destroyed) => destroyed.from.report(),
        }
    }

    /// When it came into this state.
    pub const fn since(&self) -> OffsetDateTime {
        match self {
            Self::Produced(made) => made.at,
            Self::Active(active) => active.at,
            Self::Suspended(suspended) => suspended.report.at,
            Self::Revoked(revoked) => revoked.at,
            Self::Expired(expired) => expired.at,
            Self::Destroyed(destroyed) => destroyed.at,
            Self::Void(voided) => voided.at,
        }
    }
}

impl Report {
    /// The last day on which it may still be found: the seventh working day after the report. From the next day on it is final.
    pub fn last_day(&self) -> Date {
        crate::calendar::working_days_after(civil_day(self.at), super::WORKING_DAYS)
    }
}
