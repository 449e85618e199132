//! Answers of a personalisation machine, as they come over its reader (two bytes of length before each), to whatever
//! the line asks: each is taken within its limits or refused, and nothing goes on for ever.
#![cfg_attr(fuzzing, no_main)]

use std::convert::Infallible;
use std::time::Duration;

use icao9303::transport::CardTransport;
use personalisation::faces::{Pictures, geometry};
use personalisation::line::machine::idoc::{Idoc, Link, LinkError};
use personalisation::line::machine::{Face, Machine, PrintJob, Task};
use personalisation::line::reader::NoCard;
use personalisation_core::machine::{CardHandle, MachineSerial};
use prost::Message;
use wire::machine::{self, answer::Result as Content};

/// Longest exit picture that the line takes, in bytes.
const LONGEST_PICTURE: usize = 8 << 20;

/// A machine that says what its maker's plate says, and then whatever it was told to.
struct Mouth<'a> {
    plate: Option<Vec<u8>>,
    rest: &'a [u8],
}

/// No chip is ever in its station.
struct NoChip(Infallible);

impl CardTransport for NoChip {
    type Error = Infallible;

    fn transmit(&mut self, _command: &[u8]) -> Result<Vec<u8>, Infallible> {
        match self.0 {}
    }
}

impl Link for Mouth<'_> {
    type Chip = NoChip;

    fn ask(&mut self, _command: &[u8]) -> Result<Vec<u8>, LinkError> {
        if let Some(plate) = self.plate.take() {
            return Ok(plate);
        }
        let (length, after) = self
            .rest
            .split_first_chunk()
            .ok_or(LinkError::Lost(Task::CheckPower))?;
        let length = usize::from(u16::from_be_bytes(*length)).min(after.len());
        let (answer, after) = after.split_at(length);
        self.rest = after;
        Ok(answer.to_vec())
    }

    fn connect_chip(&mut self, _patience: Duration) -> Result<NoChip, NoCard> {
        Err(NoCard::Empty)
    }
}

fn plate(serial: MachineSerial) -> Vec<u8> {
    let identity = machine::Identity {
        serial: serial.to_string(),
        protocol: 1,
        marking: machine::Marking::Ribbon.into(),
        width: geometry::PIXEL_WIDTH,
        height: geometry::PIXEL_HEIGHT,
        both_faces: true,
        ..machine::Identity::default()
    };
    let answer = machine::Answer {
        result: Some(Content::Identity(identity)),
        ..machine::Answer::default()
    };
    answer.encode_to_vec()
}

fuzz::target!(|data| {
    let serial: MachineSerial = "SN-1".parse().expect("a serial number");
    let card = CardHandle::new(1).expect("a handle");
    let mouth = Mouth {
        plate: Some(plate(serial)),
        rest: data,
    };
    let mut machine = Idoc::new(serial, mouth);
    if let Ok(status) = machine.status(None, Duration::ZERO) {
        let wrong = status.hindrance().is_some();
        assert!(!wrong || !status.troubles.is_empty());
        assert!(
            status
                .instruction()
                .is_none_or(|told| told.machine == serial)
        );
    }
    if let Ok(Some(found)) = machine.card(card) {
        assert_eq!(found.handle, card);
    }
    let _fed = machine.feed(card);
    let job = PrintJob::from_bytes([7; 16]);
    let pictures = Pictures::new(vec![1; 100], vec![2; 100]);
    let _loaded = machine.load(card, job, &pictures);
    let _printed = machine.print(card, job);
    if let Ok(picture) = machine.exit_picture(card, Face::Front) {
        assert!(picture.len() <= LONGEST_PICTURE);
    }
});
