//! One check, and how checks add up to a verdict.

use std::fmt;

use serde::Serialize;

/// What was checked, in the order in which an inspection makes its checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckName {
    /// The chip opened to the password on the document (PACE or basic access control).
    Access,
    /// Every file that the security object lists was read.
    Files,
    /// EF.SOD is there and is a signed object.
    SecurityObject,
    /// It holds hashes of data groups, and its signed attributes bind them.
    Content,
    /// The document signer's certificate is known.
    Signer,
    /// The signature over the list is right.
    Signature,
    /// A trusted country signing CA certified the signer.
    TrustAnchor,
    /// The signer's and the CA's certificates are in force.
    Validity,
    /// The signer's certificate is one for documents.
    Profile,
    /// The document was issued while the signer's key was in use.
    KeyUsagePeriod,
    /// Neither the signer nor its CA is revoked.
    Revocation,
    /// Every file read is the one that was signed.
    DataGroups,
    /// The MRZ printed on the document is the one in DG1.
    PrintedMrz,
    /// The State in DG1 is the one in the signer's certificate.
    IssuingState,
    /// The signer may sign documents of this code.
    DocumentCode,
    /// EF.COM lists the files that were signed.
    FileList,
    /// EF.CardAccess offers nothing that the signed DG14 does not.
    AccessInfos,
    /// EF.CardSecurity is signed by a trusted document signer.
    CardSecurity,
    /// The chip proved its key during PACE.
    ChipAuthenticationMapping,
    /// The chip proved its key by chip authentication.
    ChipAuthentication,
    /// The chip signed a challenge (active authentication).
    ActiveAuthentication,
    /// The chip is no copy: one of the proofs above holds.
    Original,
    /// The inspector proved its right to fingerprints (terminal authentication).
    TerminalAuthentication,
    /// Fingerprints.
    Fingerprints,
    /// The document's own dates.
    Expiry,
}

impl CheckName {
    /// The question that the check answers, for people.
    pub fn question(self) -> &'static str {
        match self {
            Self::Access => "Does the chip open to the password on the document?",
            Self::Files => "Were all signed files read?",
            Self::SecurityObject => "Is there a security object?",
            Self::Content => "Is the list of hashes the one that was signed?",
            Self::Signer => "Is the signer known?",
            Self::Signature => "Is the signature right?",
            Self::TrustAnchor => "Did a trusted country certify the signer?",
            Self::Validity => "Are the certificates in force today?",
            Self::Profile => "May the signer sign documents?",
            Self::KeyUsagePeriod => "Was the signer in use when the document was issued?",
            Self::Revocation => "Is the signer still trusted by its country?",
            Self::DataGroups => "Are the files the ones that were signed?",
            Self::PrintedMrz => "Does the printed text agree with the chip?",
            Self::IssuingState => "Is the signer one of the issuing country?",
            Self::DocumentCode => "May the signer sign this kind of document?",
            Self::FileList => "Does the open list of files agree with the signed one?",
            Self::AccessInfos => "Are the open protocols the signed ones?",
            Self::CardSecurity => "Is the chip's key for PACE-CAM signed by the country?",
            Self::ChipAuthenticationMapping => "Did the chip prove its key on opening (PACE-CAM)?",
            Self::ChipAuthentication => "Did the chip prove its key (chip authentication)?",
            Self::ActiveAuthentication => "Did the chip sign a challenge (active authentication)?",
            Self::Original => "Is the chip the original and not a copy?",
            Self::TerminalAuthentication => "Does the chip accept this inspector for fingerprints?",
            Self::Fingerprints => "Can the fingerprints be read?",
            Self::Expiry => "Is the document in date?",
        }
    }
}

/// How one check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckResult {
    /// Yes.
    Passed,
    /// No: the document is not genuine.
    Failed,
    /// It could not be made, and without it there is no verdict.
    Undetermined,
    /// Worth knowing; says nothing about whether the document is genuine.
    Noted,
    /// Not made: there is nothing to check, or an earlier check failed.
    NotChecked,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was checked.
    pub name: CheckName,
    /// How it ended.
    pub result: CheckResult,
    /// The short name of the way it failed (docs/inspection.md lists them).
    pub code: Option<&'static str>,
    /// Why, in a sentence.
    pub detail: String,
}

impl Check {
    fn new(name: CheckName, result: CheckResult, detail: impl Into<String>) -> Self {
        Self {
            name,
            result,
            code: None,
            detail: detail.into(),
        }
    }

    /// The same with the short name of the way it failed.
    #[must_use]
    pub fn with_code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    /// A check that was not made.
    pub fn not_checked(name: CheckName, detail: impl Into<String>) -> Self {
        Self::new(name, CheckResult::NotChecked, detail)
    }

    /// A check that succeeded.
    pub fn passed(name: CheckName, detail: impl Into<String>) -> Self {
        Self::new(name, CheckResult::Passed, detail)
    }

    /// A check that shows the document to be not genuine.
    pub fn failed(name: CheckName, detail: impl Into<String>) -> Self {
        Self::new(name, CheckResult::Failed, detail)
    }

    /// A check that is needed and could not be made.
    pub fn undetermined(name: CheckName, detail: impl Into<String>) -> Self {
        Self::new(name, CheckResult::Undetermined, detail)
    }

    /// Something worth knowing.
    pub fn noted(name: CheckName, detail: impl Into<String>) -> Self {
        Self::new(name, CheckResult::Noted, detail)
    }
}

/// The whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every check that counts was made and passed.
    Genuine,
    /// At least one check failed.
    NotGenuine,
    /// No check failed, but not all that count could be made.
    NoVerdict,
}

/// The checks without which no document is called genuine.
const REQUIRED: [CheckName; 13] = [
    CheckName::Access,
    CheckName::Files,
    CheckName::SecurityObject,
    CheckName::Content,
    CheckName::Signer,
    CheckName::Signature,
    CheckName::TrustAnchor,
    CheckName::Validity,
    CheckName::Profile,
    CheckName::Revocation,
    CheckName::DataGroups,
    CheckName::IssuingState,
    CheckName::Original,
];

impl Verdict {
    /// Adds up: one failure is enough to refuse, one gap is enough to withhold.
    pub fn of(checks: &[Check]) -> Self {
        let any = |result| checks.iter().any(|check| check.result == result);
        let passed = |name: &CheckName| {
            let mut of_that_name = checks.iter().filter(|check| check.name == *name).peekable();
            of_that_name.peek().is_some()
                && of_that_name.all(|check| check.result == CheckResult::Passed)
        };
        if any(CheckResult::Failed) {
            Self::NotGenuine
        } else if any(CheckResult::Undetermined) || !REQUIRED.iter().all(passed) {
            Self::NoVerdict
        } else {
            Self::Genuine
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Genuine => "GENUINE",
            Self::NotGenuine => "NOT GENUINE",
            Self::NoVerdict => "NO VERDICT",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_passed() -> Vec<Check> {
        REQUIRED
            .iter()
            .map(|name| Check::passed(*name, ""))
            .collect()
    }

    #[test]
    fn genuine_needs_every_required_check() {
        assert_eq!(Verdict::of(&all_passed()), Verdict::Genuine);
        assert_eq!(Verdict::of(&[]), Verdict::NoVerdict);
        for skipped in REQUIRED {
            let mut checks = all_passed();
            checks.retain(|check| check.name != skipped);
            assert_eq!(Verdict::of(&checks), Verdict::NoVerdict, "{skipped:?}");
            checks.push(Check::not_checked(skipped, ""));
            assert_eq!(Verdict::of(&checks), Verdict::NoVerdict, "{skipped:?}");
        }
    }

    #[test]
    fn one_failure_weighs_more_than_gaps() {
        for result in [CheckResult::Undetermined, CheckResult::Failed] {
            let mut checks = all_passed();
            checks.push(Check::new(CheckName::CardSecurity, result, ""));
            let verdict = Verdict::of(&checks);
            assert_ne!(verdict, Verdict::Genuine);
            checks.push(Check::undetermined(CheckName::ChipAuthentication, ""));
            assert_eq!(Verdict::of(&checks), verdict);
        }
        let mut checks = all_passed();
        checks.push(Check::noted(CheckName::Expiry, "expired"));
        assert_eq!(Verdict::of(&checks), Verdict::Genuine);
    }
}
