//! `[inspection]` of the service's configuration: document verifiers, and who is registered.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use icao9303::cvc::{Certificate, CvcError, ReferenceError, Rights};
use key_custody::{Token, TokenConfig};
use serde::Deserialize;

use super::{
    ServeError,
    config::{ConfigError, ServeConfig, read},
};
use crate::{
    ceremony::verifying_plan::Right,
    inspection::{
        desk::Desk,
        registration::{MOST_DAYS, Registration, Stem},
        verifier::{Verifier, VerifierError},
    },
    store::Store,
    surroundings::Surroundings,
};

/// Inspection systems: who certifies them, and who they are.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InspectionSection {
    /// Self-signed certificates of the country verifying CA, oldest first.
    pub authorities: Vec<PathBuf>,
    /// Its link certificates, oldest first.
    #[serde(default)]
    pub links: Vec<PathBuf>,
    /// The document verifiers' token, of the same module and SoftHSM configuration as the other one.
    pub token: VerifierTokenSection,
    /// The document verifiers in it, in order of preference.
    #[serde(rename = "document_verifier")]
    pub document_verifiers: Vec<DocumentVerifierSection>,
    /// Who may ask.
    #[serde(rename = "system", default)]
    pub systems: Vec<SystemSection>,
}

/// The document verifiers' token.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifierTokenSection {
    /// The token's label.
    pub label: String,
    /// The file of its own user PIN.
    pub pin_file: PathBuf,
}

/// One document verifier.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentVerifierSection {
    /// Label of its key in the token.
    pub label: String,
    /// Its CV certificate.
    pub certificate: PathBuf,
}

/// One inspection system.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SystemSection {
    /// The role that its caller's operations certificate states.
    pub role: String,
    /// Country and mnemonic of its references: `LULINE1`.
    pub holder: String,
    /// What it may ask for.
    pub rights: Vec<Right>,
    /// How long its certificates are valid: 1 to 31 days.
    pub days: u16,
    /// How many first requests are permitted in all.
    #[serde(default = "once")]
    pub first_requests: u32,
}

fn once() -> u32 {
    1
}

/// Why `[inspection]` is refused. For the operator.
#[derive(Debug, thiserror::Error)]
pub enum InspectionError {
    /// A CV certificate cannot be read.
    #[error("the certificate {}: {source}", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// Why.
        source: CvcError,
    },
    /// A certificate is no document verifier's of ours.
    #[error(transparent)]
    Verifier(#[from] VerifierError),
    /// A holder is none.
    #[error(
        "inspection.system {holder}: {source}; country and mnemonic are needed, without a sequence"
    )]
    Holder {
        /// What stands there.
        holder: String,
        /// What is wrong.
        source: ReferenceError,
    },
    /// A registration is not allowed.
    #[error("inspection.system {holder}: {rule}")]
    Registration {
        /// Whose.
        holder: String,
        /// What it must be.
        rule: &'static str,
    },
}

impl InspectionSection {
    /// Every path, to be made relative to the configuration's folder.
    pub(super) fn paths(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let verifiers = self
            .document_verifiers
            .iter_mut()
            .map(|verifier| &mut verifier.certificate);
        self.authorities
            .iter_mut()
            .chain(&mut self.links)
            .chain([&mut self.token.pin_file])
            .chain(verifiers)
    }

    /// The desk that the configuration describes. A token that is absent now is used when it comes; a
    /// key that is there but unusable stops the start.
    pub(super) fn desk(
        &self,
        config: &ServeConfig,
        store: Store,
        surroundings: Surroundings,
    ) -> Result<Desk, ServeError> {
        let authorities = certificates(&self.authorities)?;
        let links = certificates(&self.links)?;
        let token = Arc::new(Token::open_absent(&TokenConfig {
            token_label: self.token.label.clone(),
            pin_file: self.token.pin_file.clone(),
            ..config.token()
        })?);
        let mut verifiers = Vec::new();
        for section in &self.document_verifiers {
            let certificate = certificate(&section.certificate)?;
            let token = token.clone();
            let verifier = Verifier::new(&section.label, certificate, &authorities, token)
                .map_err(InspectionError::from)?;
            match verifier.check() {
                Err(error) if error.is_absence() => {
                    tracing::warn!(key = section.label, %error, "starting without the token");
                }
                Err(error) => return Err(error.into()),
                Ok(()) => {}
            }
            verifiers.push(Arc::new(verifier));
        }
        if verifiers.is_empty() {
            return Err(ConfigError::Empty("inspection.document_verifier").into());
        }
        let registrations: Result<Vec<_>, _> = self
            .systems
            .iter()
            .map(SystemSection::registration)
            .collect();
        let registrations = registrations?;
        for (index, one) in registrations.iter().enumerate() {
            if registrations[..index]
                .iter()
                .any(|other| other.stem == one.stem)
            {
                return Err(InspectionError::Registration {
                    holder: one.stem.to_string(),
                    rule: "is registered once",
                }
                .into());
            }
        }
        Ok(Desk {
            authorities,
            links,
            verifiers,
            registrations,
            store,
            surroundings,
            token_wait: std::time::Duration::from_secs(config.token_wait_seconds.into()),
        })
    }
}

impl SystemSection {
    fn registration(&self) -> Result<Registration, InspectionError> {
        let holder = self.holder.clone();
        let refused = |rule| InspectionError::Registration {
            holder: self.holder.clone(),
            rule,
        };
        let stem: Stem = self
            .holder
            .parse()
            .map_err(|source| InspectionError::Holder { holder, source })?;
        if !(1..=MOST_DAYS).contains(&self.days) {
            return Err(refused("days is 1 to 31 (TR-03139)"));
        }
        if self.rights.is_empty() {
            return Err(refused("rights names DG3, DG4 or both"));
        }
        let rights = self
            .rights
            .iter()
            .fold(0, |bits, right| bits | right.cvc().bits());
        Ok(Registration {
            role: self.role.clone(),
            stem,
            rights: Rights::from_bits(rights),
            days: self.days,
            first_requests: self.first_requests,
        })
    }
}

fn certificates(paths: &[PathBuf]) -> Result<Vec<Certificate>, ServeError> {
    paths.iter().map(|path| certificate(path)).collect()
}

fn certificate(path: &Path) -> Result<Certificate, ServeError> {
    let bytes = read("the CV certificate", path)?;
    Ok(
        Certificate::parse(&bytes).map_err(|source| InspectionError::Certificate {
            path: path.into(),
            source,
        })?,
    )
}
