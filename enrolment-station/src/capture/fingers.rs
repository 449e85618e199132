//! Both hands: the best of the tries of each, or why there is none.

use std::fmt;

use biometrics::iso19794::finger::FingerPosition;
use dossier::dossier::{Finger, FingerImage, Hand, Measure, MissingFinger, MissingReason};
use dossier::{Blob, Label, Text, Timestamp};
use serde::{Deserialize, Serialize};

use super::twice::{Rule, Twice, found};

/// Tries of a hand, of which the best is kept; more are possible, up to the dossier's limit.
pub const TRIES: u8 = 3;
/// Most tries that a dossier can tell.
pub const MOST_TRIES: u8 = 20;

/// Both hands.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Hands {
    /// The right one.
    pub right: HandCapture,
    /// The left one.
    pub left: HandCapture,
    /// They gave one finger, as it seems.
    #[serde(default)]
    pub twice: Option<Twice>,
}

/// One hand.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct HandCapture {
    /// How often its finger was tried.
    pub tries: u8,
    /// The best try.
    pub best: Option<FingerCapture>,
    /// Why there is none.
    pub missing: Option<MissingFinger>,
}

/// One finger.
#[derive(Clone, Serialize, Deserialize)]
pub struct FingerCapture {
    /// Which.
    pub finger: Finger,
    /// The device's ISO/IEC 19794-4 record.
    pub record: Blob<1, 524_288>,
    /// What was measured.
    pub measures: Vec<Measure>,
    /// Measures with a limit that could not be taken: they keep to none.
    #[serde(default)]
    pub unmeasured: Vec<Label>,
    /// By what tries are compared, higher is better.
    pub rank: i64,
    /// The device's signed identity.
    pub device: Blob<1, 16_384>,
    /// When.
    pub captured_at: Timestamp,
    /// What to say to the applicant, if a measure misses its limit.
    pub advice: Option<String>,
    /// Why it is taken although a measure misses its limit.
    pub forced: Option<Text<1, 500>>,
}

impl FingerCapture {
    /// Whether every measure keeps its limit.
    pub fn passed(&self) -> bool {
        self.unmeasured.is_empty() && self.measures.iter().all(Measure::passes)
    }
}

impl HandCapture {
    /// Takes a try: the better one stays.
    pub fn add(&mut self, capture: FingerCapture) {
        self.tries = self.tries.saturating_add(1).min(MOST_TRIES);
        self.missing = None;
        let better = self
            .best
            .as_ref()
            .is_none_or(|best| best.finger != capture.finger || capture.rank > best.rank);
        if better {
            if self
                .best
                .as_ref()
                .is_some_and(|best| best.finger != capture.finger)
            {
                self.tries = 1;
            }
            self.best = Some(capture);
        }
    }

    /// Whether nothing more is needed.
    pub fn done(&self) -> bool {
        let taken = self
            .best
            .as_ref()
            .is_some_and(|best| best.passed() || best.forced.is_some());
        taken || self.missing.is_some()
    }
}

impl Hands {
    /// A hand.
    pub fn of(&self, hand: Hand) -> &HandCapture {
        match hand {
            Hand::Right => &self.right,
            Hand::Left => &self.left,
        }
    }

    /// A hand, to change it.
    pub fn of_mut(&mut self, hand: Hand) -> &mut HandCapture {
        match hand {
            Hand::Right => &mut self.right,
            Hand::Left => &mut self.left,
        }
    }

    /// Takes a try of a hand. Where both seemed to give one finger, what this hand gave before does not count.
    pub fn add(&mut self, hand: Hand, capture: FingerCapture) {
        if self.twice.take().is_some() {
            self.of_mut(hand).best = None;
        }
        self.of_mut(hand).add(capture);
    }

    /// Compares what both gave, after anything of it changed. Slow.
    pub fn compare(&mut self, rule: Rule) {
        self.twice = found(self, rule);
    }

    /// Whether both seem to have given one finger, and nobody said why it is used.
    pub fn given_twice(&self) -> bool {
        self.twice
            .as_ref()
            .is_some_and(|twice| twice.forced.is_none())
    }

    /// Whether both are done, or the applicant is too young.
    pub fn done(&self, exempt: bool) -> bool {
        exempt || (self.right.done() && self.left.done() && !self.given_twice())
    }

    /// Whether one was forced.
    pub fn forced(&self) -> bool {
        let forced =
            |hand: &HandCapture| hand.best.as_ref().is_some_and(|best| best.forced.is_some());
        let twice = |twice: &Twice| twice.forced.is_some();
        forced(&self.right) || forced(&self.left) || self.twice.as_ref().is_some_and(twice)
    }

    /// Whether one is missing.
    pub fn missing(&self) -> bool {
        self.right.missing.is_some() || self.left.missing.is_some()
    }

    /// As the dossier carries them.
    pub fn images(&self) -> Vec<FingerImage> {
        let given = [&self.right, &self.left].into_iter().filter_map(|hand| {
            let best = hand.best.as_ref()?;
            hand.missing.is_none().then(|| FingerImage {
                finger: best.finger,
                record: best.record.clone(),
                measures: best.measures.clone(),
                tries: hand.tries.clamp(1, MOST_TRIES),
                device: best.device.clone(),
                forced: best.forced.clone(),
                captured_at: best.captured_at,
            })
        });
        let mut given: Vec<FingerImage> = given.collect();
        if let ([_, _], Some(twice)) = (&given[..], &self.twice) {
            given[1].measures.extend(twice.measure());
            // The right hand's carries the reason where the left hand's has one of its own.
            let free = given.iter_mut().rev().find(|image| image.forced.is_none());
            match free {
                Some(image) => image.forced.clone_from(&twice.forced),
                None => given[1].forced = both(given[1].forced.as_ref(), twice.forced.as_ref()),
            }
        }
        given
    }

    /// Hands that gave none, as the dossier carries them; all of them for somebody too young who gave none.
    pub fn not_given(&self, exempt: bool) -> Vec<MissingFinger> {
        let hands = [(Hand::Right, &self.right), (Hand::Left, &self.left)];
        let missing = hands.into_iter().filter_map(|(hand, capture)| {
            let young = || {
                (exempt && capture.best.is_none()).then_some(MissingFinger {
                    hand,
                    reason: MissingReason::Exempt,
                    which: Vec::new(),
                    until: None,
                    note: None,
                })
            };
            capture.missing.clone().or_else(young)
        });
        missing.collect()
    }
}

/// Two reasons as one, as far as there is room for them.
fn both(one: Option<&Text<1, 500>>, other: Option<&Text<1, 500>>) -> Option<Text<1, 500>> {
    let (Some(one), Some(other)) = (one, other) else {
        return one.cloned();
    };
    let joined = format!("{} / {}", other.as_str(), one.as_str());
    let joined: String = joined.chars().take(500).collect();
    Text::new(joined.trim()).ok()
}

/// The same finger in the words of ISO 19794.
pub fn position(finger: Finger) -> FingerPosition {
    FingerPosition::ALL[usize::from(finger.position()) - 1]
}

macro_rules! redacted {
    ($($name:ident)+) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )+};
}
redacted!(Hands HandCapture FingerCapture);

#[cfg(test)]
#[path = "fingers/tests.rs"]
mod tests;
