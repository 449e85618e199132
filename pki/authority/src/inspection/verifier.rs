//! Document verifiers: a certificate under a country verifying CA, and the key that it certifies,
//! somewhere in a token.

use std::{
    sync::{Arc, OnceLock},
    thread,
    time::{Duration, Instant},
};

use icao9303::cvc::{Body, Certificate, CvcError, Rights, VerificationKey};
use key_custody::{
    EcKey, Token,
    role::{CountrySigning, CountryVerifying, DocumentVerifying, OperationsCa},
};
use time::Date;

use crate::{
    cvc_key::{self, CvcKeyError},
    signing::signer::KeyError,
};

/// How long to wait between two attempts at an absent token.
const ABSENCE_PAUSE: Duration = Duration::from_millis(100);

/// Why a certificate is no document verifier's of ours. For the operator.
#[derive(Debug, thiserror::Error)]
pub enum VerifierError {
    /// No configured authority certified it.
    #[error(
        "the certificate of {label} is not signed by a configured country verifying CA ({reason})"
    )]
    Authority {
        /// The verifier's label.
        label: String,
        /// What verification said.
        reason: String,
    },
    /// It is somebody else's certificate.
    #[error("the certificate of {label} is not a document verifier's")]
    Role {
        /// The verifier's label.
        label: String,
    },
}

/// Why a certificate was not made.
#[derive(Debug, thiserror::Error)]
pub enum CertifyError {
    /// The key did not sign in time.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// What it signed does not verify and was not released.
    #[error("the document verifier's signature was not released: {0}; take its key out of service")]
    Unverified(#[from] CvcError),
}

/// A document verifier.
#[derive(Debug)]
pub struct Verifier {
    label: String,
    certificate: Certificate,
    public: VerificationKey,
    token: Arc<Token>,
    key: OnceLock<EcKey<DocumentVerifying>>,
}

impl Verifier {
    /// A verifier from its certificate, which one of `authorities` must have signed, and the key
    /// `label` in `token`, which is looked for when the token is first there.
    pub fn new(
        label: &str,
        certificate: Certificate,
        authorities: &[Certificate],
        token: Arc<Token>,
    ) -> Result<Self, VerifierError> {
        let label = label.to_owned();
        let refused = |reason: String| VerifierError::Authority {
            label: label.clone(),
            reason,
        };
        let authority = authorities
            .iter()
            .find(|authority| authority.holder() == certificate.authority())
            .ok_or_else(|| refused(format!("{} is not configured", certificate.authority())))?;
        let public = authority
            .verify_self_signed()
            .and_then(|key| certificate.verify(&key))
            .map_err(|error| refused(error.to_string()))?;
        if !certificate.body().authorization.role.is_document_verifier() {
            return Err(VerifierError::Role { label });
        }
        Ok(Self {
            label,
            certificate,
            public,
            token,
            key: OnceLock::new(),
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

    /// The key that the certificate certifies.
    #[must_use]
    pub fn public(&self) -> &VerificationKey {
        &self.public
    }

    /// What it may give.
    #[must_use]
    pub fn rights(&self) -> Rights {
        self.certificate.body().authorization.rights
    }

    /// Whether the certificate is valid on that day.
    #[must_use]
    pub fn in_force(&self, today: Date) -> bool {
        let body = self.certificate.body();
        (body.effective..=body.expiration).contains(&today)
    }

    /// Whether the key can sign now.
    pub fn check(&self) -> Result<(), KeyError> {
        Ok(self.token.check_ec(self.key()?)?)
    }

    /// Signs a certificate in the token, waiting for an absent one until `deadline`, and verifies it.
    /// Blocks.
    pub(super) fn certify(
        &self,
        body: &Body,
        deadline: Instant,
    ) -> Result<Certificate, CertifyError> {
        loop {
            match self.certify_now(body) {
                Err(CertifyError::Key(error))
                    if error.is_absence() && Instant::now() < deadline =>
                {
                    thread::sleep(ABSENCE_PAUSE);
                }
                done => return done,
            }
        }
    }

    fn certify_now(&self, body: &Body) -> Result<Certificate, CertifyError> {
        let signed = cvc_key::certify(&self.token, self.key()?, body.clone());
        let certificate = signed.map_err(|error| match error {
            CvcKeyError::Custody(error) => CertifyError::Key(error.into()),
            CvcKeyError::Cvc(error) => CertifyError::Unverified(error),
        })?;
        // Once more with what inspectors verify with: the certificate, not the token's own public key.
        certificate.verify(&self.public)?;
        Ok(certificate)
    }

    fn key(&self) -> Result<&EcKey<DocumentVerifying>, KeyError> {
        if let Some(key) = self.key.get() {
            return Ok(key);
        }
        let forbidden = self.token.holds_role::<CountryVerifying>()?
            || self.token.holds_role::<CountrySigning>()?
            || self.token.holds_role::<OperationsCa>()?;
        if forbidden {
            return Err(KeyError::ForbiddenToken {
                token: self.token.label().into(),
            });
        }
        let key = self.token.find_ec(&self.label)?;
        if key.public_point() != self.certificate.body().key.point {
            return Err(KeyError::NotCertified {
                label: self.label.clone(),
            });
        }
        Ok(self.key.get_or_init(|| key))
    }
}
