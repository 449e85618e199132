//! What a machine keeps without power: cards inside, what became of those that left, counters, and
//! the acts it has taken on.

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::build::{Build, Marking};
use super::card::{Card, Handle, Print};
use super::job::Id;
use super::place::Place;

/// So many cards that left are remembered.
const GONE: usize = 256;
/// So many acts are remembered.
const ACTS: usize = 256;
/// The memory in the machine's folder.
const FILE: &str = "memory.json";

/// The memory. It is written whole, beside the old one, and then takes its name: a process that is
/// killed leaves one or the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// Grows with every change.
    pub revision: u64,
    /// The handle of the next card out of the hopper.
    pub next_card: Handle,
    /// The cards inside.
    pub cards: BTreeMap<Handle, Card>,
    /// What became of those that left, the newest last.
    pub gone: VecDeque<Gone>,
    /// Counters that never go back.
    pub counters: Counters,
    /// Cards that the ribbon still prints; none where no ribbon is needed.
    pub ribbon: Option<u32>,
    /// Cards in the exit tray.
    pub exit_cards: u32,
    /// Cards in the reject tray.
    pub reject_cards: u32,
    /// Whether the door is open.
    pub door_open: bool,
    /// Acts, the newest last.
    acts: VecDeque<(Id, Act)>,
}

/// A card that left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    /// Its handle.
    pub card: Handle,
    /// Where to.
    pub place: Place,
    /// What was printed on it.
    pub print: Print,
}

/// Counters that never go back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "explained where the protocol defines them")]
pub struct Counters {
    pub fed: u64,
    pub printed: u64,
    pub exited: u64,
    pub rejected: u64,
    pub removed: u64,
    pub spoiled: u64,
    pub power_ons: u64,
}

/// Something that is done once, however often it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// The next card into the station.
    Feed {
        /// The handle that it gets.
        card: Handle,
    },
    /// A card to another place.
    Move {
        /// Which card.
        card: Handle,
        /// Where to.
        to: Place,
    },
    /// A job on the card in the printer.
    Print {
        /// Which card.
        card: Handle,
        /// Which job.
        job: Id,
    },
    /// Look at all places again.
    Clear,
}

impl Act {
    /// The card that it is about.
    pub const fn card(&self) -> Option<Handle> {
        match self {
            Self::Feed { card } | Self::Move { card, .. } | Self::Print { card, .. } => Some(*card),
            Self::Clear => None,
        }
    }
}

impl Memory {
    /// The memory of a new machine, with a new ribbon.
    pub fn new(build: &Build) -> Self {
        Self {
            revision: 1,
            next_card: 1,
            cards: BTreeMap::new(),
            gone: VecDeque::new(),
            counters: Counters::default(),
            ribbon: (build.marking == Marking::Ribbon).then_some(build.ribbon),
            exit_cards: 0,
            reject_cards: 0,
            door_open: false,
            acts: VecDeque::new(),
        }
    }

    /// What a machine's folder holds; none where it never had power.
    pub fn read(folder: &Path) -> io::Result<Option<Self>> {
        match fs::read(folder.join(FILE)) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes it into the machine's folder.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let draft = folder.join(format!("{FILE}.new"));
        fs::write(&draft, serde_json::to_vec(self)?)?;
        fs::rename(draft, folder.join(FILE))
    }

    /// The act with this id, if it was taken on.
    pub fn act(&self, id: Id) -> Option<Act> {
        let found = self.acts.iter().rev().find(|(known, _)| *known == id);
        found.map(|(_, act)| *act)
    }

    /// Remembers an act that was taken on, once.
    pub fn remember(&mut self, id: Id, act: Act) {
        if self.act(id).is_some() {
            return;
        }
        self.acts.push_back((id, act));
        let excess = self.acts.len().saturating_sub(ACTS);
        self.acts.drain(..excess);
    }

    /// What became of a card that left.
    pub fn gone(&self, card: Handle) -> Option<Gone> {
        self.gone
            .iter()
            .rev()
            .find(|gone| gone.card == card)
            .copied()
    }

    /// The card that a job was printed on, or is being printed on. A spoiled one does not count: its
    /// job may go onto another card.
    pub fn bearer(&self, job: Id) -> Option<Handle> {
        let inside = self.cards.iter().map(|(card, known)| (*card, known.print));
        let gone = self.gone.iter().map(|gone| (gone.card, gone.print));
        let bears =
            |print| matches!(print, Print::Begun(known) | Print::Done(known) if known == job);
        let mut cards = inside.chain(gone);
        cards.find(|(_, print)| bears(*print)).map(|(card, _)| card)
    }

    /// A card leaves: it is counted and remembered.
    pub fn let_go(&mut self, handle: Handle, place: Place) {
        let Some(card) = self.cards.remove(&handle) else {
            return;
        };
        match place {
            Place::Exit => {
                self.counters.exited += 1;
                self.exit_cards += 1;
            }
            Place::Reject => {
                self.counters.rejected += 1;
                self.reject_cards += 1;
            }
            _ => self.counters.removed += 1,
        }
        self.gone.push_back(Gone {
            card: handle,
            place,
            print: card.print,
        });
        let excess = self.gone.len().saturating_sub(GONE);
        self.gone.drain(..excess);
    }

    /// fed = inside + exited + rejected + removed.
    pub fn adds_up(&self) -> bool {
        let counters = &self.counters;
        let inside = self.cards.len() as u64;
        counters.fed == inside + counters.exited + counters.rejected + counters.removed
    }
}
