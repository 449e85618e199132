//! What the store keeps for the operations CA.

use time::OffsetDateTime;

use super::{KeyUse, RevocationReason};

/// A certificate that is to be signed: all that differs from another one's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CertificateRecord {
    /// Content octets.
    pub(crate) serial: Vec<u8>,
    /// DER.
    pub(crate) spki: Vec<u8>,
    pub(crate) key_use: KeyUse,
    pub(crate) station: [u8; 16],
    pub(crate) office: String,
    pub(crate) not_before: OffsetDateTime,
    pub(crate) not_after: OffsetDateTime,
}

impl CertificateRecord {
    /// Whether both say the same of their keys.
    pub(crate) fn same_subject(&self, other: &Self) -> bool {
        self.station == other.station
            && self.key_use == other.key_use
            && self.office == other.office
    }
}

/// A revocation list that is to be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ListRecord {
    pub(crate) number: u64,
    pub(crate) this_update: OffsetDateTime,
    pub(crate) next_update: OffsetDateTime,
}

/// A program's certificate that is to be revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RevokedProgram {
    /// Content octets.
    pub(crate) serial: Vec<u8>,
    /// Its commonName.
    pub(crate) name: String,
    pub(crate) reason: RevocationReason,
}

/// A revoked certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RevokedSerial {
    pub(crate) serial: Vec<u8>,
    pub(crate) since: OffsetDateTime,
    pub(crate) reason: RevocationReason,
}

/// What is revoked, and what was said of it.
#[derive(Debug)]
pub(crate) struct Standing {
    pub(crate) revoked: Vec<RevokedSerial>,
    /// DER of the newest list that was signed.
    pub(crate) newest: Option<Vec<u8>>,
    /// The number used last, signed or not.
    pub(crate) last_number: u64,
}
