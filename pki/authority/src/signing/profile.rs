//! Signing profiles: what may be signed, by the name that a ticket carries.

use der::asn1::ObjectIdentifier;
use icao9303::{crypto::curve::CurveId, oid};

/// What a chip of one kind may carry a signature of.
#[derive(Debug)]
pub struct SigningProfile {
    /// Its name in tickets.
    pub name: &'static str,
    /// The document code of the MRZ, unless the configuration says another one.
    pub code: &'static str,
    /// Data groups that every chip has.
    pub required: &'static [u8],
    /// Data groups that a chip may have besides.
    pub optional: &'static [u8],
    /// Data groups whose content the ticket commits to; the ticket lists exactly those that are on
    /// the chip.
    pub committed: &'static [u8],
    /// PACE protocols that a chip may offer.
    pub pace: &'static [ObjectIdentifier],
    /// Chip authentication protocols that a chip may offer.
    pub chip_authentication: &'static [ObjectIdentifier],
    /// The curve of PACE and of the chip's key.
    pub curve: CurveId,
}

/// An identity card: LDS 1.8, SHA-256, brainpoolP256r1.
const IDENTITY_CARD: SigningProfile = SigningProfile {
    name: "identity-card",
    code: "ID",
    // MRZ, portrait, chip authentication. Fingers are absent where a person has none to give.
    required: &[1, 2, 14],
    optional: &[3, 7, 11, 12],
    committed: &[2, 3, 7, 11],
    pace: &[oid::PACE_ECDH_GM_AES_128, oid::PACE_ECDH_CAM_AES_128],
    chip_authentication: &[oid::CA_ECDH_AES_128],
    curve: CurveId::BrainpoolP256r1,
};

/// A residence permit of the uniform format: the same chip.
const RESIDENCE_PERMIT: SigningProfile = SigningProfile {
    name: "residence-permit",
    code: "IR",
    ..IDENTITY_CARD
};

impl SigningProfile {
    /// The profile of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        [&IDENTITY_CARD, &RESIDENCE_PERMIT]
            .into_iter()
            .find(|profile| profile.name == name)
    }
}
