//! What is said of a log, for people and for programs.

use std::fmt;

use serde_json::{Value, json};

use super::finding::Finding;
use crate::{digits, head::SignedHead};

/// The whole answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing is wrong, by keys that the verifier trusts.
    Verified,
    /// Something is.
    NotVerified,
    /// Nothing is wrong, but nobody vouches for it; why.
    NoVerdict(&'static str),
}

/// An act with an intent and no outcome, or the other way round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenAct {
    /// Its id.
    pub act: String,
    /// Where the one that is there stands.
    pub position: u64,
}

/// What was found in a log.
#[derive(Clone, Debug)]
pub struct Report {
    /// The whole answer.
    pub verdict: Verdict,
    /// Which log.
    pub log: Option<String>,
    /// The newest head with a good signature.
    pub newest: Option<SignedHead>,
    /// How many of the trusted witnesses signed it.
    pub witnesses: usize,
    /// Heads in the archive.
    pub heads: usize,
    /// Lines.
    pub entries: u64,
    /// Of them without salt and entry.
    pub erased: u64,
    /// Who wrote.
    pub writers: usize,
    /// Acts without an outcome.
    pub open_acts: usize,
    /// The first of them.
    pub open: Vec<OpenAct>,
    /// Acts with an outcome and no intent: what was not meant before it was done, or whose intent was erased.
    pub lone_outcomes: usize,
    /// The first of them, and where the outcome is.
    pub lone: Vec<OpenAct>,
    /// Whether `rules.md` or `schema.json` of the archive are not those of this program.
    pub other_rules: bool,
    /// What is wrong: the first of it.
    pub findings: Vec<Finding>,
    /// How much is wrong.
    pub found: usize,
}

impl Report {
    /// As JSON; the names are stable (docs/audit.md).
    #[must_use]
    pub fn json(&self) -> Value {
        let (verdict, why) = match self.verdict {
            Verdict::Verified => ("verified", None),
            Verdict::NotVerified => ("not-verified", None),
            Verdict::NoVerdict(why) => ("no-verdict", Some(why)),
        };
        let findings = self.findings.iter().map(|finding| {
            json!({"kind": finding.kind(), "position": finding.position(), "text": finding.to_string()})
        });
        let acts = |acts: &[OpenAct]| {
            let acts = acts.iter();
            let acts = acts.map(|open| json!({"act": open.act, "position": open.position}));
            acts.collect::<Vec<_>>()
        };
        let head = self.newest.as_ref().map(|SignedHead { head, .. }| {
            json!({"size": head.size, "root": digits::text(&head.root), "time": head.time,
                   "witnesses": self.witnesses})
        });
        json!({
            "schema": 1, "verdict": verdict, "why": why, "log": self.log, "head": head, "heads": self.heads,
            "entries": self.entries, "erased": self.erased, "writers": self.writers,
            "open_acts": self.open_acts, "open": acts(&self.open),
            "lone_outcomes": self.lone_outcomes, "lone": acts(&self.lone), "other_rules": self.other_rules,
            "findings": findings.collect::<Vec<_>>(), "found": self.found,
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let log = self.log.as_deref().unwrap_or("without a name");
        writeln!(
            f,
            "log {log}: {} entries by {} writers, {} heads",
            self.entries, self.writers, self.heads
        )?;
        if let Some(SignedHead { head, .. }) = &self.newest {
            let root = digits::text(&head.root);
            writeln!(
                f,
                "newest head: {} entries, root {root}, signed at {} (seconds since 1970), {} trusted witnesses",
                head.size, head.time, self.witnesses
            )?;
        }
        if self.erased > 0 {
            writeln!(
                f,
                "erased: {} entries; their records are whole",
                self.erased
            )?;
        }
        if self.open_acts > 0 {
            writeln!(f, "acts without an outcome: {}", self.open_acts)?;
            for open in self.open.iter().take(10) {
                writeln!(f, "  entry {}: act {}", open.position, open.act)?;
            }
        }
        if self.lone_outcomes > 0 {
            writeln!(f, "outcomes without an intent: {}", self.lone_outcomes)?;
            for open in self.lone.iter().take(10) {
                writeln!(f, "  entry {}: act {}", open.position, open.act)?;
            }
        }
        if self.other_rules {
            writeln!(
                f,
                "rules.md or schema.json in the archive are not those of this program: do not go by them"
            )?;
        }
        for finding in &self.findings {
            writeln!(f, "WRONG: {finding}")?;
        }
        if self.found > self.findings.len() {
            writeln!(f, "… and {} more", self.found - self.findings.len())?;
        }
        match self.verdict {
            Verdict::Verified => write!(f, "verified"),
            Verdict::NotVerified => write!(f, "NOT VERIFIED"),
            Verdict::NoVerdict(why) => write!(f, "no verdict: {why}"),
        }
    }
}
