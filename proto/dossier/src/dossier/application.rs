//! What is applied for and why, for whom, and what was said and shown to them.

use serde::{Deserialize, Serialize};

use super::DocumentSeen;
use crate::{Hash, Label, Language, Text, Timestamp};

/// How far the station's clock was off when it last asked the centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockOffset {
    /// 0: station minus centre, in milliseconds.
    pub milliseconds: i64,
    /// 1: when it was measured, by the station's clock.
    pub measured_at: Timestamp,
}

/// What is applied for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum DocumentType {
    /// 0
    IdentityCard,
    /// 1
    ResidencePermit,
}

/// Why a document is applied for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Ground {
    /// 0: the first one.
    First,
    /// 1: the old one expired or soon will.
    Renewal,
    /// 2: the old one is lost.
    Loss,
    /// 3: the old one was stolen.
    Theft,
    /// 4: something on the old one is wrong or changed.
    Correction,
}

/// Who acts for a minor, or for an adult who cannot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Representative {
    /// 0
    pub surname: Text<1, 100>,
    /// 1
    pub given_names: Text<0, 100>,
    /// 2
    pub relation: Relation,
    /// 3: the paper that proves it.
    pub document: DocumentSeen,
}

/// What a representative is to the applicant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Relation {
    /// 0
    Parent,
    /// 1: a guardian named by a court.
    Guardian,
    /// 2: another legal representative.
    Other,
}

/// What the applicant was told about the use of their data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Information {
    /// 0: the text's id in the signed configuration.
    pub text: Label,
    /// 1: the text's version there.
    pub version: u32,
    /// 2
    pub language: Language,
    /// 3
    pub given_at: Timestamp,
}

/// The population register's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterAnswer {
    /// 0: the answer's id there.
    pub answer: Label,
    /// 1
    pub at: Timestamp,
}

/// What the applicant read and confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// 0
    pub language: Language,
    /// 1: SHA-256 of the text as shown (UTF-8).
    pub text: Hash,
    /// 2
    pub confirmed_at: Timestamp,
}

/// How the applicant can be reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// 0: at most 6 lines of an address.
    pub address: Vec<Text<1, 100>>,
    /// 1
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Text<3, 254>>,
    /// 2
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telephone: Option<Text<3, 32>>,
    /// 3: the language to write in.
    pub language: Language,
}
