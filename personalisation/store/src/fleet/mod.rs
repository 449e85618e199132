//! Stations: who they are, their certificates and reports, one-time codes, and what is issued to them.

mod alarm;
mod certificate;
mod code;
mod issue;
mod program;
mod report;
mod revocation;
mod station;
mod wrong_code;

use dossier::{KeyId, OfficeId, StationId};
use time::OffsetDateTime;

pub(crate) use self::alarm::raise_about;
pub use self::{
    alarm::{Alarm, AlarmHead, AlarmKind, NewAlarm, Settled, Settling},
    code::{CodeUse, NewCode, PairOfKeys},
    issue::{ConfigurationHead, NewConfiguration, NewStaffList, StaffListHead},
    program::Program,
    report::{Device, Report},
    revocation::{Turn, Untold},
};

/// A station of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Station {
    /// Its id, the commonName of its certificates.
    pub id: StationId,
    /// Where it stands.
    pub office: OfficeId,
    /// What it may do.
    pub state: StationState,
    /// The station in whose place it came.
    pub replaces: Option<StationId>,
    /// When it was taken in.
    pub taken_in_at: OffsetDateTime,
}

/// What a station may do. A state is left only downwards, but from quarantine a person may take it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StationState {
    /// Everything.
    Active,
    /// Only empty its outbox: it was replaced, or is not trusted for the moment. It gets neither new
    /// certificates nor configurations nor staff lists, and a person decides about its dossiers.
    Quarantined {
        /// Since when.
        since: OffsetDateTime,
    },
    /// Nothing, for ever.
    Revoked {
        /// Since when.
        at: OffsetDateTime,
        /// Why.
        reason: RevocationReason,
    },
}

/// Why a station is revoked (RFC 5280 §5.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevocationReason {
    /// Lost, stolen or tampered with.
    KeyCompromise,
    /// Another one took its place.
    Superseded,
    /// Taken out of service.
    CessationOfOperation,
}

impl RevocationReason {
    /// All of them.
    pub const ALL: [Self; 3] = [
        Self::KeyCompromise,
        Self::Superseded,
        Self::CessationOfOperation,
    ];

    /// Its name in the database and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::KeyCompromise => "key_compromise",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessation_of_operation",
        }
    }

    /// The reason of that name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// What a station's key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyUse {
    /// To prove who calls.
    Tls,
    /// To sign dossiers.
    Signing,
}

impl KeyUse {
    const fn name(self) -> &'static str {
        match self {
            Self::Tls => "tls",
            Self::Signing => "signing",
        }
    }

    fn by_name(name: &str) -> Option<Self> {
        [Self::Tls, Self::Signing]
            .into_iter()
            .find(|one| one.name() == name)
    }
}

/// One certificate of a station. Those of before a renewal stay: what they signed must be verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StationCertificate {
    /// Whose.
    pub station: StationId,
    /// What its key is for.
    pub key_use: KeyUse,
    /// The key's name.
    pub key: KeyId,
    /// The key: `SubjectPublicKeyInfo` (DER).
    pub spki: Vec<u8>,
    /// The certificate (DER).
    pub der: Vec<u8>,
    /// The operations CA that signed it (DER).
    pub authority: Vec<u8>,
    /// Its first second.
    pub not_before: OffsetDateTime,
    /// Its last second.
    pub not_after: OffsetDateTime,
    /// Since when it is revoked.
    pub revoked_at: Option<OffsetDateTime>,
}

/// A station to be written down.
#[derive(Debug)]
pub struct NewStation<'a> {
    /// Its id.
    pub id: StationId,
    /// Where it stands.
    pub office: OfficeId,
    /// The station in whose place it comes; that one is quarantined.
    pub replaces: Option<StationId>,
    /// Its first certificates.
    pub certificates: &'a [StationCertificate],
}
