//! One machine as its threads share it: the controller, the chip station's slot, the clock.

use std::io;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::clock::Clock;
use super::config::MachineConfig;
use crate::card::serve::{SharedSlot, SlotConfig, locked};
use crate::machine::controller::{Controller, OpenError, Reply, Seating, refuse};
use crate::machine::protocol::Request;

/// The longest the clock's thread sleeps when nothing is under way.
const IDLE: Duration = Duration::from_hours(1);

/// A machine that several threads share.
#[derive(Debug)]
pub(super) struct Unit {
    controller: Mutex<Controller>,
    /// Told when the controller's state changed.
    changed: Condvar,
    pub(super) slot: Arc<SharedSlot>,
    pub(super) clock: Clock,
    cable: Mutex<Cable>,
}

/// Where the reader's cable is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cable {
    /// The port that it is in.
    pub(super) port: Option<usize>,
    /// The port that it was pulled from.
    pub(super) pulled_from: Option<usize>,
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
            cable: Mutex::new(Cable {
                port: Some(0),
                pulled_from: None,
            }),
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

    /// Puts the reader's cable into another port, or pulls it.
    pub(super) fn plug(&self, port: Option<usize>) {
        let mut cable = locked(&self.cable);
        cable.pulled_from = cable.port.or(cable.pulled_from);
        cable.port = port;
        drop(cable);
        self.slot.tell();
    }

    pub(super) fn cable(&self) -> Cable {
        *locked(&self.cable)
    }

    pub(super) fn is_on(&self) -> bool {
        self.lock().is_on()
    }

    /// Whether the chip in the station answers the power-up that is due.
    pub(super) fn chip_answers(&self) -> bool {
        self.with(Controller::chip_answers)
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
    pub(super) fn answer(&self, message: &[u8]) -> Reply {
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
