//! The ceremony's file: what is to be made, reviewed before anything is (schema in docs/pki.md).

use std::{
    collections::BTreeSet,
    net::IpAddr,
    path::{Path, PathBuf},
};

use openssl::sha::sha256;
use serde::Deserialize;

use super::{
    place::TokenPlace,
    verifying_plan::{AuthorityPlan, VerifierPlan, VerifyingPlan},
};
use crate::profile::STATION;

/// Everything a ceremony makes. There are no flags and no choices beside it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The folder that receives everything; relative to the file.
    pub output: PathBuf,
    /// The PKCS#11 module; SoftHSM's by default.
    #[serde(default = "softhsm")]
    pub module: PathBuf,
    /// Who must be present and sign the protocol.
    pub witnesses: Vec<String>,
    /// The issuing State.
    pub state: State,
    /// The country signing CA.
    pub country_signing: CountrySigningPlan,
    /// The document signers.
    #[serde(rename = "document_signer")]
    pub document_signers: Vec<DocumentSignerPlan>,
    /// The country verifying CA, where there is to be one.
    pub country_verifying: Option<AuthorityPlan>,
    /// The document verifiers that it certifies.
    #[serde(rename = "document_verifier", default)]
    pub document_verifiers: Vec<VerifierPlan>,
    /// The CA of our own programs.
    pub operations: OperationsPlan,
    /// The programs that get a TLS certificate.
    #[serde(rename = "program")]
    pub programs: Vec<ProgramPlan>,
    /// SHA-256 of the file's bytes.
    #[serde(skip)]
    pub digest: [u8; 32],
}

/// The issuing State and what all its certificates share.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// countryName: two upper-case letters, `LU`.
    pub country: String,
    /// The State in the MRZ: `LUX`.
    pub mrz_code: String,
    /// organizationName of the authorities.
    pub organisation: String,
    /// Mail address in subjectAltName and issuerAltName.
    pub mail: Option<String>,
    /// Where revocation lists are published.
    pub crl_addresses: Vec<String>,
    /// The document codes that document signers sign for: `ID`.
    pub document_types: Vec<String>,
    /// How long a document is valid, in years.
    pub document_years: u8,
}

/// The country signing CA.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountrySigningPlan {
    /// commonName; the same for all its keys.
    pub common_name: String,
    /// How long the key signs: 3 to 5 years (9303-12 table 1).
    pub key_years: u8,
    /// When the first revocation list is due to be replaced: at most 90 days.
    pub crl_days: u8,
}

/// One document signer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentSignerPlan {
    /// Label of its key and name of its certificate's file: `ds-1`.
    pub label: String,
    /// commonName.
    pub common_name: String,
    /// How long the key signs: at most 3 months (9303-12 §4.1.1.2).
    pub key_months: u8,
}

/// The CA of our own programs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationsPlan {
    /// commonName.
    pub common_name: String,
    /// How long its certificate is valid, in months.
    pub validity_months: u8,
    /// How long those of programs are valid, in months; as long as its own by default.
    pub program_months: Option<u8>,
}

/// One of our programs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProgramPlan {
    /// Name of its files: `line`.
    pub name: String,
    /// Its role, as organizationalUnitName: what its peers decide by.
    pub role: String,
    /// Which side of TLS it is.
    pub side: Side,
    /// The token in which its key is made: `operations-ca`, `signing`, `line`, `intake`, `console`,
    /// `audit` or `register`. Without one its key is a file, for peers in tests.
    pub token: Option<String>,
    /// DNS names in its certificate; its own name by default.
    #[serde(default)]
    pub dns: Vec<String>,
    /// IP addresses in its certificate.
    #[serde(default)]
    pub addresses: Vec<IpAddr>,
}

/// A side of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Answers connections.
    Server,
    /// Opens connections.
    Client,
}

/// Why a ceremony's file is refused; nothing was made.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// It cannot be read.
    #[error("cannot read the ceremony file {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// It is not of the schema.
    #[error("the ceremony file {} is not of the schema in docs/pki.md: {source}", path.display())]
    Schema {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
    /// A value is not allowed.
    #[error("the ceremony file: {field} {rule}")]
    Value {
        /// The field.
        field: String,
        /// What it must be.
        rule: &'static str,
    },
}

pub(super) fn softhsm() -> PathBuf {
    key_custody::softhsm::MODULE.into()
}

impl Plan {
    /// Reads and checks a file.
    pub fn read(path: &Path) -> Result<Self, PlanError> {
        let (text, digest) = read_text(path)?;
        let mut plan: Self = toml::from_str(&text).map_err(|source| PlanError::Schema {
            path: path.into(),
            source: Box::new(source),
        })?;
        let folder = path.parent().unwrap_or(Path::new("."));
        plan.output = folder.join(&plan.output);
        plan.digest = digest;
        plan.check()?;
        Ok(plan)
    }

    /// What is made for terminal authentication, if anything.
    #[must_use]
    pub fn verifying(&self) -> Option<VerifyingPlan> {
        self.country_verifying
            .clone()
            .map(|authority| VerifyingPlan {
                country: self.state.country.clone(),
                authority,
                verifiers: self.document_verifiers.clone(),
            })
    }

    fn check(&self) -> Result<(), PlanError> {
        self.state.check()?;
        rule(
            !self.witnesses.is_empty(),
            "witnesses",
            "names at least one person",
        )?;
        let csca = &self.country_signing;
        let years = (3..=5).contains(&csca.key_years);
        rule(
            years,
            "country_signing.key_years",
            "is 3 to 5 (9303-12 table 1)",
        )?;
        let days = (1..=90).contains(&csca.crl_days);
        rule(
            days,
            "country_signing.crl_days",
            "is 1 to 90 (9303-12 §7.1.4)",
        )?;
        rule(
            !self.document_signers.is_empty(),
            "document_signer",
            "appears at least once",
        )?;
        for signer in &self.document_signers {
            let months = (1..=3).contains(&signer.key_months);
            rule(
                months,
                "document_signer.key_months",
                "is 1 to 3 (9303-12 §4.1.1.2)",
            )?;
        }
        match self.verifying() {
            Some(verifying) => verifying.check()?,
            None => rule(
                self.document_verifiers.is_empty(),
                "document_verifier",
                "needs a country_verifying that certifies it",
            )?,
        }
        let months = (1..=36).contains(&self.operations.validity_months);
        rule(months, "operations.validity_months", "is 1 to 36")?;
        let program = self.operations.program_months;
        rule(
            program.is_none_or(|months| (1..=self.operations.validity_months).contains(&months)),
            "operations.program_months",
            "is 1 to validity_months",
        )?;
        file_names(
            "document_signer.label",
            self.document_signers.iter().map(|one| &one.label),
        )?;
        file_names("program.name", self.programs.iter().map(|one| &one.name))?;
        self.programs.iter().try_for_each(ProgramPlan::check)?;
        let mut names = vec![&self.state.organisation, &csca.common_name];
        names.push(&self.operations.common_name);
        names.extend(self.document_signers.iter().map(|one| &one.common_name));
        let sized = names
            .iter()
            .all(|name| (1..=64).contains(&name.chars().count()));
        rule(
            sized,
            "organisation and common_name",
            "have 1 to 64 characters",
        )
    }
}

impl ProgramPlan {
    fn check(&self) -> Result<(), PlanError> {
        let known = |label: &String| TokenPlace::of_program(label).is_some();
        rule(
            self.token.as_ref().is_none_or(known),
            "program.token",
            "is operations-ca, signing, line, intake, console or register",
        )?;
        rule(
            self.role != STATION,
            "program.role",
            "is not station: stations are certified by `pki-authority operations`",
        )
    }
}

impl State {
    fn check(&self) -> Result<(), PlanError> {
        let code = |text: &str, least: usize, most: usize| {
            let upper = text.bytes().all(|byte| byte.is_ascii_uppercase());
            upper && (least..=most).contains(&text.len())
        };
        rule(
            is_country(&self.country),
            "state.country",
            "is two upper-case letters",
        )?;
        rule(
            code(&self.mrz_code, 1, 3),
            "state.mrz_code",
            "is one to three upper-case letters",
        )?;
        let published = !self.crl_addresses.is_empty();
        rule(
            published,
            "state.crl_addresses",
            "names at least one address",
        )?;
        let types = &self.document_types;
        rule(
            !types.is_empty() && types.iter().all(|one| code(one, 1, 2)),
            "state.document_types",
            "lists document codes of one or two upper-case letters",
        )?;
        rule(
            (1..=15).contains(&self.document_years),
            "state.document_years",
            "is 1 to 15",
        )
    }
}

/// The file's text, and SHA-256 of its bytes.
pub(super) fn read_text(path: &Path) -> Result<(String, [u8; 32]), PlanError> {
    let text = std::fs::read_to_string(path).map_err(|source| PlanError::Unreadable {
        path: path.into(),
        source,
    })?;
    let digest = sha256(text.as_bytes());
    Ok((text, digest))
}

pub(super) fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

pub(super) fn rule(kept: bool, field: &str, rule: &'static str) -> Result<(), PlanError> {
    if kept {
        Ok(())
    } else {
        Err(PlanError::Value {
            field: field.into(),
            rule,
        })
    }
}

/// Names of files must be harmless and different.
pub(super) fn file_names<'a>(
    field: &str,
    names: impl Iterator<Item = &'a String>,
) -> Result<(), PlanError> {
    let mut seen = BTreeSet::new();
    for name in names {
        let harmless = (1..=40).contains(&name.len())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        rule(harmless, field, "has only a-z, 0-9 and - (at most 40)")?;
        rule(seen.insert(name), field, "is used once")?;
    }
    Ok(())
}
