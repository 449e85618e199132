//! What certificates and revocation lists have in common: `SEQUENCE { toBeSigned,
//! signatureAlgorithm, signature BIT STRING }`, kept as the bytes that were received.

use std::ops::Range;

use der::Tag;

use super::algorithm::{AlgorithmError, SignatureAlgorithm};
use super::public_key::{PublicKey, PublicKeyError};
use super::walk::Walk;

/// A signed structure and where its parts stand.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Signed {
    der: Vec<u8>,
    body: Range<usize>,
    algorithm: Range<usize>,
    signature_bits: Range<usize>,
}

impl Signed {
    pub fn parse(bytes: &[u8]) -> der::Result<Self> {
        let mut walk = Walk::into_object(bytes, Tag::Sequence)?;
        let to_be_signed = walk.raw_of(Tag::Sequence)?.len();
        let algorithm = walk.raw_of(Tag::Sequence)?;
        let signature = walk.whole_bits()?;
        walk.finish()?;
        // The signature ends the structure, the others stand before it without gaps.
        let end = bytes.len();
        let signature_bits = end - signature.len()..end;
        let start = bytes.len() - walk_length(bytes)?;
        let body = start..start + to_be_signed;
        let algorithm = body.end..body.end + algorithm.len();
        Ok(Self {
            der: bytes.to_vec(),
            body,
            algorithm,
            signature_bits,
        })
    }

    pub fn der(&self) -> &[u8] {
        &self.der
    }

    pub fn to_be_signed(&self) -> &[u8] {
        &self.der[self.body.clone()]
    }

    /// The raw outer `signatureAlgorithm`.
    pub fn algorithm_der(&self) -> &[u8] {
        &self.der[self.algorithm.clone()]
    }

    pub fn algorithm(&self) -> Result<SignatureAlgorithm, AlgorithmError> {
        SignatureAlgorithm::parse(self.algorithm_der())
    }

    pub fn is_signed_by(&self, key: &PublicKey) -> Result<bool, PublicKeyError> {
        let Ok(algorithm) = self.algorithm() else {
            return Ok(false);
        };
        key.verify(
            algorithm,
            self.to_be_signed(),
            &self.der[self.signature_bits.clone()],
        )
    }
}

/// How many bytes the value of the outer SEQUENCE takes.
fn walk_length(bytes: &[u8]) -> der::Result<usize> {
    Walk::new(bytes)?.value(Tag::Sequence).map(<[u8]>::len)
}
