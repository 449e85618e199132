//! A key in the token that signs what stations keep.

use std::{fmt, sync::Arc};

use dossier::{SigningKey, signed::SIGNATURE_LENGTH};
use key_custody::{CustodyError, EcKey, Token, role::EcRole};

/// The key, and its token.
pub(crate) struct TokenSigner<R: EcRole> {
    token: Arc<Token>,
    key: EcKey<R>,
}

impl<R: EcRole> TokenSigner<R> {
    pub(crate) fn find(token: &Arc<Token>, label: &str) -> Result<Self, CustodyError> {
        Ok(Self {
            token: Arc::clone(token),
            key: token.find_ec(label)?,
        })
    }
}

impl<R: EcRole> fmt::Debug for TokenSigner<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenSigner")
    }
}

/// Why the token did not sign.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SigningFault {
    #[error(transparent)]
    Custody(#[from] CustodyError),
    #[error("the key is on another curve than P-256; make a P-256 key")]
    Curve,
}

impl<R: EcRole> SigningKey for TokenSigner<R> {
    type Error = SigningFault;

    fn spki(&self) -> &[u8] {
        self.key.public_key_spki()
    }

    fn sign(&self, digest: &[u8; 32]) -> Result<[u8; SIGNATURE_LENGTH], SigningFault> {
        let signature = self.token.sign_digest(&self.key, digest)?;
        signature.try_into().map_err(|_| SigningFault::Curve)
    }
}
