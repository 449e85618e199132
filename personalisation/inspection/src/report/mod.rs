//! What an inspection found: values that serialise to the JSON of docs/inspection.md and print for people.
//!
//! A report is full of personal data. It is handed to whoever holds the document and is never logged:
//! its `Debug` shows the verdict only.

mod check;
mod print;

use std::fmt;

use serde::Serialize;

pub use check::{Check, CheckName, CheckResult, Verdict};

/// The schema's name and version; docs/inspection.md describes it.
pub const SCHEMA: &str = "stempel.inspection.v1";

/// Everything that one inspection found.
#[derive(Clone, PartialEq, Serialize)]
pub struct InspectionReport {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The whole, in one word.
    pub verdict: Verdict,
    /// The whole, in one sentence.
    pub summary: String,
    /// When, RFC 3339 in UTC.
    pub inspected_at: String,
    /// The chip and how it was talked to.
    pub chip: ChipFacts,
    /// What DG1, DG11 and DG12 say.
    pub document: Option<DocumentFacts>,
    /// Portrait (DG2) and signature (DG7).
    pub pictures: Vec<PictureFacts>,
    /// Fingerprints (DG3).
    pub fingers: FingerFacts,
    /// Every file that was asked for, in that order.
    pub files: Vec<FileFacts>,
    /// Every check, made or not, in the order of the inspection.
    pub checks: Vec<Check>,
    /// From the document signer up to the anchor.
    pub certificates: Vec<CertificateFacts>,
    /// What took how long.
    pub timings: Vec<Timing>,
}

/// The chip and how it was talked to.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub struct ChipFacts {
    /// Answer to reset, hexadecimal, where there is a reader.
    pub atr: Option<String>,
    /// The reader, where there is one.
    pub reader: Option<String>,
    /// The protocols that the chip offers.
    pub offers: Vec<Offer>,
    /// The access protocol that was used, for instance `PACE-CAM, AES-128, brainpoolP256r1`.
    pub access: Option<String>,
    /// Which password opened it: `card access number` or `machine readable zone`. Never the password itself.
    pub password: Option<String>,
    /// Longest command the chip takes, in bytes, where EF.ATR/INFO says so.
    pub max_command: Option<u32>,
    /// Longest answer the chip gives, in bytes, where EF.ATR/INFO says so.
    pub max_response: Option<u32>,
}

/// One protocol that the chip offers.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Offer {
    /// The file that lists it.
    pub listed_in: String,
    /// The protocol, in words.
    pub protocol: String,
    /// Whether this program speaks it.
    pub supported: bool,
}

/// What the chip says about document and holder.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub struct DocumentFacts {
    /// The lines of the machine readable zone.
    pub mrz: Vec<String>,
    /// `TD1`, `TD2` or `TD3`.
    pub format: String,
    /// Document code, for instance `ID`.
    pub code: String,
    /// Issuing State or organisation, as in the MRZ.
    pub issuer: String,
    /// Document number.
    pub number: String,
    /// Primary identifier: DG11 where it is there, else the MRZ.
    pub surname: String,
    /// Secondary identifier: DG11 where it is there, else the MRZ.
    pub given_names: String,
    /// Nationality, as in the MRZ.
    pub nationality: String,
    /// `YYYY-MM-DD`, unknown parts missing.
    pub date_of_birth: String,
    /// `F`, `M` or `X`.
    pub sex: String,
    /// `YYYY-MM-DD`.
    pub date_of_expiry: String,
    /// Everything else that DG11 and DG12 say: name of the field, text.
    pub further: Vec<(String, String)>,
}

/// One picture.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct PictureFacts {
    /// `portrait` or `signature`.
    pub subject: String,
    /// `JPEG` or `JPEG 2000`.
    pub format: String,
    /// Width and height in pixels, where the file tells them.
    pub pixels: Option<(u32, u32)>,
    /// Size of the image in bytes.
    pub bytes: usize,
}

/// Where the fingerprints stand.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
pub struct FingerFacts {
    /// Their state.
    pub state: FingerState,
    /// The images, where they could be read: position, for instance `left index`, and bytes.
    pub images: Vec<(String, usize)>,
}

/// Whether fingerprints can be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FingerState {
    /// The security object lists no DG3.
    #[default]
    Absent,
    /// They are there, but only terminals with terminal authentication may read them.
    Locked,
    /// The inspection did not come this far.
    NotReached,
    /// They could be read.
    Readable,
}

/// One file of the chip.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct FileFacts {
    /// The name under which it is dumped, for instance `EF_DG1`.
    pub name: String,
    /// What became of it.
    pub state: FileState,
    /// Bytes of its outer object.
    pub bytes: usize,
    /// SHA-256 of those bytes, hexadecimal.
    pub sha256: Option<String>,
}

/// What became of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    /// The chip has no such file.
    Absent,
    /// Reading it ended in an error that the checks name.
    Failed,
    /// The chip demands terminal authentication.
    Locked,
    /// It was read whole.
    Read,
}

/// One certificate of the chain.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct CertificateFacts {
    /// `document signer`, `country signing CA` or `link certificate`.
    pub role: String,
    /// Common name of the subject.
    pub subject: String,
    /// Two-letter country of the subject.
    pub country: String,
    /// Serial number, hexadecimal.
    pub serial: String,
    /// The key, in words.
    pub key: String,
    /// RFC 3339.
    pub not_before: String,
    /// RFC 3339.
    pub not_after: String,
}

/// What one step cost.
#[derive(Clone, PartialEq, Serialize)]
pub struct Timing {
    /// The step.
    pub step: String,
    /// Milliseconds, rounded to hundredths.
    pub milliseconds: f64,
    /// Commands sent.
    pub commands: u32,
    /// Bytes received.
    pub bytes: usize,
}

impl InspectionReport {
    /// The report as one JSON object.
    pub fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self)
    }

    /// The exit status of `personalisation inspect`: 0 genuine, 1 not genuine, 2 no verdict.
    pub fn exit_status(&self) -> u8 {
        match self.verdict {
            Verdict::Genuine => 0,
            Verdict::NotGenuine => 1,
            Verdict::NoVerdict => 2,
        }
    }

    /// The check of that name, if it came to it.
    pub fn check(&self, name: CheckName) -> Option<&Check> {
        self.checks.iter().find(|check| check.name == name)
    }
}

/// Shows nothing personal.
impl fmt::Debug for InspectionReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "InspectionReport({:?}, {} checks)",
            self.verdict,
            self.checks.len()
        )
    }
}

macro_rules! redacted_debug {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(redacted)"))
            }
        }
    )*};
}

redacted_debug!(
    CertificateFacts,
    ChipFacts,
    DocumentFacts,
    FileFacts,
    FingerFacts,
    Offer,
    PictureFacts,
    Timing
);
