//! Faults on command: what a machine does wrong next, once or until it is told to stop.

use serde::{Deserialize, Serialize};

use super::card::Stop;
use super::memory::Act;
use super::paint::Defect;
use super::place::Place;

/// A fault as the control socket orders it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// What happens.
    pub what: What,
    /// Again and again, until faults are cleared.
    #[serde(default)]
    pub lasting: bool,
}

/// The kinds of fault.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The next card on its way to (for the hopper: out of) this place does not arrive.
    Jam {
        /// Where it gets stuck.
        at: Place,
        /// Whether a person must come; else the rollers take it when they are asked again.
        #[serde(default)]
        wedged: bool,
    },
    /// The next feed draws two cards, where there are two.
    DoubleFeed,
    /// The hopper's sensor sees no card.
    HopperEmpty,
    /// The chip in the station does not answer so many power-ups.
    Misread {
        /// How many.
        times: u32,
    },
    /// What the next print looks like.
    Print(Defect),
    /// Power fails at the next command of this kind.
    PowerLoss {
        /// Which kind; any where it is not named.
        command: Option<Command>,
        /// When.
        when: When,
        /// Milliseconds of the machine's clock until power is back; for ever where it is not named.
        back_in: Option<u32>,
    },
    /// The answer to the next command of this kind is lost.
    AnswerLost {
        /// Which kind; any where it is not named.
        command: Option<Command>,
    },
    /// Everything that moves takes so many times as long.
    Slow {
        /// How many times, 1 or more.
        factor: f64,
    },
}

/// When power fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Before the machine has looked at the command.
    Before,
    /// When the machine has taken it on and before it answers: motors have just started.
    After,
}

/// Kinds of command, by their names in the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "explained where the protocol defines them")]
pub enum Command {
    Identify,
    GetStatus,
    LoadPicture,
    ReadPicture,
    Feed,
    Move,
    Print,
    Clear,
}

impl Command {
    /// The kind of an act.
    pub const fn of(act: &Act) -> Self {
        match act {
            Act::Feed { .. } => Self::Feed,
            Act::Move { .. } => Self::Move,
            Act::Print { .. } => Self::Print,
            Act::Clear => Self::Clear,
        }
    }
}

/// The faults of one machine. They stand outside it: power losses do not clear them.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    armed: Vec<Fault>,
}

impl Faults {
    /// Arms a fault.
    pub fn arm(&mut self, fault: Fault) {
        self.armed.push(fault);
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.armed.clear();
    }

    /// Whether the next feed draws two.
    pub fn double_feed(&mut self) -> bool {
        self.take(|what| matches!(what, What::DoubleFeed).then_some(()))
            .is_some()
    }

    /// Whether a card on this way gets stuck, where and how.
    pub fn jam(&mut self, from: Place, to: Place) -> Option<(Place, Stop)> {
        self.take(|what| match what {
            What::Jam { at, wedged } if *at == to || (*at == from && from == Place::Hopper) => {
                Some((*at, if *wedged { Stop::Wedged } else { Stop::Slip }))
            }
            _ => None,
        })
    }

    /// Whether the hopper's sensor sees nothing, whatever is in it.
    pub fn hopper_empty(&mut self) -> bool {
        self.take(|what| matches!(what, What::HopperEmpty).then_some(()))
            .is_some()
    }

    /// How the next print comes out.
    pub fn print(&mut self) -> Option<Defect> {
        self.take(|what| match what {
            What::Print(defect) => Some(*defect),
            _ => None,
        })
    }

    /// Whether power fails at a command, and when it is back.
    pub fn power_loss(&mut self, kind: Command, now: When) -> Option<Option<u32>> {
        self.take(|what| match what {
            What::PowerLoss {
                command,
                when,
                back_in,
            } if *when == now && command.is_none_or(|command| command == kind) => Some(*back_in),
            _ => None,
        })
    }

    /// Whether the answer to a command is lost.
    pub fn answer_lost(&mut self, kind: Command) -> bool {
        self.take(|what| match what {
            What::AnswerLost { command } => {
                command.is_none_or(|command| command == kind).then_some(())
            }
            _ => None,
        })
        .is_some()
    }

    /// Whether the chip stays silent at this power-up.
    pub fn misread(&mut self) -> bool {
        for fault in &mut self.armed {
            if let What::Misread { times } = &mut fault.what {
                if fault.lasting {
                    return true;
                }
                if *times > 0 {
                    *times -= 1;
                    return true;
                }
            }
        }
        false
    }

    /// How many times as long everything takes.
    pub fn slowness(&self) -> f64 {
        let slow = self.armed.iter().find_map(|fault| match fault.what {
            What::Slow { factor } => Some(factor),
            _ => None,
        });
        slow.unwrap_or(1.0).clamp(1.0, 1_000.0)
    }

    /// The first fault that matches; gone then, unless it lasts.
    fn take<T>(&mut self, matches: impl Fn(&What) -> Option<T>) -> Option<T> {
        let due = |fault: &Fault| matches(&fault.what);
        let (at, found) = self
            .armed
            .iter()
            .enumerate()
            .find_map(|(at, fault)| due(fault).map(|found| (at, found)))?;
        if !self.armed[at].lasting {
            self.armed.remove(at);
        }
        Some(found)
    }
}
