//! INTERNAL AUTHENTICATE (00 88): the chip signs the terminal's challenge.

use icao9303::apdu::{Command, Response, StatusWord};

use super::{Answer, Context, Route};
use crate::card::active_authentication::{self, CHALLENGE};
use crate::card::profile::Profile;
use crate::card::{Card, signing_key};

/// Only in a session: a card in a pocket signs nothing. 6700 where the answer does not fit, as an RSA
/// signature does not into a short APDU.
pub(super) fn run(card: &mut Card, command: &Command, context: &Context) -> Answer {
    if !Profile::of(&card.memory).offers_active_authentication() {
        return Err(StatusWord::INS_NOT_SUPPORTED.into());
    }
    if context.route != Route::Secure {
        return Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED.into());
    }
    if command.p1 != 0 || command.p2 != 0 {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    let challenge: &[u8; CHALLENGE] = command
        .data
        .as_slice()
        .try_into()
        .map_err(|_| StatusWord::WRONG_LENGTH)?;
    let key = signing_key::get(&card.memory, &card.curve).ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
    let length = active_authentication::signature_length(&key);
    let room = command.le.unwrap_or(0).min(context.limit);
    if room < length {
        return Err(StatusWord::WRONG_LENGTH.into());
    }
    let signature = active_authentication::sign(&key, *challenge, &card.curve, &mut card.rng)
        .map_err(|_| StatusWord::UNKNOWN_ERROR)?;
    Ok(Response::new(signature, StatusWord::OK))
}
