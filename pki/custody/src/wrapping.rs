//! AES keys that wrap the keys of data stores: what lies on a disk opens only beside the token.
//!
//! ```text
//! wrapped   01 ‖ nonce (12) ‖ AES-256-GCM(data key) ‖ tag (16)
//! aad       the role's name ‖ 00 ‖ purpose, chosen by the caller: which store, which key
//! ```

use std::fmt;

use cryptoki::{
    mechanism::{Mechanism, aead::GcmParams},
    object::{Attribute, AttributeType, ObjectClass, ObjectHandle},
};
use rand::CryptoRng;
use zeroize::Zeroizing;

use crate::{
    error::CustodyError,
    object::{Named, confined},
    role::WrapRole,
    token::{Asking, Desk, Fault, Token},
};

const RIGHTS: [AttributeType; 2] = [AttributeType::Decrypt, AttributeType::Encrypt];
const LENGTH: u64 = 32;
const VERSION: u8 = 1;
const NONCE: usize = 12;
const TAG: usize = 16;
const TAG_BITS: u64 = 128;
/// Bytes of a data key.
const DATA_KEY: usize = 32;
/// Bytes of a wrapped data key.
const WRAPPED: usize = 1 + NONCE + DATA_KEY + TAG;

/// An AES-256 key in a token that wraps data keys in the role `R`. Neither `Clone` nor `Copy`.
pub struct WrappingKey<R: WrapRole> {
    named: Named<R>,
}

impl<R: WrapRole> fmt::Debug for WrappingKey<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WrappingKey({:?})", self.named)
    }
}

impl<R: WrapRole> WrappingKey<R> {
    /// The key's label in its token.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.named.label
    }
}

impl Token {
    /// Makes an AES-256 key in the token: sensitive, not extractable, encrypting and decrypting.
    pub fn generate_wrapping_key<R: WrapRole>(
        &self,
        label: &str,
    ) -> Result<WrappingKey<R>, CustodyError> {
        let named = Named::<R>::new(label);
        self.run(&mut |desk| {
            named.vacant(desk, ObjectClass::SECRET_KEY)?;
            let mut template = named.names(ObjectClass::SECRET_KEY);
            template.push(Attribute::ValueLen(LENGTH.into()));
            template.extend(confined(&RIGHTS, true));
            desk.session
                .generate_key(&Mechanism::AesKeyGen, &template)
                .asking("make an AES key")
        })?;
        self.find_wrapping_key(label)
    }

    /// The key of this label and role; fails unless the token holds exactly one, confined as ours.
    pub fn find_wrapping_key<R: WrapRole>(
        &self,
        label: &str,
    ) -> Result<WrappingKey<R>, CustodyError> {
        let named = Named::<R>::new(label);
        self.run(&mut |desk| secret_key(self, desk, &named))?;
        Ok(WrappingKey { named })
    }

    /// Wraps a data key for one purpose.
    pub fn wrap_data_key<R: WrapRole>(
        &self,
        key: &WrappingKey<R>,
        purpose: &str,
        data_key: &[u8; DATA_KEY],
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, CustodyError> {
        let mut nonce = [0; NONCE];
        rng.fill_bytes(&mut nonce);
        let aad = aad::<R>(purpose);
        let sealed = self.run(&mut |desk| {
            let handle = key
                .named
                .handle(desk, || secret_key(self, desk, &key.named))?;
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
        key: &WrappingKey<R>,
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
            let handle = key
                .named
                .handle(desk, || secret_key(self, desk, &key.named))?;
            let mut iv = nonce.to_vec();
            let parameters = gcm(self, &mut iv, &aad)?;
            desk.session
                .decrypt(&Mechanism::AesGcm(parameters), handle, sealed)
                .map(Zeroizing::new)
                .asking("unwrap a data key")
        })?;
        let found = data_key.len();
        let data_key: [u8; DATA_KEY] = data_key
            .as_slice()
            .try_into()
            .map_err(|_| wrong_length("read a data key unwrapped by the token", found, DATA_KEY))?;
        Ok(Zeroizing::new(data_key))
    }

    /// Whether the key can be used now.
    pub fn check_wrapping_key<R: WrapRole>(
        &self,
        key: &WrappingKey<R>,
    ) -> Result<(), CustodyError> {
        self.run(&mut |desk| {
            desk.present()?;
            secret_key(self, desk, &key.named).map(|_| ())
        })
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

fn expect_length(act: &'static str, found: usize, expected: usize) -> Result<(), CustodyError> {
    if found == expected {
        Ok(())
    } else {
        Err(wrong_length(act, found, expected))
    }
}

fn wrong_length(act: &'static str, found: usize, expected: usize) -> CustodyError {
    CustodyError::InputLength {
        act,
        found,
        expected,
    }
}

fn secret_key<R: WrapRole>(
    token: &Token,
    desk: &Desk,
    named: &Named<R>,
) -> Result<ObjectHandle, Fault> {
    let handle = named.exactly_one(token, desk, ObjectClass::SECRET_KEY)?;
    named.check_rights(token, desk, handle, &RIGHTS)?;
    let length = desk
        .session
        .get_attributes(handle, &[AttributeType::ValueLen])
        .asking("tell the length of a key")?;
    match length.as_slice() {
        [Attribute::ValueLen(length)] if **length == LENGTH => Ok(handle),
        _ => Err(named.unfit(token, "it is not an AES-256 key")),
    }
}
