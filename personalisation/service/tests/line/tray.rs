//! A reader with a tray: simulated chips, one after the other, with faults on command.

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use hardware_sim::card::{
    Card,
    fault::Fault,
    life_cycle::LifeCycle,
    slot::{Reply, Slot},
};
use icao9303::transport::CardTransport;
use personalisation::line::reader::{CardReader, NoCard};
use rand::{SeedableRng as _, rngs::StdRng};
use thiserror::Error;

use crate::line::bench::Plug;

/// The reader; a clone is the same one, as it stands there while programs come and go.
#[derive(Clone)]
pub struct Tray {
    state: Arc<Mutex<State>>,
    plug: Plug,
}

struct State {
    slot: Slot,
    /// Which chip lies in the slot.
    current: Option<PathBuf>,
    waiting: VecDeque<PathBuf>,
    unavailable: u32,
    /// How often a chip was put in, and how often until the last connection.
    opened: u64,
    connected: u64,
}

/// The card's side of the reader.
pub struct SlotCard {
    tray: Tray,
}

/// No answer.
#[derive(Debug, Error)]
pub enum SlotError {
    #[error("the card does not answer")]
    Silent,
    #[error("there is no card")]
    NoCard,
    #[error("this program is dead")]
    Dead,
}

impl Tray {
    pub fn new(plug: Plug) -> Self {
        let state = State {
            slot: Slot::default(),
            current: None,
            waiting: VecDeque::new(),
            unavailable: 0,
            opened: 0,
            connected: 0,
        };
        Self {
            state: Arc::new(Mutex::new(state)),
            plug,
        }
    }

    /// Puts a chip behind those that wait; into the slot if it is empty.
    pub fn add(&self, chip: &Path) {
        let mut state = self.state.lock().unwrap();
        state.waiting.push_back(chip.to_owned());
        if !state.slot.is_occupied() {
            state.next();
        }
    }

    /// Arms a fault for the chip in the slot.
    pub fn arm(&self, fault: Fault) {
        self.state.lock().unwrap().slot.arm(fault);
    }

    /// Is away for so many connections, as when the daemon is started again.
    pub fn be_unavailable(&self, connections: u32) {
        self.state.lock().unwrap().unavailable = connections;
    }

    /// Commands carried so far.
    pub fn commands(&self) -> u64 {
        self.state.lock().unwrap().slot.status().apdus
    }

    /// Takes the last so many chips that wait.
    pub fn take_waiting(&self, count: usize) -> Vec<PathBuf> {
        let mut state = self.state.lock().unwrap();
        let keep = state.waiting.len().saturating_sub(count);
        state.waiting.split_off(keep).into()
    }

    /// Takes the chip out while `look` looks at the chips' files, and puts it back in.
    pub fn outside(&self, look: impl FnOnce()) {
        let held = {
            let mut state = self.state.lock().unwrap();
            state
                .slot
                .remove()
                .is_some()
                .then(|| state.current.clone())
                .flatten()
        };
        look();
        if let Some(chip) = held {
            self.state.lock().unwrap().insert(chip);
        }
    }

    /// Takes every chip away.
    pub fn clear(&self) {
        let mut state = self.state.lock().unwrap();
        state.slot.remove();
        state.slot.disarm();
        state.current = None;
        state.waiting.clear();
    }

    /// Puts a chip that was torn out back in.
    pub fn put_back(&self, chip: &Path) {
        let mut state = self.state.lock().unwrap();
        state.slot.remove();
        state.insert(chip.to_owned());
    }
}

impl State {
    fn insert(&mut self, chip: PathBuf) {
        self.opened += 1;
        let rng = Box::new(StdRng::seed_from_u64(self.opened));
        self.slot.insert(Card::open(&chip, rng).unwrap()).unwrap();
        self.current = Some(chip);
    }

    fn next(&mut self) {
        if let Some(chip) = self.waiting.pop_front() {
            self.insert(chip);
        }
    }
}

impl CardReader for Tray {
    type Card = SlotCard;

    fn name(&self) -> &'static str {
        "Tray 1"
    }

    fn connect(&mut self, _patience: Duration) -> Result<SlotCard, NoCard> {
        let mut state = self.state.lock().unwrap();
        if state.unavailable > 0 {
            state.unavailable -= 1;
            return Err(NoCard::Unavailable(
                "the daemon is being started again".to_owned(),
            ));
        }
        if !state.slot.is_occupied() {
            return Err(NoCard::Empty);
        }
        state.connected = state.opened;
        state.slot.power_down();
        match state.slot.power_up() {
            Some(_) => Ok(SlotCard { tray: self.clone() }),
            None => Err(NoCard::Mute("no answer to reset".to_owned())),
        }
    }

    /// The card is taken away, and the next one put in.
    fn release(&mut self) {
        if self.plug.is_pulled() {
            return;
        }
        let mut state = self.state.lock().unwrap();
        state.slot.remove();
        state.current = None;
        state.next();
    }

    fn wait_for_removal(&mut self, _patience: Duration) -> bool {
        let state = self.state.lock().unwrap();
        !state.slot.is_occupied() || state.opened != state.connected
    }
}

impl CardTransport for SlotCard {
    type Error = SlotError;

    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, SlotError> {
        // The program may die before the command leaves it, and before the answer comes.
        if self.tray.plug.call() {
            return Err(SlotError::Dead);
        }
        let reply = self.tray.state.lock().unwrap().slot.transmit(command).reply;
        if self.tray.plug.call() {
            return Err(SlotError::Dead);
        }
        match reply {
            Reply::Response(response) => Ok(response),
            Reply::Silent => Err(SlotError::Silent),
            Reply::NoCard => Err(SlotError::NoCard),
        }
    }
}

/// Where the chip of a file stands in its life.
pub fn life_cycle(chip: &Path) -> LifeCycle {
    Card::open(chip, Box::new(StdRng::seed_from_u64(0)))
        .unwrap()
        .life_cycle()
}
