//! CMS `SignedData` (RFC 5652 §5) as EF.SOD, EF.CardSecurity and master lists use it: one signer,
//! signed attributes, content inside.
//!
//! ```text
//! ContentInfo ::= SEQUENCE { id-signedData, [0] SignedData }
//! SignedData  ::= SEQUENCE { version, digestAlgorithms SET, encapContentInfo { eContentType,
//!                 [0] OCTET STRING }, certificates [0] OPTIONAL, crls [1] OPTIONAL, signerInfos SET }
//! SignerInfo  ::= SEQUENCE { version, sid, digestAlgorithm, signedAttrs [0], signatureAlgorithm,
//!                 signature OCTET STRING, unsignedAttrs [1] OPTIONAL }
//! ```

mod build;
mod verify;

use der::Tag;
use der::asn1::ObjectIdentifier;
use time::OffsetDateTime;

pub use build::{SignerReference, ToBeSigned, prepare};
pub use verify::{ContentError, SignatureError, SignerNotFound};

use crate::x509::walk::{Walk, constructed, context};
use crate::x509::{DistinguishedName, read_instant};

pub(crate) const SIGNED_DATA: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
pub(crate) const CONTENT_TYPE: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
pub(crate) const MESSAGE_DIGEST: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
pub(crate) const SIGNING_TIME: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5");

/// Largest object that is read, in bytes: master lists of the whole world have about 1 MB.
const LIMIT: usize = 8 * 1024 * 1024;

/// Why bytes are not a `SignedData` of the expected form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CmsError {
    /// Not DER, or not the structure.
    #[error("the signed object is malformed: {0}")]
    Malformed(#[from] der::Error),
    /// Larger than any signed object of the field.
    #[error("{size} bytes are too many for a signed object")]
    TooLarge {
        /// Bytes given.
        size: usize,
    },
    /// Another kind of CMS object.
    #[error("the CMS object is of type {oid} instead of SignedData")]
    NotSignedData {
        /// Its type.
        oid: ObjectIdentifier,
    },
    /// The content is not inside.
    #[error("the signed object does not carry its content")]
    Detached,
    /// An attribute that must be there once is missing or repeated.
    #[error("the signed attribute {name} is missing or repeated")]
    Attribute {
        /// The attribute's name.
        name: &'static str,
    },
}

/// A parsed `SignedData`, with the bytes that signatures are over.
#[derive(Debug, Clone)]
pub struct SignedData {
    version: u8,
    digest_algorithms: Vec<Vec<u8>>,
    content_type: ObjectIdentifier,
    content: Vec<u8>,
    certificates: Vec<Vec<u8>>,
    signers: Vec<SignerInfo>,
}

/// One `SignerInfo`.
#[derive(Debug, Clone)]
pub(crate) struct SignerInfo {
    version: u8,
    signer: SignerId,
    digest_algorithm: Vec<u8>,
    attributes: SignedAttributes,
    signature_algorithm: Vec<u8>,
    signature: Vec<u8>,
}

/// How a signer names its certificate.
#[derive(Debug, Clone)]
pub(crate) enum SignerId {
    IssuerAndSerial {
        issuer: DistinguishedName,
        serial: Vec<u8>,
    },
    SubjectKey(Vec<u8>),
}

#[derive(Debug, Clone)]
pub(crate) struct SignedAttributes {
    /// With the tag of a SET: the bytes the signature is over.
    der: Vec<u8>,
    content_type: ObjectIdentifier,
    message_digest: Vec<u8>,
    signing_time: Option<OffsetDateTime>,
}

impl SignedData {
    /// Reads one DER `ContentInfo` with a `SignedData` that fills `bytes`.
    pub fn parse(bytes: &[u8]) -> Result<Self, CmsError> {
        if bytes.len() > LIMIT {
            return Err(CmsError::TooLarge { size: bytes.len() });
        }
        let mut info = Walk::into_object(bytes, Tag::Sequence)?;
        let oid: ObjectIdentifier = info.decode()?;
        if oid != SIGNED_DATA {
            return Err(CmsError::NotSignedData { oid });
        }
        let mut explicit = info.enter(constructed(0))?;
        info.finish()?;
        let mut walk = explicit.enter(Tag::Sequence)?;
        explicit.finish()?;

        let version = walk.small_integer()?;
        let digest_algorithms = objects(walk.value(Tag::Set)?, Some(Tag::Sequence))?;
        let (content_type, content) = parse_content(walk.enter(Tag::Sequence)?)?;
        let certificates = match walk.optional(constructed(0))? {
            Some(set) => objects(set, None)?,
            None => Vec::new(),
        };
        walk.optional(constructed(1))?;
        let mut set = walk.enter(Tag::Set)?;
        walk.finish()?;
        let mut signers = Vec::new();
        while !set.is_finished() {
            signers.push(SignerInfo::parse(set.enter(Tag::Sequence)?)?);
        }
        Ok(Self {
            version,
            digest_algorithms,
            content_type,
            content,
            certificates,
            signers,
        })
    }

    /// `eContentType`.
    pub fn content_type(&self) -> ObjectIdentifier {
        self.content_type
    }

    /// The bytes of `eContent`.
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// The certificates inside, unverified and not even parsed.
    pub fn certificates(&self) -> impl Iterator<Item = &[u8]> {
        self.certificates.iter().map(Vec::as_slice)
    }

    /// The signing time that the first signer states.
    pub fn signing_time(&self) -> Option<OffsetDateTime> {
        self.signers
            .first()
            .and_then(|signer| signer.attributes.signing_time)
    }
}

impl SignerInfo {
    fn parse(mut walk: Walk<'_>) -> Result<Self, CmsError> {
        let version = walk.small_integer()?;
        let signer = if let Some(id) = walk.optional(context(0, false))? {
            SignerId::SubjectKey(id.to_vec())
        } else {
            let mut sid = walk.enter(Tag::Sequence)?;
            let issuer = DistinguishedName::parse(sid.raw_of(Tag::Sequence)?)?;
            let serial = sid.value(Tag::Integer)?.to_vec();
            sid.finish()?;
            SignerId::IssuerAndSerial { issuer, serial }
        };
        let digest_algorithm = walk.raw_of(Tag::Sequence)?.to_vec();
        let attributes = if walk.next_is(constructed(0)) {
            SignedAttributes::parse(walk.raw()?)?
        } else {
            return Err(CmsError::Attribute {
                name: "contentType",
            });
        };
        let signature_algorithm = walk.raw_of(Tag::Sequence)?.to_vec();
        let signature = walk.value(Tag::OctetString)?.to_vec();
        walk.optional(constructed(1))?;
        walk.finish()?;
        Ok(Self {
            version,
            signer,
            digest_algorithm,
            attributes,
            signature_algorithm,
            signature,
        })
    }
}

impl SignedAttributes {
    /// Reads `[0] IMPLICIT SET OF Attribute`.
    fn parse(raw: &[u8]) -> Result<Self, CmsError> {
        // The signature is over the attributes tagged as a SET (RFC 5652 §5.4).
        let mut der = raw.to_vec();
        if let Some(tag) = der.first_mut() {
            *tag = 0x31;
        }
        let mut set = Walk::into_object(&der, Tag::Set)?;
        let (mut content_type, mut message_digest, mut signing_time) = (None, None, None);
        while !set.is_finished() {
            let mut attribute = set.enter(Tag::Sequence)?;
            let oid: ObjectIdentifier = attribute.decode()?;
            let mut values = attribute.enter(Tag::Set)?;
            attribute.finish()?;
            match oid {
                CONTENT_TYPE => once(&mut content_type, values.decode()?, "contentType")?,
                MESSAGE_DIGEST => {
                    let digest = values.value(Tag::OctetString)?.to_vec();
                    once(&mut message_digest, digest, "messageDigest")?;
                }
                SIGNING_TIME => once(&mut signing_time, read_instant(&mut values)?, "signingTime")?,
                _ => continue,
            }
            values.finish()?;
        }
        let content_type = content_type.ok_or(CmsError::Attribute {
            name: "contentType",
        })?;
        let message_digest = message_digest.ok_or(CmsError::Attribute {
            name: "messageDigest",
        })?;
        Ok(Self {
            der,
            content_type,
            message_digest,
            signing_time,
        })
    }
}

fn once<T>(slot: &mut Option<T>, value: T, name: &'static str) -> Result<(), CmsError> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(CmsError::Attribute { name }),
    }
}

fn parse_content(mut walk: Walk<'_>) -> Result<(ObjectIdentifier, Vec<u8>), CmsError> {
    let content_type = walk.decode()?;
    if walk.is_finished() {
        return Err(CmsError::Detached);
    }
    let mut explicit = walk.enter(constructed(0))?;
    walk.finish()?;
    let content = explicit.value(Tag::OctetString)?.to_vec();
    explicit.finish()?;
    Ok((content_type, content))
}

/// The raw objects of a set, which must all carry `tag` if one is given.
fn objects(set: &[u8], tag: Option<Tag>) -> der::Result<Vec<Vec<u8>>> {
    let mut walk = Walk::new(set)?;
    let mut objects = Vec::new();
    while !walk.is_finished() {
        objects.push(match tag {
            Some(tag) => walk.raw_of(tag)?.to_vec(),
            None => walk.raw()?.to_vec(),
        });
    }
    Ok(objects)
}
