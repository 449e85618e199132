//! The configuration file of all roles; its schema is in `docs/line.md`.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use dossier::dossier::DocumentType;
use key_custody::TokenConfig;
use personalisation_core::{
    issuer_profile::IssuerProfile, machine::MachineSerial, rules::residence_permit::PolicyError,
};
use personalisation_store::{Database, Store, StoreError, sealing::Sealer};
use serde::Deserialize;
use thiserror::Error;

use crate::{
    audit::{AuditSection, AuditToken},
    console::{ConsoleSection, ConsoleToken},
    courier::CourierSection,
    fleet::FleetSection,
    intake::config::{IntakeSection, IntakeToken, RegisterSection},
    order::PermitSection,
    person,
    quality::QualitySection,
    review::{Issuer, notice::NoticesSection},
    secret_file::{self, SecretFileError},
    shipping::ShippingToken,
    stock::{StockSection, StockToken},
};

/// Why a configuration cannot be used. For the operator.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("reading the configuration {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// It is not what `docs/line.md` describes.
    #[error("reading the configuration {}: {source}", path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
    /// Half an inspection system.
    #[error(
        "reading the configuration {}: [inspection] and [tokens.inspection] belong together", path.display()
    )]
    HalfInspectionSystem {
        /// The file.
        path: PathBuf,
    },
    /// No such issuer profile.
    #[error("reading the configuration {}: there is no issuer profile {name:?}; luxembourg and utopia are known", path.display())]
    IssuerProfile {
        /// The file.
        path: PathBuf,
        /// What stands there.
        name: String,
    },
    /// Residence permits that no State can issue.
    #[error("reading the configuration {}: {source}", path.display())]
    Permits {
        /// The file.
        path: PathBuf,
        /// Why.
        source: PolicyError,
    },
    /// The sealing key cannot be used.
    #[error(transparent)]
    SealingKey(#[from] SecretFileError),
    /// The database cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The whole file, paths already resolved.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The database: a path, or a URL of PostgreSQL.
    pub database: Database,
    issuer_profile: String,
    /// The key of sealed columns.
    pub sealing: Sealing,
    /// The tokens.
    pub tokens: Tokens,
    /// The signing service.
    pub pki: Pki,
    /// What residence permits say that is not the holder's.
    #[serde(default)]
    pub residence_permit: PermitSection,
    /// The line's own inspection system, where it reads fingers back from locked chips.
    pub inspection: Option<InspectionSystemSection>,
    /// The line.
    #[serde(default)]
    pub line: Line,
    /// The audit's log.
    #[serde(default)]
    pub audit: AuditSection,
    /// The stock of blanks.
    #[serde(default)]
    pub stock: StockSection,
    /// What people look at of the line's cards.
    #[serde(default)]
    pub quality: QualitySection,
    /// The stations; its schema is in `docs/fleet.md`.
    pub fleet: Option<FleetSection>,
    /// Where dossiers come in.
    pub intake: Option<IntakeSection>,
    /// The population register.
    pub register: Option<RegisterSection>,
    /// Who writes to applicants, where letters are printed.
    pub notices: Option<NoticesSection>,
    /// The pages of the centre's staff, where this host serves them.
    pub console: Option<ConsoleSection>,
    /// The courier's page.
    pub courier: Option<CourierSection>,
}

/// `[sealing]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealing {
    /// 32 bytes, mode 600.
    pub key_file: PathBuf,
    /// The same for fingers, where they have a key of their own; a role that must not read fingers is
    /// not given this file.
    pub fingers_key_file: Option<PathBuf>,
}

/// `[tokens]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tokens {
    #[serde(default = "softhsm")]
    module: PathBuf,
    /// Keys of chips and deliveries.
    pub cards: CardToken,
    /// The key of tickets.
    pub tickets: TicketToken,
    /// Keys of the inspection system.
    pub inspection: Option<InspectionToken>,
    /// Keys that open dossiers and sign receipts.
    pub intake: Option<IntakeToken>,
    /// The key of tickets of approved applications.
    pub review: Option<TicketToken>,
    /// The console's TLS key.
    pub console: Option<ConsoleToken>,
    /// The key of blank issues.
    pub stock: Option<StockToken>,
    /// The key of the audit's heads.
    pub audit: Option<AuditToken>,
    /// The key of manifests.
    pub shipping: Option<ShippingToken>,
}

/// `[tokens.cards]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardToken {
    softhsm2_conf: Option<PathBuf>,
    label: String,
    pin_file: PathBuf,
    /// The security officer's PIN, for making the token.
    pub so_pin_file: Option<PathBuf>,
    /// Label of the AES-256 master key.
    pub card_master: String,
    /// Label of the RSA key of deliveries.
    pub delivery_key: String,
    /// Where the public half of the delivery key is written.
    pub delivery_public_key: Option<PathBuf>,
    /// Label of the P-256 key by which the line takes blanks from the vault itself, where nobody hands them out.
    pub issue_key: Option<String>,
    /// Where `keys` writes its public half.
    pub issue_public_key: Option<PathBuf>,
}

/// `[tokens.tickets]`, `[tokens.review]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketToken {
    softhsm2_conf: Option<PathBuf>,
    label: String,
    pin_file: PathBuf,
    /// The security officer's PIN, for making the token.
    pub so_pin_file: Option<PathBuf>,
    /// Label of the P-256 key.
    pub key: String,
    /// Where `keys` writes the public half.
    pub public_key: Option<PathBuf>,
    /// Of `[tokens.review]`: labels of the keys of second persons at the console; the first signs, all are believed.
    #[serde(default)]
    pub approvals: Vec<String>,
}

impl TicketToken {
    fn paths(&mut self) -> Vec<&mut PathBuf> {
        let mut paths = vec![&mut self.pin_file];
        paths.extend(&mut self.softhsm2_conf);
        paths.extend(&mut self.so_pin_file);
        paths.extend(&mut self.public_key);
        paths
    }
}

/// `[tokens.inspection]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InspectionToken {
    softhsm2_conf: Option<PathBuf>,
    label: String,
    pin_file: PathBuf,
    /// The security officer's PIN, for making the token.
    pub so_pin_file: Option<PathBuf>,
}

/// `[inspection]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InspectionSystemSection {
    /// Country and mnemonic of its references, as registered at pki.
    pub holder: String,
    /// Folder of its certificates.
    pub certificates: PathBuf,
}

/// `[pki]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pki {
    /// `https://HOST:PORT`.
    pub endpoint: String,
    /// The name in the server's certificate.
    pub server_name: String,
    /// PEM: the operations CA.
    pub server_ca: PathBuf,
    /// PEM: our certificate.
    pub certificate: PathBuf,
    /// Label of its key in the token of `[tokens.cards]`.
    pub key: String,
    /// What pki is asked to apply to identity cards.
    pub signing_profile: String,
    /// Folder of `csca-*.cer` and `*.crl`.
    pub trust: PathBuf,
    /// How long tickets hold, in days.
    #[serde(default = "thirty")]
    pub ticket_days: u32,
}

/// `[line]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Line {
    /// Its name among all lines.
    pub name: String,
    /// PC/SC names.
    pub readers: Vec<String>,
    /// Machines, wherever their readers are.
    pub machine: Vec<MachineSection>,
    idle_seconds: u64,
    lease_seconds: u64,
    abandoned_seconds: u64,
    removal_grace_seconds: u64,
    /// Tries at one step.
    pub max_tries: u32,
    /// Longest command and response that the chips take, in bytes.
    pub apdu_buffer: u32,
    /// Take only blanks that somebody handed out to this line, by an issue that is signed.
    pub handed_out_only: bool,
    /// Lets machines work without `[inspection]`: their cards' fingers are then written and locked, and read by nobody.
    pub danger_without_terminal_authentication: bool,
}

/// `[[line.machine]]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MachineSection {
    #[serde(deserialize_with = "serial_number")]
    /// Its serial number, as its plate has it.
    pub serial: MachineSerial,
}

fn serial_number<'de, D: serde::Deserializer<'de>>(from: D) -> Result<MachineSerial, D::Error> {
    let text = String::deserialize(from)?;
    text.parse().map_err(serde::de::Error::custom)
}

impl Default for Line {
    fn default() -> Self {
        Self {
            name: "line-1".to_owned(),
            readers: Vec::new(),
            machine: Vec::new(),
            idle_seconds: 3,
            lease_seconds: 60,
            abandoned_seconds: 600,
            removal_grace_seconds: 5,
            max_tries: 3,
            apdu_buffer: 4096,
            handed_out_only: false,
            danger_without_terminal_authentication: false,
        }
    }
}

impl Line {
    /// How long a silent worker keeps its attempt.
    pub fn lease(&self) -> Duration {
        Duration::from_secs(self.lease_seconds)
    }

    /// How long a reader may be without a usable blank before the line ends, with `--once`.
    pub fn idle(&self) -> Duration {
        Duration::from_secs(self.idle_seconds)
    }

    /// How long after the end of its lease an attempt is given up whose card was not seen again.
    pub fn abandoned_after(&self) -> Duration {
        Duration::from_secs(self.abandoned_seconds)
    }

    /// How long a card that was taken away may come back.
    pub fn removal_grace(&self) -> Duration {
        Duration::from_secs(self.removal_grace_seconds)
    }
}

fn softhsm() -> PathBuf {
    key_custody::softhsm::MODULE.into()
}

const fn thirty() -> u32 {
    30
}

impl Config {
    /// Reads a configuration.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = fs::read_to_string(path).map_err(|source| ConfigError::Read {
            path: path.to_owned(),
            source,
        })?;
        let mut config: Self = toml::from_str(&text).map_err(|source| ConfigError::Form {
            path: path.to_owned(),
            source: Box::new(source),
        })?;
        if IssuerProfile::by_name(&config.issuer_profile).is_none() {
            let name = config.issuer_profile;
            return Err(ConfigError::IssuerProfile {
                path: path.to_owned(),
                name,
            });
        }
        if let Err(source) = config.residence_permit.policy().check() {
            let path = path.to_owned();
            return Err(ConfigError::Permits { path, source });
        }
        if config.inspection.is_some() != config.tokens.inspection.is_some() {
            let path = path.to_owned();
            return Err(ConfigError::HalfInspectionSystem { path });
        }
        let folder = path.parent().unwrap_or(Path::new(""));
        config
            .paths()
            .into_iter()
            .for_each(|path| *path = folder.join(&*path));
        Ok(config)
    }

    /// What the line makes.
    pub fn issuer_profile(&self) -> IssuerProfile {
        // Checked when the file was read.
        IssuerProfile::by_name(&self.issuer_profile).unwrap_or(IssuerProfile::LUXEMBOURG)
    }

    /// Who issues what review approves.
    pub fn issuer(&self) -> Issuer<'_> {
        Issuer {
            profile: self.issuer_profile().name,
            permits: &self.residence_permit,
        }
    }

    /// What pki is asked to apply.
    pub fn signing_profile(&self, document: DocumentType) -> &str {
        match document {
            DocumentType::IdentityCard => &self.pki.signing_profile,
            DocumentType::ResidencePermit => self.residence_permit.signing_profile(),
        }
    }

    /// The token of chip and delivery keys.
    pub fn card_token(&self) -> TokenConfig {
        let CardToken {
            softhsm2_conf,
            label,
            pin_file,
            ..
        } = &self.tokens.cards;
        self.token(softhsm2_conf.as_ref(), label, pin_file)
    }

    /// The token of the ticket key.
    pub fn ticket_token(&self) -> TokenConfig {
        let TicketToken {
            softhsm2_conf,
            label,
            pin_file,
            ..
        } = &self.tokens.tickets;
        self.token(softhsm2_conf.as_ref(), label, pin_file)
    }

    /// The line's inspection system and its token; both are configured, or neither.
    pub fn inspection_system(&self) -> Option<(&InspectionSystemSection, TokenConfig)> {
        let token = self.inspection_token()?;
        self.inspection.as_ref().map(|section| (section, token))
    }

    /// Intake's token.
    pub fn intake_token(&self) -> Option<(&IntakeToken, TokenConfig)> {
        let section = self.tokens.intake.as_ref()?;
        let IntakeToken {
            softhsm2_conf,
            label,
            pin_file,
            ..
        } = section;
        Some((section, self.token(softhsm2_conf.as_ref(), label, pin_file)))
    }

    /// The token of tickets of approved applications.
    pub fn review_token(&self) -> Option<(&TicketToken, TokenConfig)> {
        let section = self.tokens.review.as_ref()?;
        let TicketToken {
            softhsm2_conf,
            label,
            pin_file,
            ..
        } = section;
        Some((section, self.token(softhsm2_conf.as_ref(), label, pin_file)))
    }

    /// The console's token.
    pub fn console_token(&self) -> Option<(&ConsoleToken, TokenConfig)> {
        let section = self.tokens.console.as_ref()?;
        let ConsoleToken {
            softhsm2_conf,
            label,
            pin_file,
            ..
        } = section;
        Some((section, self.token(softhsm2_conf.as_ref(), label, pin_file)))
    }

    /// Stock's token.
    pub fn stock_token(&self) -> Option<(&StockToken, TokenConfig)> {
        let section = self.tokens.stock.as_ref()?;
        let StockToken {
            softhsm2_conf,
            label,
            pin_file,
            ..
        } = section;
        Some((section, self.token(softhsm2_conf.as_ref(), label, pin_file)))
    }

    /// The audit's token.
    pub fn audit_token(&self) -> Option<(&AuditToken, TokenConfig)> {
        let section = self.tokens.audit.as_ref()?;
        let AuditToken {
            softhsm2_conf,
            label,
            pin_file,
            ..
        } = section;
        Some((section, self.token(softhsm2_conf.as_ref(), label, pin_file)))
    }

    /// The token of manifests.
    pub fn shipping_token(&self) -> Option<(&ShippingToken, TokenConfig)> {
        let section = self.tokens.shipping.as_ref()?;
        let ShippingToken {
            softhsm2_conf,
            label,
            pin_file,
            ..
        } = section;
        Some((section, self.token(softhsm2_conf.as_ref(), label, pin_file)))
    }

    /// The token of the inspection system's keys.
    pub fn inspection_token(&self) -> Option<TokenConfig> {
        let InspectionToken {
            softhsm2_conf,
            label,
            pin_file,
            ..
        } = self.tokens.inspection.as_ref()?;
        Some(self.token(softhsm2_conf.as_ref(), label, pin_file))
    }

    /// Opens the database under the sealing key.
    pub async fn open_store(&self) -> Result<Store, ConfigError> {
        let store = self.open_any_store().await?;
        Ok(match &self.sealing.fingers_key_file {
            Some(path) => store.with_fingers(Sealer::new(secret_file::read_key(path)?)),
            None => store,
        })
    }

    /// The same without the key of fingers, whose file is not read: for roles that have no business with them.
    pub async fn open_store_without_fingers(&self) -> Result<Store, ConfigError> {
        Ok(self.open_any_store().await?.without_fingers())
    }

    /// Brings a database on a server up to date, as its owner; the roles of our programs get what they need.
    pub async fn migrate(&self) -> Result<(), ConfigError> {
        personalisation_store::migrate(self.database.clone()).await?;
        let store = self.open_store().await?;
        person::complete(&store).await?;
        store.adopt_audit().await?;
        Ok(())
    }

    async fn open_any_store(&self) -> Result<Store, ConfigError> {
        let sealer = Sealer::new(secret_file::read_key(&self.sealing.key_file)?);
        let store = Store::open(self.database.clone(), sealer).await?;
        // Before anybody claims or orders: what is older than the keys of persons gets them now. On a server its
        // owner does that: the roles of programs may not read everybody's dossiers.
        if store.is_embedded() {
            person::complete(&store).await?;
        }
        Ok(store)
    }

    fn token(&self, softhsm2_conf: Option<&PathBuf>, label: &str, pin_file: &Path) -> TokenConfig {
        TokenConfig {
            module: self.tokens.module.clone(),
            softhsm2_conf: softhsm2_conf.cloned(),
            token_label: label.to_owned(),
            pin_file: pin_file.to_owned(),
        }
    }

    fn paths(&mut self) -> Vec<&mut PathBuf> {
        let Self {
            database,
            sealing,
            tokens,
            pki,
            inspection,
            fleet,
            intake,
            register,
            console,
            audit: log,
            ..
        } = self;
        let Tokens {
            module,
            cards,
            tickets,
            inspection: inspection_token,
            intake: intake_token,
            review,
            console: console_token,
            stock,
            audit,
            shipping,
        } = tokens;
        let mut paths = vec![
            &mut sealing.key_file,
            module,
            &mut cards.pin_file,
            &mut tickets.pin_file,
            &mut pki.server_ca,
            &mut pki.certificate,
            &mut pki.trust,
        ];
        if let Database::Sqlite(path) = database {
            paths.push(path);
        }
        paths.extend(&mut sealing.fingers_key_file);
        paths.extend(intake.iter_mut().flat_map(IntakeSection::paths));
        paths.extend(intake_token.iter_mut().flat_map(IntakeToken::paths));
        paths.extend(register.iter_mut().map(|section| &mut section.server_ca));
        paths.extend(console.iter_mut().flat_map(ConsoleSection::paths));
        paths.extend(console_token.iter_mut().flat_map(ConsoleToken::paths));
        paths.extend(stock.iter_mut().flat_map(StockToken::paths));
        paths.extend(audit.iter_mut().flat_map(AuditToken::paths));
        paths.extend(log.paths());
        paths.extend(shipping.iter_mut().flat_map(ShippingToken::paths));
        paths.extend(review.iter_mut().flat_map(TicketToken::paths));
        paths.extend(&mut cards.softhsm2_conf);
        paths.extend(&mut tickets.softhsm2_conf);
        paths.extend(&mut tickets.public_key);
        paths.extend(&mut cards.so_pin_file);
        paths.extend(&mut cards.delivery_public_key);
        paths.extend(&mut cards.issue_public_key);
        paths.extend(&mut tickets.so_pin_file);
        paths.extend(
            inspection
                .iter_mut()
                .map(|section| &mut section.certificates),
        );
        paths.extend(fleet.iter_mut().flat_map(FleetSection::paths));
        if let Some(token) = inspection_token {
            paths.push(&mut token.pin_file);
            paths.extend(&mut token.softhsm2_conf);
            paths.extend(&mut token.so_pin_file);
        }
        paths
    }
}

#[cfg(test)]
mod tests;
