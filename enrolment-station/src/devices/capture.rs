//! Capturing for a registration, and every check of the answer.

use std::fmt;
use std::time::Duration;

use base64::Engine;
use biometrics::iso19794::face::FaceRecord;
use biometrics::iso19794::finger::{FingerPosition, FingerRecord};
use rand::Rng;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use zeroize::Zeroizing;

use super::chain::ChainHash;
use super::http::{self, Bounds};
use super::jws::Jws;
use super::message::capture::{BiometricBlock, BiometricEntry, Empty, Question, Wish};
use super::message::discovery::LENIENT;
use super::message::{self, ErrorBlock};
use super::search::verify_identity;
use super::{Device, DeviceError, Devices, DigitalId, Kind, Problem, SignedPart, TrustList};

/// Purpose of every capture of this station.
const PURPOSE: &str = "Registration";

/// Binds an answer to its question: drawn for each capture, never used again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TransactionId(String);

impl TransactionId {
    /// Draws one: 32 hexadecimal digits (the protocol wants 4 to 50 of `[A-Za-z0-9-]`).
    pub fn draw(random: &mut impl Rng) -> Self {
        let mut bytes = [0; 16];
        random.fill_bytes(&mut bytes);
        Self(hex::encode(bytes))
    }

    /// As the device is told.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is to be captured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// These fingers, each once; `missing` ones of the same hand are told to the device.
    Fingers {
        /// Wanted fingers.
        wanted: Vec<FingerPosition>,
        /// Fingers that the applicant cannot give.
        missing: Vec<FingerPosition>,
    },
    /// One face.
    Face,
}

/// A capture to be made.
#[derive(Clone, Debug)]
pub struct CaptureRequest {
    /// Drawn for this capture.
    pub transaction: TransactionId,
    /// What is wanted.
    pub wanted: Wanted,
    /// Score at which the device stops trying, 0 to 100; below it answers with its best at the end of
    /// the time.
    pub requested_score: u8,
    /// How long the device may try.
    pub timeout: Duration,
    /// The chain before this capture: of the capture before it at this device, or the start.
    pub previous: ChainHash,
}

/// What an answer is held against.
#[derive(Clone, Debug)]
pub struct Expected<'a> {
    /// Who was asked.
    pub identity: &'a DigitalId,
    /// The certificate (DER) that signed the device's data.
    pub signer: &'a [u8],
    /// Version in which it was asked.
    pub version: &'a str,
    /// Environment of this station.
    pub environment: &'a str,
    /// What was asked.
    pub request: &'a CaptureRequest,
    /// The time when the answer was complete.
    pub now: OffsetDateTime,
    /// How far the device's clock may be off.
    pub tolerance: time::Duration,
}

/// One biometric that passed every check.
#[derive(Clone, PartialEq, Eq)]
pub struct CapturedBiometric {
    /// Which finger; `None` for a face.
    pub finger: Option<FingerPosition>,
    /// The ISO 19794 record, readable.
    pub record: Zeroizing<Vec<u8>>,
    /// The device's own score, 0 to 100.
    pub score: u8,
    /// The device's clock at the capture.
    pub taken_at: OffsetDateTime,
}

/// An answer that passed every check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captured {
    /// In the order of the answer.
    pub biometrics: Vec<CapturedBiometric>,
    /// The chain after this capture: `previous` of the next one at this device.
    pub chain: ChainHash,
    /// Who captured.
    pub identity: DigitalId,
    /// The same as the device's chip signed it: a compact JWS, for whoever checks again.
    pub signed_identity: String,
}

impl Devices {
    /// Captures, and gives what passed every check of sbi.md.
    pub async fn capture(
        &self,
        device: &Device,
        request: &CaptureRequest,
    ) -> Result<Captured, DeviceError> {
        let answer = self.ask(device, request).await;
        let checked = answer.and_then(|answer| {
            let expected = Expected {
                identity: &device.identity,
                signer: &device.signer,
                version: device.version,
                environment: &self.settings.environment,
                request,
                now: (self.clock)(),
                tolerance: self.settings.clock_tolerance,
            };
            read(&answer, &expected, &self.trusted())
        });
        checked.map_err(|problem| device.error(problem))
    }

    async fn ask(
        &self,
        device: &Device,
        request: &CaptureRequest,
    ) -> Result<Zeroizing<Vec<u8>>, Problem> {
        let question = Question {
            env: &self.settings.environment,
            purpose: PURPOSE,
            spec_version: device.version,
            timeout: request.timeout.as_millis().to_string(),
            capture_time: (self.clock)().format(&Rfc3339).unwrap_or_default(),
            transaction_id: request.transaction.as_str(),
            bio: [request.wish(device)],
            custom_opts: Empty {},
        };
        let body = serde_json::to_vec(&question)
            .map_err(|_| Problem::Garbled("a request of this station"))?;
        let limits = self.settings.limits;
        let bounds = Bounds {
            connect: limits.connect,
            whole: request.timeout + limits.capture_margin,
            bytes: limits.capture_bytes,
        };
        let call = self.call(device.address, "RCAPTURE", "/capture");
        http::exchange(call, body, bounds).await
    }
}

impl CaptureRequest {
    fn wish<'a>(&self, device: &'a Device) -> Wish<'a> {
        let (fingers, missing): (&[FingerPosition], &[FingerPosition]) = match &self.wanted {
            Wanted::Fingers { wanted, missing } => (wanted, missing),
            Wanted::Face => (&[], &[]),
        };
        let names = |fingers: &[FingerPosition]| fingers.iter().copied().map(sub_type).collect();
        let slap = device.identity.sub_type == "Slap";
        let count = match self.wanted {
            // Exceptions count among what is asked for (sbi.md, RCAPTURE).
            Wanted::Fingers { .. } => fingers.len() + missing.len(),
            Wanted::Face => 1,
        };
        Wish {
            kind: self.kind().word(),
            count: count.to_string(),
            bio_sub_type: names(fingers),
            exception: names(missing),
            requested_score: self.requested_score.to_string(),
            device_id: &device.inside,
            device_sub_id: if slap { slap_part(fingers) } else { 0 }.to_string(),
            previous_hash: self.previous.to_string(),
        }
    }

    fn kind(&self) -> Kind {
        match self.wanted {
            Wanted::Fingers { .. } => Kind::Finger,
            Wanted::Face => Kind::Face,
        }
    }

    fn asked(&self) -> usize {
        match &self.wanted {
            Wanted::Fingers { wanted, .. } => wanted.len(),
            Wanted::Face => 1,
        }
    }
}

/// Reads and checks an answer to `RCAPTURE`: errors, signatures, device, transaction, version, purpose,
/// clock, kind, count, fingers, hash chain, score, record. The first thing that is wrong is told.
pub fn read(
    answer: &[u8],
    expected: &Expected<'_>,
    trust: &TrustList,
) -> Result<Captured, Problem> {
    let entries = message::capture::read(answer)?;
    for entry in &entries {
        ErrorBlock::check(entry.error.as_ref())?;
    }
    let mut chain = expected.request.previous;
    let mut biometrics = Vec::new();
    let mut signed_identity = String::new();
    for entry in &entries {
        let block = verify(entry, expected, trust)?;
        let taken_at = check_block(&block, expected)?;
        let finger = which(&block, expected, &biometrics)?;
        let record = LENIENT
            .decode(&*block.bio_value)
            .map_err(|_| Problem::RecordUnreadable)?;
        let record = Zeroizing::new(record);
        signed_identity.clone_from(&block.digital_id);
        chain = chain.next(&record);
        if entry.hash.parse() != Ok(chain) {
            return Err(Problem::ChainBroken);
        }
        check_record(&record, finger)?;
        biometrics.push(CapturedBiometric {
            finger,
            record,
            score: block.quality_score.ok_or(Problem::ScoreMissing)?,
            taken_at,
        });
    }
    let (asked, found) = (expected.request.asked(), biometrics.len());
    if asked != found {
        return Err(Problem::Count { asked, found });
    }
    Ok(Captured {
        biometrics,
        chain,
        identity: expected.identity.clone(),
        signed_identity,
    })
}

/// Signatures, and whose they are.
fn verify(
    entry: &BiometricEntry,
    expected: &Expected<'_>,
    trust: &TrustList,
) -> Result<BiometricBlock, Problem> {
    let part = SignedPart::Capture;
    let verified = Jws::parse(&entry.data, part)?.verify(part, trust, expected.now)?;
    let block = message::capture::read_block(&verified.payload)?;
    let identity = verify_identity(&block.digital_id, trust, expected.now)?;
    if identity != *expected.identity {
        return Err(Problem::OtherDevice);
    }
    if verified.signer != expected.signer {
        return Err(Problem::KeyChanged);
    }
    if entry.spec_version != expected.version {
        return Err(Problem::OtherVersion);
    }
    Ok(block)
}

/// Transaction, purpose, environment, clock and kind; gives the device's time.
fn check_block(block: &BiometricBlock, expected: &Expected<'_>) -> Result<OffsetDateTime, Problem> {
    if block.transaction_id != expected.request.transaction.as_str() {
        return Err(Problem::OtherTransaction);
    }
    if block.purpose != PURPOSE {
        return Err(Problem::OtherPurpose);
    }
    if block.env != expected.environment {
        return Err(Problem::WrongEnvironment);
    }
    let taken_at = OffsetDateTime::parse(&block.timestamp, &Rfc3339)
        .map_err(|_| Problem::Garbled("a time"))?;
    let off = taken_at - expected.now;
    if off.abs() > expected.tolerance {
        return Err(Problem::Clock {
            minutes: off.whole_minutes().unsigned_abs(),
            ahead: off.is_positive(),
        });
    }
    if block.bio_type != expected.request.kind().word() {
        return Err(Problem::OtherKind);
    }
    Ok(taken_at)
}

/// Which finger a biometric says it is: asked for, and not there yet.
fn which(
    block: &BiometricBlock,
    expected: &Expected<'_>,
    before: &[CapturedBiometric],
) -> Result<Option<FingerPosition>, Problem> {
    let Wanted::Fingers { wanted, .. } = &expected.request.wanted else {
        return Ok(None);
    };
    let finger = FingerPosition::ALL
        .into_iter()
        .find(|finger| sub_type(*finger) == block.bio_sub_type)
        .ok_or(Problem::Garbled("a finger's name"))?;
    if !wanted.contains(&finger) {
        return Err(Problem::SubtypeUnasked(sub_type(finger)));
    }
    if before.iter().any(|other| other.finger == Some(finger)) {
        return Err(Problem::SubtypeRepeated(sub_type(finger)));
    }
    Ok(Some(finger))
}

/// The record is one that this station reads, and of the finger that stands beside it.
fn check_record(record: &[u8], finger: Option<FingerPosition>) -> Result<(), Problem> {
    let Some(finger) = finger else {
        return FaceRecord::parse(record)
            .map(|_| ())
            .map_err(|_| Problem::RecordUnreadable);
    };
    let parsed = FingerRecord::parse(record).map_err(|_| Problem::RecordUnreadable)?;
    if parsed.position == finger {
        Ok(())
    } else {
        Err(Problem::RecordMismatch)
    }
}

/// A finger as the protocol names it.
pub(super) fn sub_type(finger: FingerPosition) -> &'static str {
    match finger {
        FingerPosition::RightThumb => "Right Thumb",
        FingerPosition::RightIndex => "Right IndexFinger",
        FingerPosition::RightMiddle => "Right MiddleFinger",
        FingerPosition::RightRing => "Right RingFinger",
        FingerPosition::RightLittle => "Right LittleFinger",
        FingerPosition::LeftThumb => "Left Thumb",
        FingerPosition::LeftIndex => "Left IndexFinger",
        FingerPosition::LeftMiddle => "Left MiddleFinger",
        FingerPosition::LeftRing => "Left RingFinger",
        FingerPosition::LeftLittle => "Left LittleFinger",
    }
}

/// Which part of a slap scanner sees these fingers: 1 left, 2 right, 3 thumbs, 0 no single one.
fn slap_part(fingers: &[FingerPosition]) -> u8 {
    let thumb = |finger: &FingerPosition| matches!(finger.code(), 1 | 6);
    if fingers.iter().all(thumb) {
        3
    } else if fingers.iter().all(|finger| finger.code() > 6) {
        1
    } else if fingers.iter().all(|finger| (2..6).contains(&finger.code())) {
        2
    } else {
        0
    }
}

impl fmt::Debug for CapturedBiometric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CapturedBiometric")
            .field("finger", &self.finger)
            .field("record", &format_args!("{} bytes", self.record.len()))
            .field("score", &self.score)
            .finish_non_exhaustive()
    }
}
