//! Document signers: a certificate, and the key that it certifies, somewhere in a token.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use icao9303::crypto::curve::CurveId;
use icao9303::x509::{Certificate, HashAlgorithm, PublicKey, ecdsa_signature_from_plain};
use key_custody::{
    CustodyError, EcKey, Token,
    role::{CountrySigning, CountryVerifying, DocumentSigning, OperationsCa},
};
use time::OffsetDateTime;

/// Why a key cannot sign now.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The token failed.
    #[error(transparent)]
    Custody(#[from] CustodyError),
    /// The key in the token is not the one that the certificate certifies.
    #[error(
        "the key {label} is not the one that its certificate certifies; correct `document_signer`"
    )]
    NotCertified {
        /// The key's label.
        label: String,
    },
    /// The token holds keys that no service may reach.
    #[error(
        "the token {token} holds a CA's key; a CA's token is never configured for a service, take \
         it away and configure the signing token"
    )]
    ForbiddenToken {
        /// The token's label.
        token: String,
    },
}

impl KeyError {
    /// Whether the same call may succeed later without anything being changed by hand.
    #[must_use]
    pub fn is_absence(&self) -> bool {
        matches!(self, Self::Custody(error) if error.is_absence())
    }
}

/// A key that signs digests. [`TokenKey`] in production; the seam where a benchmark slows a token
/// down to a nominal rate without any switch in the service itself.
pub trait SigningKey: Send + Sync {
    /// Signs a digest: r‖s.
    fn sign_digest(&self, digest: &[u8]) -> Result<Vec<u8>, KeyError>;
    /// Whether the key can sign now.
    fn check(&self) -> Result<(), KeyError>;
    /// The label of the token.
    fn token(&self) -> &str;
}

/// A document signer's key in a token, looked for when the token is first there.
#[derive(Debug)]
pub struct TokenKey {
    token: Arc<Token>,
    label: String,
    certified: PublicKey,
    key: OnceLock<EcKey<DocumentSigning>>,
}

impl TokenKey {
    /// The key `label` in `token`, which `certificate` certifies.
    #[must_use]
    pub fn new(token: Arc<Token>, label: &str, certificate: &Certificate) -> Self {
        let certified = certificate.public_key().clone();
        Self {
            token,
            label: label.into(),
            certified,
            key: OnceLock::new(),
        }
    }

    fn key(&self) -> Result<&EcKey<DocumentSigning>, KeyError> {
        if let Some(key) = self.key.get() {
            return Ok(key);
        }
        let forbidden = self.token.holds_role::<CountrySigning>()?
            || self.token.holds_role::<CountryVerifying>()?
            || self.token.holds_role::<OperationsCa>()?;
        if forbidden {
            return Err(KeyError::ForbiddenToken {
                token: self.token.label().into(),
            });
        }
        let key = self.token.find_ec(&self.label)?;
        let found = PublicKey::parse(key.public_key_spki());
        if !found.is_ok_and(|found| found.same_key(&self.certified)) {
            return Err(KeyError::NotCertified {
                label: self.label.clone(),
            });
        }
        Ok(self.key.get_or_init(|| key))
    }
}

impl SigningKey for TokenKey {
    fn sign_digest(&self, digest: &[u8]) -> Result<Vec<u8>, KeyError> {
        Ok(self.token.sign_digest(self.key()?, digest)?)
    }

    fn check(&self) -> Result<(), KeyError> {
        Ok(self.token.check_ec(self.key()?)?)
    }

    fn token(&self) -> &str {
        self.token.label()
    }
}

/// A document signer.
pub struct Signer {
    label: String,
    certificate: Certificate,
    hash: HashAlgorithm,
    from: OffsetDateTime,
    until: OffsetDateTime,
    document_codes: Vec<String>,
    key: Box<dyn SigningKey>,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({}, {:?})", self.label, self.certificate)
    }
}

/// Why a certificate is not a document signer's.
#[derive(Debug, thiserror::Error)]
pub enum SignerError {
    /// It breaks the profile of 9303-12.
    #[error("the certificate of {label} is not a document signer's: {findings}")]
    Profile {
        /// The signer's label.
        label: String,
        /// What is wrong.
        findings: String,
    },
    /// Its key is on a curve that we do not sign with.
    #[error("the certificate of {label} has a key that we do not sign with")]
    Curve {
        /// The signer's label.
        label: String,
    },
    /// It does not say when its key signs.
    #[error("the certificate of {label} does not say when its key may sign")]
    NoPeriod {
        /// The signer's label.
        label: String,
    },
}

impl Signer {
    /// A document signer from its certificate, which must be of the profile, and its key.
    pub fn new(
        label: &str,
        certificate: Certificate,
        key: Box<dyn SigningKey>,
    ) -> Result<Self, SignerError> {
        let label = label.to_owned();
        let kind = icao9303::x509::CertificateKind::DocumentSigner;
        let findings = icao9303::x509::check_profile(&certificate, kind);
        if !findings.is_empty() {
            let findings = findings
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("; ");
            return Err(SignerError::Profile { label, findings });
        }
        let hash = match certificate.public_key().curve() {
            Some(CurveId::BrainpoolP256r1 | CurveId::P256) => HashAlgorithm::Sha256,
            Some(CurveId::BrainpoolP384r1 | CurveId::P384) => HashAlgorithm::Sha384,
            _ => return Err(SignerError::Curve { label }),
        };
        let period = certificate
            .extensions()
            .private_key_usage_period()
            .ok()
            .flatten();
        let (Some(from), Some(until)) = (
            period.and_then(|period| period.not_before),
            period.and_then(|period| period.not_after),
        ) else {
            return Err(SignerError::NoPeriod { label });
        };
        let document_codes = certificate.extensions().document_types();
        Ok(Self {
            label,
            hash,
            from,
            until,
            // The profile demands that they can be read.
            document_codes: document_codes.ok().flatten().unwrap_or_default(),
            certificate,
            key,
        })
    }

    /// The key's label.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The certificate.
    #[must_use]
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The hash that goes with the key.
    #[must_use]
    pub fn hash(&self) -> HashAlgorithm {
        self.hash
    }

    /// The last second in which the key may sign.
    #[must_use]
    pub fn until(&self) -> OffsetDateTime {
        self.until
    }

    /// Whether the key may sign at `now`.
    #[must_use]
    pub fn in_period(&self, now: OffsetDateTime) -> bool {
        (self.from..=self.until).contains(&now) && self.certificate.is_valid_at(now)
    }

    /// Whether the certificate is for documents of that code of the MRZ, without fillers (9303-12, documentTypeList).
    #[must_use]
    pub fn lists(&self, code: &str) -> bool {
        let mut codes = self.document_codes.iter();
        codes.any(|listed| listed.trim_end_matches('<') == code)
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &dyn SigningKey {
        self.key.as_ref()
    }

    /// Signs a digest: DER `SEQUENCE { r, s }`.
    pub(super) fn sign_digest(&self, digest: &[u8]) -> Result<Vec<u8>, KeyError> {
        let plain = self.key.sign_digest(digest)?;
        // A signature of an impossible length becomes one that does not verify.
        Ok(ecdsa_signature_from_plain(&plain).unwrap_or_default())
    }
}
