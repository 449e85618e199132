//! Fingers, and hands that gave none.

use serde::{Deserialize, Serialize};

use super::Measure;
use crate::{Blob, Day, Text, Timestamp};

/// A finger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Finger {
    /// 0
    RightThumb,
    /// 1
    RightIndex,
    /// 2
    RightMiddle,
    /// 3
    RightRing,
    /// 4
    RightLittle,
    /// 5
    LeftThumb,
    /// 6
    LeftIndex,
    /// 7
    LeftMiddle,
    /// 8
    LeftRing,
    /// 9
    LeftLittle,
}

impl Finger {
    /// All of them, in the order of ISO/IEC 19794 positions 1 to 10.
    pub const ALL: [Self; 10] = [
        Self::RightThumb,
        Self::RightIndex,
        Self::RightMiddle,
        Self::RightRing,
        Self::RightLittle,
        Self::LeftThumb,
        Self::LeftIndex,
        Self::LeftMiddle,
        Self::LeftRing,
        Self::LeftLittle,
    ];

    /// The hand it is of.
    pub const fn hand(self) -> Hand {
        match self {
            Self::RightThumb
            | Self::RightIndex
            | Self::RightMiddle
            | Self::RightRing
            | Self::RightLittle => Hand::Right,
            _ => Hand::Left,
        }
    }

    /// Its position in ISO/IEC 19794-2 and -4: 1 to 10.
    pub const fn position(self) -> u8 {
        self as u8 + 1
    }
}

/// A hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Hand {
    /// 0
    Right,
    /// 1
    Left,
}

/// One finger: the best of the tries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FingerImage {
    /// 0
    pub finger: Finger,
    /// 1: an ISO/IEC 19794-4 record with one WSQ picture.
    pub record: Blob<1, 524_288>,
    /// 2: at most 16, each name once.
    pub measures: Vec<Measure>,
    /// 3: how often it was tried, 1 to 20.
    pub tries: u8,
    /// 4: the device's signed digital identity.
    pub device: Blob<1, 16_384>,
    /// 5: why it was taken although a measure missed its limit; review sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forced: Option<Text<1, 500>>,
    /// 6: by the station's clock.
    pub captured_at: Timestamp,
}

/// Why a hand gave no finger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MissingReason {
    /// 0: an injury that will heal: the card is valid for at most twelve months.
    Temporary,
    /// 1: there is none.
    Permanent,
    /// 2: the applicant is too young.
    Exempt,
}

/// A hand that gave no finger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MissingFinger {
    /// 0
    pub hand: Hand,
    /// 1
    pub reason: MissingReason,
    /// 2: the fingers of that hand that cannot be taken, each once and in order; none if exempt.
    pub which: Vec<Finger>,
    /// 3: with a temporary reason, and only then: when it is expected to end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
    /// 4: the clerk's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text<1, 500>>,
}
