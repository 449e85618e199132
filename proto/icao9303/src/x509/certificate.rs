//! A certificate as it was received (RFC 5280 §4.1, 9303-12 §7.1.1).

use std::fmt;

use der::Tag;
use time::OffsetDateTime;
use x509_cert::ext::pkix::name::GeneralName;

use super::algorithm::{AlgorithmError, SignatureAlgorithm};
use super::extensions::{Extension, Extensions, oid};
use super::instant;
use super::name::{self, DistinguishedName};
use super::public_key::{PublicKey, PublicKeyError};
use super::signed::Signed;
use super::walk::{Walk, constructed, context};

/// Largest certificate that is read, in bytes.
const LIMIT: usize = 64 * 1024;

/// Why bytes are not a certificate we can use.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// Not DER, or not the structure of a certificate.
    #[error("the certificate is malformed: {0}")]
    Malformed(#[from] der::Error),
    /// Larger than any certificate of the field.
    #[error("{size} bytes are too many for a certificate")]
    TooLarge {
        /// Bytes given.
        size: usize,
    },
    /// The inner and the outer signature algorithm differ.
    #[error("the certificate names two different signature algorithms")]
    TwoAlgorithms,
    /// The signature algorithm is not allowed.
    #[error("the certificate's signature: {0}")]
    Algorithm(#[from] AlgorithmError),
    /// The subject's key cannot be used.
    #[error("the certificate's key: {0}")]
    PublicKey(#[from] PublicKeyError),
}

/// A parsed certificate with its bytes.
#[derive(Clone)]
pub struct Certificate {
    signed: Signed,
    version: u8,
    serial: Vec<u8>,
    algorithm: SignatureAlgorithm,
    issuer: DistinguishedName,
    subject: DistinguishedName,
    not_before: OffsetDateTime,
    not_after: OffsetDateTime,
    validity: Vec<u8>,
    unique_ids: bool,
    public_key: PublicKey,
    extensions: Extensions,
}

impl Certificate {
    /// Reads one DER certificate that fills `bytes`.
    pub fn parse(bytes: &[u8]) -> Result<Self, CertificateError> {
        if bytes.len() > LIMIT {
            return Err(CertificateError::TooLarge { size: bytes.len() });
        }
        let signed = Signed::parse(bytes)?;
        let mut walk = Walk::into_object(signed.to_be_signed(), Tag::Sequence)?;
        let version = match walk.optional(constructed(0))? {
            Some(version) => Walk::new(version)?.small_integer()?.saturating_add(1),
            None => 1,
        };
        let serial = walk.value(Tag::Integer)?.to_vec();
        if walk.raw_of(Tag::Sequence)? != signed.algorithm_der() {
            return Err(CertificateError::TwoAlgorithms);
        }
        let issuer = DistinguishedName::parse(walk.raw_of(Tag::Sequence)?)?;
        let validity = walk.raw_of(Tag::Sequence)?.to_vec();
        let mut times = Walk::into_object(&validity, Tag::Sequence)?;
        let (not_before, not_after) = (instant::read(&mut times)?, instant::read(&mut times)?);
        times.finish()?;
        let subject = DistinguishedName::parse(walk.raw_of(Tag::Sequence)?)?;
        let public_key = walk.raw_of(Tag::Sequence)?;
        let unique_ids = walk.optional(context(1, false))?.is_some()
            | walk.optional(context(2, false))?.is_some();
        let extensions = match walk.optional(constructed(3))? {
            Some(list) => Extension::parse_list(list)?,
            None => Vec::new(),
        };
        walk.finish()?;
        Ok(Self {
            version,
            serial,
            algorithm: signed.algorithm()?,
            issuer,
            subject,
            not_before,
            not_after,
            unique_ids,
            public_key: PublicKey::parse(public_key)?,
            extensions: Extensions(extensions),
            validity,
            signed,
        })
    }

    /// The whole certificate as received.
    pub fn der(&self) -> &[u8] {
        self.signed.der()
    }

    /// The `TBSCertificate` as received: the bytes the signature is over.
    pub fn to_be_signed(&self) -> &[u8] {
        self.signed.to_be_signed()
    }

    /// 1, 2 or 3.
    pub fn version(&self) -> u8 {
        self.version
    }

    /// The serial number's content octets (two's complement).
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// The serial number in hexadecimal, without the sign octet: safe to print.
    pub fn serial_hex(&self) -> String {
        let mut digits = String::with_capacity(2 * self.serial.len());
        for octet in &self.serial {
            for digit in [octet >> 4, octet & 0x0F] {
                digits.extend(char::from_digit(digit.into(), 16).map(|c| c.to_ascii_uppercase()));
            }
        }
        match digits.strip_prefix("00") {
            Some(rest) if !rest.is_empty() => rest.to_owned(),
            _ => digits,
        }
    }

    /// The signature algorithm, the same inside and outside.
    pub fn signature_algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// Who signed.
    pub fn issuer(&self) -> &DistinguishedName {
        &self.issuer
    }

    /// Who is certified.
    pub fn subject(&self) -> &DistinguishedName {
        &self.subject
    }

    /// First second of validity.
    pub fn not_before(&self) -> OffsetDateTime {
        self.not_before
    }

    /// Last second of validity.
    pub fn not_after(&self) -> OffsetDateTime {
        self.not_after
    }

    /// The raw `Validity`.
    pub(crate) fn validity_der(&self) -> &[u8] {
        &self.validity
    }

    /// Whether `at` lies in the validity period.
    pub fn is_valid_at(&self, at: OffsetDateTime) -> bool {
        (self.not_before..=self.not_after).contains(&at)
    }

    /// Whether issuerUniqueID or subjectUniqueID is present.
    pub(crate) fn has_unique_ids(&self) -> bool {
        self.unique_ids
    }

    /// The certified key.
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// The extensions.
    pub fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    /// Whether the signature is `key`'s. Says nothing about whether `key` may sign certificates.
    pub fn is_signed_by(&self, key: &PublicKey) -> Result<bool, PublicKeyError> {
        self.signed.is_signed_by(key)
    }

    /// Whether issuer and subject are the same name.
    pub fn is_self_issued(&self) -> bool {
        self.issuer.matches(&self.subject)
    }

    /// The value of subjectKeyIdentifier, if there is a readable one.
    pub fn subject_key_identifier(&self) -> Option<Vec<u8>> {
        self.extensions.subject_key_identifier().ok().flatten()
    }

    /// The key identifier of authorityKeyIdentifier, if there is a readable one.
    pub fn authority_key_identifier(&self) -> Option<Vec<u8>> {
        self.extensions.authority_key_identifier().ok().flatten()
    }

    /// The three-letter codes (localityName) of the directory names in subjectAltName: the issuing
    /// State or organisation as the MRZ writes it (9303-12 table 6).
    pub fn mrz_country_codes(&self) -> Vec<String> {
        let names = self
            .extensions
            .alternative_names(oid::SUBJECT_ALT_NAME)
            .unwrap_or_default();
        let codes = names.iter().filter_map(|name| match name {
            GeneralName::DirectoryName(name) => name::locality(name),
            _ => None,
        });
        codes.collect()
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Certificate({}, serial {})",
            self.subject,
            self.serial_hex()
        )
    }
}
