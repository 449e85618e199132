//! Building a `SignedData` in two steps, because the key is in a token elsewhere: what is to be
//! signed first, the finished object when the signature is there.

use der::asn1::ObjectIdentifier;
use time::OffsetDateTime;

use super::{CONTENT_TYPE, MESSAGE_DIGEST, SIGNED_DATA, SIGNING_TIME};
use crate::x509::backward::Backward;
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
    let mut attributes = vec![
        attribute(CONTENT_TYPE, |der| {
            der.object(0x06, content_type.as_bytes());
        }),
        attribute(MESSAGE_DIGEST, |der| {
            der.object(0x04, &hash.digest(&content));
        }),
    ];
    if let Some(instant) = signing_time {
        attributes.push(attribute(SIGNING_TIME, |der| {
            der.put(&encode_time(instant));
        }));
    }
    // DER: the members of a SET OF in the order of their encodings.
    attributes.sort();
    let mut set = Backward::with_capacity(192);
    attributes
        .iter()
        .rev()
        .for_each(|attribute| set.put(attribute));
    set.wrap(0x31, 0);
    let attributes = set.finish();
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
        let mut certificates: Vec<&[u8]> = vec![self.signer.der()];
        certificates.extend(more.iter().map(|certificate| certificate.der()));
        certificates.sort_unstable();
        let size: usize = certificates
            .iter()
            .map(|certificate| certificate.len())
            .sum();
        let mut der = Backward::with_capacity(size + self.content.len() + 512);

        self.put_signer_info(&mut der, reference, signature);
        let mark = der.mark();
        certificates
            .iter()
            .rev()
            .for_each(|certificate| der.put(certificate));
        der.wrap(0xA0, mark);

        let mark = der.mark();
        der.object(0x04, &self.content);
        der.wrap(0xA0, mark);
        der.object(0x06, self.content_type.as_bytes());
        der.wrap(0x30, mark);

        der.object(0x31, self.hash.identifier());
        der.put(&[0x02, 0x01, 0x03]);
        der.wrap(0x30, 0);
        der.wrap(0xA0, 0);
        der.object(0x06, SIGNED_DATA.as_bytes());
        der.wrap(0x30, 0);
        der.finish()
    }

    /// `signerInfos` with the one signer.
    fn put_signer_info(&self, der: &mut Backward, reference: SignerReference, signature: &[u8]) {
        let mark = der.mark();
        der.object(0x04, signature);
        der.put(SignatureAlgorithm::ecdsa_identifier(self.hash));
        // The attributes again, tagged [0] here and as a SET where they are signed.
        der.put(&self.attributes[1..]);
        der.put(&[0xA0]);
        der.put(self.hash.identifier());
        if reference == SignerReference::SubjectKey
            && let Some(id) = self.signer.subject_key_identifier()
        {
            der.object(0x80, &id);
            der.put(&[0x02, 0x01, 0x03]);
        } else {
            let sid = der.mark();
            der.object(0x02, self.signer.serial());
            der.put(self.signer.issuer().der());
            der.wrap(0x30, sid);
            der.put(&[0x02, 0x01, 0x01]);
        }
        der.wrap(0x30, mark);
        der.wrap(0x31, mark);
    }
}

fn attribute(oid: ObjectIdentifier, value: impl FnOnce(&mut Backward)) -> Vec<u8> {
    let mut der = Backward::with_capacity(96);
    value(&mut der);
    der.wrap(0x31, 0);
    der.object(0x06, oid.as_bytes());
    der.wrap(0x30, 0);
    der.finish()
}
