//! The inspector's own right to fingerprints: a certificate, and a key that lives elsewhere.

use std::error::Error;

use icao9303::cvc::Certificate;

/// A terminal that a document verifier has certified.
///
/// Its key may be in a token, so signing may fail; whatever goes wrong is told as a check.
pub trait Terminal {
    /// The terminal's own certificate.
    fn certificate(&self) -> &Certificate;

    /// What may lead from chips' trust points to it: links, and its document verifier's certificate.
    fn known(&self) -> &[Certificate];

    /// Signs for the chip: the plain signature `r‖s`, with the hash of the certificate's key.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, TerminalError>;
}

/// The terminal's key did not sign.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct TerminalError(Box<dyn Error + Send + Sync>);

impl TerminalError {
    /// Wraps the reason.
    pub fn new(reason: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(reason.into())
    }
}
