//! The centre's `personalisation intake`, the real program with its tokens, in a folder of its own.

use std::path::{Path, PathBuf};

use dossier::{Configuration, KeyId, OfficeId, PersonId, Signed, Text, staff::Role};
use openssl::pkey::{PKey, Private, Public};
use personalisation_store::{
    Database, Store,
    fleet::NewConfiguration,
    sealing::Sealer,
    staff::{Grant, Link, Person, RoleId},
};
use rand::{rand_core::UnwrapErr, rngs::SysRng};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{
    Trouble,
    authority::{self, Authority, Subject},
    paper::{self, Paper},
    station::{SoftKey, Station},
};
use crate::database::{Engine, Seen};
use crate::programs::{self, Service};

/// A centre that takes dossiers in.
#[derive(Debug)]
pub struct Intake {
    folder: PathBuf,
    authority: Authority,
    service: Option<Service>,
    stations: String,
    onboarding: String,
    /// The centre's database, beside the running program.
    pub store: Store,
    /// Where that is.
    pub database: Seen,
    further: String,
    config_key: PKey<Private>,
}

/// `[intake]` and its tokens; what a whole house has elsewhere is named, and not used.
const CONFIGURATION: &str = r#"database = "centre.db"
issuer_profile = "luxembourg"

[sealing]
key_file = "sealing.key"
fingers_key_file = "fingers.key"

[tokens.cards]
softhsm2_conf = "tokens/softhsm2.conf"
label = "cards"
pin_file = "cards.pin"
card_master = "card-master"
delivery_key = "delivery-transport"

[tokens.tickets]
softhsm2_conf = "tokens/softhsm2.conf"
label = "tickets"
pin_file = "tickets.pin"
key = "tickets"

[tokens.intake]
softhsm2_conf = "tokens/softhsm2.conf"
label = "intake"
pin_file = "intake.pin"
so_pin_file = "intake.so-pin"
opening = ["intake-1"]
receipts = "receipts-1"
tls = "intake-tls"
public_keys = "."

[tokens.review]
softhsm2_conf = "tokens/softhsm2.conf"
label = "review"
pin_file = "review.pin"
so_pin_file = "review.so-pin"
key = "review-tickets-1"
public_key = "review-tickets-1.spki"
approvals = ["approvals-1"]

[pki]
endpoint = "https://127.0.0.1:1"
server_name = "localhost"
server_ca = "ca.pem"
certificate = "intake.pem"
key = "none"
signing_profile = "identity-card"
trust = "."

[intake]
listen = "127.0.0.1:0"
onboarding = "127.0.0.1:0"
folder = "dossiers"
certificate = "intake.pem"
client_ca = "ca.pem"
free_bytes = 0
"#;

impl Intake {
    /// Makes keys and certificates in `place`, issues configuration 1, and starts the program.
    /// `further` lines end its configuration.
    pub async fn start(place: &Path, further: &str) -> Result<Self, Trouble> {
        Self::start_with(place, CONFIGURATION, further).await
    }

    /// The same on that engine; on a server the program has a role of its own.
    pub async fn start_on(engine: Engine, place: &Path) -> Result<Self, Trouble> {
        let database = engine.database(place, &["intake", "console"]).await?;
        let configuration = CONFIGURATION.replacen("centre.db", &database.program("intake"), 1);
        Self::start_in(place, &configuration, "", database).await
    }

    /// The same with another configuration instead of the one here.
    pub async fn start_with(
        place: &Path,
        configuration: &str,
        further: &str,
    ) -> Result<Self, Trouble> {
        Self::start_in(place, configuration, further, Seen::file(place)).await
    }

    async fn start_in(
        place: &Path,
        configuration: &str,
        further: &str,
        database: Seen,
    ) -> Result<Self, Trouble> {
        let authority = Authority::new()?;
        std::fs::create_dir_all(place.join("tokens"))?;
        std::fs::write(place.join("ca.pem"), authority.pem()?)?;
        std::fs::write(place.join("intake.pem"), authority.pem()?)?;
        key_custody::softhsm::write_configuration(&place.join("tokens"))?;
        let config = place.join("intake.toml");
        std::fs::write(&config, format!("{configuration}{further}"))?;
        let path = config.to_string_lossy().into_owned();
        programs::run("personalisation", &["keys", "--config", &path], &[])?;
        let tls = PKey::public_key_from_der(&std::fs::read(place.join("intake-tls.spki"))?)?;
        let store = open_store(place, database.owner()).await?;
        let mut intake = Self {
            folder: place.to_path_buf(),
            authority,
            service: None,
            stations: String::new(),
            onboarding: String::new(),
            store,
            database,
            further: further.to_owned(),
            config_key: authority::p256()?,
        };
        intake.certify(&tls)?;
        intake.issue(1, |_| ()).await?;
        intake.serve()?;
        Ok(intake)
    }

    fn certify(&self, key: &PKey<Public>) -> Result<(), Trouble> {
        let subject = Subject {
            role: "intake",
            name: "localhost",
            period: (-3600, 86_400 * 30),
        };
        let certificate = self.authority.certify(key, subject)?;
        std::fs::write(self.folder.join("intake.pem"), certificate.to_pem()?)?;
        Ok(())
    }

    /// Adds a signed configuration under this number, changed by `change`.
    pub async fn issue(
        &self,
        number: u64,
        change: impl FnOnce(&mut Configuration),
    ) -> Result<(), Trouble> {
        let mut configuration = paper::configuration(number)?;
        change(&mut configuration);
        let signed = Signed::sign(&configuration, &SoftKey::new(self.config_key.clone())?)?;
        let time = |at: dossier::Timestamp| OffsetDateTime::from_unix_timestamp(at.seconds());
        let new = NewConfiguration {
            number,
            signed: &signed.encode()?,
            from: time(configuration.issue.from).unwrap_or(OffsetDateTime::UNIX_EPOCH),
            until: time(configuration.issue.until).unwrap_or(OffsetDateTime::UNIX_EPOCH),
        };
        let now = OffsetDateTime::from_unix_timestamp(authority::now());
        let now = now.unwrap_or(OffsetDateTime::UNIX_EPOCH);
        self.store.add_configuration(&new, &[], now).await?;
        Ok(())
    }

    /// Starts the program, or again after it was killed.
    pub fn serve(&mut self) -> Result<(), Trouble> {
        const READY: &str = "listening on ";
        self.service = None;
        let (config, log) = (
            self.folder.join("intake.toml"),
            self.folder.join("intake.log"),
        );
        let path = config.to_string_lossy().into_owned();
        let mut service =
            Service::start("personalisation", &["intake", "--config", &path], &[], &log)?;
        let said = || {
            let said = std::fs::read_to_string(&log).ok()?;
            let (line, _) = said.split_once(READY)?.1.split_once('\n')?;
            let (stations, onboarding) = line.split_once(" and ")?;
            Some((stations.to_owned(), onboarding.to_owned()))
        };
        service.wait_until(&log, || said().is_some())?;
        (self.stations, self.onboarding) = said().unwrap_or_default();
        self.service = Some(service);
        // Started again it listens where it did: stations know one address.
        let listen = |at: &str| format!("listen = {at:?}");
        let text = std::fs::read_to_string(&config)?;
        std::fs::write(
            &config,
            text.replace(&listen("127.0.0.1:0"), &listen(&self.stations)),
        )?;
        Ok(())
    }

    /// Pulls the plug.
    pub fn kill(&mut self) {
        self.service = None;
    }

    /// Where stations call.
    pub fn address(&self) -> &str {
        &self.stations
    }

    /// Where stations without certificate call.
    pub fn onboarding(&self) -> &str {
        &self.onboarding
    }

    /// Its process, for looking at its memory.
    pub fn process(&self) -> Option<u32> {
        self.service.as_ref().map(Service::process)
    }

    /// The centre's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whom stations and the centre trust.
    pub const fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Changes the program's configuration; it counts from the next start on.
    pub fn reconfigure(&self, change: impl FnOnce(String) -> String) -> Result<(), Trouble> {
        let config = self.folder.join("intake.toml");
        std::fs::write(&config, change(std::fs::read_to_string(&config)?))?;
        Ok(())
    }

    /// What stands after the sections of this file.
    pub fn further(&self) -> &str {
        &self.further
    }

    /// A new station in this office, known to the centre.
    pub async fn station(&self, office: &str) -> Result<Station, Trouble> {
        Station::take_in(self, office).await
    }

    /// Somebody with one role since yesterday, at an office or (none) at the centre.
    pub async fn employ(
        &self,
        id: PersonId,
        role: Role,
        office: Option<&OfficeId>,
    ) -> Result<(), Trouble> {
        let mut rng = UnwrapErr(SysRng);
        let now = OffsetDateTime::from_unix_timestamp(authority::now());
        let now = now.unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let person = Person {
            id,
            login: format!("person-{id}"),
            name: Text::new("Somebody")?,
            active: true,
        };
        let grants = [Grant {
            id: RoleId::generate(&mut rng),
            role,
            office: office.cloned(),
            from: now - time::Duration::days(2),
            until: None,
            by: None,
        }];
        let link = Link::generate(&mut rng, now + time::Duration::days(1));
        let added = self
            .store
            .add_person(&mut rng, &person, &grants, &link, &[], now);
        Ok(added.await?)
    }

    /// The key to which dossiers are sealed.
    pub fn intake_key(&self) -> Result<Vec<u8>, Trouble> {
        Ok(std::fs::read(self.folder.join("intake-1.spki"))?)
    }

    /// The key that signs receipts.
    pub fn receipt_key(&self) -> Result<Vec<u8>, Trouble> {
        Ok(std::fs::read(self.folder.join("receipts-1.spki"))?)
    }

    /// The name of the key to which dossiers are sealed.
    pub fn intake_key_id(&self) -> Result<KeyId, Trouble> {
        Ok(KeyId::of(&self.intake_key()?))
    }

    /// What a renewal by an adult looks like, captured at that station.
    pub fn paper(&self, station: &Station) -> Paper {
        Paper::new(station)
    }
}

/// The centre's database with its keys.
async fn open_store(place: &Path, database: Database) -> Result<Store, Trouble> {
    let key = |name: &str| -> Result<Sealer, Trouble> {
        let bytes = Zeroizing::new(std::fs::read(place.join(name))?);
        let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| Trouble::Key)?;
        Ok(Sealer::new(Box::new(Zeroizing::new(key))))
    };
    let store = Store::open(database, key("sealing.key")?).await?;
    Ok(store.with_fingers(key("fingers.key")?))
}
