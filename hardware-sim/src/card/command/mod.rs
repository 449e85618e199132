//! The commands, one file each, and which of them there are in which state.

mod basic_access;
mod create_file;
mod external_authenticate;
mod general_authenticate;
mod generate_key_pair;
mod get_challenge;
mod get_data;
mod host_authentication;
mod internal_authenticate;
mod put_key;
mod read_binary;
mod security_environment;
mod select;
mod set_status;
mod store_data;
mod update_binary;
mod verify_certificate;

pub(super) use host_authentication::authenticate_host;

use icao9303::apdu::{Command, Response, StatusWord};

use super::Card;
use super::refusal::Refusal;
use super::state::{Channel, Volatile};

/// Class bit of a command that is not the last of a chain.
const CHAINED: u8 = 0x10;
const PROPRIETARY: u8 = 0x80;

const MANAGE_SECURITY_ENVIRONMENT: u8 = 0x22;
const PERFORM_SECURITY_OPERATION: u8 = 0x2A;
const GENERATE_KEY_PAIR: u8 = 0x47;
const INITIALIZE_UPDATE: u8 = 0x50;
const EXTERNAL_AUTHENTICATE: u8 = 0x82;
const GET_CHALLENGE: u8 = 0x84;
const GENERAL_AUTHENTICATE: u8 = 0x86;
const INTERNAL_AUTHENTICATE: u8 = 0x88;
const SELECT: u8 = 0xA4;
const READ_BINARY: u8 = 0xB0;
const READ_BINARY_ODD: u8 = 0xB1;
const GET_DATA: u8 = 0xCA;
const UPDATE_BINARY: u8 = 0xD6;
const UPDATE_BINARY_ODD: u8 = 0xD7;
const PUT_KEY: u8 = 0xD8;
const CREATE_FILE: u8 = 0xE0;
const STORE_DATA: u8 = 0xE2;
const SET_STATUS: u8 = 0xF0;

/// How a command came in, once its protection is off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    /// In the clear.
    Plain,
    /// In a session of PACE, basic access control or chip authentication.
    Secure,
    /// In the personalisation channel.
    Scp03,
}

/// What a command may know of its surroundings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context {
    /// How it came.
    pub(super) route: Route,
    /// Most bytes of plain response data.
    pub(super) limit: usize,
}

type Answer = Result<Response, Refusal>;

/// Carries out one unprotected command.
pub(super) fn execute(
    card: &mut Card,
    volatile: &mut Volatile,
    command: &Command,
    context: &Context,
) -> Answer {
    let chained = command.cla & CHAINED != 0;
    if command.ins == GENERAL_AUTHENTICATE && command.cla & PROPRIETARY == 0 {
        return general_authenticate::run(card, volatile, command, context, chained);
    }
    if chained {
        return Err(StatusWord::CHAINING_NOT_SUPPORTED.into());
    }
    if std::mem::take(&mut volatile.chain) {
        volatile.pace = super::pace::Progress::None;
        // A new start is no mistake; anything else leaves a chain unfinished.
        if command.ins != MANAGE_SECURITY_ENVIRONMENT {
            return Err(StatusWord::LAST_CHAIN_COMMAND_EXPECTED.into());
        }
    }
    match (command.cla & PROPRIETARY != 0, context.route) {
        (false, Route::Plain | Route::Secure) => inter_industry(card, volatile, command, context),
        (true, Route::Plain | Route::Secure) => proprietary(card, volatile, command, context),
        (_, Route::Scp03) => personalise(card, volatile, command, context),
    }
}

fn inter_industry(
    card: &mut Card,
    volatile: &mut Volatile,
    command: &Command,
    context: &Context,
) -> Answer {
    match command.ins {
        SELECT => select::run(card, volatile, command, context),
        READ_BINARY | READ_BINARY_ODD => read_binary::run(card, volatile, command, context),
        MANAGE_SECURITY_ENVIRONMENT => security_environment::run(card, volatile, command, context),
        PERFORM_SECURITY_OPERATION => verify_certificate::run(card, volatile, command, context),
        GET_CHALLENGE => get_challenge::run(card, volatile, command, context),
        EXTERNAL_AUTHENTICATE => external_authenticate::run(card, volatile, command, context),
        INTERNAL_AUTHENTICATE => internal_authenticate::run(card, command, context),
        _ => Err(StatusWord::INS_NOT_SUPPORTED.into()),
    }
}

fn proprietary(
    card: &mut Card,
    volatile: &mut Volatile,
    command: &Command,
    context: &Context,
) -> Answer {
    match command.ins {
        GET_DATA => get_data::run(card, command, context),
        INITIALIZE_UPDATE if context.route == Route::Plain => {
            host_authentication::initialize_update(card, volatile, command)
        }
        SET_STATUS if context.route == Route::Secure => set_status::run(card, volatile, command),
        _ => Err(status_without_channel(card, command).into()),
    }
}

/// Commands that change the chip: only in a channel that protects everything, and before the lock
/// only. What the channel's own rules demand of each stands in its file.
fn personalise(
    card: &mut Card,
    volatile: &mut Volatile,
    command: &Command,
    context: &Context,
) -> Answer {
    if command.ins == GET_DATA {
        return get_data::run(card, command, context);
    }
    let full = matches!(&volatile.channel, Channel::Scp03(channel) if channel.level().is_full());
    if !full {
        return Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED.into());
    }
    if command.ins == SET_STATUS {
        return set_status::run(card, volatile, command);
    }
    if card.life_cycle().is_locked() {
        return Err(StatusWord::INS_NOT_SUPPORTED.into());
    }
    if command.ins == PUT_KEY {
        return put_key::run(card, volatile, command);
    }
    require_centre_keys(card, volatile)?;
    match command.ins {
        SELECT => update_binary::select(card, volatile, command),
        READ_BINARY | READ_BINARY_ODD => read_binary::run(card, volatile, command, context),
        UPDATE_BINARY | UPDATE_BINARY_ODD => update_binary::run(card, volatile, command),
        CREATE_FILE => create_file::run(card, volatile, command),
        GENERATE_KEY_PAIR => generate_key_pair::run(card, command, context),
        STORE_DATA => store_data::run(card, volatile, command),
        _ => Err(StatusWord::INS_NOT_SUPPORTED.into()),
    }
}

/// Transport keys open the chip for nothing but their own replacement: whoever writes must have
/// proven the keys that are on the chip now.
fn require_centre_keys(card: &Card, volatile: &Volatile) -> Result<(), StatusWord> {
    let current = super::scp03::KeySet::load(&card.memory).map(|keys| keys.version);
    let blank = card.life_cycle() == super::life_cycle::LifeCycle::Blank;
    match &volatile.channel {
        Channel::Scp03(channel) if !blank && Some(channel.key_version()) == current => Ok(()),
        _ => Err(StatusWord::CONDITIONS_NOT_SATISFIED),
    }
}

/// What a personalisation command answers outside its channel.
pub(super) fn status_without_channel(card: &Card, command: &Command) -> StatusWord {
    match command.ins {
        PUT_KEY | CREATE_FILE | SELECT | UPDATE_BINARY | UPDATE_BINARY_ODD | GENERATE_KEY_PAIR
        | STORE_DATA | SET_STATUS | GET_DATA | READ_BINARY | READ_BINARY_ODD
            if !card.life_cycle().is_locked() =>
        {
            StatusWord::SECURITY_STATUS_NOT_SATISFIED
        }
        SET_STATUS => StatusWord::SECURITY_STATUS_NOT_SATISFIED,
        _ => StatusWord::INS_NOT_SUPPORTED,
    }
}
