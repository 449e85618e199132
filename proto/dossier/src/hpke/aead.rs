//! AES-GCM of one message (RFC 9180 §5.2, sequence number 0).

use openssl::{
    cipher::{Cipher, CipherRef},
    cipher_ctx::CipherCtx,
    error::ErrorStack,
};
use zeroize::Zeroizing;

use super::{Keys, TAG_LENGTH};

pub(super) const NONCE_LENGTH: usize = 12;

/// A cipher of RFC 9180 §7.3. Only AES-256 is used; AES-128 has the vectors of the RFC itself.
#[derive(Clone, Copy)]
pub(super) enum Aead {
    #[cfg(test)]
    Aes128Gcm,
    Aes256Gcm,
}

impl Aead {
    /// `"HPKE"` and the numbers of KEM, KDF and AEAD.
    pub(super) fn suite(self) -> [u8; 10] {
        let aead = match self {
            #[cfg(test)]
            Self::Aes128Gcm => 1,
            Self::Aes256Gcm => 2,
        };
        [b'H', b'P', b'K', b'E', 0, 0x10, 0, 1, 0, aead]
    }

    pub(super) fn key_length(self) -> usize {
        self.cipher().key_length()
    }

    fn cipher(self) -> &'static CipherRef {
        match self {
            #[cfg(test)]
            Self::Aes128Gcm => Cipher::aes_128_gcm(),
            Self::Aes256Gcm => Cipher::aes_256_gcm(),
        }
    }

    /// Ciphertext and tag.
    pub(super) fn encrypt(
        self,
        keys: &Keys,
        aad: &[u8],
        plaintext: &[u8],
    ) -> Result<Vec<u8>, ErrorStack> {
        let mut context = CipherCtx::new()?;
        context.encrypt_init(Some(self.cipher()), Some(&keys.key), Some(&keys.nonce))?;
        context.cipher_update(aad, None)?;
        let mut sealed = Vec::with_capacity(plaintext.len() + 2 * TAG_LENGTH);
        context.cipher_update_vec(plaintext, &mut sealed)?;
        context.cipher_final_vec(&mut sealed)?;
        let mut tag = [0; TAG_LENGTH];
        context.tag(&mut tag)?;
        sealed.extend(tag);
        Ok(sealed)
    }

    /// The plaintext, or nothing when anything is wrong; what was decrypted by then is wiped.
    pub(super) fn decrypt(
        self,
        keys: &Keys,
        aad: &[u8],
        sealed: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let (ciphertext, tag) = sealed.split_at_checked(sealed.len().checked_sub(TAG_LENGTH)?)?;
        let mut context = CipherCtx::new().ok()?;
        context
            .decrypt_init(Some(self.cipher()), Some(&keys.key), Some(&keys.nonce))
            .ok()?;
        context.set_tag(tag).ok()?;
        context.cipher_update(aad, None).ok()?;
        // Room for all at once: a buffer that moves would leave copies behind.
        let mut plaintext = Zeroizing::new(Vec::with_capacity(ciphertext.len() + 2 * TAG_LENGTH));
        context.cipher_update_vec(ciphertext, &mut plaintext).ok()?;
        context.cipher_final_vec(&mut plaintext).ok()?;
        Some(plaintext)
    }
}
