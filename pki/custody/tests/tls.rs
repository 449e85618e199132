//! Mutual TLS 1.3 over a real socket, with both private keys in SoftHSM.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first fault"
)]

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
};

use crate::common::Bench;
use key_custody::{
    Curve, EcKey, Token,
    role::{ServiceTls, StationTls, TlsRole},
    tls::{Renewable, TlsKeyError, certified_key},
};
use openssl::{
    asn1::Asn1Time,
    bn::BigNum,
    ec::{EcGroup, EcKey as OpensslKey},
    hash::MessageDigest,
    nid::Nid,
    pkey::{PKey, PKeyRef, Private, Public},
    x509::{
        X509, X509Builder, X509Name,
        extension::{BasicConstraints, SubjectAlternativeName},
    },
};
use rustls::{
    ClientConfig, ClientConnection, ProtocolVersion, RootCertStore, ServerConfig, ServerConnection,
    Stream,
    client::Resumption,
    crypto::ring,
    pki_types::{CertificateDer, ServerName},
    server::WebPkiClientVerifier,
    version::TLS13,
};

/// A CA in memory.
struct Authority {
    key: PKey<Private>,
    certificate: X509,
}

impl Authority {
    fn new() -> Self {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let key = PKey::from_ec_key(OpensslKey::generate(&group).unwrap()).unwrap();
        let public = PKey::public_key_from_der(&key.public_key_to_der().unwrap()).unwrap();
        let mut builder = certificate("operations CA", "operations CA", &public);
        let ca = BasicConstraints::new().critical().ca().build().unwrap();
        builder.append_extension(ca).unwrap();
        builder.sign(&key, MessageDigest::sha256()).unwrap();
        let certificate = builder.build();
        Self { key, certificate }
    }

    fn issue(&self, name: &str, spki: &[u8]) -> CertificateDer<'static> {
        let public = PKey::public_key_from_der(spki).unwrap();
        let mut builder = certificate(name, "operations CA", &public);
        let context = builder.x509v3_context(Some(&self.certificate), None);
        let names = SubjectAlternativeName::new()
            .dns(name)
            .build(&context)
            .unwrap();
        builder.append_extension(names).unwrap();
        builder.sign(&self.key, MessageDigest::sha256()).unwrap();
        builder.build().to_der().unwrap().into()
    }

    fn roots(&self) -> Arc<RootCertStore> {
        let mut roots = RootCertStore::empty();
        roots
            .add(self.certificate.to_der().unwrap().into())
            .unwrap();
        roots.into()
    }
}

fn name(common: &str) -> X509Name {
    let mut name = X509Name::builder().unwrap();
    name.append_entry_by_text("CN", common).unwrap();
    name.build()
}

fn certificate(subject: &str, issuer: &str, key: &PKeyRef<Public>) -> X509Builder {
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    let serial = BigNum::from_u32(subject.len().try_into().unwrap()).unwrap();
    builder
        .set_serial_number(&serial.to_asn1_integer().unwrap())
        .unwrap();
    builder.set_subject_name(&name(subject)).unwrap();
    builder.set_issuer_name(&name(issuer)).unwrap();
    builder
        .set_not_before(&Asn1Time::days_from_now(0).unwrap())
        .unwrap();
    builder
        .set_not_after(&Asn1Time::days_from_now(2).unwrap())
        .unwrap();
    builder.set_pubkey(key).unwrap();
    builder
}

fn renewable<R: TlsRole>(
    ca: &Authority,
    token: &Arc<Token>,
    key: EcKey<R>,
    name: &str,
) -> Arc<Renewable> {
    let chain = vec![ca.issue(name, key.public_key_spki())];
    Arc::new(Renewable::new(
        certified_key(token.clone(), key, chain).unwrap(),
    ))
}

fn server_config(ca: &Authority, identity: Arc<Renewable>) -> Arc<ServerConfig> {
    let provider = Arc::new(ring::default_provider());
    let callers = WebPkiClientVerifier::builder_with_provider(ca.roots(), provider.clone());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13])
        .unwrap()
        .with_client_cert_verifier(callers.build().unwrap())
        .with_cert_resolver(identity);
    config.send_tls13_tickets = 0;
    config.into()
}

fn client_config(ca: &Authority, identity: Arc<Renewable>) -> Arc<ClientConfig> {
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13])
        .unwrap()
        .with_root_certificates(ca.roots())
        .with_client_cert_resolver(identity);
    // A resumed connection proves no key.
    config.resumption = Resumption::disabled();
    config.into()
}

/// One connection; the certificate that the server saw, and what the client read.
fn meet(server: Arc<ServerConfig>, client: Arc<ClientConfig>) -> (Option<Vec<u8>>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serving = thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let mut connection = ServerConnection::new(server).unwrap();
        let mut stream = Stream::new(&mut connection, &mut socket);
        let mut asked = [0; 4];
        if stream.read_exact(&mut asked).is_err() {
            return None;
        }
        stream.write_all(b"held").unwrap();
        assert_eq!(
            connection.protocol_version(),
            Some(ProtocolVersion::TLSv1_3)
        );
        Some(connection.peer_certificates().unwrap()[0].to_vec())
    });
    let mut socket = TcpStream::connect(address).unwrap();
    let name = ServerName::try_from("centre.example").unwrap();
    let mut connection = ClientConnection::new(client, name).unwrap();
    let mut stream = Stream::new(&mut connection, &mut socket);
    let mut answer = [0; 4];
    let read = stream
        .write_all(b"send")
        .and_then(|()| stream.read_exact(&mut answer));
    let answer = match read {
        Ok(()) => String::from_utf8(answer.to_vec()).unwrap(),
        Err(error) => error.to_string(),
    };
    drop(socket);
    (serving.join().unwrap(), answer)
}

#[test]
fn both_sides_prove_keys_that_lie_in_tokens() {
    let bench = Bench::new();
    let (centre, station) = (
        Arc::new(bench.token("centre")),
        Arc::new(bench.token("station")),
    );
    let ca = Authority::new();
    let service_key = centre
        .generate_ec::<ServiceTls>("tls", Curve::P256)
        .unwrap();
    let station_key = station
        .generate_ec::<StationTls>("tls-1", Curve::P256)
        .unwrap();
    let next_key = station
        .generate_ec::<StationTls>("tls-2", Curve::P256)
        .unwrap();
    let next_spki = next_key.public_key_spki().to_vec();
    let service = renewable(&ca, &centre, service_key, "centre.example");
    let identity = renewable(&ca, &station, station_key, "station-1.example");
    let server = server_config(&ca, service);
    let client = client_config(&ca, identity.clone());
    for _ in 0..5 {
        let (seen, answer) = meet(server.clone(), client.clone());
        assert_eq!(answer, "held");
        assert_eq!(seen.unwrap(), identity.current().unwrap().cert[0].to_vec());
    }
    // A renewal takes effect without a new configuration.
    let chain = vec![ca.issue("station-1.example", &next_spki)];
    identity.replace(certified_key(station.clone(), next_key, chain).unwrap());
    let (seen, answer) = meet(server.clone(), client.clone());
    assert_eq!(answer, "held");
    let seen = X509::from_der(&seen.unwrap()).unwrap();
    assert_eq!(
        seen.public_key().unwrap().public_key_to_der().unwrap(),
        next_spki
    );

    // A station of another CA is refused, and so is a station whose token went away.
    let stranger = station
        .generate_ec::<StationTls>("tls-3", Curve::P384)
        .unwrap();
    let stranger = renewable(&Authority::new(), &station, stranger, "station-1.example");
    let (seen, answer) = meet(server.clone(), client_config(&ca, stranger));
    assert!(seen.is_none() && answer != "held", "{answer}");
    let away = bench.path().join("away");
    std::fs::rename(bench.path().join("tokens"), &away).unwrap();
    let (seen, answer) = meet(server.clone(), client.clone());
    assert!(seen.is_none() && answer != "held", "{answer}");
    std::fs::rename(&away, bench.path().join("tokens")).unwrap();
    for _ in 0..100 {
        if station.health().is_ok() && centre.health().is_ok() {
            break;
        }
        thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(meet(server, client).1, "held");
}

#[test]
fn a_key_is_used_with_its_own_certificate_only() {
    let bench = Bench::new();
    let token = Arc::new(bench.token("station"));
    let ca = Authority::new();
    let one = token.generate_ec::<StationTls>("one", Curve::P256).unwrap();
    let two = token.generate_ec::<StationTls>("two", Curve::P256).unwrap();
    let chain = vec![ca.issue("station-1.example", two.public_key_spki())];
    let other = certified_key(token.clone(), one, chain).unwrap_err();
    assert!(matches!(other, TlsKeyError::OtherKey { .. }), "{other}");
    let none = certified_key(token.clone(), two, Vec::new()).unwrap_err();
    assert!(matches!(none, TlsKeyError::NoCertificate { .. }), "{none}");
    let brainpool = token
        .generate_ec::<StationTls>("three", Curve::BrainpoolP256r1)
        .unwrap();
    let curve = certified_key(token, brainpool, Vec::new()).unwrap_err();
    assert!(matches!(curve, TlsKeyError::Curve { .. }), "{curve}");
}
