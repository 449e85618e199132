//! A machine on the bench: the simulator's own controller in this process, on a clock that runs as fast as it is asked.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use hardware_sim::{
    card::{
        self, Card,
        life_cycle::LifeCycle,
        slot::{Reply as ChipReply, Slot},
    },
    machine::{
        build::{Build, Marking},
        camera::Camera,
        controller::{Controller, Reply, Seating},
        fault::{Command, Fault, What, When},
        mechanics::Person,
        protocol::Request,
    },
};
use icao9303::transport::CardTransport;
use personalisation::line::{
    machine::{
        Task,
        idoc::{Idoc, Link, LinkError},
    },
    reader::NoCard,
};
use personalisation_core::machine::MachineSerial;
use prost::Message as _;
use rand::{SeedableRng as _, rngs::StdRng};
use thiserror::Error;
use wire::machine as wire_form;

use crate::line::bench::Plug;

/// The folders that chips lie in.
const PLACES: [&str; 6] = ["hopper", "inside", "exit", "reject", "removed", "taken"];

/// A machine; a clone is the same one, as it stands there while programs come and go.
#[derive(Clone)]
pub struct Hall {
    state: Arc<Mutex<State>>,
    plug: Plug,
    folder: PathBuf,
    serial: MachineSerial,
}

struct State {
    controller: Controller,
    slot: Slot,
    now: u64,
    opened: u64,
    /// Machine commands so far: its kind, and the plug's count before it.
    log: Vec<(Command, u64)>,
    /// Power fails at that command, counted from the start.
    loses_power: Option<(usize, When)>,
    /// A person who comes when nothing has moved for so many questions.
    helper: Option<(u32, Vec<Person>)>,
    quiet: u32,
    seen: u64,
    /// The next command of this kind is refused; or every one, until the person who helps has been there.
    refuses: Option<(Command, bool)>,
    /// Commands of this kind do not reach the machine: so many arrive before, and so many are lost.
    loses: Option<(Command, u32, u32)>,
    /// Power fails at so many looks for a chip, and comes back soon.
    powerless: u32,
}

impl Hall {
    pub fn new(folder: &Path, serial: &str, plug: Plug) -> Self {
        let folder = folder.join(serial);
        fs::create_dir(&folder).unwrap();
        Build::new(Marking::Ribbon, serial.to_owned())
            .write(&folder)
            .unwrap();
        let mut controller = Controller::open(&folder, Camera::default()).unwrap();
        controller.power_on(0).unwrap();
        let state = State {
            controller,
            slot: Slot::default(),
            now: 0,
            opened: 0,
            log: Vec::new(),
            loses_power: None,
            helper: None,
            quiet: 0,
            seen: 0,
            refuses: None,
            loses: None,
            powerless: 0,
        };
        Self {
            state: Arc::new(Mutex::new(state)),
            plug,
            folder,
            serial: serial.parse().unwrap(),
        }
    }

    /// A new program's driver for it.
    pub fn driver(&self) -> Idoc<Self> {
        Idoc::new(self.serial, self.clone())
    }

    /// Puts the chips of a folder into the hopper.
    pub fn refill(&self, from: &Path) {
        let mut state = self.state.lock().unwrap();
        state.controller.refill(from).unwrap();
    }

    pub fn arm(&self, what: What) {
        let lasting = false;
        let fault = Fault { what, lasting };
        self.state.lock().unwrap().controller.arm(fault);
    }

    /// The same, until the person who helps has been there.
    pub fn arm_lastingly(&self, what: What) {
        let lasting = true;
        let fault = Fault { what, lasting };
        self.state.lock().unwrap().controller.arm(fault);
    }

    /// Arms a fault of the chip that comes into the station next, or lies there.
    pub fn arm_chip(&self, fault: card::fault::Fault) {
        self.state.lock().unwrap().slot.arm(fault);
    }

    /// Forgets the chip's faults.
    pub fn disarm_chip(&self) {
        self.state.lock().unwrap().slot.disarm();
    }

    /// Answers the next command of that kind with a refusal for good, as of a card that can only be rejected.
    pub fn refuse_next(&self, command: Command) {
        self.state.lock().unwrap().refuses = Some((command, false));
    }

    /// The same for every command of that kind, until the person who helps has been there.
    pub fn refuse_lastingly(&self, command: Command) {
        self.state.lock().unwrap().refuses = Some((command, true));
    }

    /// After so many commands of that kind, so many more are lost on their way to the machine.
    pub fn lose_on_the_way(&self, command: Command, after: u32, count: u32) {
        self.state.lock().unwrap().loses = Some((command, after, count));
    }

    /// Has power fail when a chip is looked for, so many times.
    pub fn lose_power_at_the_chip(&self, times: u32) {
        self.state.lock().unwrap().powerless = times;
    }

    /// Nothing is wrong any more.
    pub fn clear_faults(&self) {
        self.state.lock().unwrap().controller.clear_faults();
    }

    /// A person does this when nothing has moved for a while.
    pub fn helped_by(&self, deeds: &[Person]) {
        self.helped_after(6, deeds);
    }

    /// The same, when nothing has moved for so many questions.
    pub fn helped_after(&self, questions: u32, deeds: &[Person]) {
        self.state.lock().unwrap().helper = Some((questions, deeds.to_vec()));
    }

    /// A person does this now.
    pub fn person(&self, deed: Person) {
        let mut state = self.state.lock().unwrap();
        let now = state.now;
        state.controller.person(deed, now).unwrap();
        state.seat();
    }

    /// The ribbon is at its end.
    pub fn use_ribbon_up(&self) {
        let mut state = self.state.lock().unwrap();
        state.controller.power_off(None);
        let path = self.folder.join("memory.json");
        let memory = fs::read_to_string(&path).unwrap();
        let mut memory: serde_json::Value = serde_json::from_str(&memory).unwrap();
        memory["ribbon"] = 0.into();
        fs::write(&path, memory.to_string()).unwrap();
        let now = state.now;
        state.controller.power_on(now).unwrap();
    }

    /// Machine commands carried so far, with the plug's count before each.
    pub fn log(&self) -> Vec<(Command, u64)> {
        self.state.lock().unwrap().log.clone()
    }

    /// Has power fail at the n-th command from now, from 0, and come back soon.
    pub fn lose_power_at(&self, command: usize, when: When) {
        let mut state = self.state.lock().unwrap();
        state.loses_power = Some((state.log.len() + command, when));
    }

    /// Loses power, and has it again.
    pub fn restart(&self) {
        let mut state = self.state.lock().unwrap();
        state.controller.power_off(None);
        state.seat();
        let now = state.now;
        state.controller.power_on(now).unwrap();
        state.seat();
    }

    /// What lies in a place of the machine: chip files.
    pub fn chips_in(&self, place: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.folder.join(place)).unwrap();
        let mut chips: Vec<_> = entries
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|kind| kind == "chip"))
            .collect();
        chips.sort();
        chips
    }

    /// Every chip of the machine, by place: its serial and life cycle.
    pub fn chips(&self) -> Vec<(&'static str, [u8; 10], LifeCycle)> {
        let all = PLACES.into_iter().flat_map(|place| {
            self.chips_in(place)
                .into_iter()
                .map(move |chip| (place, chip))
        });
        // The one in the station is read through the slot's own copy on the disk.
        all.map(|(place, chip)| {
            let card = Card::open(&chip, Box::new(StdRng::seed_from_u64(0))).unwrap();
            (place, card.serial(), card.life_cycle())
        })
        .collect()
    }

    /// Takes the chip out of the reader while `look` looks at the chips' files.
    pub fn outside<T>(&self, look: impl FnOnce(&Self) -> T) -> T {
        self.state.lock().unwrap().slot.remove();
        let seen = look(self);
        self.restart();
        seen
    }

    /// fed = inside + exited + rejected + removed.
    pub fn adds_up(&self) -> bool {
        let state = self.state.lock().unwrap();
        let status = state.controller.status(None, state.now);
        let counters = status.counters.unwrap();
        counters.fed
            == counters.exited + counters.rejected + counters.removed + status.cards.len() as u64
    }

    /// Print jobs that ended well, and that were interrupted.
    pub fn prints(&self) -> (u64, u64) {
        let state = self.state.lock().unwrap();
        let counters = state.controller.status(None, state.now).counters.unwrap();
        (counters.printed, counters.spoiled)
    }
}

impl State {
    /// The chip under the reader follows the cards.
    fn seat(&mut self) {
        for seating in self.controller.take_seatings() {
            self.slot.remove();
            if let Seating::Chip(path) = seating {
                self.opened += 1;
                let rng = Box::new(StdRng::seed_from_u64(self.opened));
                self.slot.insert(Card::open(&path, rng).unwrap()).unwrap();
            }
        }
    }

    fn pass_to(&mut self, now: u64) {
        self.now = now;
        self.controller.advance(now).unwrap();
        self.seat();
    }

    /// Waits as a machine does for a change, on its own clock.
    fn wait_for_change(&mut self, known: u64, wait: u32) {
        let end = self.now + u64::from(wait);
        while self.controller.revision() == known && self.now < end {
            let next = self.controller.next_event().unwrap_or(end);
            self.pass_to(next.clamp(self.now + 1, end));
        }
    }

    /// Whether this command is lost on its way.
    fn is_lost(&mut self, command: Command) -> bool {
        match &mut self.loses {
            Some((kind, after, _)) if *kind == command && *after > 0 => {
                *after -= 1;
                false
            }
            Some((kind, _, count)) if *kind == command && *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        }
    }

    /// Nothing moves and nothing changes, however often somebody looks: a person comes.
    fn help(&mut self) {
        let revision = self.controller.revision();
        if self.seen != revision || self.controller.next_event().is_some() {
            self.quiet = 0;
        }
        self.seen = revision;
        self.quiet += 1;
        let Some((patience, deeds)) = &self.helper else {
            return;
        };
        if self.quiet < *patience {
            return;
        }
        self.controller.clear_faults();
        self.refuses = None;
        for deed in deeds.clone() {
            let now = self.now;
            self.controller.person(deed, now).unwrap();
            self.seat();
        }
        self.helper = None;
    }
}

impl Link for Hall {
    type Chip = HallChip;

    fn ask(&mut self, command: &[u8]) -> Result<Vec<u8>, LinkError> {
        let lost = || LinkError::Lost(Task::CheckPower);
        // The program may die before the command leaves it, and before the answer comes.
        let before = self.plug.calls();
        self.plug.die_if_pulled();
        let mut state = self.state.lock().unwrap();
        let request = Request::decode(command).unwrap();
        let number = state.log.len();
        state.log.push((request.kind(), before));
        if let Some((_, when)) = state.loses_power.take_if(|(at, _)| *at == number) {
            state.controller.arm(Fault {
                what: What::PowerLoss {
                    command: None,
                    when,
                    back_in: Some(1),
                },
                lasting: false,
            });
        }
        if let Request::GetStatus {
            known_revision,
            wait,
            ..
        } = request
        {
            state.wait_for_change(known_revision, wait);
            state.help();
        }
        // A line that looks again and again sees time pass, and power come back.
        let passes = if state.controller.is_on() { 5 } else { 1_000 };
        let now = state.now + passes;
        state.pass_to(now);
        if state.is_lost(request.kind()) {
            return Err(lost());
        }
        if let Some((kind, lasting)) = state.refuses
            && kind == request.kind()
        {
            if !lasting {
                state.refuses = None;
            }
            return Ok(refusal(command));
        }
        let reply = state.controller.handle(&request, now);
        state.seat();
        drop(state);
        self.plug.die_if_pulled();
        match reply {
            Reply::Answer(answer) => Ok(answer),
            Reply::Nothing => Err(lost()),
        }
    }

    fn connect_chip(&mut self, _patience: Duration) -> Result<HallChip, NoCard> {
        let mut state = self.state.lock().unwrap();
        if !state.controller.is_on() {
            return Err(NoCard::Unavailable("the machine has no power".to_owned()));
        }
        if state.powerless > 0 {
            state.powerless -= 1;
            // Not before the machine was asked about it.
            let back_at = state.now + 2_500;
            state.controller.power_off(Some(back_at));
            state.seat();
        }
        if !state.slot.is_occupied() {
            return Err(NoCard::Empty);
        }
        let answers = state.controller.chip_answers();
        state.slot.power_down();
        if !answers || state.slot.power_up().is_none() {
            return Err(NoCard::Mute("no answer to reset".to_owned()));
        }
        Ok(HallChip { hall: self.clone() })
    }
}

/// What a machine says of a card that can only be rejected.
fn refusal(command: &[u8]) -> Vec<u8> {
    let command = wire_form::Command::decode(command).unwrap();
    let card = match command.act {
        Some(wire_form::command::Act::Print(print)) => print.card,
        Some(wire_form::command::Act::Move(to)) => to.card,
        other => panic!("no card in {other:?}"),
    };
    let failure = wire_form::Failure {
        kind: wire_form::FailureKind::Spoiled.into(),
        remedy: wire_form::Remedy::Reject.into(),
        card,
        detail: "the card is bent".to_owned(),
        ..wire_form::Failure::default()
    };
    let answer = wire_form::Answer {
        result: Some(wire_form::answer::Result::Failure(failure)),
        ..wire_form::Answer::default()
    };
    answer.encode_to_vec()
}

/// The chip in the station.
pub struct HallChip {
    hall: Hall,
}

/// No answer.
#[derive(Debug, Error)]
pub enum HallChipError {
    #[error("the chip does not answer")]
    Silent,
    #[error("there is no chip")]
    NoChip,
}

impl CardTransport for HallChip {
    type Error = HallChipError;

    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, HallChipError> {
        self.hall.plug.die_if_pulled();
        let mut state = self.hall.state.lock().unwrap();
        let reply = state.slot.transmit(command).reply;
        // The machine's own work goes on beside the chip's.
        let now = state.now + 1;
        state.pass_to(now);
        drop(state);
        self.hall.plug.die_if_pulled();
        match reply {
            ChipReply::Response(response) => Ok(response),
            ChipReply::Silent => Err(HallChipError::Silent),
            ChipReply::NoCard => Err(HallChipError::NoChip),
        }
    }
}
