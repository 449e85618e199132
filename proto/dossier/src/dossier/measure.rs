//! Quality measures: what was measured, and the limit it was held against.

use serde::{Deserialize, Serialize};

use crate::Label;

/// One measure of a picture. Values are thousandths, so that each has one encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// 0: for example `inter-eye-distance`.
    pub name: Label,
    /// 1: in thousandths.
    pub value: i64,
    /// 2: the configuration's limit at that time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
}

impl Measure {
    /// Whether the value keeps its limit; one without a limit does.
    pub fn passes(&self) -> bool {
        self.limit.is_none_or(|limit| limit.allows(self.value))
    }
}

/// A limit of a measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// 0
    pub bound: Bound,
    /// 1: in thousandths.
    pub value: i64,
}

impl Limit {
    /// Whether a value (thousandths) keeps the limit.
    pub const fn allows(self, value: i64) -> bool {
        match self.bound {
            Bound::AtLeast => value >= self.value,
            Bound::AtMost => value <= self.value,
        }
    }
}

/// On which side of a limit good values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bound {
    /// 0
    AtLeast,
    /// 1
    AtMost,
}
