//! Certificate revocation lists (9303-12 §7.1.4): one full list of a country signing CA.

use std::fmt;

use der::Tag;
use der::asn1::ObjectIdentifier;
use time::OffsetDateTime;
use x509_cert::ext::pkix::AuthorityKeyIdentifier;

use crate::x509::extensions::oid;
use crate::x509::walk::{Walk, constructed};
use crate::x509::{
    AlgorithmError, DistinguishedName, Extension, PublicKey, PublicKeyError, Signed, read_instant,
};

/// Largest list that is read, in bytes.
const LIMIT: usize = 16 * 1024 * 1024;

/// Why bytes are not a revocation list we can use.
#[derive(Debug, thiserror::Error)]
pub enum CrlError {
    /// Not DER, or not the structure of a list.
    #[error("the revocation list is malformed: {0}")]
    Malformed(#[from] der::Error),
    /// Larger than any list of the field.
    #[error("{size} bytes are too many for a revocation list")]
    TooLarge {
        /// Bytes given.
        size: usize,
    },
    /// The inner and the outer signature algorithm differ.
    #[error("the revocation list names two different signature algorithms")]
    TwoAlgorithms,
    /// The signature algorithm is not allowed.
    #[error("the revocation list's signature: {0}")]
    Algorithm(#[from] AlgorithmError),
    /// A critical extension, such as those of delta or partial lists: the list does not mean what a
    /// full list means.
    #[error("the revocation list has a critical extension that is not supported: {oid}")]
    CriticalExtension {
        /// The extension.
        oid: ObjectIdentifier,
    },
    /// Version 1, without nextUpdate or without cRLNumber.
    #[error("the revocation list has no {field}, which 9303-12 demands")]
    Missing {
        /// The missing field.
        field: &'static str,
    },
}

/// One revoked certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevokedCertificate {
    /// Its serial number's content octets.
    pub serial: Vec<u8>,
    /// Since when.
    pub since: OffsetDateTime,
}

/// A parsed list with its bytes.
#[derive(Clone)]
pub struct RevocationList {
    signed: Signed,
    issuer: DistinguishedName,
    this_update: OffsetDateTime,
    next_update: OffsetDateTime,
    /// Sorted by serial number.
    revoked: Vec<RevokedCertificate>,
    number: Vec<u8>,
    authority_key_identifier: Option<Vec<u8>>,
}

impl RevocationList {
    /// Reads one DER list that fills `bytes`.
    pub fn parse(bytes: &[u8]) -> Result<Self, CrlError> {
        if bytes.len() > LIMIT {
            return Err(CrlError::TooLarge { size: bytes.len() });
        }
        let signed = Signed::parse(bytes)?;
        signed.algorithm()?;
        let mut walk = Walk::into_object(signed.to_be_signed(), Tag::Sequence)?;
        if !walk.next_is(Tag::Integer) || walk.small_integer()? != 1 {
            return Err(CrlError::Missing { field: "version 2" });
        }
        if walk.raw_of(Tag::Sequence)? != signed.algorithm_der() {
            return Err(CrlError::TwoAlgorithms);
        }
        let issuer = DistinguishedName::parse(walk.raw_of(Tag::Sequence)?)?;
        let this_update = read_instant(&mut walk)?;
        if !walk.next_is(Tag::UtcTime) && !walk.next_is(Tag::GeneralizedTime) {
            return Err(CrlError::Missing {
                field: "nextUpdate",
            });
        }
        let next_update = read_instant(&mut walk)?;
        let revoked = match walk.optional(Tag::Sequence)? {
            Some(entries) => parse_entries(entries)?,
            None => Vec::new(),
        };
        let extensions = match walk.optional(constructed(0))? {
            Some(list) => Extension::parse_list(list)?,
            None => Vec::new(),
        };
        walk.finish()?;
        let (mut number, mut authority_key_identifier) = (None, None);
        for extension in &extensions {
            match extension.oid {
                oid::CRL_NUMBER => {
                    let mut value = Walk::new(&extension.value)?;
                    number = Some(value.value(Tag::Integer)?.to_vec());
                    value.finish()?;
                }
                oid::AUTHORITY_KEY_IDENTIFIER => {
                    let aki = <AuthorityKeyIdentifier as der::Decode>::from_der(&extension.value)?;
                    authority_key_identifier = aki.key_identifier.map(|id| id.as_bytes().to_vec());
                }
                _ => refuse_critical(extension)?,
            }
        }
        let number = number.ok_or(CrlError::Missing { field: "cRLNumber" })?;
        Ok(Self {
            signed,
            issuer,
            this_update,
            next_update,
            revoked,
            number,
            authority_key_identifier,
        })
    }

    /// The whole list as received.
    pub fn der(&self) -> &[u8] {
        self.signed.der()
    }

    /// Who issued it.
    pub fn issuer(&self) -> &DistinguishedName {
        &self.issuer
    }

    /// When it was issued.
    pub fn this_update(&self) -> OffsetDateTime {
        self.this_update
    }

    /// When the next one is due: after it, this one is stale.
    pub fn next_update(&self) -> OffsetDateTime {
        self.next_update
    }

    /// cRLNumber, content octets.
    pub fn number(&self) -> &[u8] {
        &self.number
    }

    /// Which key signed it, if it says so.
    pub fn authority_key_identifier(&self) -> Option<&[u8]> {
        self.authority_key_identifier.as_deref()
    }

    /// Everything revoked, by serial number.
    pub fn revoked(&self) -> &[RevokedCertificate] {
        &self.revoked
    }

    /// The entry of a serial number (content octets).
    pub fn find(&self, serial: &[u8]) -> Option<&RevokedCertificate> {
        let found = self
            .revoked
            .binary_search_by(|entry| entry.serial.as_slice().cmp(serial));
        found.ok().map(|index| &self.revoked[index])
    }

    /// Whether the signature is `key`'s.
    pub fn is_signed_by(&self, key: &PublicKey) -> Result<bool, PublicKeyError> {
        self.signed.is_signed_by(key)
    }
}

impl fmt::Debug for RevocationList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "RevocationList({}, {} entries)",
            self.issuer,
            self.revoked.len()
        )
    }
}

fn parse_entries(entries: &[u8]) -> Result<Vec<RevokedCertificate>, CrlError> {
    let mut walk = Walk::new(entries)?;
    let mut revoked = Vec::new();
    while !walk.is_finished() {
        let mut entry = walk.enter(Tag::Sequence)?;
        let serial = entry.value(Tag::Integer)?.to_vec();
        let since = read_instant(&mut entry)?;
        if !entry.is_finished() {
            // reasonCode and the like are forbidden but harmless; critical ones (certificateIssuer)
            // change whose certificate is meant.
            let extensions = entry.raw_of(Tag::Sequence)?;
            Extension::parse_list(extensions)?
                .iter()
                .try_for_each(refuse_critical)?;
        }
        entry.finish()?;
        revoked.push(RevokedCertificate { serial, since });
    }
    revoked.sort_by(|a, b| a.serial.cmp(&b.serial));
    Ok(revoked)
}

fn refuse_critical(extension: &Extension) -> Result<(), CrlError> {
    if extension.critical {
        return Err(CrlError::CriticalExtension { oid: extension.oid });
    }
    Ok(())
}
