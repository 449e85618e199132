//! AES keys that wrap the keys of data stores: what lies on a disk opens only beside the token.
//!
//! ```text
//! wrapped   01 ‖ nonce (12) ‖ AES-256-GCM(data key) ‖ tag (16)
//! aad       the role's name ‖ 00 ‖ purpose, chosen by the caller: which store, which key
//! ```

use cryptoki::mechanism::{Mechanism, aead::GcmParams};
use rand::CryptoRng;
use zeroize::Zeroizing;

use crate::{
    aes::AesKey,
    error::{CustodyError, exactly, expect_length},
    role::WrapRole,
    token::{Asking, Fault, Token},
};

const VERSION: u8 = 1;
const NONCE: usize = 12;
const TAG: usize = 16;
const TAG_BITS: u64 = 128;
/// Bytes of a data key.
const DATA_KEY: usize = 32;
/// Bytes of a wrapped data key.
const WRAPPED: usize = 1 + NONCE + DATA_KEY + TAG;

impl Token {
    /// Wraps a data key for one purpose.
    pub fn wrap_data_key<R: WrapRole>(
        &self,
        key: &AesKey<R>,
        purpose: &str,
        data_key: &[u8; DATA_KEY],
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, CustodyError> {
        let mut nonce = [0; NONCE];
        rng.fill_bytes(&mut nonce);
        let aad = aad::<R>(purpose);
        let sealed = self.run(&mut |desk| {
            let handle = self.secret(desk, key)?;
            let mut iv = nonce;
            let parameters = gcm(self, &mut iv, &aad)?;
            desk.session
                .encrypt(&Mechanism::AesGcm(parameters), handle, data_key)
                .asking("wrap a data key")
        })?;
        let wrapped = [&[VERSION], &nonce[..], &sealed].concat();
        expect_length(
            "read a data key wrapped by the token",
            wrapped.len(),
            WRAPPED,
        )?;
        Ok(wrapped)
    }

    /// Unwraps a data key of that purpose; one that was changed, or of another key or purpose, is
    /// [`CustodyError::Refused`].
    pub fn unwrap_data_key<R: WrapRole>(
        &self,
        key: &AesKey<R>,
        purpose: &str,
        wrapped: &[u8],
    ) -> Result<Zeroizing<[u8; DATA_KEY]>, CustodyError> {
        expect_length("unwrap a data key", wrapped.len(), WRAPPED)?;
        if wrapped[0] != VERSION {
            return Err(self.strange(format!("version {}", wrapped[0])));
        }
        let (nonce, sealed) = wrapped[1..].split_at(NONCE);
        let aad = aad::<R>(purpose);
        let data_key = self.run(&mut |desk| {
            let handle = self.secret(desk, key)?;
            let mut iv = nonce.to_vec();
            let parameters = gcm(self, &mut iv, &aad)?;
            desk.session
                .decrypt(&Mechanism::AesGcm(parameters), handle, sealed)
                .map(Zeroizing::new)
                .asking("unwrap a data key")
        })?;
        exactly("read a data key unwrapped by the token", &data_key)
    }

    fn strange(&self, answer: String) -> CustodyError {
        CustodyError::Refused {
            token: self.label().into(),
            act: "unwrap a data key",
            answer,
        }
    }
}

fn aad<R: WrapRole>(purpose: &str) -> Vec<u8> {
    [R::NAME.as_bytes(), &[0], purpose.as_bytes()].concat()
}

fn gcm<'a>(token: &Token, iv: &'a mut [u8], aad: &'a [u8]) -> Result<GcmParams<'a>, Fault> {
    GcmParams::new(iv, aad, TAG_BITS.into())
        .map_err(|_| Fault::Own(token.strange("the purpose is too long".into())))
}
