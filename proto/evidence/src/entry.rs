//! Audit entries: one JSON object a line, intent before the act and outcome after it, one id for both.
//!
//! No personal data: `object` names things by their own ids (an order, a key), never people, and
//! `detail` holds only words that a program chose.

use std::{
    fmt,
    io::{self, Write},
};

use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// Whether an entry was written before or after the act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Before: the act begins only when this is written.
    Intent,
    /// After: what came of it.
    Outcome,
}

/// One line of the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Correlates intent and outcome: 32 hexadecimal digits.
    pub id: String,
    /// When, RFC 3339 in UTC.
    pub time: String,
    /// Who: a program's role, for example `pki-authority/serve`.
    pub actor: String,
    /// What is done, for example `sign-security-object`.
    pub act: String,
    /// To what, for example `order 0f… attempt 1`.
    pub object: String,
    /// Before or after.
    pub phase: Phase,
    /// What came of it, or why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// One act whose intent and outcome share an id.
#[derive(Debug, Clone)]
pub struct Act {
    id: String,
    actor: String,
    name: String,
    object: String,
}

impl Act {
    /// Names an act; `id` is 16 unpredictable or derived bytes.
    #[must_use]
    pub fn new(id: [u8; 16], actor: &str, name: &str, object: impl fmt::Display) -> Self {
        let mut text = String::with_capacity(32);
        for byte in id {
            for nibble in [byte >> 4, byte & 15] {
                text.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
            }
        }
        Self {
            id: text,
            actor: actor.into(),
            name: name.into(),
            object: object.to_string(),
        }
    }

    /// The entry to write before the act.
    #[must_use]
    pub fn intent(&self, at: OffsetDateTime) -> Entry {
        self.entry(at, Phase::Intent, None)
    }

    /// The entry to write after the act.
    #[must_use]
    pub fn outcome(&self, at: OffsetDateTime, detail: impl Into<String>) -> Entry {
        self.entry(at, Phase::Outcome, Some(detail.into()))
    }

    fn entry(&self, at: OffsetDateTime, phase: Phase, detail: Option<String>) -> Entry {
        Entry {
            id: self.id.clone(),
            time: at
                .to_offset(time::UtcOffset::UTC)
                .format(&Rfc3339)
                .unwrap_or_default(),
            actor: self.actor.clone(),
            act: self.name.clone(),
            object: self.object.clone(),
            phase,
            detail,
        }
    }
}

impl Entry {
    /// The outcome of the act whose intent this is.
    #[must_use]
    pub fn outcome(&self, at: OffsetDateTime, detail: impl Into<String>) -> Self {
        let act = Act {
            id: self.id.clone(),
            actor: self.actor.clone(),
            name: self.act.clone(),
            object: self.object.clone(),
        };
        act.outcome(at, detail)
    }

    /// The entry as one line, without its end.
    pub fn line(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// Appends the entry as one line, in one write, so that lines of several writers do not mix.
    pub fn write_to(&self, mut sink: impl Write) -> io::Result<()> {
        let line = self.line()? + "\n";
        sink.write_all(line.as_bytes())
    }

    /// Reads one line.
    pub fn parse(line: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(line)
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn intent_and_outcome_share_an_id_and_are_one_line_each() {
        let act = Act::new(
            [0xAB; 16],
            "pki-authority/serve",
            "sign",
            "order 01 attempt 1",
        );
        let mut bytes = Vec::new();
        act.intent(datetime!(2026-01-02 03:04:05 UTC))
            .write_to(&mut bytes)
            .unwrap();
        act.outcome(datetime!(2026-01-02 03:04:06 UTC), "two\nlines")
            .write_to(&mut bytes)
            .unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(
            lines[0],
            r#"{"id":"abababababababababababababababab","time":"2026-01-02T03:04:05Z","actor":"pki-authority/serve","act":"sign","object":"order 01 attempt 1","phase":"intent"}"#
        );
        let outcome = Entry::parse(lines[1]).unwrap();
        assert_eq!(outcome.phase, Phase::Outcome);
        assert_eq!(outcome.detail.as_deref(), Some("two\nlines"));
    }

    #[test]
    fn unknown_fields_are_refused() {
        assert!(
            Entry::parse(
                r#"{"id":"","time":"","actor":"","act":"","object":"","phase":"intent","name":"x"}"#
            )
            .is_err()
        );
    }
}
