//! The simulator's end of our reader driver's socket.

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

/// Serves every connection of a driver until the process ends.
pub(super) fn serve(listener: &UnixListener, slot: &Arc<SharedSlot>) {
    for connection in listener.incoming().flatten() {
        let slot = Arc::clone(slot);
        if let Err(error) = spawn(move || drop(attend(connection, &slot))) {
            tracing::warn!(%error, "a reader's connection was not served");
        }
    }
}

fn attend(mut connection: UnixStream, slot: &SharedSlot) -> io::Result<()> {
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
                wire::write_answer(&mut connection, &answer(slot, request, &body))?;
            }
            Ok(())
        }
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

fn answer(slot: &SharedSlot, request: Request, body: &[u8]) -> Answer {
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
        Request::Control => control(body),
    }
}

/// A reader of chips has one feature: it tells that it carries extended APDUs.
fn control(body: &[u8]) -> Answer {
    let Some((code, _)) = body.split_first_chunk::<4>() else {
        return Answer::NotSupported;
    };
    match u32::from_be_bytes(*code) {
        GET_FEATURE_REQUEST => {
            let mut feature = vec![FEATURE_GET_TLV_PROPERTIES, 4];
            feature.extend(GET_PROPERTIES.to_be_bytes());
            Answer::Done(feature)
        }
        GET_PROPERTIES => {
            let mut property = vec![MAX_APDU_DATA_SIZE, 4];
            property.extend(EXTENDED.to_le_bytes());
            Answer::Done(property)
        }
        _ => Answer::NotSupported,
    }
}
