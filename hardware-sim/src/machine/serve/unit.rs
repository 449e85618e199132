//! One machine as its threads share it: the controller, the chip station's slot, the clock.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::clock::Clock;
use super::config::MachineConfig;
use crate::card::serve::driver::Behind;
use crate::card::serve::{SharedSlot, SlotConfig, locked};
use crate::machine::controller::{Controller, OpenError, Reply, Seating, refuse};
use crate::machine::protocol::{CONTROL_CODE, Request};
use crate::reader_wire::{self, Answer};

/// `FEATURE_CCID_ESC_COMMAND` of PC/SC part 10: the control code of a vendor's own commands.
const FEATURE_ESCAPE: u8 = 0x13;
/// The longest the clock's thread sleeps when nothing is under way.
const IDLE: Duration = Duration::from_secs(3_600);

/// A machine that several threads share.
#[derive(Debug)]
pub(super) struct Unit {
    controller: Mutex<Controller>,
    /// Told when the controller's state changed.
    changed: Condvar,
    pub(super) slot: Arc<SharedSlot>,
    pub(super) clock: Clock,
    unplugged: AtomicBool,
}

impl Unit {
    /// Takes a machine into use, with power.
    pub(super) fn open(config: &MachineConfig) -> Result<Self, OpenError> {
        let failed = |source| OpenError::Folder {
            folder: config.folder.clone(),
            source,
        };
        let mut controller = Controller::open(&config.folder, config.camera)?;
        if let Some(delivery) = &config.delivery {
            let filled = controller.refill(delivery);
            filled.map_err(|error| failed(io::Error::other(error)))?;
        }
        let slot = SharedSlot::new(&SlotConfig {
            seed: config.seed,
            link: config.link,
            ..SlotConfig::default()
        });
        let unit = Self {
            controller: Mutex::new(controller),
            changed: Condvar::new(),
            slot: Arc::new(slot),
            clock: Clock::new(config.time_factor),
            unplugged: AtomicBool::new(false),
        };
        let now = unit.clock.now();
        unit.with(|controller| controller.power_on(now))
            .map_err(failed)?;
        Ok(unit)
    }

    /// Does something with the controller, and lets everybody see what came of it.
    pub(super) fn with<T>(&self, act: impl FnOnce(&mut Controller) -> T) -> T {
        let mut controller = self.lock();
        let done = act(&mut controller);
        self.settle(&mut controller);
        done
    }

    /// Lets time pass, for as long as the process lives.
    pub(super) fn run(&self) -> ! {
        let mut controller = self.lock();
        loop {
            if let Err(error) = controller.advance(self.clock.now()) {
                tracing::error!(%error, "the machine cannot keep its memory and is off");
                controller.power_off(None);
            }
            self.settle(&mut controller);
            let next = controller.next_event();
            let sleep = next.map_or(IDLE, |moment| self.clock.until(moment));
            let waited = self.changed.wait_timeout(controller, sleep);
            controller = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Pulls the reader's cable, or puts it in again.
    pub(super) fn set_unplugged(&self, unplugged: bool) {
        self.unplugged.store(unplugged, Ordering::SeqCst);
        self.slot.tell();
    }

    pub(super) fn is_unplugged(&self) -> bool {
        self.unplugged.load(Ordering::SeqCst)
    }

    fn lock(&self) -> MutexGuard<'_, Controller> {
        locked(&self.controller)
    }

    /// The chip under the reader follows the cards; whoever waits is told of a change.
    fn settle(&self, controller: &mut Controller) {
        for seating in controller.take_seatings() {
            match seating {
                Seating::Chip(path) => self.seat(&path),
                Seating::Empty => drop(self.slot.remove()),
            }
        }
        self.changed.notify_all();
    }

    fn seat(&self, chip: &Path) {
        if let Err(error) = self.slot.insert(chip) {
            // Such a card lies in the station and says nothing, as a broken one does.
            tracing::warn!(chip = %chip.display(), %error, "the card in the station has no chip");
        }
    }

    /// Answers a command; a status may wait for a change first.
    fn answer(&self, message: &[u8]) -> Reply {
        let request = match Request::decode(message) {
            Ok(request) => request,
            Err(malformed) => return Reply::Answer(refuse(&malformed)),
        };
        let mut controller = self.lock();
        if let Request::GetStatus {
            known_revision,
            wait,
            ..
        } = request
        {
            controller = self.wait_for_change(controller, known_revision, wait);
        }
        let before = controller.revision();
        let reply = controller.handle(&request, self.clock.now());
        if controller.revision() != before || !controller.is_on() {
            self.settle(&mut controller);
        }
        reply
    }

    fn wait_for_change<'a>(
        &self,
        controller: MutexGuard<'a, Controller>,
        known: u64,
        millis: u32,
    ) -> MutexGuard<'a, Controller> {
        let end = Instant::now() + Duration::from_millis(u64::from(millis));
        let left = end.saturating_duration_since(Instant::now());
        let same = |controller: &mut Controller| controller.revision() == known;
        let waited = self.changed.wait_timeout_while(controller, left, same);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Behind for Unit {
    fn instead(&self, request: reader_wire::Request) -> Option<Answer> {
        use reader_wire::Request as Asked;
        if self.is_unplugged() {
            return Some(Answer::Unplugged);
        }
        // The reader lives on the machine's power.
        let mut controller = self.lock();
        match request {
            Asked::Control if !controller.is_on() => Some(Answer::Silent),
            _ if !controller.is_on() => Some(Answer::NoCard),
            Asked::PowerUp | Asked::Reset if self.slot.lock().is_occupied() => {
                let answers = controller.chip_answers();
                self.changed.notify_all();
                (!answers).then_some(Answer::Silent)
            }
            _ => None,
        }
    }

    fn features(&self) -> Vec<(u8, u32)> {
        vec![(FEATURE_ESCAPE, CONTROL_CODE)]
    }

    fn control(&self, code: u32, input: &[u8]) -> Answer {
        if code != CONTROL_CODE {
            return Answer::NotSupported;
        }
        match self.answer(input) {
            Reply::Answer(bytes) => Answer::Done(bytes),
            Reply::Nothing => Answer::Silent,
        }
    }
}
