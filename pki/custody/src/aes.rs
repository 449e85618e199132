//! AES keys: made and found in any role, and those that compute CMACs, from which the keys of chips
//! are derived.

use std::fmt;

use cryptoki::{
    mechanism::Mechanism,
    object::{Attribute, AttributeType, ObjectClass, ObjectHandle},
};
use zeroize::Zeroizing;

use crate::{
    error::{CustodyError, exactly},
    object::{Named, confined},
    role::{CmacRole, SecretRole},
    token::{Asking, Desk, Fault, Token},
};

const LENGTH: u64 = 32;
const MAC_LENGTH: usize = 16;

/// An AES-256 key in a token that serves the role `R`. Neither `Clone` nor `Copy`.
pub struct AesKey<R: SecretRole> {
    pub(crate) named: Named<R>,
}

impl<R: SecretRole> fmt::Debug for AesKey<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AesKey({:?})", self.named)
    }
}

impl<R: SecretRole> AesKey<R> {
    /// The key's label in its token.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.named.label
    }
}

impl Token {
    /// Makes an AES-256 key in the token: sensitive, not extractable, with the rights of its role.
    pub fn generate_aes<R: SecretRole>(&self, label: &str) -> Result<AesKey<R>, CustodyError> {
        let named = Named::<R>::new(label);
        self.run(&mut |desk| {
            named.vacant(desk, ObjectClass::SECRET_KEY)?;
            let mut template = named.names(ObjectClass::SECRET_KEY);
            template.push(Attribute::ValueLen(LENGTH.into()));
            template.extend(confined(R::RIGHTS, true));
            desk.session
                .generate_key(&Mechanism::AesKeyGen, &template)
                .asking("make an AES key")
        })?;
        self.find_aes(label)
    }

    /// The key of this label and role; fails unless the token holds exactly one, confined as ours.
    pub fn find_aes<R: SecretRole>(&self, label: &str) -> Result<AesKey<R>, CustodyError> {
        let named = Named::<R>::new(label);
        self.run(&mut |desk| secret_key(self, desk, &named))?;
        Ok(AesKey { named })
    }

    /// AES-CMAC (SP 800-38B) of `data`, whole.
    pub fn cmac<R: CmacRole>(
        &self,
        key: &AesKey<R>,
        data: &[u8],
    ) -> Result<Zeroizing<[u8; MAC_LENGTH]>, CustodyError> {
        let mac = self.run(&mut |desk| {
            let handle = self.secret(desk, key)?;
            desk.session
                .sign(&Mechanism::AesCMac, handle, data)
                .asking("compute a CMAC")
        })?;
        // The MAC is a derived key: it leaves memory with its owner.
        exactly("read a CMAC of the token", &Zeroizing::new(mac))
    }

    /// The key's handle in this connection.
    pub(crate) fn secret<R: SecretRole>(
        &self,
        desk: &Desk,
        key: &AesKey<R>,
    ) -> Result<ObjectHandle, Fault> {
        key.named
            .handle(desk, || secret_key(self, desk, &key.named))
    }

    /// Whether the key can be used now.
    pub fn check_aes<R: SecretRole>(&self, key: &AesKey<R>) -> Result<(), CustodyError> {
        self.run(&mut |desk| {
            desk.present()?;
            secret_key(self, desk, &key.named).map(|_| ())
        })
    }
}

fn secret_key<R: SecretRole>(
    token: &Token,
    desk: &Desk,
    named: &Named<R>,
) -> Result<ObjectHandle, Fault> {
    let handle = named.held(token, desk, ObjectClass::SECRET_KEY)?;
    let length = desk
        .session
        .get_attributes(handle, &[AttributeType::ValueLen])
        .asking("tell the length of a key")?;
    match length.as_slice() {
        [Attribute::ValueLen(length)] if **length == LENGTH => Ok(handle),
        _ => Err(named.unfit(token, "it is not an AES-256 key")),
    }
}
