//! Who makes the devices: an authority of its own, and the keys and certificates that devices get.

use std::fs;
use std::path::Path;

use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, MsbOption};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::extension::{
    AuthorityKeyIdentifier, BasicConstraints, KeyUsage, SubjectKeyIdentifier,
};
use openssl::x509::{X509, X509NameBuilder};
use time::{Duration, OffsetDateTime};

use super::BiometricError;

/// Bits of every key.
const BITS: u32 = 2048;

/// A key and its certificate.
#[derive(Clone, Debug)]
pub(super) struct Signer {
    pub key: PKey<Private>,
    pub certificate: X509,
}

/// Keys that every device of a maker uses. Real devices have keys of their own; one pair for all saves
/// seconds at each start and changes nothing that a client could check.
#[derive(Debug)]
pub struct Maker {
    authority: Signer,
    /// Signs captures and device data.
    pub(super) device: Signer,
    /// Signs digital identities, as the trusted chip of an L1 device does.
    pub(super) chip: Signer,
    pub(super) expired: Signer,
    pub(super) future: Signer,
    pub(super) exchanged: Signer,
    pub(super) foreign: Signer,
}

/// From when to when.
struct Period(OffsetDateTime, OffsetDateTime);

impl Maker {
    /// Makes an authority and all keys; takes about a second.
    pub fn new(now: OffsetDateTime) -> Result<Self, ErrorStack> {
        let years = |from: i64, to: i64| {
            Period(
                now + Duration::days(365 * from),
                now + Duration::days(365 * to),
            )
        };
        let authority = authority("SPECIMEN device maker", &years(-3, 10))?;
        let stranger = self::authority("SPECIMEN unknown maker", &years(-3, 10))?;
        let valid = Period(now - Duration::HOUR, now + Duration::days(365));
        let future = Period(now + Duration::DAY, now + Duration::days(365));
        let key = PKey::from_rsa(Rsa::generate(BITS)?)?;
        let issue = |name, key: &PKey<Private>, period, by: &Signer| {
            certificate(name, key, period, Some(by)).map(|certificate| Signer {
                key: key.clone(),
                certificate,
            })
        };
        let (chip, other) = (
            PKey::from_rsa(Rsa::generate(BITS)?)?,
            PKey::from_rsa(Rsa::generate(BITS)?)?,
        );
        Ok(Self {
            device: issue("SPECIMEN device key", &key, &valid, &authority)?,
            chip: issue("SPECIMEN chip key", &chip, &valid, &authority)?,
            expired: issue("SPECIMEN device key", &key, &years(-2, -1), &authority)?,
            future: issue("SPECIMEN device key", &key, &future, &authority)?,
            exchanged: issue("SPECIMEN device key", &other, &valid, &authority)?,
            foreign: issue("SPECIMEN device key", &key, &valid, &stranger)?,
            authority,
        })
    }

    /// The certificate that a station pins (DER).
    pub fn anchor(&self) -> Result<Vec<u8>, ErrorStack> {
        self.authority.certificate.to_der()
    }

    /// Writes the certificate that a station pins.
    pub fn write_anchor(&self, path: &Path) -> Result<(), BiometricError> {
        let error = |source| BiometricError::Trust {
            path: path.to_owned(),
            source,
        };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(error)?;
        }
        fs::write(path, self.anchor()?).map_err(error)
    }
}

fn authority(name: &str, period: &Period) -> Result<Signer, ErrorStack> {
    let key = PKey::from_rsa(Rsa::generate(BITS)?)?;
    let certificate = certificate(name, &key, period, None)?;
    Ok(Signer { key, certificate })
}

/// A certificate for a key; self-signed and of an authority where nobody issues it.
fn certificate(
    name: &str,
    key: &PKey<Private>,
    period: &Period,
    issuer: Option<&Signer>,
) -> Result<X509, ErrorStack> {
    let mut subject = X509NameBuilder::new()?;
    subject.append_entry_by_text("O", "Stempel")?;
    subject.append_entry_by_text("CN", name)?;
    let subject = subject.build();
    let mut serial = BigNum::new()?;
    serial.rand(120, MsbOption::ONE, false)?;
    let mut builder = X509::builder()?;
    builder.set_version(2)?;
    builder.set_serial_number(&*serial.to_asn1_integer()?)?;
    builder.set_subject_name(&subject)?;
    builder
        .set_issuer_name(issuer.map_or(&*subject, |issuer| issuer.certificate.subject_name()))?;
    builder.set_pubkey(key)?;
    builder.set_not_before(&*Asn1Time::from_unix(period.0.unix_timestamp())?)?;
    builder.set_not_after(&*Asn1Time::from_unix(period.1.unix_timestamp())?)?;
    let mut constraints = BasicConstraints::new();
    let mut usage = KeyUsage::new();
    if issuer.is_some() {
        usage.digital_signature();
    } else {
        constraints.ca();
        usage.key_cert_sign().crl_sign();
    }
    builder.append_extension(constraints.critical().build()?)?;
    builder.append_extension(usage.critical().build()?)?;
    let context = builder.x509v3_context(issuer.map(|issuer| &*issuer.certificate), None);
    let own = SubjectKeyIdentifier::new().build(&context)?;
    builder.append_extension(own)?;
    if let Some(issuer) = issuer {
        let context = builder.x509v3_context(Some(&issuer.certificate), None);
        let theirs = AuthorityKeyIdentifier::new().keyid(true).build(&context)?;
        builder.append_extension(theirs)?;
    }
    builder.sign(
        issuer.map_or(key, |issuer| &issuer.key),
        MessageDigest::sha256(),
    )?;
    Ok(builder.build())
}
