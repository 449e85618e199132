//! What the database keeps of an application: the state's name and its facts, side by side.

use std::collections::BTreeSet;

use dossier::{Hash, OfficeId, PersonId, StationId, dossier::DocumentType};
use thiserror::Error;

use super::{
    Application, ApplicationId, ApplicationState as State, Approval, Filing, Held, Recapture,
    Referral, Refusal, RefusalGround, Withdrawal, WithdrawalReason,
};

/// The columns of one application. A fact is present from its state on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Name of the state.
    pub state: String,
    /// SHA-256 of the sealed bytes.
    pub hash: Hash,
    /// Whose connection they came by.
    pub station: StationId,
    /// From Accepted on.
    pub filed: Option<Filed>,
    /// In Verified and `InReview`: names of the reasons, in the order of [`Referral`].
    pub referrals: BTreeSet<Referral>,
    /// In `MoreNeeded`: what the applicant must come again for.
    pub wanted: BTreeSet<Recapture>,
    /// In Approved by rule: number of the configuration.
    pub configuration: Option<u64>,
    /// In Approved, Refused and Withdrawn by a person: who.
    pub decided_by: Option<PersonId>,
    /// In Refused: why.
    pub ground: Option<RefusalGround>,
}

/// What an opened dossier says about its making.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filed {
    /// Where it was captured.
    pub office: OfficeId,
    /// What is applied for.
    pub document_type: DocumentType,
    /// Everybody who captured it or stood by.
    pub handled_by: BTreeSet<PersonId>,
    /// Whether a capture was forced.
    pub forced: bool,
}

/// A record that describes no state. For the developer and the operator: the row is damaged.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error(
    "reading an application: column {column} is missing or does not fit the state; restore the row \
     from a backup"
)]
pub struct BadRecord {
    /// The column at fault.
    pub column: &'static str,
}

impl Application {
    /// The columns to keep.
    pub fn record(&self) -> Record {
        let held = self.state.sealed();
        let mut record = Record {
            state: self.state.name().to_owned(),
            hash: held.hash,
            station: held.station,
            filed: self.filing().map(Filed::of),
            referrals: BTreeSet::new(),
            wanted: BTreeSet::new(),
            configuration: None,
            decided_by: None,
            ground: None,
        };
        match &self.state {
            State::Verified(_, referrals) | State::InReview(_, referrals) => {
                record.referrals.clone_from(referrals);
            }
            State::MoreNeeded(_, wanted) => record.wanted.clone_from(wanted),
            State::Approved(_, Approval::ByRule { configuration }) => {
                record.configuration = Some(*configuration);
            }
            State::Approved(_, Approval::ByPerson(person)) => record.decided_by = Some(*person),
            State::Refused(_, refusal) => {
                record.ground = Some(refusal.ground);
                record.decided_by = Some(refusal.by);
            }
            State::Withdrawn(_, withdrawal) => {
                record.decided_by = match withdrawal.reason {
                    WithdrawalReason::Applicant(told) => Some(told),
                    WithdrawalReason::Death => None,
                };
            }
            State::Held(_) | State::Accepted(_) | State::Closed(_) => {}
        }
        record
    }

    /// The application that a record describes.
    pub fn from_record(id: ApplicationId, record: Record) -> Result<Self, BadRecord> {
        let bad = |column| BadRecord { column };
        let held = Held {
            hash: record.hash,
            station: record.station,
        };
        if record.state == "held" {
            return Ok(Self::held(id, held));
        }
        let filing = record.filed.ok_or(bad("office"))?.filing(held);
        let state = match record.state.as_str() {
            "accepted" => State::Accepted(filing),
            "verified" => State::Verified(filing, record.referrals),
            "in_review" => State::InReview(filing, record.referrals),
            "more_needed" if record.wanted.is_empty() => return Err(bad("wanted")),
            "more_needed" => State::MoreNeeded(filing, record.wanted),
            "approved" => State::Approved(
                filing,
                match (record.configuration, record.decided_by) {
                    (Some(configuration), None) => Approval::ByRule { configuration },
                    (None, Some(person)) => Approval::ByPerson(person),
                    _ => return Err(bad("decided_by")),
                },
            ),
            "closed" => State::Closed(filing),
            "refused" => State::Refused(
                filing,
                Refusal {
                    ground: record.ground.ok_or(bad("ground"))?,
                    by: record.decided_by.ok_or(bad("decided_by"))?,
                },
            ),
            "withdrawn" => State::Withdrawn(
                filing,
                Withdrawal {
                    reason: record
                        .decided_by
                        .map_or(WithdrawalReason::Death, WithdrawalReason::Applicant),
                },
            ),
            _ => return Err(bad("state")),
        };
        Ok(Self { id, state })
    }
}

impl Filed {
    fn of(filing: &Filing) -> Self {
        Self {
            office: filing.office.clone(),
            document_type: filing.document_type,
            handled_by: filing.handled_by.clone(),
            forced: filing.forced,
        }
    }

    fn filing(self, held: Held) -> Filing {
        Filing {
            held,
            office: self.office,
            document_type: self.document_type,
            handled_by: self.handled_by,
            forced: self.forced,
        }
    }
}
