//! EF.CardSecurity (9303-11 §9.2.11): the chip's `SecurityInfos`, signed by a document signer, so that
//! the chip's key for PACE with chip-authentication mapping can be believed.

use der::Tag;
use der::asn1::ObjectIdentifier;
use time::OffsetDateTime;

use crate::cms::ToBeSigned;
use crate::cms::{self, CmsError, ContentError, SignatureError, SignedData, SignerReference};
use crate::tlv;
use crate::x509::walk::Walk;
use crate::x509::{Certificate, HashAlgorithm};

/// `id-SecurityObject` of the BSI.
pub const SECURITY_OBJECT: ObjectIdentifier = ObjectIdentifier::new_unwrap("0.4.0.127.0.7.3.2.1");

/// Why an EF.CardSecurity is refused.
#[derive(Debug, thiserror::Error)]
pub enum CardSecurityError {
    /// The outermost object cannot be read.
    #[error("EF.CardSecurity: {0}")]
    Tlv(#[from] tlv::TlvError),
    /// The signed object cannot be read.
    #[error("EF.CardSecurity: {0}")]
    Cms(#[from] CmsError),
    /// Content, attributes or algorithms do not fit.
    #[error("EF.CardSecurity: {0}")]
    Content(#[from] ContentError),
    /// The signature is wrong.
    #[error("EF.CardSecurity: {0}")]
    Signature(#[from] SignatureError),
    /// The content is not a SET of `SecurityInfo`.
    #[error("EF.CardSecurity: the content is not SecurityInfos: {0}")]
    SecurityInfos(der::Error),
}

/// A parsed EF.CardSecurity.
#[derive(Debug, Clone)]
pub struct CardSecurity {
    signed: SignedData,
}

impl CardSecurity {
    /// Reads the file; padding may follow the object.
    pub fn parse(file: &[u8]) -> Result<Self, CardSecurityError> {
        let object = tlv::parse_padded(file, 0x30)?;
        Ok(Self {
            signed: SignedData::parse(object.raw)?,
        })
    }

    /// The signed object.
    pub fn signed_data(&self) -> &SignedData {
        &self.signed
    }

    /// The DER `SecurityInfos`, once type, digests and attributes are consistent; the signature is
    /// not checked by this.
    pub fn security_infos(&self) -> Result<&[u8], CardSecurityError> {
        self.signed.check_content(SECURITY_OBJECT)?;
        check_infos(self.signed.content()).map_err(CardSecurityError::SecurityInfos)?;
        Ok(self.signed.content())
    }
}

/// Prepares `security_infos` (a DER SET of `SecurityInfo`) for signing with the key of `signer`.
pub fn prepare<'c>(
    security_infos: &[u8],
    signer: &'c Certificate,
    hash: HashAlgorithm,
    signing_time: Option<OffsetDateTime>,
) -> Result<ToBeSigned<'c>, CardSecurityError> {
    check_infos(security_infos).map_err(CardSecurityError::SecurityInfos)?;
    Ok(cms::prepare(
        SECURITY_OBJECT,
        security_infos.to_vec(),
        signer,
        hash,
        signing_time,
    ))
}

/// The file EF.CardSecurity from what was prepared and its signature (DER `SEQUENCE { r, s }`).
pub fn assemble(prepared: &ToBeSigned<'_>, signature: &[u8]) -> Vec<u8> {
    prepared.assemble(SignerReference::IssuerAndSerial, signature, &[])
}

/// Verifies a finished EF.CardSecurity before it is released: it must carry `security_infos`, signed
/// by `signer`'s key. (Trust in `signer` is not checked here.)
pub fn verify_assembled(
    file: &[u8],
    security_infos: &[u8],
    signer: &Certificate,
) -> Result<(), CardSecurityError> {
    let object = CardSecurity {
        signed: SignedData::parse(file)?,
    };
    if object.security_infos()? != security_infos {
        return Err(ContentError::MessageDigest.into());
    }
    object.signed.check_signature(signer)?;
    Ok(())
}

/// A SET of SEQUENCEs that begin with an object identifier.
fn check_infos(bytes: &[u8]) -> der::Result<()> {
    let mut set = Walk::into_object(bytes, Tag::Set)?;
    while !set.is_finished() {
        set.enter(Tag::Sequence)?.decode::<ObjectIdentifier>()?;
    }
    Ok(())
}
