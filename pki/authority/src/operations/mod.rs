//! The room of the operations CA: certificates of stations, and what is revoked.
//!
//! A process of its own (`pki-authority operations`) with a token folder of its own: nothing that signs
//! travel documents is in its reach, nor it in theirs.

pub mod config;
pub mod desk;
mod publication;
pub(crate) mod record;
pub mod request;
pub mod serve;
mod service;

/// What a station's key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyUse {
    /// TLS client.
    Tls,
    /// Signatures over dossiers.
    Signing,
}

impl KeyUse {
    pub(crate) const fn number(self) -> i64 {
        match self {
            Self::Tls => 1,
            Self::Signing => 2,
        }
    }

    pub(crate) fn by_number(number: i64) -> Option<Self> {
        match number {
            1 => Some(Self::Tls),
            2 => Some(Self::Signing),
            _ => None,
        }
    }
}

/// Why a station is revoked (RFC 5280 §5.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevocationReason {
    /// Lost, stolen or tampered with.
    KeyCompromise,
    /// Replaced by another station.
    Superseded,
    /// Taken out of service.
    CessationOfOperation,
}

impl RevocationReason {
    /// Its `CRLReason`.
    pub(crate) const fn number(self) -> i64 {
        match self {
            Self::KeyCompromise => 1,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
        }
    }

    pub(crate) fn by_number(number: i64) -> Option<Self> {
        [
            Self::KeyCompromise,
            Self::Superseded,
            Self::CessationOfOperation,
        ]
        .into_iter()
        .find(|one| one.number() == number)
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::KeyCompromise => "key compromise",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessation of operation",
        }
    }
}

/// Why a key is not certified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The key has a certificate that says something else. An alarm.
    #[error("key-of-another: this key was certified for another station, office or use")]
    KeyOfAnother,
    /// The station was revoked.
    #[error("revoked: the station was revoked; take it in anew under another id")]
    Revoked,
    /// A certificate to revoke is not one that a ceremony gave to a program.
    #[error(
        "not-a-program: this is no program's certificate of this operations CA; stations are revoked by their id"
    )]
    NotAProgram,
}

/// A certificate, durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// DER.
    pub certificate: Vec<u8>,
    /// Whether it was issued before.
    pub repeated: bool,
}
