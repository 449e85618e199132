//! What is known of an attempt from each state on. Later facts contain the earlier ones.

use std::fmt;

use thiserror::Error;

use crate::{
    chip_serial::ChipSerial,
    document_number::DocumentNumber,
    ids::{BlankId, ShipmentId},
    machine::{MachineCard, MachineProfile},
};

/// Known from `Bound` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The blank, for this attempt only.
    pub blank: BlankId,
    /// The serial that the blank's chip showed.
    pub chip: ChipSerial,
    /// The document number, for this attempt only.
    pub number: DocumentNumber,
    /// The card in its machine; none for one that a person lays into a reader.
    pub card: Option<MachineCard>,
}

impl Binding {
    /// In which order the card's steps are done.
    pub const fn profile(&self) -> MachineProfile {
        match self.card {
            None => MachineProfile::Encoder,
            Some(_) => MachineProfile::ChipFirst,
        }
    }
}

/// Known from `ChipKeyed` on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keyed {
    /// Blank, chip and number.
    pub binding: Binding,
    /// The public half of the key pair that the chip made itself.
    pub chip_key: ChipPublicKey,
}

/// Known from `LdsBuilt` on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// Blank, chip, number and chip key.
    pub keyed: Keyed,
    /// SHA-256 of the DER `LDSSecurityObject` that is to be signed.
    pub lds_digest: Digest,
}

/// Known from `Signed` on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// Blank, chip, number, chip key and what was to be signed.
    pub built: Built,
    /// SHA-256 of the whole EF.SOD.
    pub sod_digest: Digest,
    /// SHA-256 of the whole EF.CardSecurity.
    pub card_security_digest: Digest,
}

/// Known while `Packed`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// Blank, chip, number, chip key and signatures.
    pub signed: Signed,
    /// The container in which it lies.
    pub shipment: ShipmentId,
}

/// A SHA-256 digest.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; 32]);

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Digests of personal data can be guessed back: a few bytes suffice to tell them apart.
        write!(f, "Digest({}…)", hex::encode(&self.0[..4]))
    }
}

/// An uncompressed elliptic-curve point, `04 ‖ x ‖ y` (BSI TR-03111 §3.2.1). That it lies on the
/// curve is checked where the curve is known.
#[derive(Clone, PartialEq, Eq)]
pub struct ChipPublicKey(Vec<u8>);

/// Bytes that cannot be an uncompressed point. For the developer: the chip or the row is at fault.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error(
    "reading a chip public key: 04 and two coordinates of up to 66 bytes are expected, found {found} bytes"
)]
pub struct BadChipKey {
    found: usize,
}

impl ChipPublicKey {
    /// 04 and two coordinates of P-521.
    const MAX: usize = 133;

    /// The bytes `04 ‖ x ‖ y`.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl TryFrom<&[u8]> for ChipPublicKey {
    type Error = BadChipKey;

    fn try_from(bytes: &[u8]) -> Result<Self, BadChipKey> {
        let plausible = matches!(bytes, [4, xy @ ..] if !xy.is_empty() && xy.len() % 2 == 0);
        if plausible && bytes.len() <= Self::MAX {
            Ok(Self(bytes.to_vec()))
        } else {
            Err(BadChipKey { found: bytes.len() })
        }
    }
}

impl fmt::Debug for ChipPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChipPublicKey({} bytes)", self.0.len())
    }
}
