//! One check, and how checks add up to a verdict.

use std::fmt;

use serde::Serialize;

/// What was checked, in the order in which an inspection makes its checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckName {
    /// The chip opened to the password on the document (PACE).
    Access,
    /// Every file that the security object lists was read.
    Files,
    /// EF.SOD is a well-formed security object.
    SecurityObject,
    /// The document signer's signature over it is right.
    Signature,
    /// The document signer's certificate leads to a trusted country signing CA.
    TrustAnchor,
    /// The document signer's certificate may sign documents, and was in force.
    SignerCertificate,
    /// The document signer's certificate is not revoked.
    Revocation,
    /// Every file read is the one that was signed.
    DataGroups,
    /// The files agree with each other and with the certificate.
    Consistency,
    /// EF.CardSecurity is signed by a trusted document signer.
    CardSecurity,
    /// The chip proved its key during PACE.
    ChipAuthenticationMapping,
    /// The chip proved its key by chip authentication.
    ChipAuthentication,
    /// The chip is no copy: one of the two proofs above succeeded.
    Original,
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
            Self::SecurityObject => "Is the security object well formed?",
            Self::Signature => "Is the signature over the files right?",
            Self::TrustAnchor => "Does the signer lead to a trusted country?",
            Self::SignerCertificate => "May this signer sign documents?",
            Self::Revocation => "Is the signer still trusted by its country?",
            Self::DataGroups => "Are the files the ones that were signed?",
            Self::Consistency => "Do the files agree with each other?",
            Self::CardSecurity => "Is the chip's key signed by the country?",
            Self::ChipAuthenticationMapping => "Did the chip prove its key on opening (PACE-CAM)?",
            Self::ChipAuthentication => "Did the chip prove its key (chip authentication)?",
            Self::Original => "Is the chip the original and not a copy?",
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
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was checked.
    pub name: CheckName,
    /// How it ended.
    pub result: CheckResult,
    /// Why, in a sentence.
    pub detail: String,
}

impl Check {
    /// A check that succeeded.
    pub fn passed(name: CheckName, detail: impl Into<String>) -> Self {
        Self {
            name,
            result: CheckResult::Passed,
            detail: detail.into(),
        }
    }

    /// A check that shows the document to be not genuine.
    pub fn failed(name: CheckName, detail: impl Into<String>) -> Self {
        Self {
            name,
            result: CheckResult::Failed,
            detail: detail.into(),
        }
    }

    /// A check that is needed and could not be made.
    pub fn undetermined(name: CheckName, detail: impl Into<String>) -> Self {
        Self {
            name,
            result: CheckResult::Undetermined,
            detail: detail.into(),
        }
    }

    /// Something worth knowing.
    pub fn noted(name: CheckName, detail: impl Into<String>) -> Self {
        Self {
            name,
            result: CheckResult::Noted,
            detail: detail.into(),
        }
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
const REQUIRED: [CheckName; 10] = [
    CheckName::Access,
    CheckName::Files,
    CheckName::SecurityObject,
    CheckName::Signature,
    CheckName::TrustAnchor,
    CheckName::SignerCertificate,
    CheckName::Revocation,
    CheckName::DataGroups,
    CheckName::Consistency,
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
            checks.push(Check::noted(skipped, ""));
            assert_eq!(Verdict::of(&checks), Verdict::NoVerdict, "{skipped:?}");
        }
    }

    #[test]
    fn one_failure_weighs_more_than_gaps() {
        for result in [CheckResult::Undetermined, CheckResult::Failed] {
            let mut checks = all_passed();
            checks.push(Check {
                name: CheckName::CardSecurity,
                result,
                detail: String::new(),
            });
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
