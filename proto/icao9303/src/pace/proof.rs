//! The proof of chip-authentication mapping: the chip's static key made its mapping key (9303-11 §4.4.3.3.3).

use zeroize::Zeroizing;

use super::PaceError;
use crate::crypto::cipher::{AesKey, BLOCK, unpad};
use crate::crypto::curve::{Curve, CurveId, Point, Scalar};
use crate::crypto::public_key::{PublicKey, PublicKeyError};
use crate::security_info::SecurityInfos;

/// Why a chip is not proven genuine by chip-authentication mapping.
#[derive(Debug, thiserror::Error)]
pub enum ChipProofError {
    /// EF.CardSecurity has no key for the curve that PACE used.
    #[error(
        "EF.CardSecurity has no chip authentication key for domain parameter id {parameter_id}"
    )]
    NoKey {
        /// The standardised domain parameter id.
        parameter_id: u8,
    },
    /// The key of EF.CardSecurity is not a point of PACE's curve.
    #[error("the chip authentication key of EF.CardSecurity cannot be used")]
    BadKey(#[from] PublicKeyError),
    /// The private key behind the signed public key did not make the mapping key: a copy.
    #[error(
        "the chip does not hold the private key of its EF.CardSecurity; treat the document as a copy"
    )]
    NotTheSignedKey,
}

/// `CA_IC`, decrypted but not yet compared with the signed key.
#[derive(Debug)]
pub struct ChipProof {
    curve: CurveId,
    quotient: Scalar,
    mapping_key: Point,
}

impl ChipProof {
    /// Decrypts object 8A: AES-CBC under `KS_Enc` with the initial vector `E(KS_Enc`, FF…FF).
    pub(super) fn decrypt(
        curve: &Curve,
        mapping_key: Point,
        key: &AesKey,
        encrypted: &[u8],
    ) -> Result<Self, PaceError> {
        let iv = key.encrypt_block(&[0xFF; BLOCK])?;
        let padded = key
            .decrypt_cbc(&iv, encrypted)
            .map_err(|_| PaceError::BadProof)?;
        let padded = Zeroizing::new(padded);
        let bytes = unpad(&padded).map_err(|_| PaceError::BadProof)?;
        let quotient = curve
            .decode_scalar(bytes)
            .map_err(|_| PaceError::BadProof)?;
        Ok(Self {
            curve: curve.id(),
            quotient,
            mapping_key,
        })
    }

    /// The curve that PACE used: the signed key must be on it, under its id as key id.
    pub fn curve(&self) -> CurveId {
        self.curve
    }

    /// `CA_IC` as the chip sent it.
    pub fn as_bytes(&self) -> &[u8] {
        self.quotient.as_bytes()
    }

    /// Checks the proof with the key of EF.CardSecurity whose id is PACE's domain parameter id
    /// (9303-11 §9.2.6).
    ///
    /// Means something only if the signature of EF.CardSecurity holds.
    pub fn verify_with(&self, card_security: &SecurityInfos) -> Result<(), ChipProofError> {
        let parameter_id = self.curve.parameter_id();
        let key = card_security
            .chip_authentication_keys()
            .find(|info| info.key_id == Some(parameter_id.into()))
            .ok_or(ChipProofError::NoKey { parameter_id })?;
        let key = PublicKey::from_subject(&key.public_key)?;
        if key.curve != self.curve {
            return Err(ChipProofError::NoKey { parameter_id });
        }
        self.verify(&key.point)
    }

    /// Checks `PK_map,IC` = `CA_IC` · `PK_IC`.
    ///
    /// Means something only if `static_key` comes from an EF.CardSecurity whose signature holds.
    pub fn verify(&self, static_key: &Point) -> Result<(), ChipProofError> {
        let product = Curve::new(self.curve)
            .and_then(|curve| curve.multiply(static_key, &self.quotient))
            .map_err(PublicKeyError::BadPoint)?;
        if product == self.mapping_key {
            Ok(())
        } else {
            Err(ChipProofError::NotTheSignedKey)
        }
    }
}
