//! Who is registered for what: the part of the configuration that a person decides.

use icao9303::cvc::{CertificateReference, ReferenceError, Rights};

/// Longest validity of an inspection system's certificate, in days (TR-03139: a month).
pub const MOST_DAYS: u16 = 31;

/// One inspection system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// The role that its caller's operations certificate states.
    pub role: String,
    /// Country and mnemonic of its references.
    pub stem: Stem,
    /// What it may ask for.
    pub rights: Rights,
    /// How long its certificates are valid, the first day included.
    pub days: u16,
    /// How many first requests are permitted in all; raised by a person when a token was lost.
    pub first_requests: u32,
}

/// A holder reference without its sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stem(String);

impl Stem {
    /// The stem of a reference.
    #[must_use]
    pub fn of(reference: &CertificateReference) -> Self {
        Self(format!("{}{}", reference.country(), reference.mnemonic()))
    }

    /// Country and mnemonic as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for Stem {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let reference: CertificateReference = format!("{text}00001").parse()?;
        Ok(Self::of(&reference))
    }
}

impl std::fmt::Display for Stem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
