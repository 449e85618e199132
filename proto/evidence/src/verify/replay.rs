//! One pass over a log's lines.

use super::{
    Trust,
    acts::Acts,
    chains::Chains,
    erased::Erased,
    finding::{Changed, Finding},
    places::Places,
    report::{OpenAct, Report, Verdict},
};
use crate::{
    head::{Head, SignedHead},
    line::Line,
    merkle::CompactRange,
};

/// Findings that are kept; of more only the number.
const MAX_FINDINGS: usize = 1_000;
/// Open acts that a report names.
const MAX_NAMED: usize = 100;

/// A head that the tree is held against when it has that size.
#[derive(Debug)]
struct Checkpoint {
    head: Head,
    /// Known from elsewhere, not from the archive.
    known: bool,
    /// Whether the tree fitted; none where it never had that size.
    fits: Option<bool>,
}

/// The state of a verification; its size does not depend on the number of lines.
#[derive(Debug)]
pub struct Replay<'t> {
    trust: &'t Trust,
    log: Option<String>,
    newest: Option<SignedHead>,
    witnesses: usize,
    heads: usize,
    /// In the order of their sizes.
    checkpoints: Vec<Checkpoint>,
    /// Those before it were passed.
    passed: usize,
    range: CompactRange,
    lines: u64,
    erased: Erased,
    places: Places,
    chains: Chains,
    acts: Acts,
    other_rules: bool,
    findings: Vec<Finding>,
    found: usize,
}

impl<'t> Replay<'t> {
    /// Begins with the archive's heads, of which those count that one of `keys` signed.
    pub fn new(heads: Vec<SignedHead>, keys: &[Vec<u8>], trust: &'t Trust) -> Self {
        let named = trust.name.clone();
        let newest = heads.last().or(trust.known.last());
        let mut replay = Self {
            trust,
            log: named.or_else(|| newest.map(|head| head.head.log.clone())),
            newest: None,
            witnesses: 0,
            heads: heads.len(),
            checkpoints: Vec::new(),
            passed: 0,
            range: CompactRange::default(),
            lines: 0,
            erased: Erased::default(),
            places: Places::default(),
            chains: Chains::default(),
            acts: Acts::default(),
            other_rules: false,
            findings: Vec::new(),
            found: 0,
        };
        for head in heads {
            if head.is_signed_by(keys) {
                replay.check(&head, false);
                replay.newest = Some(head);
            } else {
                replay.find(Finding::BadSignature {
                    size: head.head.size,
                });
            }
        }
        for head in &trust.known {
            replay.check(head, true);
        }
        replay.checkpoints.sort_by_key(|point| point.head.size);
        replay.compare();
        if let Some(newest) = &replay.newest {
            replay.witnesses = newest.seen_by(&trust.witnesses);
        }
        replay
    }

    fn check(&mut self, head: &SignedHead, known: bool) {
        let head = head.head.clone();
        if Some(&head.log) == self.log.as_ref() {
            self.checkpoints.push(Checkpoint {
                head,
                known,
                fits: None,
            });
        } else {
            let Head { size, log, .. } = head;
            self.find(Finding::OtherLog { size, log });
        }
    }

    /// That the rules and the schema in the archive are not those of this program.
    pub(super) const fn note_other_rules(&mut self) {
        self.other_rules = true;
    }

    /// How many lines there were so far.
    pub const fn lines(&self) -> u64 {
        self.lines
    }

    /// Takes the next line, without its end.
    pub fn line(&mut self, text: &[u8]) {
        self.lines += 1;
        let line = match Line::parse(text) {
            Ok(line) => line,
            Err(error) => {
                let position = self.places.pass();
                let what = Changed::Line(error.0);
                self.find(Finding::Changed { position, what });
                return;
            }
        };
        let position = line.position;
        match &line.opened {
            None => self.erased.take(position),
            Some(opened) => {
                if !opened.opens(&line.record.commitment) {
                    let what = Changed::Entry;
                    self.find(Finding::Changed { position, what });
                }
                self.acts.take(&opened.entry, position);
                self.erased.hear(&opened.entry);
            }
        }
        let leaf = line.record.leaf();
        let trust = self.trust;
        let wrong = self
            .chains
            .take(&line, leaf, |writer| may_write(trust, writer));
        let misplaced = self.places.take(&line, wrong.is_some());
        for finding in misplaced.into_iter().chain(wrong) {
            self.find(finding);
        }
        self.range.append(leaf);
        self.compare();
    }

    /// Holds the tree against the heads of its size.
    fn compare(&mut self) {
        while let Some(point) = self.checkpoints.get_mut(self.passed) {
            if point.head.size != self.range.size() {
                break;
            }
            point.fits = Some(point.head.root == self.range.root());
            self.passed += 1;
        }
    }

    fn find(&mut self, finding: Finding) {
        self.found += 1;
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(finding);
        }
    }

    /// What is to be said of the log.
    pub fn end(mut self) -> Report {
        let misplaced = self.places.end();
        if let Some(finding) = misplaced {
            self.find(finding);
        }
        self.look_for_missing();
        self.look_at_heads();
        self.look_at_times();
        let unnamed: Vec<_> = self.erased.unnamed().collect();
        for (first, last) in unnamed {
            self.find(Finding::Erased { first, last });
        }
        let (open, lone) = (self.acts.open(), self.acts.without_intent());
        Report {
            verdict: self.verdict(),
            log: self.log,
            newest: self.newest,
            witnesses: self.witnesses,
            heads: self.heads,
            entries: self.lines,
            erased: self.erased.count(),
            writers: self.chains.len(),
            open_acts: open.len(),
            open: named(&open),
            lone_outcomes: lone.len(),
            lone: named(&lone),
            other_rules: self.other_rules,
            findings: self.findings,
            found: self.found,
        }
    }

    fn verdict(&self) -> Verdict {
        if self.found > 0 {
            return Verdict::NotVerified;
        }
        let why = if self.newest.is_none() {
            "there is no head of the log"
        } else if self.trust.log.is_empty() {
            "the log's key is the archive's own word; give the key that you trust"
        } else if self.chains.unfollowed() > 0 {
            "there are more writers than this program follows: the heads fit, the chains of the last writers were not looked at"
        } else if self.erased.is_partial() {
            "there are more erased entries than this program holds against the acts of erasing"
        } else {
            return Verdict::Verified;
        };
        Verdict::NoVerdict(why)
    }

    /// Records and places that never came.
    fn look_for_missing(&mut self) {
        let (missing, records) = self.chains.missing();
        let holes = self.places.holes().to_vec();
        let sizes = holes.iter().map(|(from, to)| to - from);
        let places = sizes.fold(0, u64::saturating_add);
        for finding in missing {
            self.find(finding);
        }
        // The same entries, told by their places, tell more only where a writer wrote nothing after them.
        if places > records {
            for (from, to) in holes {
                self.find(Finding::Gone {
                    first: from,
                    last: to - 1,
                });
            }
        }
        let size = self.newest.as_ref().map_or(0, |head| head.head.size);
        let entries = self.lines;
        if size > entries.saturating_add(records.max(places)) {
            self.find(Finding::Short { entries, size });
        }
    }

    /// Heads whose times run backwards, and a newest one that is too old.
    fn look_at_times(&mut self) {
        let mut found = Vec::new();
        let mut before = i64::MIN;
        for same in self
            .checkpoints
            .chunk_by(|one, next| one.head.size == next.head.size)
        {
            let late = before;
            for Checkpoint { head, .. } in same {
                let Head { size, time, .. } = *head;
                if time < late {
                    let before = late;
                    found.push(Finding::Backwards { size, time, before });
                }
                before = before.max(time);
            }
        }
        let newest = self.newest.as_ref().map(|newest| &newest.head);
        if let (Some(head), Some(wanted)) = (newest, self.trust.newer_than)
            && head.time <= wanted
        {
            let Head { size, time, .. } = *head;
            found.push(Finding::TooOld { size, time, wanted });
        }
        for finding in found {
            self.find(finding);
        }
    }

    /// Heads that the tree does not fit, or never came to.
    fn look_at_heads(&mut self) {
        let entries = self.lines;
        let newest = self.newest.as_ref().map_or(0, |head| head.head.size);
        let explained = self.findings.iter().any(Finding::is_of_records);
        let fitted = |point: &&Checkpoint| point.fits == Some(true);
        let last = self.checkpoints.iter().rfind(fitted);
        let last = last.map(|point| point.head.size);
        let mut found = Vec::new();
        let mut after = 0;
        for point in &self.checkpoints {
            let size = point.head.size;
            match (point.fits, last) {
                (Some(true), _) => after = size,
                (Some(false), Some(fits)) if size <= fits => {
                    found.push(Finding::Forked { size, fits });
                }
                (Some(false), _) if !explained => {
                    found.push(Finding::Rewritten { after, size });
                    break;
                }
                (None, _) if point.known && size > newest => {
                    let known = size;
                    found.push(Finding::Withheld { known, entries });
                }
                _ => {}
            }
        }
        let pairs = self.checkpoints.iter().zip(self.checkpoints.iter().skip(1));
        let two = |one: &Head, other: &Head| one.size == other.size && one.root != other.root;
        // Where the tree fits neither, or does not come so far, they contradict each other all the same.
        let forked = pairs
            .filter(|(one, other)| two(&one.head, &other.head))
            .filter(|(one, other)| one.fits != Some(true) && other.fits != Some(true));
        found.extend(forked.map(|(one, _)| Finding::Forked {
            size: one.head.size,
            fits: one.head.size,
        }));
        if newest < entries {
            found.push(Finding::Unsealed {
                first: newest + 1,
                last: entries,
            });
        }
        let (has, needs) = (self.witnesses, self.trust.least);
        if has < needs && self.newest.is_some() {
            found.push(Finding::Unwitnessed {
                size: newest,
                has,
                needs,
            });
        }
        for finding in found {
            self.find(finding);
        }
    }
}

/// The first of these acts.
fn named(acts: &[(u128, u64)]) -> Vec<OpenAct> {
    let named = acts.iter().take(MAX_NAMED);
    let named = named.map(|(act, position)| OpenAct {
        act: format!("{act:032x}"),
        position: *position,
    });
    named.collect()
}

fn may_write(trust: &Trust, writer: &str) -> bool {
    let role = writer.split('/').next();
    trust.roles.is_empty() || trust.roles.iter().any(|known| Some(known.as_str()) == role)
}
