//! The result of passive authentication: one value a step, one a data group, one verdict.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::lds::DataGroup;
use crate::sod::LdsSecurityObject;
use crate::x509::Certificate;

/// The steps, in the order of 9303-11 §5.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The signed object is there and can be read.
    SecurityObject,
    /// Its content is of the right type, and is what the signed attributes bind.
    Content,
    /// The signer's certificate is known.
    Signer,
    /// The signature over the signed attributes is the signer's.
    Signature,
    /// A trusted country signing CA certified the signer.
    Trust,
    /// The signer's certificate, and its CA's, are valid at the time of inspection.
    Validity,
    /// The signer's certificate keeps the profile of 9303-12.
    Profile,
    /// The document was issued while the signer's key was in use.
    KeyUsagePeriod,
    /// Neither the signer nor its CA is revoked.
    Revocation,
    /// The data groups are those that were signed.
    DataGroups,
    /// The MRZ printed on the document is the one in DG1.
    PrintedMrz,
    /// The State in DG1 is the one in the signer's certificate.
    IssuingState,
    /// The signer may sign documents with the code in DG1.
    DocumentCode,
    /// EF.COM lists the data groups that were signed.
    FileList,
    /// EF.CardAccess offers nothing that the signed DG14 does not.
    AccessInfos,
}

impl Step {
    /// The steps without which no document is called genuine.
    pub(super) const OF_A_DOCUMENT: &'static [Self] = &[
        Self::SecurityObject,
        Self::Content,
        Self::Signer,
        Self::Signature,
        Self::Trust,
        Self::Validity,
        Self::Profile,
        Self::Revocation,
        Self::DataGroups,
        Self::IssuingState,
    ];
    /// The steps without which no signed object is called genuine.
    pub(super) const OF_A_SIGNED_OBJECT: &'static [Self] = &[
        Self::SecurityObject,
        Self::Content,
        Self::Signer,
        Self::Signature,
        Self::Trust,
        Self::Validity,
        Self::Profile,
        Self::Revocation,
    ];
}

/// The ways to fail, each with its own name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Failure {
    /// There is no EF.SOD, or it was not read.
    NoSod,
    /// The signed object cannot be read.
    BadCms,
    /// The signer's certificate is neither in the object nor known.
    NoDs,
    /// The content is of the wrong type or form, hashed with an algorithm not allowed, or not what
    /// the signed attributes bind.
    BadContent,
    /// The signature is not the signer's.
    BadSignature,
    /// No trusted CA of the signer's issuer.
    UnknownCsca,
    /// The CA that the signer names did not sign its certificate.
    Untrusted,
    /// A certificate is not valid at the time of inspection.
    Expired,
    /// The signer's certificate may not be used for this.
    Profile,
    /// The signer, or its CA, is revoked.
    Revoked,
    /// No current, authentic revocation list.
    StatusUndetermined,
    /// A data group is not the one that was signed.
    DataGroupMismatch,
    /// A data group is on the chip that was not signed.
    UnlistedDataGroup,
    /// A data group was signed and is not on the chip.
    MissingDataGroup,
    /// DG1 or DG2, which every document has, was not read.
    NotRead,
    /// Two sources that must agree do not.
    Inconsistent,
    /// OpenSSL itself failed.
    CryptoFailed,
}

impl Failure {
    /// The name in reports.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoSod => "NO_SOD",
            Self::BadCms => "BAD_CMS",
            Self::NoDs => "NO_DS",
            Self::BadContent => "BAD_CONTENT",
            Self::BadSignature => "BAD_SIGNATURE",
            Self::UnknownCsca => "UNKNOWN_CSCA",
            Self::Untrusted => "UNTRUSTED",
            Self::Expired => "EXPIRED",
            Self::Profile => "PROFILE",
            Self::Revoked => "REVOKED",
            Self::StatusUndetermined => "STATUS_UNDETERMINED",
            Self::DataGroupMismatch => "DG_MISMATCH",
            Self::UnlistedDataGroup => "UNLISTED_DG",
            Self::MissingDataGroup => "MISSING_DG",
            Self::NotRead => "NOT_READ",
            Self::Inconsistent => "INCONSISTENT",
            Self::CryptoFailed => "CRYPTO_FAILED",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Checked and good.
    Passed,
    /// Checked and good, with departures from the form that the standard wants.
    Warned(Vec<String>),
    /// Checked and not good.
    Failed {
        /// Which way.
        failure: Failure,
        /// What was found, without personal data.
        detail: String,
    },
    /// Could not be decided, and no verdict is possible without it.
    Undetermined {
        /// What is missing.
        failure: Failure,
        /// What was found, without personal data.
        detail: String,
    },
    /// Not checked, because an earlier step failed or there is nothing to check against.
    NotChecked(&'static str),
}

impl Outcome {
    pub(super) fn failed(failure: Failure, detail: impl Into<String>) -> Self {
        Self::Failed {
            failure,
            detail: detail.into(),
        }
    }

    pub(super) fn undetermined(failure: Failure, detail: impl Into<String>) -> Self {
        Self::Undetermined {
            failure,
            detail: detail.into(),
        }
    }

    /// Whether the step was carried out and found good.
    pub fn is_good(&self) -> bool {
        matches!(self, Self::Passed | Self::Warned(_))
    }
}

/// A step and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepResult {
    /// Which step.
    pub step: Step,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of one data group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DataGroupResult {
    /// It is the one that was signed.
    Matches,
    /// It is not the one that was signed.
    Mismatch,
    /// It is on the chip but was not signed.
    Unlisted,
    /// It was signed but is not on the chip.
    Missing,
    /// It was signed; the chip does not give it to this inspector.
    Denied,
    /// It was signed; nobody read it.
    NotRead,
}

impl DataGroupResult {
    /// How it fails, if it does. A data group that was merely not read does not.
    pub fn failure(self) -> Option<Failure> {
        match self {
            Self::Mismatch => Some(Failure::DataGroupMismatch),
            Self::Unlisted => Some(Failure::UnlistedDataGroup),
            Self::Missing => Some(Failure::MissingDataGroup),
            Self::Matches | Self::Denied | Self::NotRead => None,
        }
    }
}

/// Whether the files are genuine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every step that a verdict needs was carried out and found good.
    Genuine,
    /// At least one step was found not good.
    NotGenuine(BTreeSet<Failure>),
    /// Nothing was found wrong, but something needed could not be decided.
    NoVerdict(BTreeSet<Failure>),
}

/// The whole result.
#[derive(Debug, Clone)]
pub struct Report {
    steps: Vec<StepResult>,
    data_groups: BTreeMap<DataGroup, DataGroupResult>,
    security_object: Option<LdsSecurityObject>,
    signer: Option<Certificate>,
    issuer: Option<Certificate>,
    verdict: Verdict,
}

impl Report {
    pub(super) fn new(
        mut steps: Vec<StepResult>,
        data_groups: BTreeMap<DataGroup, DataGroupResult>,
        needed: &[Step],
        security_object: Option<LdsSecurityObject>,
        signer: Option<Certificate>,
        issuer: Option<Certificate>,
    ) -> Self {
        steps.sort_by_key(|result| result.step);
        let verdict = verdict(&steps, &data_groups, needed);
        Self {
            steps,
            data_groups,
            security_object,
            signer,
            issuer,
            verdict,
        }
    }

    /// All steps, in order.
    pub fn steps(&self) -> &[StepResult] {
        &self.steps
    }

    /// What came of `step`.
    pub fn outcome(&self, step: Step) -> Option<&Outcome> {
        self.steps
            .iter()
            .find(|result| result.step == step)
            .map(|result| &result.outcome)
    }

    /// Every data group that was signed or found.
    pub fn data_groups(&self) -> &BTreeMap<DataGroup, DataGroupResult> {
        &self.data_groups
    }

    /// The list of hashes, if its signature holds. Whether its signer is trusted, the steps say.
    pub fn security_object(&self) -> Option<&LdsSecurityObject> {
        self.security_object.as_ref()
    }

    /// The signer's certificate, if it was found.
    pub fn signer(&self) -> Option<&Certificate> {
        self.signer.as_ref()
    }

    /// The trusted CA that certified the signer.
    pub fn issuer(&self) -> Option<&Certificate> {
        self.issuer.as_ref()
    }

    /// The verdict.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }
}

fn verdict(
    steps: &[StepResult],
    data_groups: &BTreeMap<DataGroup, DataGroupResult>,
    needed: &[Step],
) -> Verdict {
    let outcomes = || steps.iter().map(|result| &result.outcome);
    let mut failed: BTreeSet<Failure> = data_groups
        .values()
        .filter_map(|result| result.failure())
        .collect();
    failed.extend(outcomes().filter_map(|outcome| match outcome {
        Outcome::Failed { failure, .. } => Some(*failure),
        _ => None,
    }));
    if !failed.is_empty() {
        return Verdict::NotGenuine(failed);
    }
    let undetermined: BTreeSet<Failure> = outcomes()
        .filter_map(|outcome| match outcome {
            Outcome::Undetermined { failure, .. } => Some(*failure),
            _ => None,
        })
        .collect();
    let good = |step: &Step| {
        steps
            .iter()
            .any(|result| result.step == *step && result.outcome.is_good())
    };
    if undetermined.is_empty() && needed.iter().all(good) {
        Verdict::Genuine
    } else {
        Verdict::NoVerdict(undetermined)
    }
}
