//! Who the station is: kept sealed in its database, replaced as a whole.

use std::fmt;

use dossier::{OfficeId, StationId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{FleetError, certificate};

/// A station that was taken in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Its id.
    pub station: StationId,
    /// Where it stands.
    pub office: OfficeId,
    /// Which pair of keys: they are called `tls-N` and `signing-N` in the token.
    pub(super) generation: u32,
    /// Certificate of the TLS key (DER).
    pub tls: Vec<u8>,
    /// Certificate of the key that signs dossiers (DER).
    pub signing: Vec<u8>,
    /// The operations CA (DER).
    pub(super) authority: Vec<u8>,
    /// What signs the first configuration (`SubjectPublicKeyInfo`, DER).
    pub(super) configuration_key: Vec<u8>,
    /// What signs receipts, until a configuration says (`SubjectPublicKeyInfo`, DER).
    pub receipt_keys: Vec<Vec<u8>>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("station", &self.station)
            .field("office", &self.office)
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}

impl Identity {
    pub(super) fn encode(&self) -> Result<Vec<u8>, FleetError> {
        serde_cbor::to_vec(self).map_err(|_| FleetError::Damaged)
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, FleetError> {
        serde_cbor::from_slice(bytes).map_err(|_| FleetError::Damaged)
    }

    /// First and last second of the TLS certificate.
    pub fn period(&self) -> Result<(OffsetDateTime, OffsetDateTime), FleetError> {
        certificate::period(&self.tls)
    }

    /// Whether a third of the certificate's life is left, or less.
    pub fn is_due(&self, now: OffsetDateTime) -> Result<bool, FleetError> {
        let (from, until) = self.period()?;
        Ok(until - now <= (until - from) / 3)
    }
}
