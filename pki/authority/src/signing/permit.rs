//! One-shot permits: the only way to a signature.
//!
//! ```text
//! inspect ─> Inspected ─issue─> Permit ─(written to the store: Recorded)─arm─> Armed ─sign─> file
//! ```
//! Each arrow consumes what stands before it; none of the values can be copied, stored or sent. A
//! permit is bound to the order, the attempt, the kind of object, the key, and the digest.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use icao9303::{card_security, cms::ToBeSigned, sod};
use time::OffsetDateTime;

use super::{
    inspection::{Inspected, Object},
    issues::Issued,
    request::{AttemptId, ChipSerial, DocumentNumber, ObjectKind},
    signer::{KeyError, Signer},
};
use crate::store::Recorded;

/// How long to wait between two attempts at an absent token.
const ABSENCE_PAUSE: Duration = Duration::from_millis(100);

/// The right to sign one object once, not yet recorded.
#[derive(Debug)]
pub struct Permit {
    inspected: Inspected,
    signer: Arc<Signer>,
    signing_time: OffsetDateTime,
    digest: Vec<u8>,
}

/// A permit whose intent is durable.
#[derive(Debug)]
pub struct Armed(Permit);

/// Why an armed permit led to no signature. The intent stays; the same request continues.
#[derive(Debug, thiserror::Error)]
pub enum SigningError {
    /// The key did not sign in time.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The security infos cannot be wrapped.
    #[error("the object cannot be prepared for signing: {0}")]
    Preparation(#[from] card_security::CardSecurityError),
    /// The signature does not verify with the signer's certificate; it was thrown away.
    #[error(
        "the signature of {label} does not verify with its certificate and was not released; take \
         the key out of service ({reason})"
    )]
    Unverified {
        /// The signer's label.
        label: String,
        /// What the verification said.
        reason: String,
    },
}

/// What the store keeps of a permit.
pub(crate) struct PermitRecord {
    pub(crate) attempt: AttemptId,
    pub(crate) document_number: DocumentNumber,
    pub(crate) chip_serial: ChipSerial,
    pub(crate) issued: Option<Issued>,
    pub(crate) kind: ObjectKind,
    pub(crate) key_label: String,
    pub(crate) certificate: Vec<u8>,
    pub(crate) content: Vec<u8>,
    pub(crate) signing_time: OffsetDateTime,
    pub(crate) digest: Vec<u8>,
}

impl Permit {
    /// Binds an inspected object to a signer and a signing time.
    pub(super) fn issue(
        inspected: Inspected,
        signer: Arc<Signer>,
        signing_time: OffsetDateTime,
    ) -> Result<Self, SigningError> {
        let digest = prepare(&inspected.object, &signer, signing_time)?.digest();
        Ok(Self {
            inspected,
            signer,
            signing_time,
            digest,
        })
    }

    /// The same object bound to the key and time of an intent that was recorded before.
    pub(super) fn rebind(
        self,
        signer: Arc<Signer>,
        signing_time: OffsetDateTime,
    ) -> Result<Self, SigningError> {
        Self::issue(self.inspected, signer, signing_time)
    }

    pub(super) fn digest(&self) -> &[u8] {
        &self.digest
    }

    pub(super) fn kind(&self) -> ObjectKind {
        self.inspected.object.kind()
    }

    pub(crate) fn record(&self) -> PermitRecord {
        PermitRecord {
            attempt: self.inspected.attempt,
            document_number: self.inspected.document_number.clone(),
            chip_serial: self.inspected.chip_serial,
            issued: self.inspected.issued.clone(),
            kind: self.kind(),
            key_label: self.signer.label().to_owned(),
            certificate: self.signer.certificate().der().to_vec(),
            content: self.inspected.object.content(),
            signing_time: self.signing_time,
            digest: self.digest.clone(),
        }
    }

    /// Only the store makes a `Recorded`, after the intent is durable.
    pub(super) fn arm(self, _recorded: Recorded) -> Armed {
        Armed(self)
    }
}

impl Armed {
    /// Signs in the token, waiting for an absent one until `deadline`, and verifies; returns the
    /// whole file. Blocks.
    pub(super) fn sign(self, deadline: Instant) -> Result<Vec<u8>, SigningError> {
        let Permit {
            inspected,
            signer,
            signing_time,
            digest,
        } = self.0;
        let signature = loop {
            match signer.sign_digest(&digest) {
                Ok(signature) => break signature,
                Err(error) if error.is_absence() && Instant::now() < deadline => {
                    thread::sleep(ABSENCE_PAUSE);
                }
                Err(error) => return Err(error.into()),
            }
        };
        let prepared = prepare(&inspected.object, &signer, signing_time)?;
        let certificate = signer.certificate();
        let (file, verdict) = match &inspected.object {
            Object::SecurityObject(content) => {
                let file = sod::assemble(&prepared, &signature);
                let verdict = sod::verify_assembled(&file, content, certificate);
                (file, verdict.map_err(|error| error.to_string()))
            }
            Object::CardSecurity(content) => {
                let file = card_security::assemble(&prepared, &signature);
                let verdict = card_security::verify_assembled(&file, content, certificate);
                (file, verdict.map_err(|error| error.to_string()))
            }
        };
        match verdict {
            Ok(()) => Ok(file),
            Err(reason) => Err(SigningError::Unverified {
                label: signer.label().to_owned(),
                reason,
            }),
        }
    }
}

impl Object {
    fn kind(&self) -> ObjectKind {
        match self {
            Self::SecurityObject(_) => ObjectKind::SecurityObject,
            Self::CardSecurity(_) => ObjectKind::CardSecurity,
        }
    }

    fn content(&self) -> Vec<u8> {
        match self {
            Self::SecurityObject(object) => object.to_der(),
            Self::CardSecurity(infos) => infos.clone(),
        }
    }
}

fn prepare<'s>(
    object: &Object,
    signer: &'s Signer,
    signing_time: OffsetDateTime,
) -> Result<ToBeSigned<'s>, SigningError> {
    let (certificate, hash) = (signer.certificate(), signer.hash());
    Ok(match object {
        Object::SecurityObject(content) => {
            sod::prepare(content, certificate, hash, Some(signing_time))
        }
        Object::CardSecurity(infos) => {
            card_security::prepare(infos, certificate, hash, Some(signing_time))?
        }
    })
}
