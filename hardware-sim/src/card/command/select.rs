//! SELECT (00 A4): the master file, an application, the security domain, a file.

use icao9303::apdu::{Command, Response, StatusWord};
use icao9303::tlv;

use super::{Answer, Context, read_binary};
use crate::card::files::{self, FileEntry};
use crate::card::state::{Directory, Volatile};
use crate::card::{Card, layout};

const BY_IDENTIFIER: u8 = 0x00;
const FILE_IN_DIRECTORY: u8 = 0x02;
const BY_NAME: u8 = 0x04;

pub(super) fn run(
    card: &mut Card,
    volatile: &mut Volatile,
    command: &Command,
    context: &Context,
) -> Answer {
    // P2: first or only occurrence, with FCI (00), FCP (04) or no answer (0C).
    if !matches!(command.p2, 0x00 | 0x04 | 0x0C) {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    let information = match (command.p1, &command.data[..]) {
        (BY_IDENTIFIER, [] | [0x3F, 0x00]) => {
            volatile.directory = Directory::MasterFile;
            volatile.file = None;
            tlv::encode_constructed(
                template(command),
                &[&[0x82, 0x01, 0x38, 0x83, 0x02, 0x3F, 0]],
            )
        }
        (BY_IDENTIFIER | FILE_IN_DIRECTORY, &[high, low]) => {
            let identifier = u16::from_be_bytes([high, low]);
            let name = volatile
                .directory
                .name()
                .ok_or(StatusWord::FILE_NOT_FOUND)?;
            let file = files::by_identifier(&card.memory, name, identifier)
                .ok_or(StatusWord::FILE_NOT_FOUND)?;
            read_binary::require_readable(card, volatile, &file, context)?;
            let information = file_information(template(command), &file);
            volatile.file = Some(file);
            information
        }
        (BY_NAME, aid @ [_, ..]) => {
            volatile.directory = find_application(card, aid).ok_or(StatusWord::FILE_NOT_FOUND)?;
            volatile.file = None;
            tlv::encode_constructed(template(command), &[&tlv::encode(0x84, aid)])
        }
        (BY_IDENTIFIER | FILE_IN_DIRECTORY | BY_NAME, _) => {
            return Err(StatusWord::WRONG_LENGTH.into());
        }
        _ => return Err(StatusWord::WRONG_P1_P2.into()),
    };
    match command.le {
        Some(_) if command.p2 != 0x0C => Ok(Response::new(information, StatusWord::OK)),
        _ => Ok(StatusWord::OK.into()),
    }
}

fn find_application(card: &Card, aid: &[u8]) -> Option<Directory> {
    let length = usize::from(card.memory.byte(layout::SECURITY_DOMAIN)).min(files::MAX_AID);
    if aid == card.memory.read(layout::SECURITY_DOMAIN + 1, length) {
        return Some(Directory::SecurityDomain);
    }
    // Files of a chip that is not locked are nobody's business yet.
    if !card.life_cycle().is_locked() {
        return None;
    }
    files::application(&card.memory, aid).map(Directory::Application)
}

/// FCI or FCP, as P2 asks.
fn template(command: &Command) -> u16 {
    if command.p2 == 0x04 { 0x62 } else { 0x6F }
}

fn file_information(template: u16, file: &FileEntry) -> Vec<u8> {
    let size: [u8; 3] = layout::low_bytes(file.size);
    let size = if size[0] == 0 { &size[1..] } else { &size[..] };
    tlv::encode_constructed(
        template,
        &[
            &tlv::encode(0x82, &[0x01]),
            &tlv::encode(0x83, &file.identifier.to_be_bytes()),
            &tlv::encode(0x80, size),
            &tlv::encode(0x88, &[file.short_identifier << 3]),
        ],
    )
}
