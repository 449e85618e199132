//! Certificates: body, signature, and who may have signed them.

use time::Date;

use super::{
    AUTHORITY, AUTHORIZATION, BODY, CERTIFICATE, CertificateReference, CvcError, EFFECTIVE,
    EXPIRATION, EXTENSIONS, HOLDER, HolderAuthorization, MAX_LENGTH, PROFILE, PUBLIC_KEY,
    PublicKey, Role, SIGNATURE, VerificationKey, date,
};
use crate::tlv::{self, Reader};

/// Profile identifier, 0.
const PROFILE_0: [u8; 1] = [0];

/// What an authority says of a holder: the content that is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// The name of the signer's key (CAR).
    pub authority: CertificateReference,
    /// The holder's key.
    pub key: PublicKey,
    /// The name of the holder's key (CHR).
    pub holder: CertificateReference,
    /// Role and rights.
    pub authorization: HolderAuthorization,
    /// The day it was made: from then on it is valid.
    pub effective: Date,
    /// The last day on which it is valid.
    pub expiration: Date,
    /// Content of object 65, where terminal authentication version 2 puts extensions.
    pub extensions: Option<Vec<u8>>,
}

impl Body {
    /// Object 7F4E: what is signed, tag and length included.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CvcError> {
        self.check()?;
        let mut content = tlv::encode(PROFILE, &PROFILE_0);
        tlv::push(&mut content, AUTHORITY, self.authority.as_bytes());
        tlv::push(&mut content, PUBLIC_KEY, &self.key.encode()?);
        tlv::push(&mut content, HOLDER, self.holder.as_bytes());
        tlv::push(&mut content, AUTHORIZATION, &self.authorization.encode());
        tlv::push(&mut content, EFFECTIVE, &date::encode(self.effective)?);
        tlv::push(&mut content, EXPIRATION, &date::encode(self.expiration)?);
        if let Some(extensions) = &self.extensions {
            tlv::push(&mut content, EXTENSIONS, extensions);
        }
        Ok(tlv::encode(BODY, &content))
    }

    /// Whether the body certifies the key that signs it.
    pub fn is_self_signed(&self) -> bool {
        self.authority == self.holder
    }

    fn parse(raw: &[u8]) -> Result<Self, CvcError> {
        let mut reader = Reader::new(tlv::parse_exact(raw, BODY)?);
        if reader.expect(PROFILE)? != PROFILE_0 {
            return Err(CvcError::Profile);
        }
        let authority = reference(AUTHORITY, reader.expect(AUTHORITY)?)?;
        let key = PublicKey::parse(reader.expect(PUBLIC_KEY)?)?;
        let holder = reference(HOLDER, reader.expect(HOLDER)?)?;
        let authorization = HolderAuthorization::parse(reader.expect(AUTHORIZATION)?)?;
        let effective = date::parse(EFFECTIVE, reader.expect(EFFECTIVE)?)?;
        let expiration = date::parse(EXPIRATION, reader.expect(EXPIRATION)?)?;
        let extensions = reader.optional(EXTENSIONS)?.map(<[u8]>::to_vec);
        reader.finish()?;
        let body = Self {
            authority,
            key,
            holder,
            authorization,
            effective,
            expiration,
            extensions,
        };
        body.check()?;
        Ok(body)
    }

    /// What holds for every certificate, whoever made it.
    fn check(&self) -> Result<(), CvcError> {
        if self.expiration < self.effective {
            let holder = self.holder.clone();
            return Err(CvcError::DatesReversed { holder });
        }
        // Authorities bring their parameters along, all others inherit them.
        let role = self.authorization.role;
        if self.key.parameters.is_some() != (role == Role::Cvca) {
            return Err(CvcError::DomainParameters { role });
        }
        Ok(())
    }
}

/// A body and its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    body: Body,
    signed: Vec<u8>,
    signature: Vec<u8>,
}

impl Certificate {
    /// Reads the one certificate (7F21) that fills `bytes`. The signature is not checked.
    pub fn parse(bytes: &[u8]) -> Result<Self, CvcError> {
        check_length(bytes)?;
        let certificate = Self::parse_content(tlv::parse_exact(bytes, CERTIFICATE)?)?;
        if certificate.to_bytes() != bytes {
            return Err(CvcError::NotCanonical);
        }
        Ok(certificate)
    }

    /// Reads body and signature without the tag around them, as PSO:Verify Certificate carries them.
    pub fn parse_content(content: &[u8]) -> Result<Self, CvcError> {
        check_length(content)?;
        let mut reader = Reader::new(content);
        let signed = reader.expect_element(BODY)?.raw.to_vec();
        let signature = reader.expect(SIGNATURE)?.to_vec();
        reader.finish()?;
        let body = Body::parse(&signed)?;
        let certificate = Self {
            body,
            signed,
            signature,
        };
        let shortest = certificate.body.to_bytes()? == certificate.signed;
        if !shortest || certificate.content() != content {
            return Err(CvcError::NotCanonical);
        }
        Ok(certificate)
    }

    /// Puts a body and its plain signature `r‖s` together; [`Certificate::verify`] tells whether
    /// they belong together.
    pub fn assemble(body: Body, signature: &[u8]) -> Result<Self, CvcError> {
        let signed = body.to_bytes()?;
        Ok(Self {
            body,
            signed,
            signature: signature.to_vec(),
        })
    }

    /// Checks the signature with the signer's key. The result is the holder's key, on the signer's
    /// curve unless it brings its own. Dates, roles and rights are the caller's to judge.
    pub fn verify(&self, issuer: &VerificationKey) -> Result<VerificationKey, CvcError> {
        issuer.check(&self.signed, &self.signature, &self.body.holder)?;
        self.body.key.on(Some(issuer.curve()))
    }

    /// Checks a self-signed certificate with its own key, which is the result.
    pub fn verify_self_signed(&self) -> Result<VerificationKey, CvcError> {
        self.verify(&self.body.key.on(None)?)
    }

    /// What the authority says.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// The name of the signer's key (CAR).
    pub fn authority(&self) -> &CertificateReference {
        &self.body.authority
    }

    /// The name of the holder's key (CHR).
    pub fn holder(&self) -> &CertificateReference {
        &self.body.holder
    }

    /// The plain signature, `r‖s`.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Object 7F21.
    pub fn to_bytes(&self) -> Vec<u8> {
        tlv::encode(CERTIFICATE, &self.content())
    }

    /// Body and signature without the tag around them: the data of PSO:Verify Certificate.
    pub fn content(&self) -> Vec<u8> {
        let mut content = self.signed.clone();
        tlv::push(&mut content, SIGNATURE, &self.signature);
        content
    }
}

pub(super) fn check_length(bytes: &[u8]) -> Result<(), CvcError> {
    let length = bytes.len();
    if length > MAX_LENGTH {
        return Err(CvcError::TooLong { length });
    }
    Ok(())
}

pub(super) fn reference(tag: u16, bytes: &[u8]) -> Result<CertificateReference, CvcError> {
    CertificateReference::parse(bytes).map_err(|cause| CvcError::Reference { tag, cause })
}
