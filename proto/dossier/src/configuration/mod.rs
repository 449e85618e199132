//! The signed configuration: what every station pulls, and does not decide by itself.

mod check;
mod lookup;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Blob, Body, Day, KeyId, Label, Language, OfficeId, Prose, Timestamp, Version,
    dossier::{DocumentType, Limit},
    issue::{Issue, Numbered},
};

/// What the centre decides for every station.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Configuration {
    /// 0: the form's version.
    pub version: Version<1>,
    /// 1: grows with every change; and from when until when it holds.
    pub issue: Issue,
    /// 2: limits of measures; at most 200, each subject and measure once.
    pub thresholds: Vec<Threshold>,
    /// 3: texts that are read out or shown; at most 100, each id and version once.
    pub texts: Vec<Information>,
    /// 4: at most 500.
    pub fees: Vec<Fee>,
    /// 5: at most 1000.
    pub communes: Vec<CommuneEntry>,
    /// 6: at most 1000.
    pub offices: Vec<OfficeEntry>,
    /// 7: keys to which dossiers are sealed; at most 16.
    pub intake_keys: Vec<PublicKey>,
    /// 8: keys that sign receipts; at most 16.
    pub receipt_keys: Vec<PublicKey>,
    /// 9: keys that sign staff lists; at most 16.
    pub staff_list_keys: Vec<PublicKey>,
    /// 10: keys that sign later configurations; at most 16.
    pub configuration_keys: Vec<PublicKey>,
    /// 11: when a second person must approve; at most 100.
    pub second_person: Vec<SecondPersonRule>,
    /// 12: certificates (DER) whose devices are trusted; at most 64.
    pub device_anchors: Vec<Blob<1, 8192>>,
    /// 13: what a station does by itself, and when it no longer may.
    pub station: StationRules,
}

/// A limit of one measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// 0
    pub subject: Subject,
    /// 1
    pub measure: Label,
    /// 2
    pub limit: Limit,
    /// 3: whether a clerk may capture below it with a reason that review sees.
    pub may_be_forced: bool,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Subject {
    /// 0
    Portrait,
    /// 1
    Finger,
    /// 2: the comparison of two fingers of one person.
    FingerComparison,
}

/// One version of a text, in every language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Information {
    /// 0: for example `data-protection`.
    pub text: Label,
    /// 1
    pub version: u32,
    /// 2
    pub languages: BTreeMap<Language, Prose<20_000>>,
}

/// What one kind of application costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fee {
    /// 0
    pub document_type: DocumentType,
    /// 1: from this age in years (that one included).
    pub from_age: u8,
    /// 2: to this age in years (that one excluded).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_age: Option<u8>,
    /// 3
    pub express: bool,
    /// 4: euro cents.
    pub cents: u32,
    /// 5: from this day on.
    pub from: Day,
    /// 6: up to and including this day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
}

/// A commune by date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommuneEntry {
    /// 0: LAU code, 4 digits.
    pub code: Label,
    /// 1
    pub name: Prose<100>,
    /// 2
    pub canton: Prose<100>,
    /// 3: from this day on.
    pub from: Day,
    /// 4: up to and including this day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
    /// 5: the commune into which it merged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<Label>,
}

/// An office by date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficeEntry {
    /// 0
    pub office: OfficeId,
    /// 1
    pub kind: OfficeKind,
    /// 2
    pub name: Prose<100>,
    /// 3: from this day on.
    pub from: Day,
    /// 4: up to and including this day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
    /// 5: whether express documents are collected there.
    pub express: bool,
}

/// Whose office it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OfficeKind {
    /// 0
    Commune,
    /// 1
    State,
    /// 2
    Embassy,
}

/// A P-256 public key and its period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicKey {
    /// 0: DER of the `SubjectPublicKeyInfo`.
    pub spki: Blob<80, 200>,
    /// 1: from then on.
    pub from: Timestamp,
    /// 2: not from then on.
    pub until: Timestamp,
}

impl PublicKey {
    /// The key's name.
    pub fn id(&self) -> KeyId {
        KeyId::of(self.spki.as_bytes())
    }

    /// Whether the key may be used then.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }
}

/// When a second person must approve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecondPersonRule {
    /// 0: the office; every office that has no rule of its own, if none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub office: Option<OfficeId>,
    /// 1: what asks for one; each once, in order.
    pub when: Vec<Occasion>,
    /// 2: whether the second person may be elsewhere.
    pub remote: bool,
}

/// What asks for a second person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Occasion {
    /// 0: every application.
    Always,
    /// 1: a capture below a limit.
    ForcedCapture,
    /// 2: identity typed by hand.
    ManualIdentity,
    /// 3: a hand without a finger.
    MissingFinger,
    /// 4: somebody acts for the applicant.
    Representative,
    /// 5: the old document is lost or stolen.
    LossOrTheft,
}

/// What a station may do by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StationRules {
    /// 0: minutes without a key pressed after which the screen locks, 1 to 60.
    pub lock_minutes: u8,
    /// 1: milliseconds by which a station's clock may be off.
    pub clock_tolerance: u32,
    /// 2: captures stop when the outbox holds so many dossiers.
    pub outbox_dossiers: u32,
    /// 3: captures stop when the disk has fewer bytes free.
    pub free_bytes: u64,
}

impl Body for Configuration {
    const WHAT: &'static str = "configuration";
    const DOMAIN: &'static str = "stempel configuration 1";
    const VERSION: u16 = 1;
    const MAX_LENGTH: usize = 4 << 20;
}

impl Numbered for Configuration {
    fn issue(&self) -> &Issue {
        &self.issue
    }
}
