//! What somebody decides about a document after it was handed over, or what a rule says: one list, each with the act that stands in the
//! audit.

use dossier::PersonId;
use time::OffsetDateTime;

use super::{
    Document, DocumentState as State, IllegalDocumentMove, Report, RevocationReason, VoidReason,
};
use crate::{calendar::civil_day, stock::Signatures};

/// A change that a document is to undergo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was reported lost or stolen.
    Report(Report),
    /// It was found, says this person.
    Lift(PersonId),
    /// It is not valid any more, decided this person.
    Revoke(RevocationReason, PersonId),
    /// It will be nobody's, decided this person.
    Void(VoidReason, PersonId),
    /// Two persons destroyed it.
    Destroy(Signatures),
    /// Days have passed.
    Rule(Rule),
}

/// What follows from days that passed; made by an act of its own, never by a clock alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Reported lost or stolen, and not found within seven working days.
    NotFound,
    /// Past its last day.
    Expired,
}

impl Rule {
    /// The name in the audit.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotFound => "not found within seven working days",
            Self::Expired => "past its last day",
        }
    }

    /// What is due for a document on the day of `now`, if anything.
    pub fn due(document: &Document, now: OffsetDateTime) -> Option<Self> {
        let today = civil_day(now);
        match document.state() {
            State::Suspended(suspended) if today > suspended.report.last_day() => {
                Some(Self::NotFound)
            }
            State::Suspended(suspended) if today > suspended.active.expires => Some(Self::Expired),
            State::Active(active) if today > active.expires => Some(Self::Expired),
            _ => None,
        }
    }
}

impl Change {
    /// The act's name in the audit.
    pub const fn act(&self) -> &'static str {
        match self {
            Self::Report(_) => "report-loss",
            Self::Lift(_) => "lift-suspension",
            Self::Revoke(..) => "revoke-document",
            Self::Void(..) => "void-document",
            Self::Destroy(_) => "destroy-document",
            Self::Rule(_) => "settle-document",
        }
    }

    /// What the outcome in the audit says of it.
    pub fn detail(&self) -> String {
        match self {
            Self::Report(report) => {
                let (loss, reporter) = (report.loss.name(), report.reporter.name());
                format!("{loss}, reported by the {reporter} at {}", report.place)
            }
            Self::Lift(_) => "found".to_owned(),
            Self::Revoke(reason, _) => reason.name().to_owned(),
            Self::Void(reason, _) => reason.name().to_owned(),
            Self::Destroy(both) => format!("with person {}", both.second()),
            Self::Rule(rule) => rule.name().to_owned(),
        }
    }

    /// Who acts; nobody where a rule does.
    pub const fn by(&self) -> Option<PersonId> {
        match self {
            Self::Report(report) => Some(report.by),
            Self::Lift(by) | Self::Revoke(_, by) | Self::Void(_, by) => Some(*by),
            Self::Destroy(both) => Some(both.first()),
            Self::Rule(_) => None,
        }
    }

    /// The document after it.
    pub fn apply(
        &self,
        document: Document,
        at: OffsetDateTime,
    ) -> Result<Document, IllegalDocumentMove> {
        match self {
            Self::Report(report) => document.suspend(report.clone()),
            Self::Lift(by) => document.lift(*by, at),
            Self::Revoke(reason, by) => document.revoke(*reason, *by, at),
            Self::Void(reason, by) => document.void(*reason, Some(*by), at),
            Self::Destroy(both) => document.destroy(*both, at),
            Self::Rule(Rule::NotFound) => document.finally(at),
            Self::Rule(Rule::Expired) => document.expire(at),
        }
    }

    /// Whether it took place already, and its answer was lost: the same by the same person. That something was found is not among them:
    /// nothing of a document that is active tells it.
    pub fn is_done(&self, document: &Document) -> bool {
        match (self, document.state()) {
            (Self::Report(report), State::Suspended(suspended)) => {
                let same = Report {
                    at: suspended.report.at,
                    ..report.clone()
                };
                same == suspended.report
            }
            (Self::Revoke(reason, by), State::Revoked(revoked)) => {
                (*reason, Some(*by)) == (revoked.reason, revoked.by)
            }
            (Self::Void(reason, by), State::Void(voided)) => {
                (*reason, Some(*by)) == (voided.reason, voided.by)
            }
            (Self::Destroy(both), State::Destroyed(destroyed)) => *both == destroyed.both,
            (Self::Rule(Rule::NotFound), State::Revoked(revoked)) => {
                revoked.reason == RevocationReason::NotFound
            }
            (Self::Rule(Rule::Expired), State::Expired(_)) => true,
            _ => false,
        }
    }
}
