//! UPDATE BINARY (80 D6, 80 D7) and the SELECT that goes with it (80 A4): writing in personalisation.

use icao9303::apdu::{Command, StatusWord};
use icao9303::tlv;

use super::read_binary::{DATA, OFFSET, offset_value};
use super::{Answer, UPDATE_BINARY_ODD};
use crate::card::Card;
use crate::card::files;
use crate::card::state::Volatile;

/// Selects a file by `83 FID [84 AID]`.
pub(super) fn select(card: &Card, volatile: &mut Volatile, command: &Command) -> Answer {
    if command.p1 != 0 || command.p2 != 0 {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    let mut reader = tlv::Reader::new(&command.data);
    let identifier: [u8; 2] = reader
        .expect(0x83)?
        .try_into()
        .map_err(|_| StatusWord::WRONG_DATA)?;
    let directory = reader.optional(0x84)?.unwrap_or_default();
    reader.finish()?;
    let identifier = u16::from_be_bytes(identifier);
    let file = files::by_identifier(&card.memory, directory, identifier)
        .ok_or(StatusWord::FILE_NOT_FOUND)?;
    volatile.personalised_file = Some(file);
    Ok(StatusWord::OK.into())
}

/// Writes page by page; a chip that loses power meanwhile keeps the pages written so far.
pub(super) fn run(card: &mut Card, volatile: &Volatile, command: &Command) -> Answer {
    let file = volatile
        .personalised_file
        .as_ref()
        .ok_or(StatusWord::NO_CURRENT_EF)?;
    let position = u16::from_be_bytes([command.p1, command.p2]);
    let (offset, data) = if command.ins == UPDATE_BINARY_ODD {
        if position != 0 {
            return Err(StatusWord::WRONG_P1_P2.into());
        }
        let mut reader = tlv::Reader::new(&command.data);
        let offset = offset_value(reader.expect(OFFSET)?)?;
        let data = reader.expect(DATA)?;
        reader.finish()?;
        (offset, data)
    } else {
        if position & 0x8000 != 0 {
            return Err(StatusWord::WRONG_P1_P2.into());
        }
        (usize::from(position), &command.data[..])
    };
    if data.is_empty() {
        return Err(StatusWord::WRONG_LENGTH.into());
    }
    if offset >= file.size {
        return Err(StatusWord::WRONG_OFFSET.into());
    }
    if data.len() > file.size - offset {
        return Err(StatusWord::NOT_ENOUGH_MEMORY.into());
    }
    card.memory.write(file.address + offset, data)?;
    Ok(StatusWord::OK.into())
}
