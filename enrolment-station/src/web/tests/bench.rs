//! One station: token, store, pages, a clock that tests turn, and people with a session each.

use std::fs;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use biometrics::face::Check;
use biometrics::face::check::Limits as PortraitLimits;
use dossier::configuration::{Fee, Occasion, PublicKey, SecondPersonRule};
use dossier::dossier::{DocumentKind, DocumentType, Dossier};
use dossier::issue::Issue;
use dossier::staff::{Member, Role};
use dossier::{
    ApplicationId, Blob, Configuration, Day, OfficeId, SealedDossier, Signed, StaffList, StationId,
    Text, Timestamp, Version,
};
use key_custody::role::{DraftStore, StationSigning, StationTls};
use key_custody::{Curve, Token, create_pin_file, initialise_token, softhsm};
use pages::http::{
    How, Limits, MemorySessions, Record, SessionKey, Sessions as _, Settings, State, Surroundings,
    Token as FormToken, Who,
};
use pages::sign_in::{Password, RelyingParty, SignIn};
use pages::{Id, PersonId, Shield, Site, Texts};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde::Serialize;
use time::OffsetDateTime;
use tokio::sync::watch;
use tower::ServiceExt as _;

use super::super::desk::{Part, encode, load};
use super::super::place::{Parts, Place};
use super::super::scanners::Scanners;
use super::super::{MESSAGES, routes};
use super::certificate::Authority;

use crate::capture::Application;
use crate::capture::application::{Paid, Papers, Person, Request as Wanted, Signing};
use crate::capture::fingers::{FingerCapture, HandCapture, Hands};
use crate::capture::portrait::PortraitCapture;
use crate::config::Config;
use crate::devices::{Devices, Settings as DeviceSettings, TrustList};
use crate::draft::Drafts;
use crate::edge;
use crate::fixture::{self, SoftKey};
use crate::fleet::Standing;
use crate::outbox::{Outbox, Status};
use crate::staff::Members;
use crate::store::issued::Kind;
use crate::store::{Interrupter, Store};

const ORIGIN: &str = "http://localhost:8400";
pub const PASSWORD: &str = "corner shop horse";
pub const MARIE: u8 = 1;
pub const LUC: u8 = 2;
pub const SUZANNE: u8 = 4;
/// Login, id, roles.
const STAFF: [(&str, u8, &[Role]); 3] = [
    ("marie", MARIE, &[Role::Clerk]),
    ("luc", LUC, &[Role::Clerk, Role::Supervisor]),
    ("suzanne", SUZANNE, &[Role::Supervisor]),
];
const INTAKE: u32 = 2;
pub const STAFF_KEY: u32 = 5;
pub const CENTRE_KEY: u32 = 6;

pub struct House {
    pub place: Place,
    pub store: Store,
    pub clock: Arc<AtomicI64>,
    _folder: tempfile::TempDir,
    service: Router,
}

pub struct Answer {
    pub status: StatusCode,
    pub location: String,
    pub body: String,
}

#[derive(Serialize)]
struct Identity {
    station: StationId,
    office: OfficeId,
    generation: u32,
    tls: Vec<u8>,
    signing: Vec<u8>,
    authority: Vec<u8>,
    configuration_key: Vec<u8>,
    receipt_keys: Vec<Vec<u8>>,
}

fn stamp(at: i64) -> Timestamp {
    Timestamp::from_seconds(at).unwrap()
}

fn period(now: i64, number: u64) -> Issue {
    Issue {
        number,
        from: stamp(now - 100),
        until: stamp(now + 86_400),
    }
}

/// A configuration in force from a little before `now` for a day.
pub fn configuration(now: i64, number: u64) -> Configuration {
    let key = |number: u32| PublicKey {
        spki: Blob::new(fixture::spki(&SoftKey::new(number)).to_vec()).unwrap(),
        from: stamp(now - 86_400 * 30),
        until: stamp(now + 86_400 * 30),
    };
    let mut configuration = fixture::configuration(number);
    configuration.issue = period(now, number);
    configuration.thresholds.clear();
    configuration.fees = vec![fee(1400)];
    configuration.intake_keys = vec![key(INTAKE)];
    configuration.staff_list_keys = vec![key(STAFF_KEY)];
    configuration.configuration_keys = vec![key(CENTRE_KEY)];
    configuration.device_anchors.clear();
    configuration.station.free_bytes = 1;
    configuration.second_person = vec![SecondPersonRule {
        office: None,
        when: vec![Occasion::ManualIdentity],
        remote: false,
    }];
    configuration
}

pub fn fee(cents: u32) -> Fee {
    Fee {
        document_type: DocumentType::IdentityCard,
        from_age: 0,
        to_age: None,
        express: false,
        cents,
        from: Day::from_number(20_180_101).unwrap(),
        until: None,
    }
}

pub fn staff_list(now: i64, number: u64) -> StaffList {
    let people = STAFF.map(|(login, id, roles)| Member {
        person: dossier::PersonId::from_bytes([id; 16]),
        login: Text::new(login).unwrap(),
        name: Text::new(login).unwrap(),
        roles: roles.to_vec(),
        password: Some(Text::new(Password::new(PASSWORD, [id; 16]).unwrap().as_phc()).unwrap()),
        totp: Some(Blob::new(vec![id; 20]).unwrap()),
        passkeys: Vec::new(),
    });
    StaffList {
        version: Version,
        issue: period(now, number),
        office: "L-0304".parse().unwrap(),
        people: people.to_vec(),
    }
}

pub fn signed<T: dossier::Body>(body: &T, key: u32) -> Vec<u8> {
    let signed = Signed::sign(body, &SoftKey::new(key)).unwrap();
    signed.encode().unwrap().to_vec()
}

impl House {
    pub async fn open() -> Self {
        Self::interrupted_by(None).await
    }

    /// With power failing where the interrupter says.
    pub async fn interrupted_by(interrupter: Option<Interrupter>) -> Self {
        Self::with(interrupter, "127.0.0.1:9").await
    }

    /// With a centre at that address.
    pub async fn at(centre: &str) -> Self {
        Self::with(None, centre).await
    }

    async fn with(interrupter: Option<Interrupter>, centre: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let now = edge::now().unix_timestamp();
        let config = prepare(folder.path(), now, centre).await;
        let standing = Arc::new(Standing::open(&config, &mut edge::rng()).await.unwrap());
        let plain = standing.store().clone();
        let store = match interrupter {
            Some(interrupter) => plain.clone().danger_interrupted_by(interrupter),
            None => plain.clone(),
        };
        let members = Arc::new(Members::new(&plain));
        let party = RelyingParty::new("localhost", ORIGIN, "Stempel").unwrap();
        let devices = Devices::new(
            DeviceSettings {
                ports: 4599..=4599,
                ..DeviceSettings::default()
            },
            TrustList::new(Vec::new()),
            Arc::new(edge::now),
        );
        let place = Place::new(Parts {
            drafts: Drafts::new(&store),
            outbox: Outbox::new(&store),
            store,
            sign_in: SignIn::new(members.clone(), party),
            members,
            scanners: Scanners::new(devices),
            register: None,
            check: Arc::new(Check::new(PortraitLimits::default()).unwrap()),
            office: standing.identity().office.clone(),
            changing: Arc::default(),
            asking: Arc::default(),
            configuration: Mutex::default(),
            way: watch::channel(Status::default()).1,
            follow: Box::new(|_| ()),
            working: Arc::new(std::sync::atomic::AtomicBool::new(true)),
            standing,
        });
        let clock = Arc::new(AtomicI64::new(now));
        let hands = clock.clone();
        let told =
            move || OffsetDateTime::from_unix_timestamp(hands.load(Ordering::SeqCst)).unwrap();
        let sessions = everybody(told()).await;
        let shield = Shield::new(
            Site::new(
                Texts::new(MESSAGES).unwrap(),
                Id("station-service"),
                "/today",
            ),
            Settings::new([ORIGIN], patient()).unwrap(),
            Arc::new(sessions),
            Surroundings::new(told, StdRng::seed_from_u64(5)),
        );
        let staff = routes(&place).merge(place.sign_in.staff_routes());
        Self {
            service: shield.serve(place.sign_in.open_routes(), staff),
            store: plain,
            place,
            clock,
            _folder: folder,
        }
    }

    pub fn now(&self) -> i64 {
        self.clock.load(Ordering::SeqCst)
    }

    pub fn wait(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }

    /// What the centre issued, as the keeper keeps it.
    pub async fn take(&self, configuration: &Configuration) {
        let bytes = signed(configuration, CENTRE_KEY);
        let items = [(Kind::Configuration, &bytes[..])];
        let mut rng = edge::rng();
        let kept = self.store.put_issued(&mut rng, &items, edge::now());
        kept.await.unwrap();
    }

    /// A staff list, likewise.
    pub async fn take_staff(&self, list: &StaffList) {
        let bytes = signed(list, STAFF_KEY);
        let items = [(Kind::StaffList, &bytes[..])];
        let mut rng = edge::rng();
        let kept = self.store.put_issued(&mut rng, &items, edge::now());
        kept.await.unwrap();
    }

    async fn call(&self, who: u8, request: axum::http::request::Builder, body: String) -> Answer {
        let request = request
            .header(header::HOST, "localhost:8400")
            .header(header::ORIGIN, ORIGIN)
            .header(header::ACCEPT_LANGUAGE, "en")
            .header(
                header::COOKIE,
                format!("session={}", hex::encode([who; 32])),
            )
            .body(Body::from(body))
            .unwrap();
        let answer = self.service.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        let location = answer.headers().get(header::LOCATION);
        let location = location.map_or(String::new(), |to| to.to_str().unwrap().to_owned());
        let body = to_bytes(answer.into_body(), 8 << 20).await.unwrap();
        let body = String::from_utf8_lossy(&body).into_owned();
        Answer {
            status,
            location,
            body,
        }
    }

    pub async fn get(&self, who: u8, path: &str) -> Answer {
        self.call(who, Request::get(path), String::new()).await
    }

    pub async fn post(&self, who: u8, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = format!("token={}", hex::encode([who; 32]));
        for (name, value) in fields {
            let encoded: Vec<String> = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
            body.extend(["&", name, "=", &encoded.concat()]);
        }
        let kind = (header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.call(who, Request::post(path).header(kind.0, kind.1), body)
            .await
    }

    /// A draft by Marie in which everything but the confirmation is there, after `change`.
    pub async fn draft(&self, change: impl FnOnce(&mut Application)) -> ApplicationId {
        let id = ApplicationId::generate(&mut edge::rng());
        let mut application = complete(id, self.now());
        change(&mut application);
        let parts = [
            (Part::Portrait, encode(&application.portrait).unwrap()),
            (Part::Hands, encode(&application.hands).unwrap()),
            (Part::Signature, encode(&application.signature).unwrap()),
            (Part::Form, encode(&application).unwrap()),
        ];
        let parts: Vec<(&str, &[u8])> = parts
            .iter()
            .map(|(part, bytes)| (part.name(), &bytes[..]))
            .collect();
        let drafts = Drafts::new(&self.store);
        drafts
            .begin(&mut edge::rng(), id, &parts, edge::now())
            .await
            .unwrap();
        id
    }

    pub async fn application(&self, id: ApplicationId) -> Application {
        load(&self.place, id).await.unwrap().0
    }

    pub async fn revision(&self, id: ApplicationId) -> u64 {
        load(&self.place, id).await.unwrap().1
    }

    /// The applicant confirms the page as it is shown.
    pub async fn confirm(&self, who: u8, id: ApplicationId) -> Answer {
        let path = format!("/applications/{id}/summary");
        let shown = self.get(who, &path).await;
        let field = |name: &str| hidden(&shown.body, name);
        let (text, language, revision) = (field("text"), field("language"), field("revision"));
        let fields = [
            ("text", &*text),
            ("language", &*language),
            ("revision", &*revision),
            ("confirmed", "yes"),
        ];
        self.post(who, &path, &fields).await
    }

    /// Somebody vouches at the screen of another.
    pub async fn vouch(&self, screen: u8, login: &str, id: ApplicationId) -> Answer {
        let (_, secret, _) = STAFF.iter().find(|(one, ..)| *one == login).unwrap();
        let code = code(&[*secret; 20], self.now());
        let fields = [("login", login), ("password", PASSWORD), ("code", &*code)];
        self.post(screen, &format!("/applications/{id}/approval"), &fields)
            .await
    }

    /// What lies in the outbox, opened as the centre does.
    pub async fn sent(&self, id: ApplicationId) -> Dossier {
        let outbox = Outbox::new(&self.store);
        let item = outbox.find(id).await.unwrap().unwrap();
        let bytes = outbox.sealed(item.hash).await.unwrap().unwrap();
        let opened = SealedDossier::decode(bytes)
            .unwrap()
            .open(&SoftKey::new(INTAKE))
            .unwrap();
        let signer = self.place.standing.signer().unwrap();
        opened.verify(dossier::SigningKey::spki(&signer)).unwrap()
    }
}

/// Everybody is signed in, each with a cookie of their id.
async fn everybody(now: OffsetDateTime) -> MemorySessions {
    let sessions = MemorySessions::new();
    for (login, id, _) in STAFF {
        let who = Who {
            person: PersonId::new([id; 16]),
            name: login.to_owned(),
            how: How::PasswordAndCode,
            at: now,
        };
        let record = Record::new(FormToken::new([id; 32]), now, State::SignedIn(who));
        let key = SessionKey::of(&hex::encode([id; 32]));
        sessions.add(key, record).await.unwrap();
    }
    sessions
}

/// Nobody is locked out while a test lets days go by.
fn patient() -> Limits {
    Limits {
        idle: time::Duration::days(30),
        absolute: time::Duration::days(30),
        ..Limits::default()
    }
}

/// The value of a hidden field of a page; empty where there is none.
pub fn hidden(page: &str, name: &str) -> String {
    let marker = format!("name=\"{name}\" value=\"");
    let after = page.split_once(&marker).map_or("", |(_, after)| after);
    after.split('"').next().unwrap_or_default().to_owned()
}

/// RFC 6238.
fn code(secret: &[u8], now: i64) -> String {
    let key = openssl::pkey::PKey::hmac(secret).unwrap();
    let digest = openssl::hash::MessageDigest::sha1();
    let mut signer = openssl::sign::Signer::new(digest, &key).unwrap();
    signer.update(&(now / 30).to_be_bytes()).unwrap();
    let mac = signer.sign_to_vec().unwrap();
    let at = usize::from(mac[19] & 15);
    let number = u32::from_be_bytes(mac[at..at + 4].try_into().unwrap()) & 0x7FFF_FFFF;
    format!("{:06}", number % 1_000_000)
}

async fn prepare(folder: &std::path::Path, now: i64, centre: &str) -> Config {
    let mut rng = edge::rng();
    softhsm::write_configuration(&folder.join("token")).unwrap();
    let authority = Authority::new();
    fs::write(
        folder.join("ca.pem"),
        authority.certificate.to_pem().unwrap(),
    )
    .unwrap();
    let text = format!(
        "data_dir = \"data\"\n[token]\nsofthsm2_conf = \"token/softhsm2.conf\"\nlabel = \"station\"\n\
         pin_file = \"pin\"\n[centre]\nintake = \"{centre}\"\nonboarding = \"{centre}\"\n\
         server_name = \"centre.test\"\nca = \"ca.pem\"\n"
    );
    fs::write(folder.join("station.toml"), text).unwrap();
    let config = Config::load(&folder.join("station.toml")).unwrap();
    create_pin_file(&folder.join("pin"), &mut rng).unwrap();
    create_pin_file(&folder.join("so-pin"), &mut rng).unwrap();
    initialise_token(&config.token(), &folder.join("so-pin")).unwrap();
    let token = Token::open(&config.token()).unwrap();
    let drafts = token.generate_aes::<DraftStore>("drafts").unwrap();
    let tls = token
        .generate_ec::<StationTls>("tls-1", Curve::P256)
        .unwrap();
    let signing = token
        .generate_ec::<StationSigning>("signing-1", Curve::P256)
        .unwrap();
    let identity = Identity {
        station: StationId::from_bytes([0x51; 16]),
        office: "L-0304".parse().unwrap(),
        generation: 1,
        tls: authority.certify(tls.public_key_spki()),
        signing: authority.certify(signing.public_key_spki()),
        authority: authority.certificate.to_der().unwrap(),
        configuration_key: fixture::spki(&SoftKey::new(CENTRE_KEY)).to_vec(),
        receipt_keys: Vec::new(),
    };
    let identity = serde_cbor::to_vec(&identity).unwrap();
    let store = Store::open(&config.data_dir, &token, &drafts, &mut rng)
        .await
        .unwrap();
    let (configuration, people) = (
        signed(&configuration(now, 1), CENTRE_KEY),
        signed(&staff_list(now, 1), STAFF_KEY),
    );
    let items = [
        (Kind::Station, &identity[..]),
        (Kind::Configuration, &configuration[..]),
        (Kind::StaffList, &people[..]),
    ];
    store
        .put_issued(&mut rng, &items, edge::now())
        .await
        .unwrap();
    store.close().await;
    config
}

/// Everything of the fixture's dossier, captured by Marie, not confirmed.
fn complete(id: ApplicationId, now: i64) -> Application {
    let dossier = fixture::dossier();
    let at = stamp(now - 60);
    let clerk = dossier::dossier::SignIn {
        person: dossier::PersonId::from_bytes([MARIE; 16]),
        ..dossier.clerk.clone()
    };
    let mut application = Application::new(id, &clerk, at);
    let mut seen = dossier.documents_seen.clone();
    seen[0].kind = DocumentKind::LossDeclaration;
    let mut identity = dossier.identity.clone();
    identity.nationality.source = dossier::dossier::Source::Register;
    let mut information = dossier.information.clone();
    information.given_at = at;
    application.request = Some(Wanted {
        document: dossier.document_type,
        ground: dossier.ground,
        express: false,
        represented: false,
    });
    application.information = Some(information);
    application.identity = Some(Person {
        nationalities: vec![identity.nationality.value.clone()],
        identity,
        register: dossier.register.clone(),
        known: Vec::new(),
        foreign: Vec::new(),
        left: false,
        representatives: Vec::new(),
    });
    capture(&mut application, &dossier, at);
    application.signature = dossier.signature.clone().map(Signing::Signed);
    application.papers = Some(Papers {
        seen,
        prior: dossier.prior_document.clone(),
        residence: dossier.residence.clone(),
    });
    let mut payment = dossier.payment.clone();
    payment.fee = 1400;
    application.payment = Some(Paid {
        payment,
        collection: dossier.collection.clone(),
        contact: dossier.contact,
    });
    application
}

/// Portrait and hands of a dossier as they were captured.
fn capture(application: &mut Application, dossier: &Dossier, at: Timestamp) {
    let right = &dossier.fingers[0];
    application.portrait = Some(PortraitCapture {
        source: Blob::new(vec![1; 10]).unwrap(),
        portrait: Some(dossier.portrait.picture.clone()),
        outcomes: Vec::new(),
        refusal: None,
        size: (1, 1),
        face: None,
        frame: None,
        eyes: None,
        camera: dossier.portrait.camera.clone(),
        captured_at: at,
        tries: 1,
        accepted: true,
        forced: None,
    });
    application.hands = Hands {
        right: HandCapture {
            tries: 1,
            best: Some(FingerCapture {
                finger: right.finger,
                record: right.record.clone(),
                measures: right.measures.clone(),
                unmeasured: Vec::new(),
                rank: 1,
                device: right.device.clone(),
                captured_at: at,
                advice: None,
                forced: None,
            }),
            missing: None,
        },
        left: HandCapture {
            tries: 0,
            best: None,
            missing: Some(dossier.missing_fingers[0].clone()),
        },
        twice: None,
    };
}
