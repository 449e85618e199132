//! An operations authority in memory, for the two ends of one line.

use std::sync::Arc;

use e2e::counter::authority::p256;
use openssl::{
    asn1::Asn1Time,
    bn::BigNum,
    hash::MessageDigest,
    pkey::{PKey, Private},
    x509::{
        X509, X509Builder, X509Name,
        extension::{BasicConstraints, SubjectAlternativeName},
    },
};
use rustls::{
    RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
    server::WebPkiClientVerifier,
    version::TLS13,
};

/// The name in the centre's certificate.
pub const SERVER: &str = "intake.example";

pub struct Authority {
    key: PKey<Private>,
    certificate: X509,
}

impl Authority {
    pub fn new() -> Self {
        let key = p256().unwrap();
        let public = key.public_key_to_der().unwrap();
        let mut builder = certificate("operations", &public);
        let ca = BasicConstraints::new().critical().ca().build().unwrap();
        builder.append_extension(ca).unwrap();
        builder.sign(&key, MessageDigest::sha256()).unwrap();
        let certificate = builder.build();
        Self { key, certificate }
    }

    pub fn der(&self) -> Vec<u8> {
        self.certificate.to_der().unwrap()
    }

    /// A certificate for the key of this `SubjectPublicKeyInfo`.
    pub fn issue(&self, name: &str, spki: &[u8]) -> Vec<u8> {
        let mut builder = certificate(name, spki);
        let context = builder.x509v3_context(Some(&self.certificate), None);
        let names = SubjectAlternativeName::new().dns(name).build(&context);
        builder.append_extension(names.unwrap()).unwrap();
        builder.sign(&self.key, MessageDigest::sha256()).unwrap();
        builder.build().to_der().unwrap()
    }

    /// TLS 1.3 as the centre has it: callers show a certificate of this authority.
    pub fn server(&self) -> Arc<ServerConfig> {
        let key = p256().unwrap();
        let chain = vec![self.issue(SERVER, &key.public_key_to_der().unwrap()).into()];
        let key = PrivatePkcs8KeyDer::from(key.private_key_to_pkcs8().unwrap());
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(self.der())).unwrap();
        let provider = Arc::new(ring::default_provider());
        let callers = WebPkiClientVerifier::builder_with_provider(roots.into(), provider.clone());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&TLS13])
            .unwrap()
            .with_client_cert_verifier(callers.build().unwrap())
            .with_single_cert(chain, PrivateKeyDer::Pkcs8(key))
            .unwrap();
        config.send_tls13_tickets = 0;
        config.alpn_protocols = vec![b"h2".to_vec()];
        config.into()
    }
}

fn name(common: &str) -> X509Name {
    let mut name = X509Name::builder().unwrap();
    name.append_entry_by_text("CN", common).unwrap();
    name.append_entry_by_text("OU", "station").unwrap();
    name.build()
}

fn certificate(subject: &str, spki: &[u8]) -> X509Builder {
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    let serial = BigNum::from_u32(subject.len().try_into().unwrap()).unwrap();
    let serial = serial.to_asn1_integer().unwrap();
    builder.set_serial_number(&serial).unwrap();
    builder.set_subject_name(&name(subject)).unwrap();
    builder.set_issuer_name(&name("operations")).unwrap();
    let (from, until) = (Asn1Time::days_from_now(0), Asn1Time::days_from_now(2));
    builder.set_not_before(&from.unwrap()).unwrap();
    builder.set_not_after(&until.unwrap()).unwrap();
    builder
        .set_pubkey(&PKey::public_key_from_der(spki).unwrap())
        .unwrap();
    builder
}
