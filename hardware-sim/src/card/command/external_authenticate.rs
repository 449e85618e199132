//! EXTERNAL AUTHENTICATE (00 82): the other side answers the challenge.

use icao9303::apdu::{Command, StatusWord};

use super::{Answer, Context, Route, basic_access};
use crate::card::Card;
use crate::card::state::Volatile;

pub(super) fn run(
    card: &mut Card,
    volatile: &mut Volatile,
    command: &Command,
    context: &Context,
) -> Answer {
    if command.p1 != 0 || command.p2 != 0 {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    match context.route {
        // Terminal authentication: the signature of the terminal whose certificate was chosen.
        Route::Secure => {
            volatile.terminal.authenticate(&command.data)?;
            Ok(StatusWord::OK.into())
        }
        Route::Plain => basic_access::authenticate(card, volatile, command),
        Route::Scp03 => Err(StatusWord::INS_NOT_SUPPORTED.into()),
    }
}
