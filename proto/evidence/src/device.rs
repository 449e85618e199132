//! Devices that prove which key they hold: what is signed when a device is registered, and each time it comes back.
//!
//! ```text
//! to be signed  canonical CBOR  ["stempel device 1", challenge(bstr 32), person(bstr 16), device(bstr 16), SHA-256 of spki(bstr 32)]
//! ```
//! The signature is ECDSA over P-256 with SHA-256, raw r‖s. The challenge is the centre's, drawn for one answer.

use openssl::sha::sha256;
use serde_cbor::Value;

use crate::p256::{self, SignatureFault};

const MAGIC: &str = "stempel device 1";

/// DER of a P-256 `SubjectPublicKeyInfo` with an uncompressed point, up to the point (RFC 5480, 2): no key has two encodings.
const SPKI_HEAD: [u8; 27] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A,
    0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
];
/// Bytes of such a key.
pub const SPKI_LENGTH: usize = SPKI_HEAD.len() + 64;

/// What a device signs to show that it holds a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Possession<'a> {
    /// What the centre drew for this answer.
    pub challenge: [u8; 32],
    /// Whose device it is.
    pub person: [u8; 16],
    /// Which device.
    pub device: [u8; 16],
    /// Its public key: DER of a P-256 `SubjectPublicKeyInfo`, uncompressed, [`SPKI_LENGTH`] bytes.
    pub spki: &'a [u8],
}

/// Why a device did not prove that it holds a key. For whoever registers it.
#[derive(Debug, Clone, Copy, thiserror::Error, PartialEq, Eq)]
pub enum DeviceError {
    /// Not a P-256 public key in its one form.
    #[error("the device's key is not a P-256 public key; use another browser")]
    Key,
    /// The key did not make the signature.
    #[error("the device did not prove that it holds its key; begin once more")]
    Signature,
}

impl Possession<'_> {
    /// The bytes that the device's key signs (hash them with SHA-256 first).
    #[must_use]
    pub fn to_be_signed(&self) -> Vec<u8> {
        let fields = Value::Array(vec![
            Value::Text(MAGIC.into()),
            Value::Bytes(self.challenge.to_vec()),
            Value::Bytes(self.person.to_vec()),
            Value::Bytes(self.device.to_vec()),
            Value::Bytes(sha256(self.spki).to_vec()),
        ]);
        // Writing a tree of plain values to memory has no failure; an empty result verifies nowhere.
        serde_cbor::to_vec(&fields).unwrap_or_default()
    }

    /// Whether its key signed it (raw r‖s, 64 bytes).
    pub fn verify(&self, signature: &[u8]) -> Result<(), DeviceError> {
        if self.spki.len() != SPKI_LENGTH || !self.spki.starts_with(&SPKI_HEAD) {
            return Err(DeviceError::Key);
        }
        let digest = sha256(&self.to_be_signed());
        p256::verify(self.spki, &digest, signature).map_err(|fault| match fault {
            SignatureFault::Key => DeviceError::Key,
            SignatureFault::Signature => DeviceError::Signature,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::p256::soft;

    #[test]
    fn a_key_is_proved_by_its_own_signature_over_this_challenge_only() {
        let (key, other) = (soft::key(7), soft::key(8));
        let (spki, stranger) = (soft::spki(&key), soft::spki(&other));
        let said = Possession {
            challenge: [1; 32],
            person: [2; 16],
            device: [3; 16],
            spki: &spki,
        };
        let sign = |said: &Possession<'_>| soft::sign(&key, &sha256(&said.to_be_signed()));
        let signature = sign(&said);
        assert_eq!(said.verify(&signature), Ok(()));
        for altered in [
            Possession {
                challenge: [9; 32],
                ..said.clone()
            },
            Possession {
                person: [9; 16],
                ..said.clone()
            },
            Possession {
                device: [9; 16],
                ..said.clone()
            },
            Possession {
                spki: &stranger,
                ..said.clone()
            },
        ] {
            let refused = altered.verify(&signature);
            assert_eq!(refused, Err(DeviceError::Signature), "{altered:?}");
        }
        assert_eq!(said.verify(&[0; 63]), Err(DeviceError::Signature));
    }

    #[test]
    fn a_key_has_one_form() {
        let spki = soft::spki(&soft::key(7));
        assert_eq!(spki.len(), SPKI_LENGTH);
        let mut long = spki.clone();
        long.push(0);
        let mut compressed = spki.clone();
        compressed[26] = 3;
        let mut off_the_curve = spki;
        off_the_curve[90] ^= 1;
        for wrong in [&long, &compressed, &off_the_curve, &Vec::new()] {
            let said = Possession {
                challenge: [1; 32],
                person: [2; 16],
                device: [3; 16],
                spki: wrong,
            };
            assert_eq!(said.verify(&[1; 64]), Err(DeviceError::Key));
        }
    }
}
