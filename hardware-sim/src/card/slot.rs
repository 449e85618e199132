//! A place for one chip: power, insertion and removal, faults and the time things take.

use std::time::Duration;

use super::Card;
use super::fault::{Fault, What};
use super::life_cycle::LifeCycle;
use super::link::LinkModel;
use super::memory::Interrupted;

/// How long a reader waits for a chip that says nothing (frame waiting time).
pub const WAITING_TIME: Duration = Duration::from_millis(600);

/// A slot and the chip in it.
#[derive(Debug, Default)]
pub struct Slot {
    link: Option<LinkModel>,
    card: Option<Card>,
    faults: Vec<Fault>,
    apdus: u64,
    presence: u64,
    spent: [Spent; LifeCycle::ALL.len()],
}

/// Time that the link model accounted for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// On the air, framing included.
    pub wire: Duration,
    /// In the chip: pages written, key pairs made.
    pub chip: Duration,
}

/// What came of a command, and how long the caller waits before it says so.
#[derive(Debug)]
pub struct Exchanged {
    /// What the reader sees.
    pub reply: Reply,
    /// Time that link and chip would have taken.
    pub delay: Duration,
}

/// What a reader sees of a chip.
#[derive(Debug, PartialEq, Eq)]
pub enum Reply {
    /// A response APDU.
    Response(Vec<u8>),
    /// Nothing until the waiting time is over.
    Silent,
    /// No chip in the field.
    NoCard,
}

/// The facts of a slot that the control socket tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Serial and life cycle of the chip, if there is one.
    pub chip: Option<([u8; 10], LifeCycle)>,
    /// Commands carried to chips of this slot.
    pub apdus: u64,
    /// What the link model accounted for, by the chip's life cycle when the command came; in the order
    /// of [`LifeCycle::ALL`].
    pub spent: [Spent; LifeCycle::ALL.len()],
}

/// There is already a chip in the slot.
#[derive(Debug, thiserror::Error)]
#[error("there is a chip in the slot; remove it first")]
pub struct Occupied;

impl Slot {
    /// An empty slot.
    pub fn new(link: Option<LinkModel>) -> Self {
        Self {
            link,
            ..Self::default()
        }
    }

    /// Puts a chip in; faults armed for the one before are gone.
    pub fn insert(&mut self, card: Card) -> Result<(), Occupied> {
        if self.card.is_some() {
            return Err(Occupied);
        }
        self.card = Some(card);
        self.faults.clear();
        self.presence += 1;
        Ok(())
    }

    /// Takes the chip out, powered or not.
    pub fn remove(&mut self) -> Option<Card> {
        let card = self.card.take();
        self.presence += u64::from(card.is_some());
        card.map(|mut card| {
            card.power_down();
            card.set_lie(None);
            card
        })
    }

    /// Arms a fault for the chip in the slot.
    pub fn arm(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// Forgets all faults, lies included.
    pub fn disarm(&mut self) {
        self.faults.clear();
        if let Some(card) = &mut self.card {
            card.set_lie(None);
        }
    }

    /// Changes whenever a chip is put in or taken out.
    pub fn presence(&self) -> u64 {
        self.presence
    }

    /// Whether there is a chip.
    pub fn is_occupied(&self) -> bool {
        self.card.is_some()
    }

    /// What there is to know.
    pub fn status(&self) -> Status {
        let chip = self
            .card
            .as_ref()
            .map(|card| (card.serial(), card.life_cycle()));
        Status {
            chip,
            apdus: self.apdus,
            spent: self.spent,
        }
    }

    /// Field on, or off and on; the ATR.
    pub fn power_up(&mut self) -> Option<Vec<u8>> {
        self.card.as_mut()?.power_up().ok().map(|atr| atr.to_vec())
    }

    /// Field off.
    pub fn power_down(&mut self) {
        if let Some(card) = &mut self.card {
            card.power_down();
        }
    }

    /// Carries a command to the chip, with whatever fault is due.
    pub fn transmit(&mut self, command: &[u8]) -> Exchanged {
        let fault = self.due_fault();
        self.apdus += 1;
        let Some(card) = &mut self.card else {
            return Exchanged {
                reply: Reply::NoCard,
                delay: Duration::ZERO,
            };
        };
        let life_cycle = card.life_cycle();
        let what = fault.as_ref().map(|fault| &fault.what);
        if let Some(lie) = what.and_then(What::lie) {
            card.set_lie(Some(lie));
        }
        let outcome = match what {
            Some(What::PowerLossBefore) => Err(Interrupted::PowerLost),
            Some(What::PowerLossAtPage(page)) => {
                card.set_power_fuse(Some(*page));
                let outcome = card.process(command);
                card.set_power_fuse(None);
                outcome
            }
            Some(What::PowerLossAfter) => card.process(command).and(Err(Interrupted::PowerLost)),
            Some(What::Silent) => {
                return Exchanged {
                    reply: Reply::Silent,
                    delay: WAITING_TIME,
                };
            }
            _ => card.process(command),
        };
        match outcome {
            Ok(outcome) => {
                let response = match what {
                    Some(what) => what.spoil(outcome.response),
                    None => outcome.response,
                };
                let effort = outcome.effort;
                let time = |link: LinkModel| Spent {
                    wire: link.wire_time(command.len(), response.len()),
                    chip: link.chip_time(&effort),
                };
                let spent = self.link.map_or_else(Spent::default, time);
                self.account(life_cycle, spent);
                let delay = spent.wire + spent.chip + effort.pause;
                Exchanged {
                    reply: Reply::Response(response),
                    delay,
                }
            }
            Err(_) => self.lose_power(fault.is_some_and(|fault| !fault.returns)),
        }
    }

    fn account(&mut self, life_cycle: LifeCycle, spent: Spent) {
        for (state, total) in LifeCycle::ALL.iter().zip(&mut self.spent) {
            if *state == life_cycle {
                total.wire += spent.wire;
                total.chip += spent.chip;
            }
        }
    }

    fn lose_power(&mut self, torn_out: bool) -> Exchanged {
        self.power_down();
        if torn_out {
            self.remove();
            return Exchanged {
                reply: Reply::NoCard,
                delay: Duration::ZERO,
            };
        }
        Exchanged {
            reply: Reply::Silent,
            delay: WAITING_TIME,
        }
    }

    /// Counts the APDU against every armed fault; the first one due, which is disarmed unless it
    /// lasts.
    fn due_fault(&mut self) -> Option<Fault> {
        for fault in &mut self.faults {
            fault.at_apdu = fault.at_apdu.saturating_sub(1);
        }
        let due = self.faults.iter().position(|fault| fault.at_apdu == 0)?;
        if self.faults[due].what.lasts() {
            return Some(self.faults[due].clone());
        }
        Some(self.faults.remove(due))
    }
}
