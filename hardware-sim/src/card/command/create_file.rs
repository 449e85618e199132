//! CREATE FILE (80 E0): a transparent file with a fixed size, in the master file or in an application.

use icao9303::apdu::{Command, StatusWord};
use icao9303::tlv;

use super::Answer;
use crate::card::Card;
use crate::card::files::{self, Access, FileEntry};
use crate::card::refusal::Refusal;
use crate::card::state::Volatile;

const TRANSPARENT: [u8; 1] = [0x01];

/// Makes the file and leaves it selected (ISO/IEC 7816-9). Data: `62 { 82 01 01, 83 FID, [84 AID], 80 size, [88 SFI<<3], 8C access }` in any order.
pub(super) fn run(card: &mut Card, volatile: &mut Volatile, command: &Command) -> Answer {
    if command.p1 != 0 || command.p2 != 0 {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    let file = parse(&command.data)?;
    let (directory, identifier) = (file.directory.clone(), file.identifier);
    files::create(&mut card.memory, file)?;
    volatile.personalised_file = files::by_identifier(&card.memory, &directory, identifier);
    Ok(StatusWord::OK.into())
}

fn parse(data: &[u8]) -> Result<FileEntry, Refusal> {
    let wrong = StatusWord::WRONG_DATA;
    let mut reader = tlv::Reader::new(tlv::parse_exact(data, 0x62)?);
    let (mut kind, mut identifier, mut size, mut access) = (None, None, None, None);
    let mut directory = Vec::new();
    let mut short_identifier = 0;
    while let Some(element) = reader.next_element()? {
        match (element.tag, element.value) {
            (0x82, value) => kind = Some(value),
            (0x83, &[high, low]) => identifier = Some(u16::from_be_bytes([high, low])),
            (0x84, aid) if (5..=files::MAX_AID).contains(&aid.len()) => directory = aid.to_vec(),
            (0x80, &[high, low]) => size = Some(usize::from(u16::from_be_bytes([high, low]))),
            (0x80, &[top, high, low]) => {
                size = Some(u32::from_be_bytes([0, top, high, low]) as usize);
            }
            (0x88, &[coded]) if coded.trailing_zeros() >= 3 => short_identifier = coded >> 3,
            (0x8C, &[rule]) => access = Access::from_byte(rule),
            _ => return Err(wrong.into()),
        }
    }
    let size = size.filter(|size| *size > 0);
    if kind != Some(&TRANSPARENT) || short_identifier == 0x1F {
        return Err(wrong.into());
    }
    Ok(FileEntry {
        directory,
        identifier: identifier.ok_or(wrong)?,
        short_identifier,
        access: access.ok_or(wrong)?,
        size: size.ok_or(wrong)?,
        address: 0,
    })
}
