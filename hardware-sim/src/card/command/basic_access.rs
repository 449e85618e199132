//! Basic access control: what GET CHALLENGE and EXTERNAL AUTHENTICATE do in the clear.

use icao9303::apdu::{Command, Response, StatusWord};
use icao9303::lds::{DataGroup, Dg1, ElementaryFile};
use zeroize::Zeroizing;

use super::Answer;
use crate::card::basic_access::{self, Challenge, TOKEN};
use crate::card::passwords::{self, PasswordId};
use crate::card::profile::Profile;
use crate::card::state::{Channel, Directory, Volatile};
use crate::card::{Card, files};

/// Bytes of the two dates and their check digits, which follow the document number.
const DATES: usize = 14;

/// GET CHALLENGE. Wrong keys before make the challenge slow to come.
pub(super) fn challenge(card: &mut Card, volatile: &mut Volatile) -> Answer {
    volatile.basic_access = None;
    application(card, volatile)?;
    card.effort.pause += passwords::pause(&card.memory);
    let challenge = Challenge::draw(&mut card.rng);
    let answer = Response::new(*challenge.as_bytes(), StatusWord::OK);
    volatile.basic_access = Some(challenge);
    Ok(answer)
}

/// EXTERNAL AUTHENTICATE: mutual authentication. The challenge serves once, whatever comes of it.
pub(super) fn authenticate(card: &mut Card, volatile: &mut Volatile, command: &Command) -> Answer {
    let challenge = volatile.basic_access.take();
    let (name, mrz) = application(card, volatile)?;
    let challenge = challenge.ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
    let token: &[u8; TOKEN] = command
        .data
        .as_slice()
        .try_into()
        .map_err(|_| StatusWord::WRONG_LENGTH)?;
    if command.le.is_none_or(|le| le < TOKEN) {
        return Err(StatusWord::WRONG_LENGTH.into());
    }
    // Counted before it is checked, so that pulling the card tells nothing.
    passwords::count_attempt(&mut card.memory)?;
    let (session, answer) = basic_access::authenticate(&mrz, &challenge, token, &mut card.rng)?;
    passwords::forget_failures(&mut card.memory)?;
    volatile.channel = Channel::Secure(session);
    volatile.chip_name = document_number(card, &name).unwrap_or_default();
    Ok(Response::new(answer, StatusWord::OK))
}

/// The application's name and the MRZ: 6D00 on chips whose profile has no basic access control,
/// 6985 before the lock, outside the application, and without an MRZ.
fn application(
    card: &Card,
    volatile: &Volatile,
) -> Result<(Vec<u8>, Zeroizing<Vec<u8>>), StatusWord> {
    if !Profile::of(&card.memory).offers_basic_access() {
        return Err(StatusWord::INS_NOT_SUPPORTED);
    }
    match (
        &volatile.directory,
        passwords::get(&card.memory, PasswordId::Mrz),
    ) {
        (Directory::Application(name), Some(mrz)) if card.life_cycle().is_locked() => {
            Ok((name.clone(), mrz))
        }
        _ => Err(StatusWord::CONDITIONS_NOT_SATISFIED),
    }
}

/// What terminal authentication calls the chip after basic access control: the document number of
/// its own DG1 with its check digit. A chip without one has no name.
fn document_number(card: &Card, application: &[u8]) -> Option<Vec<u8>> {
    let identifier = ElementaryFile::DataGroup(DataGroup::DG1).fid();
    let file = files::by_identifier(&card.memory, application, identifier)?;
    let range = file.range(0, file.size);
    let content = card.memory.read(range.start, range.len());
    let information = Dg1::parse(content).ok()?.mrz.information();
    let number = information.as_str().len().checked_sub(DATES)?;
    Some(information.as_str().as_bytes()[..number].to_vec())
}
