//! The driver for machines that speak `idoc.machine.v1` (docs/machine.md), over any link that carries its messages.

mod answer;
mod link;

use std::{
    thread,
    time::{Duration, Instant},
};

pub use link::{Link, LinkError, PcscLink};
use openssl::sha::sha256;
use personalisation_core::machine::{CardHandle, MachineSerial};
use prost::Message as _;
use wire::machine::{self as wire_form, answer::Result as Content, command::Act};

use self::answer::{Reader, number};
use super::{
    CardStatus, Face, Instruction, Machine, MachineError, Marking, PrintJob, Status, Task,
    job::first_half,
};
use crate::{
    faces::{Pictures, geometry},
    line::reader::{CardReader, NoCard},
    stopwatch::Account,
};

/// The protocol's version that this driver speaks.
const PROTOCOL: u32 = 1;
/// Most bytes of a picture in one message.
const PART: usize = 56 * 1024;
/// Longest exit picture that is taken, in bytes.
const LONGEST_PICTURE: usize = 8 * 1024 * 1024;
/// Longest that a machine waits for a change before it answers.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// How long a chip's connection may take to let go of the reader, which takes no commands until then.
const BUSY_PATIENCE: Duration = Duration::from_secs(5);
const BUSY_POLL: Duration = Duration::from_millis(2);
/// How often a picture that was damaged on its way is sent again.
const SENDINGS: u32 = 3;

/// What talking with machines took the processor, waiting for them not counted.
pub(in crate::line) static SPENT_ON_MACHINES: Account = Account::new();

/// One machine.
#[derive(Debug)]
pub struct Idoc<L> {
    serial: MachineSerial,
    link: L,
    /// How it marks cards: asked once for each connection, when it is found to be ours and to print our faces.
    marking: Option<Marking>,
    /// The revision of the last status.
    revision: u64,
}

impl<L: Link> Idoc<L> {
    /// The machine of that serial number at the other end of a link; it need not be there yet.
    pub const fn new(serial: MachineSerial, link: L) -> Self {
        Self {
            serial,
            link,
            marking: None,
            revision: 0,
        }
    }

    /// A question or a transfer.
    fn ask(&mut self, act: Act) -> Result<Content, MachineError> {
        self.send(Vec::new(), act)
    }

    /// An act, under an id that follows from the machine and from what the act leads to: the same whenever it is asked
    /// for again.
    fn act(&mut self, what: &[&[u8]], act: Act) -> Result<(), MachineError> {
        let serial = self.serial;
        let parts = [&[b"act", serial.as_str().as_bytes(), b"\0"], what].concat();
        match self.send(first_half(&parts).to_vec(), act)? {
            Content::Card(_) | Content::Status(_) => Ok(()),
            _ => Err(answer::unexpected("to an act")),
        }
    }

    fn send(&mut self, id: Vec<u8>, act: Act) -> Result<Content, MachineError> {
        if self.marking.is_none() {
            self.identify()?;
        }
        self.exchange(id, act)
    }

    fn exchange(&mut self, id: Vec<u8>, act: Act) -> Result<Content, MachineError> {
        SPENT_ON_MACHINES.of(|| self.talk(id, act))
    }

    fn talk(&mut self, id: Vec<u8>, act: Act) -> Result<Content, MachineError> {
        let command = wire_form::Command {
            protocol: PROTOCOL,
            id,
            act: Some(act),
        };
        let began = Instant::now();
        let answer = loop {
            match self.link.ask(&command.encode_to_vec()) {
                Err(LinkError::Busy) if began.elapsed() < BUSY_PATIENCE => thread::sleep(BUSY_POLL),
                Err(LinkError::Busy) => return Err(self.lost(Task::Find)),
                Err(LinkError::Lost(task)) => return Err(self.lost(task)),
                Ok(answer) => break answer,
            }
        };
        match answer::decode(&answer)? {
            Content::Failure(failure) => Err(self.reader().failure(&failure)),
            content => Ok(content),
        }
    }

    fn lost(&mut self, task: Task) -> MachineError {
        self.marking = None;
        let machine = self.serial;
        MachineError::Lost(Instruction { machine, task })
    }

    const fn reader(&self) -> Reader {
        Reader {
            machine: self.serial,
        }
    }

    /// Whether it is the machine that is meant, and prints faces of our size on both sides.
    fn identify(&mut self) -> Result<Marking, MachineError> {
        let act = Act::Identify(wire_form::Identify {});
        let Content::Identity(plate) = self.exchange(Vec::new(), act)? else {
            return Err(answer::unexpected("to Identify"));
        };
        let size = (geometry::PIXEL_WIDTH, geometry::PIXEL_HEIGHT);
        let wrong = if plate.serial != self.serial.as_str() {
            Some(format!("it is {} and not {}", plate.serial, self.serial))
        } else if plate.protocol < PROTOCOL {
            Some(format!("it speaks version {} only", plate.protocol))
        } else if (plate.width, plate.height) != size || !plate.both_faces {
            let (width, height) = (plate.width, plate.height);
            Some(format!(
                "it prints no two faces of {size:?} dots, but {width} x {height}"
            ))
        } else {
            None
        };
        if let Some(wrong) = wrong {
            return Err(MachineError::Program(wrong));
        }
        let marking = match plate.marking() {
            wire_form::Marking::Ribbon => Marking::Ribbon,
            wire_form::Marking::Laser => Marking::Laser,
            wire_form::Marking::Unspecified => return Err(answer::unexpected("Identity.marking")),
        };
        self.marking = Some(marking);
        Ok(marking)
    }

    fn ask_status(
        &mut self,
        request: wire_form::GetStatus,
    ) -> Result<wire_form::Status, MachineError> {
        match self.ask(Act::GetStatus(request))? {
            Content::Status(status) => Ok(status),
            _ => Err(answer::unexpected("to GetStatus")),
        }
    }

    fn bring(&mut self, card: CardHandle, to: wire_form::Position) -> Result<(), MachineError> {
        let act = Act::Move(wire_form::Move {
            card: card.get(),
            to: to.into(),
        });
        let place = i32::from(to).to_be_bytes();
        self.act(&[b"move", &card.get().to_be_bytes(), &place], act)
    }

    /// Sends one face, from wherever the machine has got to.
    fn load_face(
        &mut self,
        card: CardHandle,
        job: PrintJob,
        face: Face,
        (picture, digest): (&[u8], &[u8; 32]),
    ) -> Result<(), MachineError> {
        let total = number(picture.len())?;
        let mut offset = 0;
        // The machine may have any part already, and each answer but the first leads further.
        for sent in 0..=picture.len() / PART + 1 {
            let rest = picture.get(offset..).unwrap_or_default();
            let part = wire_form::LoadPicture {
                card: card.get(),
                job: job.as_bytes().to_vec(),
                face: answer::face(face).into(),
                total,
                sha256: digest.to_vec(),
                offset: number(offset)?,
                data: rest[..rest.len().min(PART)].to_vec(),
            };
            let Content::PictureReceived(received) = self.ask(Act::LoadPicture(part))? else {
                return Err(answer::unexpected("to LoadPicture"));
            };
            if received.complete {
                return Ok(());
            }
            let reached = usize::try_from(received.received).unwrap_or(usize::MAX);
            if reached >= picture.len() || (sent > 0 && reached <= offset) {
                return Err(answer::unexpected("PictureReceived.received"));
            }
            offset = reached;
        }
        Err(answer::unexpected("PictureReceived.received"))
    }
}

impl<L: Link> CardReader for Idoc<L> {
    type Card = L::Chip;

    /// The serial number: the reader's own name changes.
    fn name(&self) -> &str {
        self.serial.as_str()
    }

    fn connect(&mut self, patience: Duration) -> Result<L::Chip, NoCard> {
        self.link.connect_chip(patience)
    }

    /// Where its cards go, its status tells.
    fn wait_for_removal(&mut self, _patience: Duration) -> bool {
        false
    }
}

impl<L: Link> Machine for Idoc<L> {
    fn serial(&self) -> MachineSerial {
        self.serial
    }

    fn marking(&mut self) -> Result<Marking, MachineError> {
        match self.marking {
            Some(marking) => Ok(marking),
            None => self.identify(),
        }
    }

    fn status(&mut self, known: Option<u64>, patience: Duration) -> Result<Status, MachineError> {
        let wait = patience.min(LONGEST_WAIT).as_millis();
        let request = wire_form::GetStatus {
            known_revision: known.unwrap_or_default(),
            wait_millis: known.map_or(0, |_| u32::try_from(wait).unwrap_or_default()),
            card: 0,
        };
        let status = self.ask_status(request)?;
        self.revision = status.revision;
        self.reader().status(&status)
    }

    fn card(&mut self, card: CardHandle) -> Result<Option<CardStatus>, MachineError> {
        let request = wire_form::GetStatus {
            card: card.get(),
            ..wire_form::GetStatus::default()
        };
        let status = self.ask_status(request)?;
        let found = status.cards.iter().find(|found| found.handle == card.get());
        found.map(answer::card).transpose()
    }

    fn feed(&mut self, card: CardHandle) -> Result<(), MachineError> {
        let act = Act::Feed(wire_form::Feed { card: card.get() });
        self.act(&[b"feed", &card.get().to_be_bytes()], act)?;
        let slipped = self
            .card(card)?
            .is_some_and(|card| matches!(card.motion, super::Motion::Stopped { .. }));
        if slipped {
            self.bring(card, wire_form::Position::Station)?;
        }
        Ok(())
    }

    fn to_printer(&mut self, card: CardHandle) -> Result<(), MachineError> {
        self.bring(card, wire_form::Position::Printer)
    }

    fn load(
        &mut self,
        card: CardHandle,
        job: PrintJob,
        pictures: &Pictures,
    ) -> Result<(), MachineError> {
        let front = (&pictures.front[..], pictures.front_digest());
        let back = (&pictures.back[..], pictures.back_digest());
        for (face, picture) in [(Face::Front, front), (Face::Back, back)] {
            let mut sendings = 1;
            loop {
                match self.load_face(card, job, face, picture) {
                    Err(MachineError::Retry(_)) if sendings < SENDINGS => sendings += 1,
                    loaded => break loaded?,
                }
            }
        }
        Ok(())
    }

    fn print(&mut self, card: CardHandle, job: PrintJob) -> Result<(), MachineError> {
        let act = Act::Print(wire_form::Print {
            card: card.get(),
            job: job.as_bytes().to_vec(),
        });
        self.act(&[b"print", &card.get().to_be_bytes(), job.as_bytes()], act)
    }

    fn exit_picture(&mut self, card: CardHandle, face: Face) -> Result<Vec<u8>, MachineError> {
        let mut picture = Vec::new();
        loop {
            let wanted = wire_form::ReadPicture {
                card: card.get(),
                face: answer::face(face).into(),
                offset: number(picture.len())?,
                length: number(PART)?,
            };
            let Content::PicturePart(part) = self.ask(Act::ReadPicture(wanted))? else {
                return Err(answer::unexpected("to ReadPicture"));
            };
            let total = usize::try_from(part.total).unwrap_or(usize::MAX);
            if total > LONGEST_PICTURE || part.data.is_empty() {
                return Err(answer::unexpected("PicturePart"));
            }
            picture.extend(part.data);
            if picture.len() >= total {
                return if picture.len() == total && sha256(&picture)[..] == part.sha256 {
                    Ok(picture)
                } else {
                    Err(MachineError::Retry(
                        "the exit picture came damaged".to_owned(),
                    ))
                };
            }
        }
    }

    fn to_exit(&mut self, card: CardHandle) -> Result<(), MachineError> {
        self.bring(card, wire_form::Position::Exit)
    }

    fn to_reject(&mut self, card: CardHandle) -> Result<(), MachineError> {
        self.bring(card, wire_form::Position::Reject)
    }

    fn clear(&mut self) -> Result<(), MachineError> {
        let revision = self.revision.to_be_bytes();
        let act = Act::Clear(wire_form::Clear {});
        self.act(&[b"clear", &revision], act)
    }
}
