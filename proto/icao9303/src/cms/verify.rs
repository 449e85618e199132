//! Steps 1 to 3 of passive authentication (9303-11 §5.1) on any signed object: find the signer's
//! certificate, hold the attributes against the content, verify the signature.

use der::asn1::ObjectIdentifier;

use super::{SignedData, SignerId, SignerInfo};
use crate::x509::{AlgorithmError, Certificate, HashAlgorithm, PublicKeyError, SignatureAlgorithm};

/// No certificate of the signer: neither in the object nor among those known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the signer's certificate is not in the object ({unreadable} unreadable there) and not known; \
     obtain it from the PKD or the issuing State"
)]
pub struct SignerNotFound {
    /// How many certificates in the object could not be read.
    pub unreadable: usize,
}

/// What is wrong between content, attributes and algorithms.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// The content is of another type.
    #[error("the content is of type {found} instead of {expected}")]
    ContentType {
        /// The type it should be.
        expected: ObjectIdentifier,
        /// The type it is.
        found: ObjectIdentifier,
    },
    /// The signed contentType attribute names another type than the content.
    #[error("the signed attributes name another content type than the object")]
    ContentTypeAttribute,
    /// A version number does not fit the object.
    #[error("the signed object has version {object}, its signer version {signer}")]
    Version {
        /// `SignedData` version.
        object: u8,
        /// `SignerInfo` version.
        signer: u8,
    },
    /// Not exactly one signer.
    #[error("the signed object has {count} signers instead of one")]
    SignerCount {
        /// How many.
        count: usize,
    },
    /// The digest algorithm is not allowed.
    #[error("the signed object's digest: {0}")]
    Digest(#[from] AlgorithmError),
    /// `digestAlgorithms` does not name the signer's digest algorithm.
    #[error("the signer's digest algorithm is not in the object's list")]
    UnlistedDigest,
    /// The content was changed after signing.
    #[error("the digest in the signed attributes is not that of the content")]
    MessageDigest,
}

/// Why a signature is not good.
#[derive(Debug, thiserror::Error)]
pub enum SignatureError {
    /// It is not the certificate's key's signature over the attributes.
    #[error("the signature over the signed attributes is wrong")]
    Wrong,
    /// The signature algorithm is not allowed.
    #[error("the signer's signature: {0}")]
    Algorithm(#[from] AlgorithmError),
    /// OpenSSL failed.
    #[error(transparent)]
    OpenSsl(#[from] PublicKeyError),
}

impl SignedData {
    /// Everything about the content that can be checked without a key: its type, the versions, one
    /// signer, allowed digests, and the attributes that bind the content.
    pub fn check_content(&self, expected: ObjectIdentifier) -> Result<(), ContentError> {
        if self.content_type != expected {
            return Err(ContentError::ContentType {
                expected,
                found: self.content_type,
            });
        }
        let signer = self.only_signer()?;
        let expected_version = match signer.signer {
            SignerId::IssuerAndSerial { .. } => 1,
            SignerId::SubjectKey(_) => 3,
        };
        if self.version != 3 || signer.version != expected_version {
            let (object, signer) = (self.version, signer.version);
            return Err(ContentError::Version { object, signer });
        }
        let digest = HashAlgorithm::parse(&signer.digest_algorithm)?;
        let mut listed = self
            .digest_algorithms
            .iter()
            .map(|raw| HashAlgorithm::parse(raw));
        if !listed.any(|hash| hash == Ok(digest)) {
            return Err(ContentError::UnlistedDigest);
        }
        if signer.attributes.content_type != self.content_type {
            return Err(ContentError::ContentTypeAttribute);
        }
        if signer.attributes.message_digest != digest.digest(&self.content) {
            return Err(ContentError::MessageDigest);
        }
        Ok(())
    }

    /// The certificate that the signer names: from the object, else from `known`.
    pub fn find_signer(&self, known: &[Certificate]) -> Result<Certificate, SignerNotFound> {
        let mut unreadable = 0;
        let Some(signer) = self.signers.first() else {
            return Err(SignerNotFound { unreadable });
        };
        for raw in &self.certificates {
            match Certificate::parse(raw) {
                Ok(certificate) if signer.signer.means(&certificate) => return Ok(certificate),
                Ok(_) => {}
                Err(_) => unreadable += 1,
            }
        }
        let known = known
            .iter()
            .find(|certificate| signer.signer.means(certificate));
        known.cloned().ok_or(SignerNotFound { unreadable })
    }

    /// Verifies the one signer's signature over the signed attributes with the certificate's key.
    pub fn check_signature(&self, certificate: &Certificate) -> Result<(), SignatureError> {
        let [signer] = self.signers.as_slice() else {
            return Err(SignatureError::Wrong);
        };
        let digest = HashAlgorithm::parse(&signer.digest_algorithm)?;
        let algorithm = SignatureAlgorithm::parse_in_signer(&signer.signature_algorithm, digest)?;
        let key = certificate.public_key();
        if key.verify(algorithm, &signer.attributes.der, &signer.signature)? {
            Ok(())
        } else {
            Err(SignatureError::Wrong)
        }
    }

    fn only_signer(&self) -> Result<&SignerInfo, ContentError> {
        match self.signers.as_slice() {
            [signer] => Ok(signer),
            signers => Err(ContentError::SignerCount {
                count: signers.len(),
            }),
        }
    }
}

impl SignerId {
    /// Byte for byte: the signer's name stands outside the signature, so that leniency here would let
    /// a changed object pass.
    fn means(&self, certificate: &Certificate) -> bool {
        match self {
            Self::IssuerAndSerial { issuer, serial } => {
                certificate.serial() == serial && certificate.issuer().der() == issuer.der()
            }
            Self::SubjectKey(id) => certificate.subject_key_identifier().as_ref() == Some(id),
        }
    }
}
