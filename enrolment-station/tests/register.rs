//! The register's client against the simulated register over real TLS: every special case, each trouble
//! with its own name, and nothing personal in what is said about it.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests may panic")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use dossier::{ApplicationId, NationalNumber};
use enrolment_station::register::{
    DocumentState, Purpose, RegisterAddress, RegisterClient, RegisterError, RegisterPerson,
    Relation, Status,
};
use hardware_sim::people::register as population;
use hardware_sim::register::{self, Fault, Register, RegisterFile, Running};
use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{BasicConstraints, SubjectAlternativeName};
use openssl::x509::{X509, X509NameBuilder};
use rand::SeedableRng;
use rand::rngs::StdRng;
use time::OffsetDateTime;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::version::TLS13;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// People of the test's register.
const PEOPLE: u32 = 30_000;

/// An authority made for the test.
struct Authority {
    key: PKey<Private>,
    certificate: X509,
}

fn key() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

fn certificate(name: &str, role: &str, key: &PKey<Private>, issuer: Option<&Authority>) -> X509 {
    let mut subject = X509NameBuilder::new().unwrap();
    subject.append_entry_by_text("CN", name).unwrap();
    subject.append_entry_by_text("OU", role).unwrap();
    let subject = subject.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    let serial = BigNum::from_u32(7).unwrap().to_asn1_integer().unwrap();
    builder.set_serial_number(&serial).unwrap();
    builder.set_subject_name(&subject).unwrap();
    let by = issuer.map_or(&*subject, |issuer| issuer.certificate.subject_name());
    builder.set_issuer_name(by).unwrap();
    builder.set_pubkey(key).unwrap();
    builder
        .set_not_before(&Asn1Time::days_from_now(0).unwrap())
        .unwrap();
    builder
        .set_not_after(&Asn1Time::days_from_now(2).unwrap())
        .unwrap();
    if issuer.is_none() {
        let authority = BasicConstraints::new().critical().ca().build().unwrap();
        builder.append_extension(authority).unwrap();
    } else {
        let context = builder.x509v3_context(None, None);
        let names = SubjectAlternativeName::new()
            .dns("register.test")
            .build(&context)
            .unwrap();
        builder.append_extension(names).unwrap();
    }
    let signer = issuer.map_or(key, |issuer| &issuer.key);
    builder.sign(signer, MessageDigest::sha256()).unwrap();
    builder.build()
}

impl Authority {
    fn new() -> Self {
        let key = key();
        let certificate = certificate("test operations", "ca", &key, None);
        Self { key, certificate }
    }

    /// A client's TLS configuration with a certificate of a role.
    fn client(&self, role: &str, server: &Self) -> ClientConfig {
        let key = key();
        let own = certificate("client", role, &key, Some(self));
        let mut roots = RootCertStore::empty();
        let anchor = CertificateDer::from(server.certificate.to_der().unwrap());
        roots.add(anchor).unwrap();
        let key = key.private_key_to_pem_pkcs8().unwrap();
        ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&TLS13])
            .unwrap()
            .with_root_certificates(roots)
            .with_client_auth_cert(
                vec![CertificateDer::from(own.to_der().unwrap())],
                PrivateKeyDer::from_pem_slice(&key).unwrap(),
            )
            .unwrap()
    }
}

/// A register that runs, and who may ask it.
struct House {
    authority: Authority,
    running: Running,
    folder: tempfile::TempDir,
}

#[expect(clippy::disallowed_methods, reason = "tests run now")]
fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

/// A file of people, drawn once for each test process.
fn people(folder: &Path, count: u32) -> PathBuf {
    let file = folder.join("register.csv");
    population::write(&file, 1, count, |_| ()).unwrap();
    file
}

async fn house(count: u32, rate: u32) -> House {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let key = key();
    let own = certificate("register", "register", &key, Some(&authority));
    let write = |name: &str, bytes: Vec<u8>| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        Some(path)
    };
    let arguments = Register {
        file: people(folder.path(), count),
        examples: false,
        listen: "127.0.0.1:0".parse().unwrap(),
        tls_certificate: write("register.pem", own.to_pem().unwrap()),
        tls_key: write("register.key", key.private_key_to_pem_pkcs8().unwrap()),
        tls_client_ca: write("ca.pem", authority.certificate.to_pem().unwrap()),
        rate,
        admin: None,
    };
    let people = RegisterFile::read(&arguments.file).unwrap();
    let running = register::start(&arguments, people, Arc::new(now))
        .await
        .unwrap();
    House {
        authority,
        running,
        folder,
    }
}

impl House {
    fn client(&self, role: &str) -> RegisterClient {
        self.client_with(&self.authority.client(role, &self.authority))
    }

    fn client_with(&self, tls: &ClientConfig) -> RegisterClient {
        let address = RegisterAddress {
            authority: self.running.address().to_string(),
            server_name: "register.test".into(),
        };
        RegisterClient::new(&address, tls).unwrap()
    }
}

fn case() -> ApplicationId {
    ApplicationId::generate(&mut StdRng::seed_from_u64(1))
}

async fn find(client: &RegisterClient, number: &str) -> Result<RegisterPerson, RegisterError> {
    let number = NationalNumber::new(number).unwrap();
    client.find(&number, Purpose::Application, case()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_special_case_is_answered() {
    let house = house(PEOPLE, 1000).await;
    let client = house.client("station");
    let file = RegisterFile::read(&house.folder.path().join("register.csv")).unwrap();
    let examples = file.examples(now().date());
    let mut seen = Vec::new();
    for (what, number) in &examples {
        let person = find(&client, number).await.unwrap();
        assert_eq!(person.number.as_str(), number);
        let document = person.documents.first().map(|document| document.state);
        let birth = person.birth.number();
        let script = person.foreign_names.first().map(|name| &*name.script);
        let relations: Vec<Relation> = person
            .representatives
            .iter()
            .map(|other| other.relation)
            .collect();
        let right = match *what {
            "ordinary adult with a valid document" => {
                person.status == Status::Alive && document == Some(DocumentState::Valid)
            }
            "deceased" => person.status == Status::Deceased,
            "left the country" => person.status == Status::Left && person.commune.is_none(),
            "no given name" => person.name.given_names.as_str().is_empty(),
            "long surname" => person.name.surname.as_str().chars().count() > 30,
            "month of birth unknown" => birth % 10_000 == 0 && birth > 0,
            "day of birth unknown" => birth % 100 == 0 && birth % 10_000 > 0,
            "name in Greek letters" => script == Some("Grek"),
            "name in Cyrillic letters" => script == Some("Cyrl"),
            "name in Chinese characters" => script == Some("Hani"),
            "minor with two parents" => relations == [Relation::Parent; 2],
            "minor with one parent" => relations == [Relation::Parent],
            "minor with a guardian" => relations == [Relation::Guardian],
            "lost document" => document == Some(DocumentState::Lost),
            "stolen document" => document == Some(DocumentState::Stolen),
            "revoked document" => document == Some(DocumentState::Revoked),
            "expired document" => document == Some(DocumentState::Expired),
            "no document" => document.is_none(),
            other => panic!("a case that this test does not know: {other}"),
        };
        assert!(right, "{what}: {person:?}");
        person.number.check_birth(&person.birth).unwrap();
        // What is printed by accident says nothing. (Two letters also stand in the fields' names.)
        let printed = format!("{person:?}");
        let surname = person.name.surname.as_str();
        assert!(!printed.contains(number.as_str()));
        assert!(surname.len() < 5 || !printed.contains(surname));
        seen.push(*what);
    }
    assert_eq!(seen.len(), 18, "{seen:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_trouble_has_its_name() {
    let house = house(2000, 1000).await;
    let client = house.client("station");
    let file = RegisterFile::read(&house.folder.path().join("register.csv")).unwrap();
    let number = file.examples(now().date()).remove(0).1;
    let trouble = house.running.trouble();
    find(&client, &number).await.unwrap();
    let table = [
        (Fault::WrongPerson, RegisterError::WrongPerson),
        (Fault::Empty, RegisterError::Malformed("person")),
        (Fault::Malformed, RegisterError::Malformed("date of birth")),
        (
            Fault::Refuse,
            RegisterError::Refused(tonic::Code::PermissionDenied),
        ),
        (Fault::Down, RegisterError::Unreachable),
        (Fault::Slow, RegisterError::TimedOut { seconds: 3 }),
    ];
    for (fault, expected) in table {
        trouble.set(fault, Duration::from_secs(10));
        let begin = Instant::now();
        let error = find(&client, &number).await.unwrap_err();
        assert_eq!(error, expected);
        assert!(
            begin.elapsed() < Duration::from_millis(3500),
            "{fault:?}: {:?}",
            begin.elapsed()
        );
        assert!(error.allows_manual_entry());
        assert!(!error.to_string().contains(&number));
        trouble.set(Fault::None, Duration::ZERO);
        find(&client, &number).await.unwrap();
    }
    // Nobody's number: the clerk corrects it first.
    let nobody = find(&client, "1893120105732").await.unwrap_err();
    assert_eq!(nobody, RegisterError::NotFound);
    assert!(!nobody.allows_manual_entry());
    // Nobody listens there.
    let late = house.client("station");
    drop(house);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let begin = Instant::now();
    let error = find(&late, &number).await.unwrap_err();
    assert_eq!(error, RegisterError::Unreachable);
    assert!(begin.elapsed() < Duration::from_millis(3500));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_those_who_may_ask_are_answered() {
    let house = house(500, 3).await;
    let number = NationalNumber::new("1893120105732").unwrap();
    let ask = async |client: &RegisterClient, purpose| {
        client.find(&number, purpose, case()).await.unwrap_err()
    };
    let refused = RegisterError::Refused(tonic::Code::PermissionDenied);
    let station = house.client("station");
    assert_eq!(
        ask(&station, Purpose::Application).await,
        RegisterError::NotFound
    );
    assert_eq!(ask(&station, Purpose::Review).await, refused);
    assert_eq!(
        ask(&house.client("intake"), Purpose::Review).await,
        RegisterError::NotFound
    );
    assert_eq!(
        ask(&house.client("line"), Purpose::Application).await,
        refused
    );
    // A certificate of another authority, and a register of another authority.
    let stranger = Authority::new();
    let unknown = house.client_with(&stranger.client("station", &house.authority));
    assert_eq!(
        ask(&unknown, Purpose::Application).await,
        RegisterError::Unreachable
    );
    let trusting = house.client_with(&house.authority.client("station", &stranger));
    assert_eq!(
        ask(&trusting, Purpose::Application).await,
        RegisterError::Unreachable
    );
    // Too often: each caller has its own count.
    for _ in 0..2 {
        assert_eq!(
            ask(&station, Purpose::Application).await,
            RegisterError::NotFound
        );
    }
    let RegisterError::TooOften { seconds } = ask(&station, Purpose::Application).await else {
        panic!("the fourth question in a minute was answered");
    };
    assert!((1..=61).contains(&seconds));
    assert_eq!(
        ask(&house.client("station"), Purpose::Application).await,
        RegisterError::NotFound
    );
}
