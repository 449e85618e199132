//! GET CHALLENGE (00 84): eight random bytes that the other side must sign or encrypt.

use icao9303::apdu::{Command, Response, StatusWord};

use super::{Answer, Context, Route, basic_access};
use crate::card::Card;
use crate::card::state::Volatile;

/// Bytes of a challenge, in BAC and in terminal authentication.
pub(super) const CHALLENGE: usize = 8;

pub(super) fn run(
    card: &mut Card,
    volatile: &mut Volatile,
    command: &Command,
    context: &Context,
) -> Answer {
    if command.p1 != 0 || command.p2 != 0 {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    if command.le != Some(CHALLENGE) || !command.data.is_empty() {
        return Err(StatusWord::WRONG_LENGTH.into());
    }
    match context.route {
        // Terminal authentication: the terminal's certificate was chosen.
        Route::Secure => {
            let challenge = volatile.terminal.challenge(&mut card.rng)?;
            Ok(Response::new(challenge, StatusWord::OK))
        }
        Route::Plain => basic_access::challenge(card, volatile),
        Route::Scp03 => Err(StatusWord::INS_NOT_SUPPORTED.into()),
    }
}
