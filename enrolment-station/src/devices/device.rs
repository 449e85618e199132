//! A device that was found and whose identity was verified.

use std::fmt;

use super::message::info::DigitalIdBlock;
use super::{DeviceAddress, DeviceError, DeviceName, Problem};

/// Most characters of a name that a device gives itself.
const LONGEST_NAME: usize = 64;

/// What a device captures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Fingers.
    Finger,
    /// Faces.
    Face,
}

impl Kind {
    /// As the protocol writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Finger => "Finger",
            Self::Face => "Face",
        }
    }
}

/// Whether a device can capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeviceStatus {
    /// It can.
    Ready,
    /// It captures for somebody.
    Busy,
    /// It cannot now.
    NotReady,
    /// It has no identity yet.
    NotRegistered,
}

impl DeviceStatus {
    pub(super) fn from_word(word: &str) -> Result<Self, Problem> {
        Ok(match word {
            "Ready" => Self::Ready,
            "Busy" => Self::Busy,
            "Not Ready" => Self::NotReady,
            "Not Registered" => Self::NotRegistered,
            _ => return Err(Problem::Garbled("device data")),
        })
    }
}

/// Who a device is, as its chip signed it. Only printable ASCII, at most 64 characters each.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DigitalId {
    /// Serial number; never empty.
    pub serial: String,
    /// Brand.
    pub make: String,
    /// Model.
    pub model: String,
    /// What it captures.
    pub kind: Kind,
    /// `Single`, `Slap`, `Full face`, …
    pub sub_type: String,
    /// Who answers for it.
    pub provider: String,
}

impl DigitalId {
    pub(super) fn from_block(block: DigitalIdBlock) -> Result<Self, Problem> {
        let garbled = Problem::Garbled("a digital identity");
        let kind = match &*block.kind {
            "Finger" => Kind::Finger,
            "Face" => Kind::Face,
            _ => return Err(Problem::OtherKind),
        };
        let names = [
            &block.serial_no,
            &block.make,
            &block.model,
            &block.device_sub_type,
            &block.device_provider,
        ];
        let proper = |name: &String| {
            name.len() <= LONGEST_NAME && name.bytes().all(|b| (0x20..0x7F).contains(&b))
        };
        if block.serial_no.is_empty() || !names.into_iter().all(proper) {
            return Err(garbled);
        }
        Ok(Self {
            serial: block.serial_no,
            make: block.make,
            model: block.model,
            kind,
            sub_type: block.device_sub_type,
            provider: block.device_provider,
        })
    }
}

impl fmt::Display for DigitalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.make, self.model, self.serial)
    }
}

/// A device whose data were verified against the trust list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Where it is called.
    pub address: DeviceAddress,
    /// Who it is.
    pub identity: DigitalId,
    /// Whether it can capture.
    pub status: DeviceStatus,
    /// Version of its firmware, as it says.
    pub firmware: String,
    /// Whether its keys are in a certified chip (`L1`) or not (`L0`), as it says.
    pub certification: String,
    /// Name inside its service.
    pub(super) inside: String,
    /// Version of the protocol to be used.
    pub(super) version: &'static str,
    /// The certificate (DER) of its device key.
    pub(super) signer: Vec<u8>,
}

impl Device {
    /// Its name for people.
    pub fn name(&self) -> DeviceName {
        DeviceName {
            port: self.address.port(),
            label: Some(self.identity.to_string()),
        }
    }

    pub(super) fn error(&self, problem: Problem) -> DeviceError {
        DeviceError {
            device: self.name(),
            problem,
        }
    }
}
