//! What can be wrong with a device, each in words for the clerk: what happened, to which device, what to
//! do now. Nothing here holds personal data.

use std::fmt;

use thiserror::Error;

/// Which signed part of an answer is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignedPart {
    /// The device's own data, signed by the device key.
    DeviceInfo,
    /// The digital identity, signed by the chip's key or by the device key.
    DigitalId,
    /// A captured biometric, signed by the device key.
    Capture,
}

impl fmt::Display for SignedPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DeviceInfo => "the device data",
            Self::DigitalId => "the digital identity",
            Self::Capture => "the capture",
        })
    }
}

/// Which device an error is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DeviceName {
    /// Its port on this computer.
    pub port: u16,
    /// Make, model and serial number, once they are known.
    pub label: Option<String>,
}

impl fmt::Display for DeviceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.label {
            Some(label) => write!(f, "{label} (port {})", self.port),
            None => write!(f, "the device on port {}", self.port),
        }
    }
}

/// A device and what is wrong with it. For the clerk.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{device}: {problem}")]
pub struct DeviceError {
    /// The device.
    pub device: DeviceName,
    /// What is wrong.
    #[source]
    pub problem: Problem,
}

/// What is wrong with a device or its answer. For the clerk.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Problem {
    /// The answer of a device that is capturing for somebody else.
    #[error("it is busy; wait until the other capture ends and try again")]
    Busy,
    /// The hash of a biometric does not cover its record and those before it.
    #[error(
        "the chain of captures is broken: a picture was exchanged or left out; capture again, and report the device if it happens twice"
    )]
    ChainBroken,
    /// The certificate of a signature is over.
    #[error(
        "the certificate that signs {0} has expired; the maker must renew the device, use another one"
    )]
    CertificateExpired(SignedPart),
    /// The certificate of a signature is of the future.
    #[error(
        "the certificate that signs {0} is not valid yet; check the clock of this computer, or use another device"
    )]
    CertificateNotYetValid(SignedPart),
    /// The device's clock is off.
    #[error("its clock is {minutes} minutes {}; set the clocks of device and computer, then capture again", if *ahead { "ahead" } else { "behind" })]
    Clock {
        /// By how much, rounded down.
        minutes: u64,
        /// Which way.
        ahead: bool,
    },
    /// Not as many biometrics as were asked for.
    #[error(
        "{found} pictures came where {asked} were asked for; place every finger and capture again"
    )]
    Count {
        /// Asked for.
        asked: usize,
        /// Found.
        found: usize,
    },
    /// `callbackId` is not on this computer.
    #[error("it asks to be called at another computer; do not use it, and report it")]
    ForeignCallback,
    /// A frame of the preview is longer than allowed.
    #[error(
        "its preview sends a picture that is too large; search for devices again, and use another one if it stays"
    )]
    FrameTooLong,
    /// An answer is not what the protocol says.
    #[error(
        "its answer is not {0} as the protocol has it; update its service, or use another device"
    )]
    Garbled(&'static str),
    /// The HTTP status is not 200.
    #[error("it answers with HTTP status {0}; update its service, or use another device")]
    HttpStatus(u16),
    /// The key of the device's captures is not the one of its device data.
    #[error("its key changed since it was found; search for devices again")]
    KeyChanged,
    /// The device itself says that its key is over.
    #[error(
        "it says that its own key has expired (error 107); the maker must renew the device, use another one"
    )]
    KeyExpired,
    /// Nothing to capture from: no finger, no face.
    #[error(
        "it saw nobody; ask the applicant to place the finger or look at the camera, and capture again"
    )]
    NothingCaptured,
    /// It is not ready.
    #[error("it is not ready; check its cable and its service, then try again")]
    NotReady,
    /// It has no identity yet.
    #[error("it is not registered with its maker; do not use it until it is")]
    NotRegistered,
    /// A signed part is not a JWS with a certificate.
    #[error("{0} is not signed as the protocol has it; do not use the device, and report it")]
    NotSigned(SignedPart),
    /// The answer carries another device's identity.
    #[error(
        "the answer comes from another device; search for devices again, and report it if it happens twice"
    )]
    OtherDevice,
    /// The biometric is of another kind than was asked for.
    #[error("it captured something else than was asked for; capture again")]
    OtherKind,
    /// The purpose is not registration.
    #[error(
        "it captured for another purpose than enrolment; capture again, and report the device if it happens twice"
    )]
    OtherPurpose,
    /// The answer belongs to another transaction.
    #[error(
        "the answer belongs to another capture; capture again, and report the device if it happens twice"
    )]
    OtherTransaction,
    /// The version is not the one that was used.
    #[error(
        "it answers in another version of the protocol than it was asked in; update its service"
    )]
    OtherVersion,
    /// The ISO record shows another finger than the answer says.
    #[error(
        "the finger named inside the picture is not the finger named beside it; capture again, and report the device if it happens twice"
    )]
    RecordMismatch,
    /// The ISO record cannot be read.
    #[error("its picture cannot be read; capture again, or use another device")]
    RecordUnreadable,
    /// It reports another error.
    #[error("it reports error {0}; look the number up in its manual, or use another device")]
    Said(u16),
    /// There is no quality score, or one outside of 0 to 100.
    #[error("it sends no quality score; update its service, or use another device")]
    ScoreMissing,
    /// A signature does not fit what it signs.
    #[error(
        "the signature of {0} is wrong: the answer was changed; do not use the device, and report it"
    )]
    SignatureWrong(SignedPart),
    /// The preview sends no pictures.
    #[error("its preview stands still; check its cable, or capture without preview")]
    StreamStalled,
    /// The same finger label came twice.
    #[error("it sent the {0} twice; capture again")]
    SubtypeRepeated(&'static str),
    /// A finger came that was not asked for.
    #[error("it sent the {0}, which was not asked for; capture again")]
    SubtypeUnasked(&'static str),
    /// No answer in time.
    #[error("it did not answer within {seconds} seconds; check its cable, then try again")]
    TimedOut {
        /// How long was waited.
        seconds: u64,
    },
    /// An answer is longer than allowed.
    #[error("its answer is longer than {limit} bytes; update its service, or use another device")]
    TooLong {
        /// Most bytes allowed.
        limit: usize,
    },
    /// The connection broke during an answer.
    #[error("the connection broke while it was answering; plug it in again and search for devices")]
    Unplugged,
    /// Nothing listens on its port.
    #[error("nothing answers; plug it in, start its service, then search for devices again")]
    Unreachable,
    /// It speaks no version that we do.
    #[error("it speaks no version of the protocol that this station knows; update its service")]
    UnsupportedVersion,
    /// A certificate leads to no maker on the trust list.
    #[error(
        "the certificate that signs {0} is of no maker that this station trusts; do not use the device, and report it"
    )]
    Untrusted(SignedPart),
    /// A signature uses another algorithm than RS256.
    #[error(
        "{0} is signed by an algorithm that is not allowed; do not use the device, and report it"
    )]
    WrongAlgorithm(SignedPart),
    /// It may not be used here.
    #[error(
        "it is a device for another environment than this station's; use one that is made for it"
    )]
    WrongEnvironment,
}

impl Problem {
    /// Name of the message that tells this problem in the clerk's language.
    pub fn message_id(&self) -> &'static str {
        match self {
            Self::Busy => "device-busy",
            Self::ChainBroken => "device-chain-broken",
            Self::CertificateExpired(_) => "device-certificate-expired",
            Self::CertificateNotYetValid(_) => "device-certificate-not-yet-valid",
            Self::Clock { .. } => "device-clock",
            Self::Count { .. } => "device-count",
            Self::ForeignCallback => "device-foreign-callback",
            Self::FrameTooLong => "device-frame-too-long",
            Self::Garbled(_) => "device-garbled",
            Self::HttpStatus(_) => "device-http-status",
            Self::KeyChanged => "device-key-changed",
            Self::KeyExpired => "device-key-expired",
            Self::NothingCaptured => "device-nothing-captured",
            Self::NotReady => "device-not-ready",
            Self::NotRegistered => "device-not-registered",
            Self::NotSigned(_) => "device-not-signed",
            Self::OtherDevice => "device-other-device",
            Self::OtherKind => "device-other-kind",
            Self::OtherPurpose => "device-other-purpose",
            Self::OtherTransaction => "device-other-transaction",
            Self::OtherVersion => "device-other-version",
            Self::RecordMismatch => "device-record-mismatch",
            Self::RecordUnreadable => "device-record-unreadable",
            Self::Said(_) => "device-said",
            Self::ScoreMissing => "device-score-missing",
            Self::SignatureWrong(_) => "device-signature-wrong",
            Self::StreamStalled => "device-stream-stalled",
            Self::SubtypeRepeated(_) => "device-subtype-repeated",
            Self::SubtypeUnasked(_) => "device-subtype-unasked",
            Self::TimedOut { .. } => "device-timed-out",
            Self::TooLong { .. } => "device-too-long",
            Self::Unplugged => "device-unplugged",
            Self::Unreachable => "device-unreachable",
            Self::UnsupportedVersion => "device-unsupported-version",
            Self::Untrusted(_) => "device-untrusted",
            Self::WrongAlgorithm(_) => "device-wrong-algorithm",
            Self::WrongEnvironment => "device-wrong-environment",
        }
    }

    /// The problem that a device reports by a code of the protocol; `None` for success.
    pub(super) fn from_code(code: u16) -> Option<Self> {
        Some(match code {
            0 => return None,
            100 => Self::NotRegistered,
            101 => Self::NothingCaptured,
            107 => Self::KeyExpired,
            110 => Self::NotReady,
            111 => Self::Busy,
            other => Self::Said(other),
        })
    }
}
