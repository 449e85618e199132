//! The file of a later ceremony: what terminal authentication needs, programs whose certificates end,
//! and superseded keys to destroy (schema in docs/pki.md).

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{
    plan::{PlanError, file_names, read_text, rule, softhsm},
    verifying_plan::{AuthorityPlan, VerifierPlan, VerifyingPlan},
};

/// A later ceremony, in the folder of a first one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct LaterFile {
    name: String,
    output: PathBuf,
    #[serde(default = "softhsm")]
    module: PathBuf,
    witnesses: Vec<String>,
    country: Option<String>,
    country_verifying: Option<AuthorityPlan>,
    #[serde(rename = "document_verifier", default)]
    document_verifiers: Vec<VerifierPlan>,
    #[serde(default)]
    renew: Vec<RenewPlan>,
    #[serde(default)]
    destroy: Vec<DestroyPlan>,
}

/// A program that gets another certificate over its key.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenewPlan {
    /// Its name in the first ceremony.
    pub program: String,
    /// How long the certificate is valid, in months: 1 to 36, and not beyond its CA's last day.
    pub months: u8,
}

/// Whose key is destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Doomed {
    /// A document signer's.
    DocumentSigner,
    /// A document verifier's.
    DocumentVerifier,
}

/// A key that another one has succeeded.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DestroyPlan {
    /// Whose.
    pub role: Doomed,
    /// Label of the key.
    pub label: String,
    /// Label of the key that works in its place.
    pub successor: String,
}

/// What a later ceremony makes and destroys.
#[derive(Debug, Clone)]
pub struct LaterPlan {
    /// Its name, in the names of its protocol and digest.
    pub name: String,
    /// The folder of the first ceremony.
    pub output: PathBuf,
    /// The PKCS#11 module.
    pub module: PathBuf,
    /// Who must be present and sign the protocol.
    pub witnesses: Vec<String>,
    /// What is made.
    pub verifying: Option<VerifyingPlan>,
    /// Programs that get another certificate.
    pub renew: Vec<RenewPlan>,
    /// What is destroyed after that.
    pub destroy: Vec<DestroyPlan>,
    /// SHA-256 of the file's bytes.
    pub digest: [u8; 32],
}

impl LaterPlan {
    /// Reads and checks a file; `None` when it is of a first ceremony: only later ones have a name.
    pub fn read(path: &Path) -> Result<Option<Self>, PlanError> {
        let schema = |source| PlanError::Schema {
            path: path.into(),
            source: Box::new(source),
        };
        let (text, digest) = read_text(path)?;
        let table: toml::Table = toml::from_str(&text).map_err(schema)?;
        if !table.contains_key("name") {
            return Ok(None);
        }
        let file: LaterFile = toml::from_str(&text).map_err(schema)?;
        let verifiers = file.document_verifiers;
        let verifying = match (file.country, file.country_verifying) {
            (Some(country), Some(authority)) => Some(VerifyingPlan {
                country,
                authority,
                verifiers,
            }),
            (country, authority) => {
                let none = country.is_none() && authority.is_none() && verifiers.is_empty();
                rule(
                    none,
                    "country, country_verifying",
                    "are given together, and with each document_verifier",
                )?;
                None
            }
        };
        let plan = Self {
            output: path.parent().unwrap_or(Path::new(".")).join(file.output),
            name: file.name,
            module: file.module,
            witnesses: file.witnesses,
            verifying,
            renew: file.renew,
            destroy: file.destroy,
            digest,
        };
        plan.check()?;
        Ok(Some(plan))
    }

    fn check(&self) -> Result<(), PlanError> {
        file_names("name", [&self.name].into_iter())?;
        rule(
            !self.witnesses.is_empty(),
            "witnesses",
            "names at least one person",
        )?;
        rule(
            self.verifying.is_some() || !self.renew.is_empty() || !self.destroy.is_empty(),
            "country_verifying, renew, destroy",
            "are not all absent",
        )?;
        file_names("renew.program", self.renew.iter().map(|one| &one.program))?;
        for one in &self.renew {
            let months = (1..=36).contains(&one.months);
            rule(months, "renew.months", "is 1 to 36")?;
        }
        file_names("destroy.label", self.destroy.iter().map(|one| &one.label))?;
        for one in &self.destroy {
            file_names("destroy.successor", [&one.successor].into_iter())?;
            let stays = self
                .destroy
                .iter()
                .all(|other| other.label != one.successor);
            rule(
                stays,
                "destroy.successor",
                "is a key that is not destroyed itself",
            )?;
        }
        self.verifying.as_ref().map_or(Ok(()), VerifyingPlan::check)
    }
}
