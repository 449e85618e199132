//! JSON web signatures (RFC 7515, compact form) as devices make them: RS256 and a certificate chain in
//! `x5c`. No other algorithm is known here, so none can be talked into.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use openssl::hash::MessageDigest;
use openssl::sign::Verifier;
use openssl::x509::X509;
use serde::Deserialize;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::message::scalar;
use super::trust::ChainProblem;
use super::{Problem, SignedPart, TrustList};

/// Most bytes of a header: five certificates and some words.
const LONGEST_HEADER: usize = 32 << 10;
/// Most certificates of a chain.
const LONGEST_CHAIN: usize = 5;

/// A signature that was taken apart and not verified yet.
pub struct Jws<'a> {
    signed: &'a str,
    chain: Vec<X509>,
    payload: Zeroizing<Vec<u8>>,
    signature: Vec<u8>,
}

/// What a verified signature covers, and who made it.
#[derive(PartialEq, Eq)]
pub struct Verified {
    /// The signed bytes.
    pub payload: Zeroizing<Vec<u8>>,
    /// The signer's certificate (DER).
    pub signer: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default, deserialize_with = "scalar::list")]
    x5c: Vec<String>,
    /// Extensions that a reader must understand: we understand none.
    crit: Option<serde_json::Value>,
}

impl<'a> Jws<'a> {
    /// Takes a signature apart.
    pub fn parse(text: &'a str, part: SignedPart) -> Result<Self, Problem> {
        let unsigned = || Problem::NotSigned(part);
        let (signed, signature) = text.rsplit_once('.').ok_or_else(unsigned)?;
        let (header, payload) = signed.split_once('.').ok_or_else(unsigned)?;
        if header.len() > LONGEST_HEADER || payload.contains('.') {
            return Err(unsigned());
        }
        let decode = |text| URL_SAFE_NO_PAD.decode(text).map_err(|_| unsigned());
        let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| unsigned())?;
        if header.alg != "RS256" {
            return Err(Problem::WrongAlgorithm(part));
        }
        if header.crit.is_some() || header.x5c.is_empty() || header.x5c.len() > LONGEST_CHAIN {
            return Err(unsigned());
        }
        let certificate = |text: &String| {
            let der = STANDARD.decode(text).ok()?;
            X509::from_der(&der).ok()
        };
        let chain: Option<Vec<X509>> = header.x5c.iter().map(certificate).collect();
        Ok(Self {
            signed,
            chain: chain.ok_or_else(unsigned)?,
            payload: Zeroizing::new(decode(payload)?),
            signature: decode(signature)?,
        })
    }

    /// Verifies chain and signature.
    pub fn verify(
        self,
        part: SignedPart,
        trust: &TrustList,
        now: OffsetDateTime,
    ) -> Result<Verified, Problem> {
        let key = trust
            .verify(&self.chain, now)
            .map_err(|problem| match problem {
                ChainProblem::Expired => Problem::CertificateExpired(part),
                ChainProblem::NotYetValid => Problem::CertificateNotYetValid(part),
                ChainProblem::Untrusted => Problem::Untrusted(part),
            })?;
        let right = Verifier::new(MessageDigest::sha256(), &key)
            .and_then(|mut verifier| {
                verifier.verify_oneshot(&self.signature, self.signed.as_bytes())
            })
            // A signature of another length than the key's is an error to OpenSSL.
            .unwrap_or(false);
        let signer = self.chain.first().and_then(|leaf| leaf.to_der().ok());
        match signer {
            Some(signer) if right => Ok(Verified {
                payload: self.payload,
                signer,
            }),
            _ => Err(Problem::SignatureWrong(part)),
        }
    }
}

impl fmt::Debug for Jws<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Jws({} bytes)", self.payload.len())
    }
}

impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verified({} bytes)", self.payload.len())
    }
}
