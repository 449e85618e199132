//! Passive authentication (9303-11 §5.1): do the files of a chip stand as an issuing State signed
//! them? One result a step, one a data group, every way to fail told apart, and nothing called good
//! that was not checked.

mod consistency;
mod data_groups;
mod report;
mod signed_object;

use std::collections::BTreeMap;

use time::{Date, OffsetDateTime};

use crate::card_security::{CardSecurity, CardSecurityError};
use crate::cms::ContentError;
use crate::lds::{DataGroup, Dg1, Dg12};
use crate::mrz::{Mrz, PartialDate};
use crate::sod::{DocumentSecurityObject, SodError};
use crate::x509::TrustStore;

pub use report::{DataGroupResult, Failure, Outcome, Report, Step, StepResult, Verdict};
use signed_object::{Context, Examination, examine, not_examined};

/// How a file was met on the chip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FileState<'a> {
    /// Read whole; padding may follow the object.
    Read(&'a [u8]),
    /// The chip has it and does not give it to us (DG3 without terminal authentication).
    Denied,
    /// The chip does not have it.
    Absent,
    /// Nobody asked for it.
    #[default]
    NotRead,
}

impl<'a> FileState<'a> {
    /// The content, if it was read.
    pub fn content(self) -> Option<&'a [u8]> {
        match self {
            Self::Read(content) => Some(content),
            _ => None,
        }
    }
}

/// What an inspection has in hand.
#[derive(Debug, Clone, Default)]
pub struct Evidence<'a> {
    /// EF.SOD.
    pub security_object: FileState<'a>,
    /// The data groups; one that is not in the map counts as not read.
    pub data_groups: BTreeMap<DataGroup, FileState<'a>>,
    /// EF.COM, which nobody signed.
    pub com: Option<&'a [u8]>,
    /// EF.CardAccess, which nobody signed.
    pub card_access: Option<&'a [u8]>,
    /// The MRZ as printed on the document, if somebody has read it.
    pub printed_mrz: Option<&'a Mrz>,
    /// The date of issue, if known from elsewhere; else DG12 or the signing time gives it.
    pub issue_date: Option<Date>,
}

impl<'a> Evidence<'a> {
    pub(crate) fn state(&self, group: DataGroup) -> FileState<'a> {
        self.data_groups.get(&group).copied().unwrap_or_default()
    }

    /// DG1's MRZ, if it was read and can be read. Not authentic by itself.
    pub(crate) fn mrz(&self) -> Option<Mrz> {
        let file = self.state(DataGroup::DG1).content()?;
        Dg1::parse(file).ok().map(|dg1| dg1.mrz)
    }

    fn issue_date(&self) -> Option<Date> {
        let from_dg12 = || {
            let file = self.state(DataGroup::DG12).content()?;
            match Dg12::parse(file).ok()?.date_of_issue? {
                PartialDate::Full(date) => Some(date),
                _ => None,
            }
        };
        self.issue_date.or_else(from_dg12)
    }

    /// Whether the document's own last day is over.
    fn is_expired(&self, now: OffsetDateTime) -> bool {
        let expiry = self
            .mrz()
            .and_then(|mrz| mrz.date_of_expiry().ok()?.expiry().ok());
        matches!(expiry, Some(PartialDate::Full(date)) if date < now.date())
    }
}

/// Authenticates a chip's files against what the inspector trusts, at the time of inspection.
pub fn authenticate(evidence: &Evidence<'_>, trust: &TrustStore, now: OffsetDateTime) -> Report {
    let inspection = Context {
        trust,
        now,
        issue_date: evidence.issue_date(),
        document_expired: evidence.is_expired(now),
    };
    let examination = match evidence.security_object {
        FileState::Read(file) => match DocumentSecurityObject::parse(file) {
            Ok(object) => {
                let content = object.security_object();
                let authentic = content.map_err(|error| content_failure(&error));
                examine(object.signed_data(), authentic, &inspection)
            }
            Err(error) => not_examined(Outcome::failed(Failure::BadCms, error.to_string())),
        },
        FileState::Absent => {
            not_examined(Outcome::failed(Failure::NoSod, "the chip has no EF.SOD"))
        }
        FileState::Denied | FileState::NotRead => {
            not_examined(Outcome::undetermined(Failure::NoSod, "EF.SOD was not read"))
        }
    };
    finish(examination, evidence)
}

fn finish(
    examination: Examination<'_, crate::sod::LdsSecurityObject>,
    evidence: &Evidence<'_>,
) -> Report {
    let Examination {
        mut steps,
        content,
        signer,
        anchor,
        signature_holds,
    } = examination;
    // A list of hashes that nobody signed proves nothing, so nothing is held against it.
    let list = content.filter(|_| signature_holds);
    let data_groups = match &list {
        Some(list) => data_groups::compare(list, evidence),
        None => BTreeMap::new(),
    };
    steps.push(StepResult {
        step: Step::DataGroups,
        outcome: data_groups::outcome(list.is_some(), &data_groups),
    });
    consistency::check(
        list.as_ref(),
        signer.as_ref(),
        evidence,
        &data_groups,
        &mut steps,
    );
    let issuer = anchor.map(|anchor| anchor.certificate().clone());
    Report::new(
        steps,
        data_groups,
        Step::OF_A_DOCUMENT,
        list,
        signer,
        issuer,
    )
}

/// Authenticates EF.CardSecurity in the same way (steps 1 to 6): needed before the key that PACE with
/// chip-authentication mapping used can be believed.
pub fn authenticate_card_security(
    file: &[u8],
    trust: &TrustStore,
    now: OffsetDateTime,
    issue_date: Option<Date>,
) -> Report {
    let inspection = Context {
        trust,
        now,
        issue_date,
        document_expired: false,
    };
    let examination = match CardSecurity::parse(file) {
        Ok(object) => {
            let content = object.security_infos().map(<[u8]>::to_vec);
            let content = content.map_err(|error: CardSecurityError| error.to_string());
            examine(object.signed_data(), content, &inspection)
        }
        Err(error) => not_examined(Outcome::failed(Failure::BadCms, error.to_string())),
    };
    let Examination {
        steps,
        signer,
        anchor,
        ..
    } = examination;
    let issuer = anchor.map(|anchor| anchor.certificate().clone());
    Report::new(
        steps,
        BTreeMap::new(),
        Step::OF_A_SIGNED_OBJECT,
        None,
        signer,
        issuer,
    )
}

fn content_failure(error: &SodError) -> String {
    match error {
        SodError::Content(ContentError::MessageDigest) => {
            "the list of data group hashes was changed after signing".into()
        }
        other => other.to_string(),
    }
}
