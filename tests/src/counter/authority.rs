//! An operations CA in memory: certificates of stations and of the centre, of any period.

use std::time::{SystemTime, UNIX_EPOCH};

use openssl::{
    asn1::Asn1Time,
    bn::{BigNum, MsbOption},
    ec::{EcGroup, EcKey},
    error::ErrorStack,
    hash::MessageDigest,
    nid::Nid,
    pkey::{PKey, Private, Public},
    x509::{
        X509, X509Name, X509NameBuilder,
        extension::{BasicConstraints, KeyUsage, SubjectAlternativeName},
    },
};

const HOUR: i64 = 3600;

/// A certificate authority.
#[derive(Debug)]
pub struct Authority {
    key: PKey<Private>,
    certificate: X509,
}

/// What a certificate says.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// organizationalUnit: the role.
    pub role: &'a str,
    /// commonName.
    pub name: &'a str,
    /// Seconds from now at which it begins, and at which it ends.
    pub period: (i64, i64),
}

impl Authority {
    /// A new one.
    pub fn new() -> Result<Self, ErrorStack> {
        let key = p256()?;
        let name = name("operations", "Operations CA of a test")?;
        let mut builder = X509::builder()?;
        builder.set_version(2)?;
        let serial = serial()?;
        builder.set_serial_number(&serial)?;
        builder.set_subject_name(&name)?;
        builder.set_issuer_name(&name)?;
        builder.set_pubkey(&key)?;
        period(&mut builder, (-30 * 24 * HOUR, 365 * 24 * HOUR))?;
        builder.append_extension(BasicConstraints::new().critical().ca().build()?)?;
        builder.append_extension(KeyUsage::new().critical().key_cert_sign().build()?)?;
        builder.sign(&key, MessageDigest::sha256())?;
        let certificate = builder.build();
        Ok(Self { key, certificate })
    }

    /// Its certificate, PEM.
    pub fn pem(&self) -> Result<Vec<u8>, ErrorStack> {
        self.certificate.to_pem()
    }

    /// Its certificate, DER.
    pub fn der(&self) -> Result<Vec<u8>, ErrorStack> {
        self.certificate.to_der()
    }

    /// A certificate over a public key, good for `localhost` too.
    pub fn certify(&self, key: &PKey<Public>, subject: Subject<'_>) -> Result<X509, ErrorStack> {
        let mut builder = X509::builder()?;
        builder.set_version(2)?;
        let serial = serial()?;
        builder.set_serial_number(&serial)?;
        let named = name(subject.role, subject.name)?;
        builder.set_subject_name(&named)?;
        builder.set_issuer_name(self.certificate.subject_name())?;
        builder.set_pubkey(key)?;
        period(&mut builder, subject.period)?;
        let context = builder.x509v3_context(Some(&self.certificate), None);
        let hosts = SubjectAlternativeName::new()
            .dns("localhost")
            .ip("127.0.0.1")
            .build(&context)?;
        builder.append_extension(hosts)?;
        builder.append_extension(KeyUsage::new().critical().digital_signature().build()?)?;
        builder.sign(&self.key, MessageDigest::sha256())?;
        Ok(builder.build())
    }
}

/// A new key.
pub fn p256() -> Result<PKey<Private>, ErrorStack> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    PKey::from_ec_key(EcKey::generate(&group)?)
}

/// The public half.
pub fn public(key: &PKey<Private>) -> Result<PKey<Public>, ErrorStack> {
    PKey::public_key_from_der(&key.public_key_to_der()?)
}

/// Seconds since 1970, now.
#[expect(
    clippy::disallowed_methods,
    reason = "real programs are asked what time it is now"
)]
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0))
}

fn name(role: &str, name: &str) -> Result<X509Name, ErrorStack> {
    let mut builder = X509NameBuilder::new()?;
    builder.append_entry_by_nid(Nid::ORGANIZATIONALUNITNAME, role)?;
    builder.append_entry_by_nid(Nid::COMMONNAME, name)?;
    Ok(builder.build())
}

fn serial() -> Result<openssl::asn1::Asn1Integer, ErrorStack> {
    let mut number = BigNum::new()?;
    number.rand(120, MsbOption::MAYBE_ZERO, false)?;
    number.to_asn1_integer()
}

fn period(
    builder: &mut openssl::x509::X509Builder,
    (from, until): (i64, i64),
) -> Result<(), ErrorStack> {
    let begins = Asn1Time::from_unix(now() + from)?;
    let ends = Asn1Time::from_unix(now() + until)?;
    builder.set_not_before(&begins)?;
    builder.set_not_after(&ends)
}
