//! PSO:Verify Certificate (00 2A 00 BE): a certificate of the terminal's chain.

use icao9303::apdu::{Command, StatusWord};

use super::{Answer, Context, Route};
use crate::card::Card;
use crate::card::state::Volatile;

const VERIFY_SELF_DESCRIPTIVE: [u8; 2] = [0x00, 0xBE];

/// Data: `7F4E body, 5F37 signature`, without the 7F21 around them.
pub(super) fn run(
    card: &mut Card,
    volatile: &mut Volatile,
    command: &Command,
    context: &Context,
) -> Answer {
    if [command.p1, command.p2] != VERIFY_SELF_DESCRIPTIVE {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    if context.route != Route::Secure {
        return Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED.into());
    }
    let memory = &mut card.memory;
    volatile
        .terminal
        .verify_certificate(memory, &command.data)?;
    Ok(StatusWord::OK.into())
}
