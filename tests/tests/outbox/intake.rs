//! The same with the centre's own intake: its service, its folder of chunks, its opener and keys in a
//! token, behind the same line.

use std::{path::Path, sync::Arc, time::Duration};

use dossier::{
    Blob, Configuration, Hash, KeyId, Signed, SigningKey as _, Timestamp, configuration::PublicKey,
    receipt::Reason,
};
use enrolment_station::{
    draft::Drafts,
    edge,
    outbox::{ApplicationState, Outbox, State, Uploader},
    store::Store,
};
use key_custody::{
    Curve, Token, TokenConfig, create_pin_file, initialise_token,
    role::{IntakeOpening, ReceiptSigning, StationTls},
    softhsm,
};
use personalisation::intake::{
    chunks::Chunks,
    config::{IntakeSection, IntakeToken},
    keys::IntakeKeys,
    opener::Opener,
    service::IntakeService,
};
use personalisation_store::{
    fleet::{KeyUse, NewConfiguration, NewStation, StationCertificate},
    sealing::Sealer,
    staff::{Grant, Link, Person, Role, RoleId},
};
use rand::{SeedableRng as _, rngs::StdRng};
use tempfile::TempDir;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::outbox::{
    authority::Authority,
    centre, fixture,
    line::Line,
    misbehaviour::PORTRAIT,
    station::{ID, PACE, Station, assert_unreadable, copy, dossier},
};

/// A station, and a centre with everything that makes a dossier Accepted.
struct Journey {
    folder: TempDir,
    station: Station,
    line: Line,
    centre: personalisation_store::Store,
    configuration: Configuration,
}

fn timestamp(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(edge::now().unix_timestamp() + seconds).unwrap()
}

fn period(spki: &[u8]) -> Vec<PublicKey> {
    vec![PublicKey {
        spki: Blob::new(spki.to_vec()).unwrap(),
        from: timestamp(-1000),
        until: timestamp(1000),
    }]
}

impl Journey {
    async fn begin() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::new();
        let station = Station::make(&folder.path().join("station"), &authority);
        let token = intake_token(&station.home);
        let opening = token
            .generate_ec::<IntakeOpening>("intake-1", Curve::P256)
            .unwrap();
        let receipts = token.generate_ec::<ReceiptSigning>("receipts", Curve::P256);
        let mut configuration = fixture::configuration(12);
        (configuration.issue.from, configuration.issue.until) = (timestamp(-900), timestamp(900));
        configuration.intake_keys = period(opening.public_key_spki());
        configuration.receipt_keys = period(receipts.unwrap().public_key_spki());
        let sealer = Sealer::new(Box::new(Zeroizing::new([7; 32])));
        let database = folder.path().join("centre.sqlite");
        let centre = personalisation_store::Store::open(&database, sealer)
            .await
            .unwrap();
        know(&centre, &station, &configuration).await;
        let section = section(folder.path());
        let keys = Arc::new(IntakeKeys::find(token, &token_section(&station.home)).unwrap());
        let chunks = Arc::new(Chunks::open(&section.folder, 1 << 20).unwrap());
        let service = IntakeService::new(centre.clone(), keys, (chunks, 1 << 27));
        tokio::spawn(Opener::new(&service, &section, Arc::default(), Arc::default()).run());
        let (address, _) = centre::serve(&authority, service).await;
        Self {
            folder,
            station,
            line: Line::new(address).await,
            centre,
            configuration,
        }
    }

    fn uploader(&self, store: &Store) -> Uploader<StdRng> {
        Uploader::new(
            &Outbox::new(store),
            self.station.channel(self.line.address),
            Arc::new(self.configuration.clone()),
            Arc::new(edge::now),
            StdRng::seed_from_u64(5),
        )
        .paced(PACE)
    }

    /// Somebody's application in the outbox, made now, under that configuration.
    async fn confirm(&mut self, store: &Store, number: u64) -> Hash {
        let (now, rng) = (edge::now(), &mut self.station.rng);
        let id = Drafts::new(store).create(rng, now).await.unwrap();
        let mut dossier = dossier(id, PORTRAIT);
        dossier.made_at = timestamp(0);
        dossier.clerk.at = timestamp(-60);
        dossier.clock = None;
        dossier.configuration = number;
        let mut configuration = self.configuration.clone();
        configuration.issue.number = number;
        let signer = self.station.signer();
        let outbox = Outbox::new(store);
        let queued = outbox.enqueue(
            &dossier,
            &signer,
            &configuration,
            &mut self.station.rng,
            now,
        );
        queued.await.unwrap().hash
    }

    /// Passes until a dossier is in that state.
    async fn until(&self, store: &Store, hash: Hash, state: State) {
        let mut uploader = self.uploader(store);
        let mut last = None;
        for _ in 0..100 {
            last = Some(uploader.pass().await);
            let rows = Outbox::new(store).rows().await.unwrap();
            if rows
                .iter()
                .any(|item| item.hash == hash && item.state == state)
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{last:?}: {:?}", Outbox::new(store).rows().await);
    }
}

/// The centre knows the station, its keys and its configuration.
async fn know(
    centre: &personalisation_store::Store,
    station: &Station,
    configuration: &Configuration,
) {
    let now = edge::now();
    let tls = station.token.find_ec::<StationTls>("tls").unwrap();
    let signer = station.signer();
    let keys = [
        (KeyUse::Tls, tls.public_key_spki()),
        (KeyUse::Signing, signer.spki()),
    ];
    let certificates = keys.map(|(key_use, spki)| StationCertificate {
        station: ID,
        key_use,
        key: KeyId::of(spki),
        spki: spki.to_vec(),
        der: vec![0x30],
        authority: vec![0x30],
        not_before: now - Duration::from_secs(100),
        not_after: now + Duration::from_secs(1000),
        revoked_at: None,
    });
    let new = NewStation {
        id: ID,
        office: "L-0304".parse().unwrap(),
        replaces: None,
        certificates: &certificates,
    };
    centre.take_in(&new, &[], now).await.unwrap();
    let issued = Signed::sign(configuration, &fixture::SoftKey::new(6)).unwrap();
    let new = NewConfiguration {
        number: configuration.issue.number,
        signed: &issued.encode().unwrap(),
        from: now - Duration::from_mins(15),
        until: now + Duration::from_mins(15),
    };
    centre.add_configuration(&new, &[], now).await.unwrap();
    employ(centre, now).await;
}

/// Whoever made every dossier here.
async fn employ(centre: &personalisation_store::Store, now: OffsetDateTime) {
    let mut rng = StdRng::seed_from_u64(9);
    let clerk = Person {
        id: fixture::dossier().clerk.person,
        login: "c.reuter".into(),
        name: dossier::Text::new("Claire Reuter").unwrap(),
        active: true,
    };
    let grants = [Grant {
        id: RoleId::generate(&mut rng),
        role: Role::Clerk,
        office: Some(fixture::dossier().office),
        from: now - Duration::from_hours(1),
        until: None,
        by: None,
    }];
    let link = Link::generate(&mut rng, now);
    let added = centre.add_person(&mut rng, &clerk, &grants, &link, &[], now);
    added.await.unwrap();
}

fn intake_token(home: &Path) -> Arc<Token> {
    let mut rng = StdRng::seed_from_u64(4);
    let config = TokenConfig {
        module: softhsm::MODULE.into(),
        softhsm2_conf: Some(softhsm::configuration(&home.join("token"))),
        token_label: "intake".into(),
        pin_file: home.join("intake-pin"),
    };
    create_pin_file(&config.pin_file, &mut rng).unwrap();
    initialise_token(&config, &home.join("so-pin")).unwrap();
    Arc::new(Token::open(&config).unwrap())
}

fn token_section(home: &Path) -> IntakeToken {
    let pin = home.join("intake-pin");
    let text = format!(
        "label = 'intake'\npin_file = '{}'\nopening = ['intake-1']\nreceipts = 'receipts'\ntls = 'intake-tls'\n",
        pin.display()
    );
    toml::from_str(&text).unwrap()
}

fn section(folder: &Path) -> IntakeSection {
    let text = format!(
        "listen = '127.0.0.1:0'\nonboarding = '127.0.0.1:0'\nfolder = '{}'\ncertificate = ''\n\
         client_ca = ''\n",
        folder.join("dossiers").display()
    );
    toml::from_str(&text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_centres_own_intake_accepts_what_the_station_sends() {
    let mut journey = Journey::begin().await;
    let store = journey.station.store().await;
    let first = journey.confirm(&store, 12).await;
    let other = journey.folder.path().join("copy");
    copy(&journey.station.data(), &other);
    let second = journey.station.store_at(&other).await;
    // Cut in the middle of the bytes, then both copies at once.
    journey.line.cut_after(700_000);
    let cut = journey.uploader(&store).pass().await;
    assert!(cut.is_err(), "the line was cut");
    tokio::time::sleep(PACE.longest).await;
    let (one, two) = (
        journey.until(&store, first, State::Accepted),
        journey.until(&second, first, State::Accepted),
    );
    tokio::join!(one, two);
    assert!(journey.line.carried() < 2 * PORTRAIT as u64 + 700_000);
    for store in [&store, &second] {
        assert_eq!(Outbox::new(store).sealed(first).await.unwrap(), None);
    }
    assert!(journey.centre.dossier(first).await.unwrap().is_some());
    // Under a configuration that the centre does not know: kept here, and said.
    let unknown = journey.confirm(&store, 13).await;
    journey
        .until(&store, unknown, State::Rejected(Reason::Configuration))
        .await;
    assert!(Outbox::new(&store).sealed(unknown).await.unwrap().is_some());
    // The counter hears where the application stands.
    journey.uploader(&store).pass().await.unwrap();
    let tasks = Outbox::new(&store).tasks().await.unwrap();
    let accepted = tasks
        .iter()
        .any(|task| task.state == ApplicationState::Accepted);
    assert!(accepted, "{tasks:?}");
    assert_unreadable(&journey.station.home);
}
