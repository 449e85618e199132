//! INITIALIZE UPDATE (80 50) and EXTERNAL AUTHENTICATE (84 82): the host proves the chip's keys.

use icao9303::apdu::{Command, Response, StatusWord};

use super::Answer;
use crate::card::exchange::channel_refusal;
use crate::card::refusal::Refusal;
use crate::card::scp03::{Handshake, I_PARAMETER, KeySet, SHORT};
use crate::card::state::{Channel, Volatile};
use crate::card::{Card, files, layout};

/// The key version that INITIALIZE UPDATE may give for "the one you have".
const ANY_VERSION: u8 = 0x00;
/// Protocol identifier of SCP03.
const SCP03: u8 = 0x03;
/// After so many consecutive wrong cryptograms the channel stays shut (6983).
const MOST_FAILURES: u8 = 16;
/// The sequence counter must not start again: challenges would repeat.
const LAST_SEQUENCE: u32 = 0x00FF_FFFF;

pub(super) fn initialize_update(
    card: &mut Card,
    volatile: &mut Volatile,
    command: &Command,
) -> Answer {
    volatile.close_channel();
    if card.life_cycle().is_locked() {
        return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
    }
    if card.memory.byte(layout::HOST_FAILURES) >= MOST_FAILURES {
        return Err(StatusWord::AUTHENTICATION_BLOCKED.into());
    }
    let challenge: &[u8; SHORT] = command
        .data
        .as_slice()
        .try_into()
        .map_err(|_| StatusWord::WRONG_LENGTH)?;
    if command.p2 != 0 {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    let keys = KeySet::load(&card.memory).ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
    if command.p1 != ANY_VERSION && command.p1 != keys.version {
        return Err(StatusWord::REFERENCE_NOT_FOUND.into());
    }
    let sequence = next_sequence(card)?;
    let length = usize::from(card.memory.byte(layout::SECURITY_DOMAIN)).min(files::MAX_AID);
    let security_domain = card.memory.read(layout::SECURITY_DOMAIN + 1, length);
    let handshake = Handshake::begin(&keys, sequence, security_domain, challenge)?;
    let mut answer = card.serial().to_vec();
    answer.extend([keys.version, SCP03, I_PARAMETER]);
    answer.extend(handshake.card_challenge);
    answer.extend(handshake.card_cryptogram);
    answer.extend(sequence);
    volatile.handshake = Some(handshake);
    Ok(Response::new(answer, StatusWord::OK))
}

/// Opens the channel. Any failure ends the handshake: the host starts over.
pub(in crate::card) fn authenticate_host(
    card: &mut Card,
    volatile: &mut Volatile,
    command: &Command,
) -> Answer {
    let handshake = volatile.handshake.take();
    volatile.close_channel();
    let handshake = handshake.ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
    // Counted before it is checked, so that pulling the card tells nothing.
    let failures = card.memory.byte(layout::HOST_FAILURES);
    card.memory
        .write(layout::HOST_FAILURES, &[failures.saturating_add(1)])?;
    let channel = handshake.finish(command).map_err(channel_refusal)?;
    card.memory.write(layout::HOST_FAILURES, &[0])?;
    volatile.channel = Channel::Scp03(channel);
    Ok(StatusWord::OK.into())
}

/// Counts before it answers: a challenge is never used twice, whenever power fails.
fn next_sequence(card: &mut Card) -> Result<[u8; 3], Refusal> {
    let stored = card.memory.read(layout::SEQUENCE_COUNTER, 3);
    let count = u32::from_be_bytes([0, stored[0], stored[1], stored[2]]);
    if count == LAST_SEQUENCE {
        return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
    }
    let [_, sequence @ ..] = (count + 1).to_be_bytes();
    card.memory.write(layout::SEQUENCE_COUNTER, &sequence)?;
    Ok(sequence)
}
