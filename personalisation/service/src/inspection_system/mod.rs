//! Our own inspection system: its key in a token, its certificates in a folder, renewed before they
//! expire.
//!
//! ```text
//! token: a key pair a certificate ──signs──> request ──> pki ──> certificate ──> folder
//!   └─signs the chip's challenge                                                  │
//! chip <── links, document verifier, certificate <────────────────────────────────┘
//! ```

mod error;
mod file;
mod folder;
mod keeper;

use std::sync::Arc;

pub use error::InspectionSystemError;
pub use folder::Folder;
use icao9303::cvc::{Certificate, CertificateReference};
use inspection::{Terminal, TerminalError};
pub use keeper::{Keeper, PkiDesk};
use key_custody::{EcKey, Token, role};
use openssl::sha::sha256;
use time::Date;

/// A key that a document verifier certified, and what leads from chips' trust points to it.
pub struct InspectionSystem {
    token: Arc<Token>,
    key: EcKey<role::InspectionSystem>,
    certificates: Certificates,
    /// Links and the document verifier's certificate.
    known: Vec<Certificate>,
}

/// The certificates that a chip is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificates {
    /// Links of the country verifying CA.
    pub links: Vec<Certificate>,
    /// The document verifier's.
    pub verifier: Certificate,
    /// The inspection system's own.
    pub own: Certificate,
}

impl InspectionSystem {
    /// The system of a certificate; fails unless the token holds the key that it certifies.
    pub fn new(
        token: Arc<Token>,
        certificates: Certificates,
    ) -> Result<Self, InspectionSystemError> {
        let holder = certificates.own.holder();
        let key = token.find_ec(&holder.to_string())?;
        if certificates.own.body().key.point != key.public_point() {
            return Err(InspectionSystemError::OtherKey {
                holder: holder.clone(),
            });
        }
        let known = [
            &certificates.links[..],
            std::slice::from_ref(&certificates.verifier),
        ]
        .concat();
        Ok(Self {
            token,
            key,
            certificates,
            known,
        })
    }

    /// The name of its key.
    pub fn holder(&self) -> &CertificateReference {
        self.certificates.own.holder()
    }

    /// What a chip is shown.
    pub fn certificates(&self) -> &Certificates {
        &self.certificates
    }

    /// Whether its own certificate is valid on that day.
    pub fn is_valid(&self, today: Date) -> bool {
        is_valid(&self.certificates.own, today)
    }
}

impl Terminal for InspectionSystem {
    fn certificate(&self) -> &Certificate {
        &self.certificates.own
    }

    fn known(&self) -> &[Certificate] {
        &self.known
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TerminalError> {
        // Our keys are for ECDSA with SHA-256: pki certifies no others.
        let signature = self.token.sign_digest(&self.key, &sha256(message));
        signature.map_err(TerminalError::new)
    }
}

/// The name of the first key of a holder (country and mnemonic).
pub fn first_reference(holder: &str) -> Result<CertificateReference, InspectionSystemError> {
    keeper::reference(holder, 1)
}

impl std::fmt::Debug for InspectionSystem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InspectionSystem")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// Whether a certificate is valid on that day.
fn is_valid(certificate: &Certificate, today: Date) -> bool {
    let body = certificate.body();
    (body.effective..=body.expiration).contains(&today)
}

/// Whether it is time for the next one: less than a third of its days are left. One that was made
/// today is never due: its successor would not live longer.
fn is_due(certificate: &Certificate, today: Date) -> bool {
    let body = certificate.body();
    let total = (body.expiration - body.effective).whole_days() + 1;
    let left = (body.expiration - today).whole_days();
    body.effective < today && 3 * left < total
}
