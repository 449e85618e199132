//! MSE:Set AT and MSE:Set DST (00 22): which protocol, which password, key or certificate comes next.

use icao9303::apdu::{Command, StatusWord};
use icao9303::tlv;

use super::{Answer, Context, Route};
use crate::card::pace::{Mapping, Progress, Suite};
use crate::card::passwords::{self, PasswordId};
use crate::card::profile::Profile;
use crate::card::state::Volatile;
use crate::card::{Card, chip_authentication, chip_key};

const PACE: [u8; 2] = [0xC1, 0xA4];
const CHIP_AUTHENTICATION: [u8; 2] = [0x41, 0xA4];
const TERMINAL_AUTHENTICATION: [u8; 2] = [0x81, 0xA4];
const CERTIFICATE_SIGNER: [u8; 2] = [0x81, 0xB6];
const PROTOCOL: u16 = 0x80;
const PASSWORD: u16 = 0x83;
/// The name of a key, in the same object as the number of a password.
const REFERENCE: u16 = 0x83;
const KEY: u16 = 0x84;

pub(super) fn run(
    card: &mut Card,
    volatile: &mut Volatile,
    command: &Command,
    context: &Context,
) -> Answer {
    if !card.life_cycle().is_locked() {
        return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
    }
    volatile.pace = Progress::None;
    volatile.chip_authentication = None;
    match ([command.p1, command.p2], context.route) {
        (PACE, Route::Plain) => prepare_pace(card, volatile, command),
        (CHIP_AUTHENTICATION, Route::Secure) => {
            prepare_chip_authentication(card, volatile, command)
        }
        (CERTIFICATE_SIGNER, Route::Secure) => {
            let reference = tlv::parse_exact(&command.data, REFERENCE)?;
            volatile.terminal.select_signer(&card.memory, reference)?;
            Ok(StatusWord::OK.into())
        }
        (TERMINAL_AUTHENTICATION, Route::Secure) => {
            let reference = tlv::parse_exact(&command.data, REFERENCE)?;
            volatile.terminal.select_terminal(reference)?;
            Ok(StatusWord::OK.into())
        }
        // Terminal authentication is for sessions only.
        (CERTIFICATE_SIGNER | TERMINAL_AUTHENTICATION, _) => {
            Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED.into())
        }
        (PACE | CHIP_AUTHENTICATION, _) => Err(StatusWord::CONDITIONS_NOT_SATISFIED.into()),
        _ => Err(StatusWord::WRONG_P1_P2.into()),
    }
}

/// Data: `80 protocol, 83 password id, [84 domain parameter id]`.
fn prepare_pace(card: &Card, volatile: &mut Volatile, command: &Command) -> Answer {
    if !Profile::of(&card.memory).offers_pace() {
        return Err(StatusWord::FUNCTION_NOT_SUPPORTED.into());
    }
    let mut reader = tlv::Reader::new(&command.data);
    let suite = Suite::from_oid(reader.expect(PROTOCOL)?).ok_or(StatusWord::WRONG_DATA)?;
    let &[password] = reader.expect(PASSWORD)? else {
        return Err(StatusWord::WRONG_DATA.into());
    };
    let parameters = reader.optional(KEY)?;
    reader.finish()?;
    let ours = [card.curve.id().parameter_id()];
    if parameters.is_some_and(|parameters| parameters != ours) {
        return Err(StatusWord::REFERENCE_NOT_FOUND.into());
    }
    let password = PasswordId::from_byte(password).ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
    let password = passwords::get(&card.memory, password).ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
    let needs_key = suite.mapping == Mapping::ChipAuthentication;
    if needs_key && chip_key::get(&card.memory, &card.curve).is_none() {
        return Err(StatusWord::REFERENCE_NOT_FOUND.into());
    }
    volatile.pace = Progress::Armed { suite, password };
    Ok(StatusWord::OK.into())
}

/// Data: `80 protocol, [84 key id]`.
fn prepare_chip_authentication(card: &Card, volatile: &mut Volatile, command: &Command) -> Answer {
    let mut reader = tlv::Reader::new(&command.data);
    let cipher =
        chip_authentication::cipher(reader.expect(PROTOCOL)?).ok_or(StatusWord::WRONG_DATA)?;
    let id = reader.optional(KEY)?;
    reader.finish()?;
    let key = chip_key::get(&card.memory, &card.curve).ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
    if id.is_some_and(|id| id != [key.id]) {
        return Err(StatusWord::REFERENCE_NOT_FOUND.into());
    }
    volatile.chip_authentication = Some(cipher);
    Ok(StatusWord::OK.into())
}
