//! STORE DATA (80 E2): the passwords of the chip, encrypted a second time under the DEK.

use icao9303::apdu::{Command, StatusWord};
use icao9303::crypto::cipher::BLOCK;
use icao9303::tlv;
use zeroize::Zeroizing;

use super::Answer;
use crate::card::refusal::Refusal;
use crate::card::state::{Channel, Volatile};
use crate::card::{Card, layout, passwords};

/// P1: last block (80), encrypted (60), DGI format (08).
const LAST_ENCRYPTED_DGI: u8 = 0xE8;
/// The data grouping that holds CAN and MRZ password.
const SECRETS: [u8; 2] = [0x80, 0x10];
const CAN: u16 = 0x82;
const MRZ: u16 = 0x81;

/// Data: `8010 length E(DEK, [82 CAN] [81 MRZ password] padding)`. Both are kept in one page.
pub(super) fn run(card: &mut Card, volatile: &Volatile, command: &Command) -> Answer {
    let Channel::Scp03(channel) = &volatile.channel else {
        return Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED.into());
    };
    if command.p1 != LAST_ENCRYPTED_DGI || command.p2 != 0 {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    let encrypted = grouping(&command.data)?;
    let plain = Zeroizing::new(channel.dek().decrypt_cbc(&[0; BLOCK], encrypted)?);
    let (can, mrz) = parse_secrets(&plain)?;
    let page = passwords::encode(&card.memory, can, mrz)?;
    card.memory.write(layout::PASSWORDS, &page)?;
    Ok(StatusWord::OK.into())
}

/// The one data grouping `number(2) length(1, or FF and 2) data`.
fn grouping(data: &[u8]) -> Result<&[u8], StatusWord> {
    let wrong = StatusWord::WRONG_DATA;
    let rest = data
        .strip_prefix(&SECRETS)
        .ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
    let (length, value) = match *rest {
        [0xFF, high, low, ref value @ ..] => (usize::from(u16::from_be_bytes([high, low])), value),
        [length, ref value @ ..] => (usize::from(length), value),
        [] => return Err(wrong),
    };
    if value.len() == length && length > 0 {
        Ok(value)
    } else {
        Err(wrong)
    }
}

type Secrets<'a> = (Option<&'a [u8]>, Option<&'a [u8]>);

/// Each secret at most once, at least one; method-2 padding behind.
fn parse_secrets(plain: &[u8]) -> Result<Secrets<'_>, Refusal> {
    let wrong = StatusWord::WRONG_DATA;
    let mut rest = plain;
    let (mut can, mut mrz) = (None, None);
    while rest.first().is_some_and(|byte| *byte != 0x80) {
        let mut reader = tlv::Reader::new(rest);
        let element = reader.next_element()?.ok_or(wrong)?;
        let place = match element.tag {
            CAN => &mut can,
            MRZ => &mut mrz,
            _ => return Err(wrong.into()),
        };
        if place.replace(element.value).is_some() {
            return Err(wrong.into());
        }
        rest = &rest[element.raw.len()..];
    }
    let padding_is_right = rest.len() <= BLOCK && rest.iter().skip(1).all(|byte| *byte == 0);
    if !padding_is_right || (can.is_none() && mrz.is_none()) {
        return Err(wrong.into());
    }
    Ok((can, mrz))
}
