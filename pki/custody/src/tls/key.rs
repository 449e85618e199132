//! A key in a token as rustls wants it: rustls asks, the token signs.
//!
//! A signature is made during each full handshake, on the thread that drives it: below a
//! millisecond with SoftHSM, a tenth of a second with a TPM.

use std::{fmt, sync::Arc};

use openssl::{
    bn::BigNum,
    ecdsa::EcdsaSig,
    error::ErrorStack,
    sha::{sha256, sha384},
};
use rustls::{
    Error, SignatureAlgorithm, SignatureScheme,
    pki_types::{CertificateDer, SubjectPublicKeyInfoDer},
    sign::{CertifiedKey, Signer, SigningKey},
};

use crate::{curve::Curve, ec::EcKey, role::TlsRole, token::Token};

/// Why a key and its certificates cannot be used for TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsKeyError {
    /// TLS knows no signature scheme for the curve.
    #[error("the key {key} is on {curve:?}, which TLS 1.3 does not have; make a P-256 key")]
    Curve {
        /// The key's label.
        key: String,
        /// Its curve.
        curve: Curve,
    },
    /// The certificate is for another key.
    #[error("the first certificate is not of the key {key}: {source}; ask for one with that key")]
    OtherKey {
        /// The key's label.
        key: String,
        /// What rustls found.
        source: Error,
    },
    /// There is no certificate.
    #[error("there is no certificate for the key {key}; ask for one")]
    NoCertificate {
        /// The key's label.
        key: String,
    },
}

/// The certificates, leaf first, with their key in the token, as rustls wants them.
pub fn certified_key<R: TlsRole>(
    token: Arc<Token>,
    key: EcKey<R>,
    chain: Vec<CertificateDer<'static>>,
) -> Result<CertifiedKey, TlsKeyError> {
    let label = key.label().to_owned();
    let Some(scheme) = scheme(key.curve()) else {
        let curve = key.curve();
        return Err(TlsKeyError::Curve { key: label, curve });
    };
    if chain.is_empty() {
        return Err(TlsKeyError::NoCertificate { key: label });
    }
    let key = TokenKey {
        token,
        key: Arc::new(key),
        scheme,
    };
    let certified = CertifiedKey::new(chain, Arc::new(key));
    certified
        .keys_match()
        .map_err(|source| TlsKeyError::OtherKey { key: label, source })?;
    Ok(certified)
}

fn scheme(curve: Curve) -> Option<SignatureScheme> {
    match curve {
        Curve::P256 => Some(SignatureScheme::ECDSA_NISTP256_SHA256),
        Curve::P384 => Some(SignatureScheme::ECDSA_NISTP384_SHA384),
        Curve::BrainpoolP256r1 | Curve::BrainpoolP384r1 => None,
    }
}

struct TokenKey<R: TlsRole> {
    token: Arc<Token>,
    key: Arc<EcKey<R>>,
    scheme: SignatureScheme,
}

impl<R: TlsRole> fmt::Debug for TokenKey<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenKey({:?})", self.key)
    }
}

impl<R: TlsRole> SigningKey for TokenKey<R> {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        offered.contains(&self.scheme).then(|| {
            Box::new(Self {
                token: self.token.clone(),
                key: self.key.clone(),
                scheme: self.scheme,
            }) as Box<dyn Signer>
        })
    }

    fn public_key(&self) -> Option<SubjectPublicKeyInfoDer<'_>> {
        Some(self.key.public_key_spki().into())
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ECDSA
    }
}

impl<R: TlsRole> Signer for TokenKey<R> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let digest = match self.key.curve() {
            Curve::P384 | Curve::BrainpoolP384r1 => sha384(message).to_vec(),
            Curve::P256 | Curve::BrainpoolP256r1 => sha256(message).to_vec(),
        };
        let raw = self
            .token
            .sign_digest(&self.key, &digest)
            .map_err(|error| Error::General(error.to_string()))?;
        to_der(&raw).map_err(|error| Error::General(error.to_string()))
    }

    fn scheme(&self) -> SignatureScheme {
        self.scheme
    }
}

/// TLS has signatures as ASN.1 (RFC 8446 §4.2.3), tokens as r‖s.
fn to_der(raw: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    let (r, s) = raw.split_at(raw.len() / 2);
    EcdsaSig::from_private_components(BigNum::from_slice(r)?, BigNum::from_slice(s)?)?.to_der()
}
