//! CSCA master lists (9303-12 §9): the country signing CAs that a State vouches for, signed by its
//! master list signer.
//!
//! ```text
//! CscaMasterList ::= SEQUENCE { version INTEGER { v0(0) }, certList SET OF Certificate }
//! ```

use der::Tag;
use der::asn1::ObjectIdentifier;
use time::OffsetDateTime;

use crate::cms::{self, CmsError, ContentError, SignatureError, SignedData, SignerNotFound};
use crate::cms::{SignerReference, ToBeSigned};
use crate::tlv;
use crate::x509::walk::Walk;
use crate::x509::{
    Certificate, CertificateError, CertificateKind, ChainError, HashAlgorithm, PublicKeyError,
    RevocationStatus, Severity, TrustStore, check_profile,
};

/// `id-icao-cscaMasterList`.
pub const CSCA_MASTER_LIST: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.23.136.1.1.2");

/// Why a master list is refused.
#[derive(Debug, thiserror::Error)]
pub enum MasterListError {
    /// The signed object cannot be read.
    #[error("master list: {0}")]
    Cms(#[from] CmsError),
    /// Content, attributes or algorithms do not fit.
    #[error("master list: {0}")]
    Content(#[from] ContentError),
    /// The content is not a list of certificates.
    #[error("master list: the content is malformed: {0}")]
    Malformed(#[from] der::Error),
    /// A certificate of the list cannot be read.
    #[error("master list: certificate {position}: {source}")]
    Certificate {
        /// Which one, from 0.
        position: usize,
        /// Why.
        source: CertificateError,
    },
    /// The signer's certificate is not there.
    #[error("master list: {0}")]
    Signer(#[from] SignerNotFound),
    /// The signature is wrong.
    #[error("master list: {0}")]
    Signature(#[from] SignatureError),
    /// No trusted CA certified the signer.
    #[error("master list: {0}")]
    Chain(#[from] ChainError),
    /// The signer is expired, or not certified to sign master lists.
    #[error("master list: its signer may not sign master lists now: {0}")]
    Profile(String),
    /// The signer is revoked, or nobody knows.
    #[error("master list: the status of its signer is {0:?}")]
    Revocation(RevocationStatus),
    /// OpenSSL failed.
    #[error("master list: {0}")]
    OpenSsl(#[from] PublicKeyError),
}

/// A parsed master list. Nothing in it is trusted before [`MasterList::verify`].
#[derive(Debug, Clone)]
pub struct MasterList {
    signed: SignedData,
    certificates: Vec<Certificate>,
}

impl MasterList {
    /// Reads a master list; type, digests and attributes must be consistent.
    pub fn parse(bytes: &[u8]) -> Result<Self, MasterListError> {
        let signed = SignedData::parse(bytes)?;
        signed.check_content(CSCA_MASTER_LIST)?;
        let mut walk = Walk::into_object(signed.content(), Tag::Sequence)?;
        if walk.small_integer()? != 0 {
            return Err(Tag::Integer.value_error().into());
        }
        let mut set = walk.enter(Tag::Set)?;
        walk.finish()?;
        let mut certificates = Vec::new();
        while !set.is_finished() {
            let position = certificates.len();
            let parsed = Certificate::parse(set.raw_of(Tag::Sequence)?);
            certificates
                .push(parsed.map_err(|source| MasterListError::Certificate { position, source })?);
        }
        Ok(Self {
            signed,
            certificates,
        })
    }

    /// The certificates in the list.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// Demands a valid signature of a master list signer that a trusted CA certified and did not
    /// revoke.
    pub fn verify(
        &self,
        trust: &TrustStore,
        now: OffsetDateTime,
    ) -> Result<Certificate, MasterListError> {
        let signer = self.signed.find_signer(&[])?;
        self.signed.check_signature(&signer)?;
        let issuer = trust.issuer_of(&signer, now)?;
        if !signer.is_valid_at(now) {
            return Err(MasterListError::Profile(
                "its certificate is not valid now".into(),
            ));
        }
        let findings = check_profile(&signer, CertificateKind::MasterListSigner);
        if let Some(error) = findings
            .iter()
            .find(|found| found.severity() == Severity::Error)
        {
            return Err(MasterListError::Profile(error.to_string()));
        }
        match trust.revocation_status(&signer, issuer, now)? {
            RevocationStatus::Good => Ok(signer),
            status => Err(MasterListError::Revocation(status)),
        }
    }
}

/// Prepares a list of `certificates` for signing with the key of `signer`.
pub fn prepare<'c>(
    certificates: &[&Certificate],
    signer: &'c Certificate,
    hash: HashAlgorithm,
    signing_time: OffsetDateTime,
) -> ToBeSigned<'c> {
    let mut list: Vec<&[u8]> = certificates
        .iter()
        .map(|certificate| certificate.der())
        .collect();
    list.sort_unstable();
    list.dedup();
    let set = tlv::encode_constructed(0x31, &list);
    let content = tlv::encode_constructed(0x30, &[&[0x02, 0x01, 0x00], &set]);
    cms::prepare(CSCA_MASTER_LIST, content, signer, hash, Some(signing_time))
}

/// The master list from what was prepared and its signature, with the signer's and its CA's
/// certificates inside.
pub fn assemble(prepared: &ToBeSigned<'_>, signature: &[u8], issuer: &Certificate) -> Vec<u8> {
    prepared.assemble(SignerReference::SubjectKey, signature, &[issuer])
}
