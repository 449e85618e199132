//! Building a `SignedData` in two steps, because the key is in a token elsewhere: what is to be
//! signed first, the finished object when the signature is there.

use der::asn1::ObjectIdentifier;
use time::OffsetDateTime;

use super::{CONTENT_TYPE, MESSAGE_DIGEST, SIGNED_DATA, SIGNING_TIME};
use crate::tlv;
use crate::x509::{Certificate, HashAlgorithm, SignatureAlgorithm, encode_time};

/// How the signer's certificate is named in the object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignerReference {
    /// By issuer and serial number (`SignerInfo` version 1): recommended for EF.SOD.
    IssuerAndSerial,
    /// By subject key identifier (`SignerInfo` version 3): recommended for master lists.
    SubjectKey,
}

/// A content with its signed attributes, waiting for the signature.
#[derive(Debug, Clone)]
pub struct ToBeSigned<'c> {
    content_type: ObjectIdentifier,
    content: Vec<u8>,
    signer: &'c Certificate,
    hash: HashAlgorithm,
    attributes: Vec<u8>,
}

/// Makes the signed attributes over `content` for `signer`, all with one hash.
pub fn prepare(
    content_type: ObjectIdentifier,
    content: Vec<u8>,
    signer: &Certificate,
    hash: HashAlgorithm,
    signing_time: Option<OffsetDateTime>,
) -> ToBeSigned<'_> {
    let content_oid = tlv::encode(0x06, content_type.as_bytes());
    let digest = tlv::encode(0x04, &hash.digest(&content));
    let mut attributes = vec![
        attribute(CONTENT_TYPE, &content_oid),
        attribute(MESSAGE_DIGEST, &digest),
    ];
    if let Some(instant) = signing_time {
        attributes.push(attribute(SIGNING_TIME, &encode_time(instant)));
    }
    // DER: the members of a SET OF in the order of their encodings.
    attributes.sort();
    let attributes = tlv::encode(0x31, &attributes.concat());
    ToBeSigned {
        content_type,
        content,
        signer,
        hash,
        attributes,
    }
}

impl ToBeSigned<'_> {
    /// The DER `SET OF` signed attributes: what an ECDSA key signs, hashed with [`Self::hash`].
    pub fn signed_attributes(&self) -> &[u8] {
        &self.attributes
    }

    /// The digest of the signed attributes, for keys that sign digests.
    pub fn digest(&self) -> Vec<u8> {
        self.hash.digest(&self.attributes)
    }

    /// The hash of content, attributes and signature.
    pub fn hash(&self) -> HashAlgorithm {
        self.hash
    }

    /// The content to be signed.
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// The finished `ContentInfo`, with the ECDSA signature as DER `SEQUENCE { r, s }` and `more`
    /// certificates beside the signer's. The signature is not verified here.
    pub fn assemble(
        &self,
        reference: SignerReference,
        signature: &[u8],
        more: &[&Certificate],
    ) -> Vec<u8> {
        let hash = self.hash.identifier();
        let oid = tlv::encode(0x06, self.content_type.as_bytes());
        let octets = tlv::encode(0x04, &self.content);
        let explicit = tlv::encode(0xA0, &octets);
        let content = tlv::encode_constructed(0x30, &[&oid, &explicit]);

        let mut all: Vec<&[u8]> = vec![self.signer.der()];
        all.extend(more.iter().map(|certificate| certificate.der()));
        all.sort_unstable();
        let certificates = tlv::encode_constructed(0xA0, &all);

        let (version, sid): (&[u8], _) = self.signer_id(reference);
        let attributes = [&[0xA0], &self.attributes[1..]].concat();
        let algorithm = SignatureAlgorithm::ecdsa_identifier(self.hash);
        let signature = tlv::encode(0x04, signature);
        let info = [version, &sid, hash, &attributes, algorithm, &signature];
        let infos = tlv::encode(0x31, &tlv::encode_constructed(0x30, &info));

        let digests = tlv::encode(0x31, hash);
        let version_3 = [0x02, 0x01, 0x03];
        let parts: [&[u8]; 5] = [&version_3, &digests, &content, &certificates, &infos];
        let signed_data = tlv::encode(0xA0, &tlv::encode_constructed(0x30, &parts));
        let oid = tlv::encode(0x06, SIGNED_DATA.as_bytes());
        tlv::encode_constructed(0x30, &[&oid, &signed_data])
    }

    /// `version` and `sid` of the signer.
    fn signer_id(&self, reference: SignerReference) -> (&'static [u8], Vec<u8>) {
        if reference == SignerReference::SubjectKey
            && let Some(id) = self.signer.subject_key_identifier()
        {
            return (&[0x02, 0x01, 0x03], tlv::encode(0x80, &id));
        }
        let serial = tlv::encode(0x02, self.signer.serial());
        let parts = [self.signer.issuer().der(), &serial];
        (&[0x02, 0x01, 0x01], tlv::encode_constructed(0x30, &parts))
    }
}

fn attribute(oid: ObjectIdentifier, value: &[u8]) -> Vec<u8> {
    let oid = tlv::encode(0x06, oid.as_bytes());
    tlv::encode_constructed(0x30, &[&oid, &tlv::encode(0x31, value)])
}
