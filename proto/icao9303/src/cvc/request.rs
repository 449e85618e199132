//! Requests for certificates: the first, signed by the new key, and successive ones, which the key
//! before signs as well (TR-03110-3 appendix C.2).
//!
//! ```text
//! 7F21 { 7F4E { 5F29 00, [42 CAR], 7F49 key, 5F20 CHR }, 5F37 by the new key }
//! 67 { 7F21 …, 42 CHR of the key before, 5F37 by that key over 7F21 … 42 … }
//! ```

use super::certificate::{check_length, reference};
use super::{
    AUTHORITY, BODY, CERTIFICATE, CertificateReference, CvcError, HOLDER, PROFILE, PUBLIC_KEY,
    PublicKey, SIGNATURE, SUCCESSIVE_REQUEST, VerificationKey,
};
use crate::crypto::curve::CurveId;
use crate::tlv::{self, Reader};

const PROFILE_0: [u8; 1] = [0];

/// What a holder asks to have certified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestBody {
    /// The authority that is asked, where the holder says so (recommended).
    pub authority: Option<CertificateReference>,
    /// The new key.
    pub key: PublicKey,
    /// The name of the new key.
    pub holder: CertificateReference,
}

impl RequestBody {
    /// Object 7F4E: what the new key signs.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CvcError> {
        let mut content = tlv::encode(PROFILE, &PROFILE_0);
        if let Some(authority) = &self.authority {
            tlv::push(&mut content, AUTHORITY, authority.as_bytes());
        }
        tlv::push(&mut content, PUBLIC_KEY, &self.key.encode()?);
        tlv::push(&mut content, HOLDER, self.holder.as_bytes());
        Ok(tlv::encode(BODY, &content))
    }

    fn parse(raw: &[u8]) -> Result<Self, CvcError> {
        let mut reader = Reader::new(tlv::parse_exact(raw, BODY)?);
        if reader.expect(PROFILE)? != PROFILE_0 {
            return Err(CvcError::Profile);
        }
        let authority = reader.optional(AUTHORITY)?;
        let authority = authority
            .map(|bytes| reference(AUTHORITY, bytes))
            .transpose()?;
        let key = PublicKey::parse(reader.expect(PUBLIC_KEY)?)?;
        let holder = reference(HOLDER, reader.expect(HOLDER)?)?;
        reader.finish()?;
        Ok(Self {
            authority,
            key,
            holder,
        })
    }
}

/// A request signed by the key that it is for: the holder has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    body: RequestBody,
    signed: Vec<u8>,
    signature: Vec<u8>,
}

impl Request {
    /// Reads the one request (7F21) that fills `bytes`. The signature is not checked.
    pub fn parse(bytes: &[u8]) -> Result<Self, CvcError> {
        check_length(bytes)?;
        let mut reader = Reader::new(tlv::parse_exact(bytes, CERTIFICATE)?);
        let signed = reader.expect_element(BODY)?.raw.to_vec();
        let signature = reader.expect(SIGNATURE)?.to_vec();
        reader.finish()?;
        let request = Self {
            body: RequestBody::parse(&signed)?,
            signed,
            signature,
        };
        if request.body.to_bytes()? != request.signed || request.to_bytes() != bytes {
            return Err(CvcError::NotCanonical);
        }
        Ok(request)
    }

    /// Puts a body and its plain signature `r‖s` together.
    pub fn assemble(body: RequestBody, signature: &[u8]) -> Result<Self, CvcError> {
        let signed = body.to_bytes()?;
        Ok(Self {
            body,
            signed,
            signature: signature.to_vec(),
        })
    }

    /// Checks that the new key signed the request; `inherited` is the authority's curve, for keys that
    /// come without parameters. The result is the new key.
    pub fn verify(&self, inherited: Option<CurveId>) -> Result<VerificationKey, CvcError> {
        let key = self.body.key.on(inherited)?;
        key.check(&self.signed, &self.signature, &self.body.holder)?;
        Ok(key)
    }

    /// What is asked.
    pub fn body(&self) -> &RequestBody {
        &self.body
    }

    /// The name of the new key.
    pub fn holder(&self) -> &CertificateReference {
        &self.body.holder
    }

    /// Object 7F21.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut content = self.signed.clone();
        tlv::push(&mut content, SIGNATURE, &self.signature);
        tlv::encode(CERTIFICATE, &content)
    }
}

/// A request that a holder's key before the new one has signed too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuccessiveRequest {
    request: Request,
    signer: CertificateReference,
    signature: Vec<u8>,
}

impl SuccessiveRequest {
    /// Reads the one request (67) that fills `bytes`. No signature is checked.
    pub fn parse(bytes: &[u8]) -> Result<Self, CvcError> {
        check_length(bytes)?;
        let mut reader = Reader::new(tlv::parse_exact(bytes, SUCCESSIVE_REQUEST)?);
        let request = Request::parse(reader.expect_element(CERTIFICATE)?.raw)?;
        let signer = reference(AUTHORITY, reader.expect(AUTHORITY)?)?;
        let signature = reader.expect(SIGNATURE)?.to_vec();
        reader.finish()?;
        let read = Self {
            request,
            signer,
            signature,
        };
        if read.to_bytes() != bytes {
            return Err(CvcError::NotCanonical);
        }
        Ok(read)
    }

    /// What the key before signs, where `signer` is the name of its certificate.
    pub fn to_be_signed(request: &Request, signer: &CertificateReference) -> Vec<u8> {
        let mut bytes = request.to_bytes();
        tlv::push(&mut bytes, AUTHORITY, signer.as_bytes());
        bytes
    }

    /// Puts a request and the plain signature of the key before together.
    pub fn assemble(request: Request, signer: CertificateReference, signature: &[u8]) -> Self {
        let signature = signature.to_vec();
        Self {
            request,
            signer,
            signature,
        }
    }

    /// Checks both signatures: `signer` is the key of the certificate that [`Self::signer`] names.
    /// The result is the new key.
    pub fn verify(&self, signer: &VerificationKey) -> Result<VerificationKey, CvcError> {
        let message = Self::to_be_signed(&self.request, &self.signer);
        signer.check(&message, &self.signature, self.request.holder())?;
        self.request.verify(Some(signer.curve()))
    }

    /// The request inside.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// The name of the key before.
    pub fn signer(&self) -> &CertificateReference {
        &self.signer
    }

    /// Object 67.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut content = Self::to_be_signed(&self.request, &self.signer);
        tlv::push(&mut content, SIGNATURE, &self.signature);
        tlv::encode(SUCCESSIVE_REQUEST, &content)
    }
}

/// A request of either kind, as an authority receives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReceivedRequest {
    /// Only the new key vouches for it: whoever brings it must be known otherwise.
    First(Request),
    /// A key that has a certificate vouches for it.
    Successive(SuccessiveRequest),
}

impl ReceivedRequest {
    /// Reads either kind. No signature is checked.
    pub fn parse(bytes: &[u8]) -> Result<Self, CvcError> {
        check_length(bytes)?;
        match Reader::new(bytes).peek_tag()? {
            Some(SUCCESSIVE_REQUEST) => SuccessiveRequest::parse(bytes).map(Self::Successive),
            _ => Request::parse(bytes).map(Self::First),
        }
    }

    /// The request for the new key.
    pub fn request(&self) -> &Request {
        match self {
            Self::First(request) => request,
            Self::Successive(successive) => successive.request(),
        }
    }
}
