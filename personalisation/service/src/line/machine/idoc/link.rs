//! How messages reach a machine and its chips: through PC/SC, wherever its reader is just now.

use std::time::Duration;

use icao9303::transport::CardTransport;
use inspection::reader::{CardOptions, Device, PcscCard, ReaderError, Readers};
use personalisation_core::machine::MachineSerial;
use prost::Message as _;
use wire::machine::{self as wire_form, answer::Result as Content, command::Act};

use super::{PROTOCOL, answer};
use crate::line::{machine::Task, reader::NoCard};

/// Why no answer came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkError {
    /// The chip's connection has the reader; it is free soon.
    Busy,
    /// The machine or the way to it is gone. The next message looks for it anew.
    Lost(Task),
}

/// A way to one machine.
pub trait Link {
    /// A connected chip in its station.
    type Chip: CardTransport;

    /// Sends one command; the answer, both as the protocol encodes them.
    fn ask(&mut self, command: &[u8]) -> Result<Vec<u8>, LinkError>;

    /// The chip in the station, fresh from a reset; waits for one at most so long.
    fn connect_chip(&mut self, patience: Duration) -> Result<Self::Chip, NoCard>;
}

/// PC/SC: the machine is looked for behind all readers, by its serial number, whenever it is not where it was.
#[derive(Debug)]
pub struct PcscLink {
    serial: MachineSerial,
    device: Option<Device>,
    /// The reader that it was behind when it was last there.
    last: Option<String>,
}

impl PcscLink {
    /// To the machine of that serial number.
    pub const fn new(serial: MachineSerial) -> Self {
        Self {
            serial,
            device: None,
            last: None,
        }
    }

    fn device(&mut self) -> Result<&mut Device, LinkError> {
        let device = match self.device.take() {
            Some(device) => device,
            None => self.find()?,
        };
        self.last = Some(device.reader().to_owned());
        Ok(self.device.insert(device))
    }

    fn find(&self) -> Result<Device, LinkError> {
        let daemon = |error: ReaderError| LinkError::Lost(Task::StartDaemon(error.to_string()));
        let readers = Readers::open().map_err(daemon)?;
        let mut names = readers.names().map_err(daemon)?;
        // Where it was last it most likely is: the first.
        names.sort_by_key(|name| Some(name) != self.last.as_ref());
        let mut task = if self.last.is_some() {
            Task::PlugIn
        } else {
            Task::Find
        };
        for name in names {
            match self.look_behind(&readers, &name) {
                Ok(Some(device)) => return Ok(device),
                Err(error) if Some(&name) == self.last.as_ref() => task = task_for(&error),
                // Other people's readers.
                Ok(None) | Err(_) => {}
            }
        }
        Err(LinkError::Lost(task))
    }

    /// The machine, if it is behind this reader.
    fn look_behind(&self, readers: &Readers, name: &str) -> Result<Option<Device>, ReaderError> {
        let Some(mut device) = readers.device(name)? else {
            return Ok(None);
        };
        let identify = wire_form::Command {
            protocol: PROTOCOL,
            id: Vec::new(),
            act: Some(Act::Identify(wire_form::Identify {})),
        };
        let answer = device.escape(&identify.encode_to_vec())?;
        let is_it = matches!(
            answer::decode(&answer),
            Ok(Content::Identity(plate)) if plate.serial == self.serial.as_str()
        );
        Ok(is_it.then_some(device))
    }
}

impl Link for PcscLink {
    type Chip = PcscCard;

    fn ask(&mut self, command: &[u8]) -> Result<Vec<u8>, LinkError> {
        match self.device()?.escape(command) {
            Ok(answer) => Ok(answer),
            Err(ReaderError::Busy { .. }) => Err(LinkError::Busy),
            Err(error) => {
                self.device = None;
                Err(LinkError::Lost(task_for(&error)))
            }
        }
    }

    fn connect_chip(&mut self, patience: Duration) -> Result<PcscCard, NoCard> {
        let unavailable = |error: ReaderError| NoCard::Unavailable(error.to_string());
        let name = match self.device() {
            Ok(device) => device.reader().to_owned(),
            Err(_) => return Err(NoCard::Unavailable("the machine is gone".to_owned())),
        };
        let readers = Readers::open().map_err(unavailable)?;
        let connected = readers
            .wait_for_any_card(&name, patience)
            .and_then(|()| readers.connect(&name, CardOptions::default()));
        connected.map_err(|error| match error {
            ReaderError::NoCard { .. } | ReaderError::CardRemoved { .. } => NoCard::Empty,
            ReaderError::Mute { .. } | ReaderError::Protocol { .. } => {
                NoCard::Mute(error.to_string())
            }
            _ => unavailable(error),
        })
    }
}

/// What somebody should look at when a machine does not answer.
fn task_for(error: &ReaderError) -> Task {
    match error {
        ReaderError::ReaderGone { .. } => Task::PlugIn,
        ReaderError::NoDaemon | ReaderError::DaemonStopped | ReaderError::NoReaders => {
            Task::StartDaemon(error.to_string())
        }
        _ => Task::CheckPower,
    }
}
