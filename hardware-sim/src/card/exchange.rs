//! One command APDU in, one response APDU out: classes, secure messaging, sessions and their ends.

use icao9303::apdu::{Command, Response, StatusWord};

use super::command::{self, Context, Route};
use super::memory::Interrupted;
use super::refusal::Refusal;
use super::scp03::ChannelError;
use super::state::{Channel, Volatile};
use super::{Card, layout};

const INS_EXTERNAL_AUTHENTICATE: u8 = 0x82;
/// Most response data of a command with short length fields, in bytes.
const SHORT_RESPONSE: usize = 256;

/// How the class byte says that a command is protected.
enum Protection {
    None,
    SecureMessaging,
    Scp03,
}

/// Answers `bytes`. The only error is that the chip stopped.
pub(super) fn answer(
    card: &mut Card,
    volatile: &mut Volatile,
    bytes: &[u8],
) -> Result<Vec<u8>, Interrupted> {
    match respond(card, volatile, bytes) {
        Ok(response) => Ok(response.encode()),
        Err(Refusal::Status(status)) => Ok(Response::from(status).encode()),
        Err(Refusal::Interrupted(interrupted)) => Err(interrupted),
    }
}

fn respond(card: &mut Card, volatile: &mut Volatile, bytes: &[u8]) -> Result<Response, Refusal> {
    let command = Command::parse(bytes).map_err(|_| StatusWord::WRONG_LENGTH);
    let command = match command {
        Ok(command) if bytes.len() <= card.maker_number(layout::COMMAND_BUFFER) => command,
        // Not even a command: whatever session there was ends.
        _ => {
            volatile.close_channel();
            return Err(StatusWord::WRONG_LENGTH.into());
        }
    };
    let extended = bytes.len() > 5 && bytes[4] == 0;
    let limit = card.maker_number(layout::RESPONSE_BUFFER).saturating_sub(2);
    let limit = if extended {
        limit
    } else {
        limit.min(SHORT_RESPONSE)
    };
    match protection(command.cla)? {
        Protection::SecureMessaging => secured(card, volatile, &command, limit),
        Protection::Scp03 if command.ins == INS_EXTERNAL_AUTHENTICATE => {
            command::authenticate_host(card, volatile, &command)
        }
        Protection::Scp03 => personalised(card, volatile, &command, extended, limit),
        Protection::None => {
            if !matches!(volatile.channel, Channel::Plain) {
                volatile.close_channel();
            }
            let context = Context {
                route: Route::Plain,
                limit,
            };
            command::execute(card, volatile, &command, &context)
        }
    }
}

/// Bits of the class byte (ISO/IEC 7816-4 §5.4.1; bit 3 alone is GlobalPlatform's in a proprietary
/// class). There is one logical channel.
fn protection(cla: u8) -> Result<Protection, StatusWord> {
    match cla & 0xEF {
        0x00 | 0x80 => Ok(Protection::None),
        0x0C | 0x8C => Ok(Protection::SecureMessaging),
        0x84 => Ok(Protection::Scp03),
        _ => Err(StatusWord::CLA_NOT_SUPPORTED),
    }
}

/// A command under the keys of PACE, basic access control or chip authentication.
fn secured(
    card: &mut Card,
    volatile: &mut Volatile,
    outer: &Command,
    limit: usize,
) -> Result<Response, Refusal> {
    let Channel::Secure(session) = &mut volatile.channel else {
        volatile.close_channel();
        return Err(StatusWord::SECURE_MESSAGING_NOT_SUPPORTED.into());
    };
    let inner = match session.unwrap(outer) {
        Ok(inner) => inner,
        Err(status) => {
            // Keys are deleted and the status travels in the clear (9303-11 §9.8.3).
            volatile.close_channel();
            return Err(status.into());
        }
    };
    let limit = session.largest_plain(limit);
    let context = Context {
        route: Route::Secure,
        limit,
    };
    let response = status_or_response(command::execute(card, volatile, &inner, &context))?;
    let Channel::Secure(session) = &mut volatile.channel else {
        return Err(StatusWord::UNKNOWN_ERROR.into());
    };
    let wrapped = Response::new(session.wrap(outer.ins, &response)?.data, response.status);
    if let Some(next) = volatile.next_session.take() {
        *session = next;
    }
    Ok(wrapped)
}

/// A command in the personalisation channel.
fn personalised(
    card: &mut Card,
    volatile: &mut Volatile,
    outer: &Command,
    extended: bool,
    limit: usize,
) -> Result<Response, Refusal> {
    let Channel::Scp03(channel) = &mut volatile.channel else {
        volatile.close_channel();
        return Err(command::status_without_channel(card, outer).into());
    };
    let inner = match channel.unwrap(outer, extended) {
        Ok(inner) => inner,
        Err(error) => {
            volatile.close_channel();
            return Err(channel_refusal(error));
        }
    };
    let limit = channel.largest_plain(limit);
    let context = Context {
        route: Route::Scp03,
        limit,
    };
    let response = status_or_response(command::execute(card, volatile, &inner, &context))?;
    match &mut volatile.channel {
        Channel::Scp03(channel) => Ok(channel.wrap(response)?),
        _ => Ok(response),
    }
}

/// What a failed step of the channel answers.
pub(super) fn channel_refusal(error: ChannelError) -> Refusal {
    match error {
        ChannelError::Refused(status) => status.into(),
        ChannelError::Crypto(error) => error.into(),
    }
}

/// Inside a session a refusal is an answer like any other: it is protected too.
fn status_or_response(result: Result<Response, Refusal>) -> Result<Response, Refusal> {
    match result {
        Err(Refusal::Status(status)) => Ok(status.into()),
        other => other,
    }
}
