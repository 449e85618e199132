//! The station's signing key: it lies in the token and signs dossiers, nothing else.

use std::sync::Arc;

use dossier::{SigningKey, signed::SIGNATURE_LENGTH};
use key_custody::{CustodyError, EcKey, Token, role::StationSigning};

/// The key that signs dossiers, in its token.
#[derive(Debug)]
pub struct StationSigner {
    token: Arc<Token>,
    key: EcKey<StationSigning>,
}

impl StationSigner {
    /// Signs with this key of this token.
    pub fn new(token: Arc<Token>, key: EcKey<StationSigning>) -> Self {
        Self { token, key }
    }
}

impl SigningKey for StationSigner {
    type Error = CustodyError;

    fn spki(&self) -> &[u8] {
        self.key.public_key_spki()
    }

    fn sign(&self, digest: &[u8; 32]) -> Result<[u8; SIGNATURE_LENGTH], CustodyError> {
        let signature = self.token.sign_digest(&self.key, digest)?;
        let found = signature.len();
        signature.try_into().map_err(|_| CustodyError::InputLength {
            act: "read the station's signature (its key must be on P-256)",
            found,
            expected: SIGNATURE_LENGTH,
        })
    }
}
