//! The part of a ceremony's file that asks for the country verifying CA and document verifiers
//! (schema in docs/pki.md).

use icao9303::cvc::Rights;
use serde::Deserialize;

use super::plan::{PlanError, file_names, is_country, rule};

/// The latest sequence number: five digits.
const LAST_SEQUENCE: u32 = 99_999;

/// The country verifying CA: one generation of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthorityPlan {
    /// Holder mnemonic: 1 to 9 characters of A-Z and 0-9, `CVCALUX`.
    pub mnemonic: String,
    /// Which generation, 1 to 99999; made if it does not exist.
    pub sequence: u32,
    /// The generation whose key signs the link certificate to this one.
    pub previous: Option<u32>,
    /// How long its certificate is valid, in months: 6 to 36 (TR-03139).
    pub validity_months: u8,
    /// What it may let others read.
    pub rights: Vec<Right>,
}

/// One document verifier.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifierPlan {
    /// Label of its key and name of its files: `dv-1`.
    pub label: String,
    /// Holder mnemonic.
    pub mnemonic: String,
    /// Its sequence number.
    pub sequence: u32,
    /// The label of the key whose certificate this one succeeds: its request is signed by it too.
    pub previous: Option<String>,
    /// How long its certificate is valid, in days: 14 to 92 (TR-03139).
    pub validity_days: u16,
    /// What it may let inspection systems read.
    pub rights: Vec<Right>,
}

/// A data group that terminal authentication guards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum Right {
    /// EF.DG3, fingerprints.
    #[serde(rename = "DG3")]
    Fingers,
    /// EF.DG4, iris.
    #[serde(rename = "DG4")]
    Iris,
}

impl Right {
    /// The bit of a certificate.
    #[must_use]
    pub fn cvc(self) -> Rights {
        match self {
            Self::Fingers => Rights::READ_DG3,
            Self::Iris => Rights::READ_DG4,
        }
    }
}

/// Everything that a ceremony makes for terminal authentication.
#[derive(Debug, Clone)]
pub struct VerifyingPlan {
    /// Country code of all holder references.
    pub country: String,
    /// The country verifying CA.
    pub authority: AuthorityPlan,
    /// The document verifiers that it certifies.
    pub verifiers: Vec<VerifierPlan>,
}

impl VerifyingPlan {
    pub(super) fn check(&self) -> Result<(), PlanError> {
        rule(
            is_country(&self.country),
            "country",
            "is two upper-case letters",
        )?;
        let authority = &self.authority;
        rule(
            is_mnemonic(&authority.mnemonic),
            "country_verifying.mnemonic",
            "has 1 to 9 characters of A-Z and 0-9",
        )?;
        rule(
            (1..=LAST_SEQUENCE).contains(&authority.sequence),
            "country_verifying.sequence",
            "is 1 to 99999",
        )?;
        rule(
            authority
                .previous
                .is_none_or(|previous| (1..authority.sequence).contains(&previous)),
            "country_verifying.previous",
            "is an earlier sequence",
        )?;
        rule(
            (6..=36).contains(&authority.validity_months),
            "country_verifying.validity_months",
            "is 6 to 36 (TR-03139)",
        )?;
        rule(
            !authority.rights.is_empty(),
            "country_verifying.rights",
            "names DG3, DG4 or both",
        )?;
        file_names(
            "document_verifier.label",
            self.verifiers.iter().map(|one| &one.label),
        )?;
        self.verifiers
            .iter()
            .try_for_each(|one| one.check(authority))
    }
}

impl VerifierPlan {
    fn check(&self, authority: &AuthorityPlan) -> Result<(), PlanError> {
        rule(
            is_mnemonic(&self.mnemonic),
            "document_verifier.mnemonic",
            "has 1 to 9 characters of A-Z and 0-9",
        )?;
        rule(
            (1..=LAST_SEQUENCE).contains(&self.sequence),
            "document_verifier.sequence",
            "is 1 to 99999",
        )?;
        rule(
            (14..=92).contains(&self.validity_days),
            "document_verifier.validity_days",
            "is 14 to 92 (TR-03139)",
        )?;
        let within = self
            .rights
            .iter()
            .all(|right| authority.rights.contains(right));
        rule(
            within && !self.rights.is_empty(),
            "document_verifier.rights",
            "names rights that country_verifying.rights names too",
        )?;
        file_names("document_verifier.previous", self.previous.iter())?;
        rule(
            self.previous.as_ref() != Some(&self.label),
            "document_verifier.previous",
            "is another verifier's label",
        )
    }
}

fn is_mnemonic(text: &str) -> bool {
    (1..=9).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}
