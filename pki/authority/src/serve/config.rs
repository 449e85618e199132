//! The service's configuration file (schema in docs/pki.md).

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    num::NonZeroU32,
    path::{Path, PathBuf},
};

use key_custody::TokenConfig;
use serde::Deserialize;

use super::{inspection_config::InspectionSection, witness_config::WitnessSection};
use crate::signing::profile::SigningProfile;

/// What the service is, and whom it answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServeConfig {
    /// Where it listens.
    pub listen: SocketAddr,
    /// The store's database file.
    pub store: PathBuf,
    /// The audit file.
    pub audit: PathBuf,
    /// DER public keys that tickets may verify with.
    pub ticket_keys: Vec<PathBuf>,
    /// Blank issues; where this is left out, `danger_without_issues` must stand.
    pub issues: Option<IssuesSection>,
    /// No blank issue is asked for: chips are signed for that nobody handed out to a line.
    #[serde(default)]
    pub danger_without_issues: bool,
    /// The document code of each signing profile, as in the MRZ without fillers: the document signer's certificate must list
    /// it. Profiles that are left out have their own ([`SigningProfile::code`]).
    #[serde(default)]
    pub document_codes: BTreeMap<String, String>,
    /// Roles whose certificates may call Sign.
    pub signing_roles: Vec<String>,
    /// Roles whose certificates may call Journal; those that may sign besides.
    #[serde(default)]
    pub journal_roles: Vec<String>,
    /// How long a request waits for an absent token, in seconds.
    #[serde(default = "default_token_wait")]
    pub token_wait_seconds: u16,
    /// Requests served at once; further ones wait.
    #[serde(default = "default_max_in_flight")]
    pub max_in_flight: u16,
    /// The service's own certificate, and the CA of its callers.
    pub tls: TlsConfig,
    /// The signing token.
    pub token: TokenSection,
    /// The document signers in it, in order of preference.
    #[serde(rename = "document_signer")]
    pub document_signers: Vec<DocumentSignerSection>,
    /// Inspection systems, where they are certified.
    pub inspection: Option<InspectionSection>,
    /// Heads of the audit's log, where this service witnesses them.
    pub witness: Option<WitnessSection>,
}

/// `[issues]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuesSection {
    /// DER public keys of stock: of what is handed out.
    #[serde(default)]
    pub keys: Vec<PathBuf>,
    /// DER public keys of lines, by their names: of what a line takes itself.
    #[serde(default)]
    pub line_keys: BTreeMap<String, Vec<PathBuf>>,
    /// The lines that the holder of a certificate works at, by its common name.
    pub lines: BTreeMap<String, BTreeSet<String>>,
}

impl IssuesSection {
    /// Every path, to be made relative to the configuration's folder.
    fn paths(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let lines = self.line_keys.values_mut().flatten();
        self.keys.iter_mut().chain(lines)
    }

    fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.line_keys.values().all(Vec::is_empty)
    }
}

/// TLS.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// PEM of our certificate.
    pub certificate: PathBuf,
    /// Label of our key in the service's token.
    pub token_key: Option<String>,
    /// PEM of our key (PKCS #8), mode 600, instead of `token_key`: for peers in tests.
    pub danger_key_file: Option<PathBuf>,
    /// PEM of the operations CA that certifies callers.
    pub client_ca: PathBuf,
    /// DER of its revocation list: read by every service, written by `operations`.
    pub revocation_list: PathBuf,
    /// How long a connection lasts, in seconds; its caller makes another one.
    #[serde(default = "an_hour")]
    pub connection_seconds: NonZeroU32,
}

fn an_hour() -> NonZeroU32 {
    NonZeroU32::new(3600).unwrap_or(NonZeroU32::MIN)
}

impl TlsConfig {
    /// Every path, to be made relative to the configuration's folder.
    pub(crate) fn paths(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let needed = [
            &mut self.certificate,
            &mut self.client_ca,
            &mut self.revocation_list,
        ];
        needed.into_iter().chain(&mut self.danger_key_file)
    }
}

/// A token.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenSection {
    /// The PKCS#11 module.
    #[serde(default = "softhsm")]
    pub module: PathBuf,
    /// For SoftHSM: its configuration.
    pub softhsm2_conf: Option<PathBuf>,
    /// The token's label.
    pub label: String,
    /// The file of the user PIN.
    pub pin_file: PathBuf,
}

impl TokenSection {
    pub(crate) fn config(&self) -> TokenConfig {
        TokenConfig {
            module: self.module.clone(),
            softhsm2_conf: self.softhsm2_conf.clone(),
            token_label: self.label.clone(),
            pin_file: self.pin_file.clone(),
        }
    }
}

/// One document signer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentSignerSection {
    /// Label of its key in the token.
    pub label: String,
    /// DER of its certificate.
    pub certificate: PathBuf,
}

/// Why a configuration is refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file cannot be read.
    #[error("cannot read {what} {}: {source}", path.display())]
    Unreadable {
        /// What it is.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// The configuration is not of the schema.
    #[error("the configuration {} is not of the schema in docs/pki.md: {source}", path.display())]
    Schema {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
    /// A value is not allowed.
    #[error("the configuration: {field} {rule}")]
    Value {
        /// The field.
        field: &'static str,
        /// What it must be.
        rule: &'static str,
    },
    /// A list is empty.
    #[error("the configuration names no {0}; at least one is needed")]
    Empty(&'static str),
}

fn default_token_wait() -> u16 {
    20
}

fn default_max_in_flight() -> u16 {
    64
}

fn softhsm() -> PathBuf {
    key_custody::softhsm::MODULE.into()
}

impl ServeConfig {
    /// Reads a file; the paths in it are relative to its folder.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = read_text(path)?;
        let mut config: Self = toml::from_str(&text).map_err(|source| ConfigError::Schema {
            path: path.into(),
            source: Box::new(source),
        })?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let paths = [
            &mut config.store,
            &mut config.audit,
            &mut config.token.pin_file,
        ];
        let signers = config
            .document_signers
            .iter_mut()
            .map(|signer| &mut signer.certificate);
        let all = paths
            .into_iter()
            .chain(config.tls.paths())
            .chain(&mut config.ticket_keys)
            .chain(signers);
        let inspection = config.inspection.iter_mut();
        let all = all.chain(inspection.flat_map(InspectionSection::paths));
        let witness = config.witness.iter_mut();
        let all = all.chain(witness.flat_map(WitnessSection::paths));
        let issues = config.issues.iter_mut().flat_map(IssuesSection::paths);
        for path in all.chain(issues).chain(&mut config.token.softhsm2_conf) {
            *path = folder.join(&path);
        }
        if config.document_signers.is_empty() {
            return Err(ConfigError::Empty("document_signer"));
        }
        if config.ticket_keys.is_empty() {
            return Err(ConfigError::Empty("ticket_keys"));
        }
        config.check_issues()?;
        for profile in config.document_codes.keys() {
            if SigningProfile::named(profile).is_none() {
                return Err(ConfigError::Value {
                    field: "document_codes",
                    rule: "names a signing profile that does not exist here; see docs/pki.md",
                });
            }
        }
        Ok(config)
    }

    /// Whether blank issues are asked for is said, one way or the other.
    fn check_issues(&self) -> Result<(), ConfigError> {
        match (&self.issues, self.danger_without_issues) {
            (Some(issues), false) if issues.is_empty() => {
                Err(ConfigError::Empty("keys and line_keys of [issues]"))
            }
            (Some(_), false) | (None, true) => Ok(()),
            (Some(_), true) => Err(ConfigError::Value {
                field: "danger_without_issues",
                rule: "contradicts [issues]; leave one of them out",
            }),
            (None, false) => Err(ConfigError::Value {
                field: "[issues]",
                rule: "is missing: write it, with the `keys` of stock and `lines` (docs/pki.md), or \
                       `danger_without_issues = true` where chips may be signed for that nobody handed out",
            }),
        }
    }

    /// The token's configuration.
    #[must_use]
    pub fn token(&self) -> TokenConfig {
        self.token.config()
    }
}

/// The text of a configuration.
pub(crate) fn read_text(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
        what: "the configuration",
        path: path.into(),
        source,
    })
}

/// Reads a file that the configuration names.
pub(crate) fn read(what: &'static str, path: &Path) -> Result<Vec<u8>, ConfigError> {
    std::fs::read(path).map_err(|source| ConfigError::Unreadable {
        what,
        path: path.into(),
        source,
    })
}
