//! STORE DATA (80 E2): the passwords of the chip, encrypted a second time under the DEK; and the trust
//! points of terminal authentication, with the chip's first date.

use icao9303::apdu::{Command, StatusWord};
use icao9303::crypto::cipher::BLOCK;
use icao9303::cvc::{Certificate, Role, TerminalType};
use icao9303::tlv;
use zeroize::Zeroizing;

use super::Answer;
use crate::card::refusal::Refusal;
use crate::card::state::{Channel, Volatile};
use crate::card::trust_points::{self, TrustPoint};
use crate::card::{Card, files, layout, passwords};

/// P1: last block (80), encrypted (60), DGI format (08).
const LAST_ENCRYPTED_DGI: u8 = 0xE8;
/// P1: last block (80), DGI format (08).
const LAST_DGI: u8 = 0x88;
/// The data grouping that holds CAN and MRZ password.
const SECRETS: [u8; 2] = [0x80, 0x10];
const CAN: u16 = 0x82;
const MRZ: u16 = 0x81;
/// The data grouping that holds trust points and date.
const TRUST_POINTS: [u8; 2] = [0x80, 0x20];
const DATE: u16 = 0x5F25;

/// `8010` encrypted or `8020` as it is, one grouping a command.
pub(super) fn run(card: &mut Card, volatile: &Volatile, command: &Command) -> Answer {
    let Channel::Scp03(channel) = &volatile.channel else {
        return Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED.into());
    };
    match (command.p1, command.p2) {
        (LAST_ENCRYPTED_DGI, 0) => {
            let encrypted = grouping(&command.data, SECRETS)?;
            let plain = Zeroizing::new(channel.dek().decrypt_cbc(&[0; BLOCK], encrypted)?);
            store_secrets(card, &plain)
        }
        (LAST_DGI, 0) => store_trust_points(card, grouping(&command.data, TRUST_POINTS)?),
        _ => Err(StatusWord::WRONG_P1_P2.into()),
    }
}

/// Data: `[82 CAN] [81 MRZ password] padding`. Both are kept in one page.
fn store_secrets(card: &mut Card, plain: &[u8]) -> Answer {
    let (can, mrz) = parse_secrets(plain)?;
    let page = passwords::encode(&card.memory, can, mrz)?;
    card.memory.write(layout::PASSWORDS, &page)?;
    Ok(StatusWord::OK.into())
}

/// Data: `5F25 date, 7F21 certificate, [7F21 certificate]`, the authority's newest certificates, each
/// signed by itself. EF.CVCA is made if it is not there yet, then points and date change in one
/// instant; the same command again starts over.
fn store_trust_points(card: &mut Card, value: &[u8]) -> Answer {
    let wrong = StatusWord::WRONG_DATA;
    let mut reader = tlv::Reader::new(value);
    let date = trust_points::parse_date(reader.expect(DATE)?).ok_or(wrong)?;
    let mut points: Vec<TrustPoint> = Vec::new();
    while let Some(element) = reader.next_element()? {
        let certificate = Certificate::parse(element.raw).map_err(|_| wrong)?;
        let key = certificate.verify_self_signed().map_err(|_| wrong)?;
        let authorization = certificate.body().authorization;
        let is_authority = certificate.body().is_self_signed()
            && authorization.role == Role::Cvca
            && authorization.terminal == TerminalType::InspectionSystem;
        let is_new = points
            .iter()
            .all(|point| point.holder != *certificate.holder());
        if !is_authority || !is_new {
            return Err(wrong.into());
        }
        points.push(TrustPoint::new(&certificate, key));
    }
    if !(1..=layout::TRUST_POINT_SLOTS).contains(&points.len()) {
        return Err(wrong.into());
    }
    let file = trust_points::ef_cvca_entry();
    if files::by_identifier(&card.memory, &file.directory, file.identifier).is_none() {
        files::create(&mut card.memory, file)?;
    }
    trust_points::store(&mut card.memory, points, date)?;
    Ok(StatusWord::OK.into())
}

/// The one data grouping `number(2) length(1, or FF and 2) data`.
fn grouping(data: &[u8], number: [u8; 2]) -> Result<&[u8], StatusWord> {
    let wrong = StatusWord::WRONG_DATA;
    let rest = data
        .strip_prefix(&number)
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
