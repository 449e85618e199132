//! GENERAL AUTHENTICATE (00 86): the steps of PACE, and chip authentication.

use icao9303::apdu::{Command, Response, StatusWord};
use icao9303::tlv;

use super::{Answer, Context, Route};
use crate::card::pace::{self, Progress};
use crate::card::refusal::Refusal;
use crate::card::state::{Channel, Volatile};
use crate::card::{Card, chip_authentication, chip_key, passwords};

/// Dynamic authentication data.
const TEMPLATE: u16 = 0x7C;

pub(super) fn run(
    card: &mut Card,
    volatile: &mut Volatile,
    command: &Command,
    context: &Context,
    chained: bool,
) -> Answer {
    if command.p1 != 0 || command.p2 != 0 {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    let data = tlv::parse_exact(&command.data, TEMPLATE)?;
    let answer = if context.route == Route::Secure {
        authenticate_chip(card, volatile, data, chained)?
    } else {
        // Taken out, so that an error at any step is the end of this run.
        let progress = std::mem::take(&mut volatile.pace);
        volatile.chain = false;
        let answer = step(card, volatile, progress, data, chained)?;
        volatile.chain = chained;
        answer
    };
    Ok(Response::new(
        tlv::encode(TEMPLATE, &answer),
        StatusWord::OK,
    ))
}

/// One step of PACE. The first three are links of the command chain, the fourth ends it.
fn step(
    card: &mut Card,
    volatile: &mut Volatile,
    progress: Progress,
    data: &[u8],
    chained: bool,
) -> Result<Vec<u8>, Refusal> {
    let last = matches!(progress, Progress::Agreed(_));
    match (&progress, last, chained) {
        (_, true, true) => return Err(StatusWord::LAST_CHAIN_COMMAND_EXPECTED.into()),
        (_, false, false) => return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into()),
        _ => {}
    }
    let (next, answer) = match progress {
        Progress::None => return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into()),
        Progress::Armed { suite, password } => {
            tlv::Reader::new(data).finish()?;
            card.effort.pause += passwords::pause(&card.memory);
            pace::send_nonce(suite, &password, &mut card.rng)?
        }
        Progress::NonceSent { suite, nonce } => {
            let key = tlv::parse_exact(data, 0x81)?;
            pace::map_nonce(suite, &nonce, key, &card.curve, &mut card.rng)?
        }
        Progress::Mapped {
            suite,
            generator,
            mapping_key,
        } => {
            let key = tlv::parse_exact(data, 0x83)?;
            pace::agree(
                suite,
                &generator,
                mapping_key,
                key,
                &card.curve,
                &mut card.rng,
            )?
        }
        Progress::Agreed(agreed) => {
            let token = tlv::parse_exact(data, 0x85)?;
            passwords::count_attempt(&mut card.memory)?;
            let key = chip_key::get(&card.memory, &card.curve);
            let authorities = card.trust_points();
            let established =
                pace::authenticate(*agreed, token, key.as_ref(), &authorities, &card.curve)?;
            passwords::forget_failures(&mut card.memory)?;
            volatile.channel = Channel::Secure(established.session);
            volatile.chip_name = established.chip_name;
            (Progress::None, established.answer)
        }
    };
    volatile.pace = next;
    Ok(answer)
}

/// Chip authentication. The answer travels under the old keys; whatever fails, they stay.
fn authenticate_chip(
    card: &Card,
    volatile: &mut Volatile,
    data: &[u8],
    chained: bool,
) -> Result<Vec<u8>, Refusal> {
    let cipher = volatile
        .chip_authentication
        .take()
        .ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
    if chained {
        return Err(StatusWord::CHAINING_NOT_SUPPORTED.into());
    }
    let terminal = tlv::parse_exact(data, 0x80)?;
    let key = chip_key::get(&card.memory, &card.curve).ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
    let (session, terminal) = chip_authentication::agree(&key, terminal, cipher, &card.curve)?;
    volatile.next_session = Some(session);
    volatile.terminal.open(&volatile.chip_name, terminal.x());
    Ok(Vec::new())
}
