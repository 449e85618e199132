//! A station with its keys in SoftHSM, in a folder that another process can take over.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use dossier::{ApplicationId, Blob, Dossier, Hash, StationId};
use enrolment_station::{
    centre::channel::{CentreAddress, channel, tls},
    draft::Drafts,
    outbox::{Event, Outbox, Pace, StationSigner, Uploader},
    store::Store,
};
use key_custody::{
    AesKey, Curve, Token, TokenConfig, create_pin_file, initialise_token,
    role::{DraftStore, StationSigning, StationTls},
    softhsm,
    tls::{Renewable, certified_key},
};
use rand::{Rng as _, RngExt as _, SeedableRng as _, rngs::StdRng};
use time::OffsetDateTime;
use tonic::transport::Channel;

use crate::outbox::{
    authority::{Authority, SERVER},
    fixture,
};

/// What stands in every dossier and may stand on no disk.
pub const SAID: [&str; 3] = ["Müller-Weiß", "Anne-Léa", "JC4X7Y2Z1"];

/// Who the station of the fixture is.
pub const ID: StationId = StationId::from_bytes([2; 16]);

/// Waits of tests.
pub const PACE: Pace = Pace {
    idle: Duration::from_millis(40),
    first: Duration::from_millis(10),
    longest: Duration::from_millis(80),
    call: Duration::from_secs(20),
};

pub struct Station {
    pub home: PathBuf,
    pub rng: StdRng,
    /// Microseconds after the fixture's present.
    pub clock: Arc<AtomicI64>,
    pub events: Arc<Mutex<Vec<Event>>>,
    pub token: Arc<Token>,
    key: AesKey<DraftStore>,
}

impl Station {
    /// A new station, certified.
    pub fn make(home: &Path, authority: &Authority) -> Self {
        fs::create_dir_all(home).unwrap();
        let mut rng = StdRng::seed_from_u64(3);
        let config = token_config(home);
        let so_pin_file = home.join("so-pin");
        create_pin_file(&config.pin_file, &mut rng).unwrap();
        create_pin_file(&so_pin_file, &mut rng).unwrap();
        softhsm::write_configuration(&home.join("token")).unwrap();
        initialise_token(&config, &so_pin_file).unwrap();
        let token = Token::open(&config).unwrap();
        token.generate_aes::<DraftStore>("drafts").unwrap();
        token
            .generate_ec::<StationSigning>("signing", Curve::P256)
            .unwrap();
        let key = token.generate_ec::<StationTls>("tls", Curve::P256).unwrap();
        let certificate = authority.issue(&ID.to_string(), key.public_key_spki());
        fs::write(home.join("tls.der"), certificate).unwrap();
        fs::write(home.join("authority.der"), authority.der()).unwrap();
        drop(token);
        Self::open(home, 1)
    }

    /// The station that is in that folder.
    pub fn open(home: &Path, seed: u64) -> Self {
        let token = Arc::new(Token::open(&token_config(home)).unwrap());
        let key = token.find_aes("drafts").unwrap();
        Self {
            home: home.to_owned(),
            rng: StdRng::seed_from_u64(seed),
            clock: Arc::default(),
            events: Arc::default(),
            token,
            key,
        }
    }

    pub fn data(&self) -> PathBuf {
        self.home.join("data")
    }

    pub async fn store(&mut self) -> Store {
        let data = self.data();
        self.store_at(&data).await
    }

    /// The store in another folder: a copy.
    pub async fn store_at(&mut self, data: &Path) -> Store {
        let opened = Store::open(data, &self.token, &self.key, &mut self.rng).await;
        opened.unwrap()
    }

    pub fn signer(&self) -> StationSigner {
        let key = self.token.find_ec::<StationSigning>("signing").unwrap();
        StationSigner::new(self.token.clone(), key)
    }

    pub fn now(&self) -> OffsetDateTime {
        moment(self.clock.load(Ordering::SeqCst))
    }

    /// Lets time pass: every wait of the outbox is over.
    pub fn later(&self) {
        self.clock.fetch_add(1_000_000, Ordering::SeqCst);
    }

    /// An uploader to that address, which notes its events.
    pub fn uploader(&self, store: &Store, address: SocketAddr) -> Uploader<StdRng> {
        let (clock, events) = (self.clock.clone(), self.events.clone());
        Uploader::new(
            &Outbox::new(store),
            self.channel(address),
            Arc::new(fixture::configuration(12)),
            Arc::new(move || moment(clock.load(Ordering::SeqCst))),
            StdRng::seed_from_u64(5),
        )
        .paced(PACE)
        .observed_by(Arc::new(move |event| events.lock().unwrap().push(*event)))
    }

    /// A channel to that address, with the station's certificate.
    pub fn channel(&self, address: SocketAddr) -> Channel {
        let tls_key = self.token.find_ec::<StationTls>("tls").unwrap();
        let chain = vec![fs::read(self.home.join("tls.der")).unwrap().into()];
        let certified = certified_key(self.token.clone(), tls_key, chain).unwrap();
        let authority = fs::read(self.home.join("authority.der")).unwrap();
        let identity = Arc::new(Renewable::new(certified));
        let tls = tls([authority.into()], Some(identity)).unwrap();
        let address = CentreAddress {
            authority: address.to_string(),
            server_name: SERVER.into(),
        };
        channel(&address, tls).unwrap()
    }

    /// Somebody's application, through every step into the outbox.
    pub async fn confirm(&mut self, store: &Store, portrait: usize) -> (ApplicationId, Hash) {
        let drafts = Drafts::new(store);
        let now = self.now();
        let id = drafts.create(&mut self.rng, now).await.unwrap();
        for step in ["identity", "portrait"] {
            let bytes = SAID[0].as_bytes();
            let saved = drafts.save(&mut self.rng, id, step, bytes, None, now);
            saved.await.unwrap();
        }
        (id, self.enqueue(store, id, portrait).await)
    }

    pub async fn enqueue(&mut self, store: &Store, id: ApplicationId, portrait: usize) -> Hash {
        let dossier = dossier(id, portrait);
        let (signer, configuration, now) = (self.signer(), fixture::configuration(12), self.now());
        let outbox = Outbox::new(store);
        let queued = outbox.enqueue(&dossier, &signer, &configuration, &mut self.rng, now);
        queued.await.unwrap().hash
    }

    pub fn events(&self) -> Vec<Event> {
        self.events.lock().unwrap().clone()
    }
}

fn moment(micros: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(fixture::NOW).unwrap()
        + Duration::from_micros(micros.unsigned_abs())
}

fn token_config(home: &Path) -> TokenConfig {
    TokenConfig {
        module: softhsm::MODULE.into(),
        softhsm2_conf: Some(softhsm::configuration(&home.join("token"))),
        token_label: "station".into(),
        pin_file: home.join("pin"),
    }
}

/// The dossier of that application: the same every time.
pub fn dossier(application: ApplicationId, portrait: usize) -> Dossier {
    let seed = u64::from_be_bytes(application.as_bytes()[..8].try_into().unwrap());
    let mut picture = vec![0; portrait];
    StdRng::seed_from_u64(seed).fill_bytes(&mut picture);
    picture[..3].copy_from_slice(&[0xFF, 0xD8, 0xFF]);
    let mut dossier = fixture::dossier();
    dossier.application = application;
    dossier.second_person = None;
    dossier.portrait.picture = Blob::new(picture).unwrap();
    dossier
}

/// A number below `limit`, from the test's own randomness.
pub fn below(rng: &mut StdRng, limit: u64) -> u64 {
    rng.random_range(0..limit)
}

/// Fails where any file below the folder holds any of what was said.
pub fn assert_unreadable(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            assert_unreadable(&path);
            continue;
        }
        // A log may be cut off between the listing and the reading.
        let Ok(bytes) = fs::read(&path) else { continue };
        for said in SAID {
            let said = said.as_bytes();
            let found = bytes.windows(said.len()).any(|window| window == said);
            assert!(!found, "{} is readable", path.display());
        }
    }
}

/// Copies a folder as it lies there.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}
