//! The hash and signature algorithms that ICAO 9303-12 §4.1.6 allows, and no others.

use der::Tag;
use der::asn1::ObjectIdentifier;
use openssl::hash::MessageDigest;
use openssl::sha;

use super::walk::{Walk, constructed};
use crate::tlv;

/// A digest by OpenSSL's streaming interface: its one-shot functions look the algorithm up by name
/// at every call, which costs more than hashing a short file.
macro_rules! one_shot {
    ($hash:ty, $data:expr) => {{
        let mut hash = <$hash>::new();
        hash.update($data);
        hash.finish().to_vec()
    }};
}

/// Why an algorithm identifier is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AlgorithmError {
    /// The identifier is not DER, or its parameters are not those of the algorithm.
    #[error("the algorithm identifier is malformed: {0}")]
    Malformed(#[from] der::Error),
    /// The algorithm was broken and is not allowed any more (SHA-1, MD5).
    #[error("{name} is not allowed for identity documents any more")]
    Weak {
        /// The algorithm's name.
        name: &'static str,
    },
    /// The algorithm is not in the list of 9303-12 §4.1.6.
    #[error("algorithm {oid} is not one of those ICAO 9303-12 allows")]
    Unknown {
        /// The object identifier, dotted.
        oid: ObjectIdentifier,
    },
}

/// A hash of 9303-12 §4.1.6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are the algorithms' own")]
pub enum HashAlgorithm {
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

impl HashAlgorithm {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Sha224, Self::Sha256, Self::Sha384, Self::Sha512];

    /// Its usual name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha224 => "SHA-224",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        }
    }

    /// Its object identifier.
    pub fn oid(self) -> ObjectIdentifier {
        ObjectIdentifier::new_unwrap(match self {
            Self::Sha224 => "2.16.840.1.101.3.4.2.4",
            Self::Sha256 => "2.16.840.1.101.3.4.2.1",
            Self::Sha384 => "2.16.840.1.101.3.4.2.2",
            Self::Sha512 => "2.16.840.1.101.3.4.2.3",
        })
    }

    /// Bytes in a digest.
    pub fn length(self) -> usize {
        match self {
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The digest of `data`.
    pub fn digest(self, data: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha224 => one_shot!(sha::Sha224, data),
            Self::Sha256 => one_shot!(sha::Sha256, data),
            Self::Sha384 => one_shot!(sha::Sha384, data),
            Self::Sha512 => one_shot!(sha::Sha512, data),
        }
    }

    /// Its `AlgorithmIdentifier`, parameters absent (RFC 5754 §2).
    pub fn identifier(self) -> &'static [u8] {
        match self {
            Self::Sha224 => b"\x30\x0B\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x04",
            Self::Sha256 => b"\x30\x0B\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01",
            Self::Sha384 => b"\x30\x0B\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02",
            Self::Sha512 => b"\x30\x0B\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03",
        }
    }

    /// Reads an `AlgorithmIdentifier` with parameters absent or NULL.
    pub fn parse(identifier: &[u8]) -> Result<Self, AlgorithmError> {
        let (oid, parameters) = split(identifier)?;
        absent_or_null(parameters)?;
        Self::from_oid(oid)
    }

    fn from_oid(oid: ObjectIdentifier) -> Result<Self, AlgorithmError> {
        if let Some(hash) = Self::ALL.into_iter().find(|hash| hash.oid() == oid) {
            return Ok(hash);
        }
        match oid.to_string().as_str() {
            "1.3.14.3.2.26" => Err(AlgorithmError::Weak { name: "SHA-1" }),
            "1.2.840.113549.2.5" => Err(AlgorithmError::Weak { name: "MD5" }),
            _ => Err(AlgorithmError::Unknown { oid }),
        }
    }

    pub(crate) fn openssl(self) -> MessageDigest {
        match self {
            Self::Sha224 => MessageDigest::sha224(),
            Self::Sha256 => MessageDigest::sha256(),
            Self::Sha384 => MessageDigest::sha384(),
            Self::Sha512 => MessageDigest::sha512(),
        }
    }
}

/// A signature algorithm of 9303-12 §4.1.6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignatureAlgorithm {
    /// ECDSA, the signature as DER `SEQUENCE { r, s }`.
    Ecdsa(HashAlgorithm),
    /// RSASSA-PKCS1-v1_5.
    RsaPkcs1(HashAlgorithm),
    /// RSASSA-PSS with MGF1.
    RsaPss {
        /// The hash of the message.
        hash: HashAlgorithm,
        /// The hash of the mask generation function.
        mask: HashAlgorithm,
        /// Salt length in bytes.
        salt: u8,
    },
}

const ECDSA: &str = "1.2.840.10045.4.3";
const PKCS1: &str = "1.2.840.113549.1.1";

impl SignatureAlgorithm {
    /// The hash of what is signed.
    pub fn hash(self) -> HashAlgorithm {
        match self {
            Self::Ecdsa(hash) | Self::RsaPkcs1(hash) | Self::RsaPss { hash, .. } => hash,
        }
    }

    /// The `AlgorithmIdentifier` of ECDSA with `hash`, parameters absent (RFC 5758 §3.2).
    pub fn ecdsa_identifier(hash: HashAlgorithm) -> &'static [u8] {
        match hash {
            HashAlgorithm::Sha224 => b"\x30\x0A\x06\x08\x2A\x86\x48\xCE\x3D\x04\x03\x01",
            HashAlgorithm::Sha256 => b"\x30\x0A\x06\x08\x2A\x86\x48\xCE\x3D\x04\x03\x02",
            HashAlgorithm::Sha384 => b"\x30\x0A\x06\x08\x2A\x86\x48\xCE\x3D\x04\x03\x03",
            HashAlgorithm::Sha512 => b"\x30\x0A\x06\x08\x2A\x86\x48\xCE\x3D\x04\x03\x04",
        }
    }

    /// Reads the `AlgorithmIdentifier` of a certificate or list.
    pub fn parse(identifier: &[u8]) -> Result<Self, AlgorithmError> {
        Self::parse_with(identifier, None)
    }

    /// Reads the `signatureAlgorithm` of a `SignerInfo`, where plain `rsaEncryption` means PKCS #1
    /// v1.5 with the signer's digest algorithm (RFC 3370 §3.2).
    pub fn parse_in_signer(
        identifier: &[u8],
        digest: HashAlgorithm,
    ) -> Result<Self, AlgorithmError> {
        Self::parse_with(identifier, Some(digest))
    }

    fn parse_with(
        identifier: &[u8],
        digest: Option<HashAlgorithm>,
    ) -> Result<Self, AlgorithmError> {
        let (oid, parameters) = split(identifier)?;
        let name = oid.to_string();
        if let Some(last) = name
            .strip_prefix(ECDSA)
            .and_then(|rest| rest.strip_prefix('.'))
        {
            let hash = hash_by_suffix(last, ["1", "2", "3", "4"]);
            absent_or_null(parameters)?;
            return hash.map(Self::Ecdsa).ok_or(AlgorithmError::Unknown { oid });
        }
        match name
            .strip_prefix(PKCS1)
            .and_then(|rest| rest.strip_prefix('.'))
        {
            Some("10") => parse_pss(parameters),
            Some("4") => Err(AlgorithmError::Weak { name: "MD5" }),
            Some("5") => Err(AlgorithmError::Weak { name: "SHA-1" }),
            Some(last) => {
                absent_or_null(parameters)?;
                let hash = match last {
                    "1" => digest,
                    _ => hash_by_suffix(last, ["14", "11", "12", "13"]),
                };
                hash.map(Self::RsaPkcs1)
                    .ok_or(AlgorithmError::Unknown { oid })
            }
            None if name == "1.2.840.10045.4.1" => Err(AlgorithmError::Weak { name: "SHA-1" }),
            None => Err(AlgorithmError::Unknown { oid }),
        }
    }
}

/// Object identifier and raw parameters of an `AlgorithmIdentifier`.
pub(crate) fn split(identifier: &[u8]) -> der::Result<(ObjectIdentifier, Option<&[u8]>)> {
    let mut walk = Walk::into_object(identifier, Tag::Sequence)?;
    let oid = walk.decode()?;
    let parameters = if walk.is_finished() {
        None
    } else {
        Some(walk.raw()?)
    };
    walk.finish()?;
    Ok((oid, parameters))
}

/// An `AlgorithmIdentifier` from its parts.
pub(crate) fn join(oid: ObjectIdentifier, parameters: &[u8]) -> Vec<u8> {
    let oid = tlv::encode(0x06, oid.as_bytes());
    tlv::encode_constructed(0x30, &[&oid, parameters])
}

fn absent_or_null(parameters: Option<&[u8]>) -> der::Result<()> {
    match parameters {
        None | Some([0x05, 0x00]) => Ok(()),
        Some(_) => Err(Tag::Null.value_error()),
    }
}

fn hash_by_suffix(suffix: &str, in_order: [&str; 4]) -> Option<HashAlgorithm> {
    HashAlgorithm::ALL
        .into_iter()
        .zip(in_order)
        .find(|(_, own)| *own == suffix)
        .map(|(hash, _)| hash)
}

/// `RSASSA-PSS-params` (RFC 4055 §3.1); the defaults are SHA-1, which is refused.
fn parse_pss(parameters: Option<&[u8]>) -> Result<SignatureAlgorithm, AlgorithmError> {
    let weak = AlgorithmError::Weak { name: "SHA-1" };
    let mut walk = Walk::into_object(parameters.unwrap_or(b"\x30\x00"), Tag::Sequence)?;
    let hash = walk.optional(constructed(0))?.ok_or(weak.clone())?;
    let mask = walk.optional(constructed(1))?.ok_or(weak)?;
    let (mask_oid, mask_parameters) = split(mask)?;
    if mask_oid.to_string() != "1.2.840.113549.1.1.8" {
        return Err(AlgorithmError::Unknown { oid: mask_oid });
    }
    let salt = match walk.optional(constructed(2))? {
        Some(salt) => Walk::new(salt)?.small_integer()?,
        None => 20,
    };
    if let Some(trailer) = walk.optional(constructed(3))?
        && trailer != [0x02, 0x01, 0x01]
    {
        return Err(Tag::Integer.value_error().into());
    }
    walk.finish()?;
    Ok(SignatureAlgorithm::RsaPss {
        hash: HashAlgorithm::parse(hash)?,
        mask: HashAlgorithm::parse(mask_parameters.unwrap_or_default())?,
        salt,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_their_oids() {
        for hash in HashAlgorithm::ALL {
            assert_eq!(join(hash.oid(), &[]), hash.identifier());
            assert_eq!(HashAlgorithm::parse(hash.identifier()).unwrap(), hash);
            assert_eq!(
                HashAlgorithm::parse(&join(hash.oid(), &[5, 0])).unwrap(),
                hash
            );
            assert_eq!(hash.digest(b"abc").len(), hash.length());
            let ecdsa = SignatureAlgorithm::ecdsa_identifier(hash);
            assert_eq!(
                SignatureAlgorithm::parse(ecdsa).unwrap(),
                SignatureAlgorithm::Ecdsa(hash)
            );
        }
    }

    #[test]
    fn broken_hashes_are_refused_by_name() {
        let sha1 = join(ObjectIdentifier::new_unwrap("1.3.14.3.2.26"), &[5, 0]);
        assert_eq!(
            HashAlgorithm::parse(&sha1),
            Err(AlgorithmError::Weak { name: "SHA-1" })
        );
        for oid in [
            "1.2.840.10045.4.1",
            "1.2.840.113549.1.1.5",
            "1.2.840.113549.1.1.10",
        ] {
            let identifier = join(ObjectIdentifier::new_unwrap(oid), &[]);
            let refused = SignatureAlgorithm::parse(&identifier);
            assert_eq!(
                refused,
                Err(AlgorithmError::Weak { name: "SHA-1" }),
                "{oid}"
            );
        }
        assert!(SignatureAlgorithm::parse(HashAlgorithm::Sha256.identifier()).is_err());
        let odd = join(HashAlgorithm::Sha256.oid(), &[4, 0]);
        assert!(matches!(
            HashAlgorithm::parse(&odd),
            Err(AlgorithmError::Malformed(_))
        ));
    }

    #[test]
    fn plain_rsa_takes_the_signers_digest() {
        let rsa = join(
            ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1"),
            &[5, 0],
        );
        let expected = SignatureAlgorithm::RsaPkcs1(HashAlgorithm::Sha384);
        assert_eq!(
            SignatureAlgorithm::parse_in_signer(&rsa, HashAlgorithm::Sha384),
            Ok(expected)
        );
        assert!(SignatureAlgorithm::parse(&rsa).is_err());
    }
}
