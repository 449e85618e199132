//! The simulator's end of our reader driver's socket.

use std::fmt::Debug;
use std::io::{self, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::Arc;

use super::{SharedSlot, locked, spawn};
use crate::card::slot::Reply;
use crate::reader_wire::{self as wire, Answer, Request};

/// `CM_IOCTL_GET_FEATURE_REQUEST` as pcsc-lite codes it.
const GET_FEATURE_REQUEST: u32 = 0x4200_0000 + 3400;
/// The control code under which this reader tells its properties.
const GET_PROPERTIES: u32 = 0x4200_0000 + 3402;
/// `FEATURE_GET_TLV_PROPERTIES` of PC/SC part 10.
const FEATURE_GET_TLV_PROPERTIES: u8 = 0x12;
/// Property `dwMaxAPDUDataSize` of PC/SC part 10, and its value: extended APDUs.
const MAX_APDU_DATA_SIZE: u8 = 0x0A;
const EXTENDED: u32 = 65_536;

/// What is behind a reader beside its place for a chip.
pub(crate) trait Behind: Debug + Send + Sync + 'static {
    /// What the reader answers instead of itself and its chip; `None` in good times.
    fn instead(&self, request: Request) -> Option<Answer>;

    /// Features of PC/SC part 10 beyond the reader's own, with their control codes.
    fn features(&self) -> Vec<(u8, u32)>;

    /// Answers a control code that is none of the reader's own.
    fn control(&self, code: u32, input: &[u8]) -> Answer;
}

/// A reader of chips and nothing else.
#[derive(Debug)]
pub(super) struct ChipsOnly;

impl Behind for ChipsOnly {
    fn instead(&self, _: Request) -> Option<Answer> {
        None
    }

    fn features(&self) -> Vec<(u8, u32)> {
        Vec::new()
    }

    fn control(&self, _: u32, _: &[u8]) -> Answer {
        Answer::NotSupported
    }
}

/// Serves every connection of a driver until the process ends.
pub(crate) fn serve(listener: &UnixListener, slot: &Arc<SharedSlot>, behind: &Arc<impl Behind>) {
    for connection in listener.incoming().flatten() {
        let (slot, behind) = (Arc::clone(slot), Arc::clone(behind));
        if let Err(error) = spawn(move || drop(attend(connection, &slot, &*behind))) {
            tracing::warn!(%error, "a reader's connection was not served");
        }
    }
}

fn attend(mut connection: UnixStream, slot: &SharedSlot, behind: &impl Behind) -> io::Result<()> {
    let mut purpose = [0];
    connection.read_exact(&mut purpose)?;
    match purpose[0] {
        wire::EVENTS => {
            let mut watchers = locked(&slot.watchers);
            // Whatever happened before the reader was on the list: let it look.
            connection.write_all(b"!")?;
            watchers.push(connection);
            Ok(())
        }
        wire::COMMANDS => {
            while let Some((request, body)) = wire::read_request(&mut connection)? {
                let instead = behind.instead(request);
                let answer = instead.unwrap_or_else(|| answer(slot, behind, request, &body));
                wire::write_answer(&mut connection, &answer)?;
            }
            Ok(())
        }
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

fn answer(slot: &SharedSlot, behind: &impl Behind, request: Request, body: &[u8]) -> Answer {
    match request {
        Request::Presence => {
            let slot = slot.lock();
            if slot.is_occupied() {
                Answer::Done(slot.presence().to_be_bytes().to_vec())
            } else {
                Answer::NoCard
            }
        }
        Request::PowerUp | Request::Reset => match slot.lock().power_up() {
            Some(atr) => Answer::Done(atr),
            None => Answer::NoCard,
        },
        Request::PowerDown => {
            slot.lock().power_down();
            Answer::Done(Vec::new())
        }
        Request::Transmit => match slot.transmit(body) {
            Reply::Response(response) => Answer::Done(response),
            Reply::Silent => Answer::Silent,
            Reply::NoCard => Answer::NoCard,
        },
        Request::Control => control(behind, body),
    }
}

/// A reader has one feature of its own: it tells that it carries extended APDUs.
fn control(behind: &impl Behind, body: &[u8]) -> Answer {
    let Some((code, input)) = body.split_first_chunk::<4>() else {
        return Answer::NotSupported;
    };
    match u32::from_be_bytes(*code) {
        GET_FEATURE_REQUEST => {
            let mut list = Vec::new();
            let own = (FEATURE_GET_TLV_PROPERTIES, GET_PROPERTIES);
            for (feature, code) in behind.features().into_iter().chain([own]) {
                list.extend([feature, 4]);
                list.extend(code.to_be_bytes());
            }
            Answer::Done(list)
        }
        GET_PROPERTIES => {
            let mut property = vec![MAX_APDU_DATA_SIZE, 4];
            property.extend(EXTENDED.to_le_bytes());
            Answer::Done(property)
        }
        code => behind.control(code, input),
    }
}
