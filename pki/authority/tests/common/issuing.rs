//! Stock's part: blank issues, signed by a key whose public half the service is configured with.

use std::{fs, path::Path};

use evidence::issue::{Heading, Issue, SignedIssue};
use openssl::{
    ec::{EcGroup, EcKey},
    ecdsa::EcdsaSig,
    nid::Nid,
    pkey::{PKey, Private},
};

use super::now;

/// The line of these tests.
pub const LINE: &str = "line-1";

/// Whoever signs issues.
pub struct Stock {
    key: EcKey<Private>,
}

impl Stock {
    /// A stock whose public key is written to `file`.
    pub fn new(file: &Path) -> Self {
        let stock = Self::unknown();
        let public = PKey::from_ec_key(stock.key.clone()).unwrap();
        fs::write(file, public.public_key_to_der().unwrap()).unwrap();
        stock
    }

    /// One whose key nobody is told.
    pub fn unknown() -> Self {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        Self {
            key: EcKey::generate(&group).unwrap(),
        }
    }

    /// An issue of these chips to the line of these tests.
    pub fn issue(&self, chips: &[[u8; 10]]) -> SignedIssue {
        self.sign(issue(LINE, chips))
    }

    /// The card with any number may be made: its chip's serial is that number ten times.
    pub fn every_card(&self) -> SignedIssue {
        let chips: Vec<_> = (0..=u8::MAX).map(|card| [card; 10]).collect();
        self.issue(&chips)
    }

    /// Signs an issue.
    pub fn sign(&self, issue: Issue) -> SignedIssue {
        let signature = EcdsaSig::sign(&issue.digest(), &self.key).unwrap();
        let halves = [signature.r(), signature.s()];
        let raw = halves.map(|half| half.to_vec_padded(32).unwrap());
        issue.seal(raw.concat())
    }
}

/// An issue of now.
pub fn issue(line: &str, chips: &[[u8; 10]]) -> Issue {
    let heading = Heading {
        line: line.to_owned(),
        number: 1,
        entry: "00000000000000000000000000000001/2".to_owned(),
        shift: None,
        issued_at: now(),
    };
    Issue::new(heading, chips).unwrap()
}
