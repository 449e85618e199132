//! Active authentication (9303-11 §6.1): where there is a DG15, the chip signs a challenge.

use icao9303::active_authentication::{
    self, ActiveAuthenticationError, ActiveAuthenticationKey as Key,
};
use icao9303::apdu::StatusWord;
use icao9303::lds::{DataGroup, Dg14, Dg15};
use icao9303::secure_messaging::SecureTransport;
use icao9303::transport::CardTransport;
use rand::CryptoRng;

use super::authenticity::CLONE_SUSPECT;
use super::journal::Journal;
use super::telling::tell;
use crate::report::{Check, CheckName, Offer};

const NAME: CheckName = CheckName::ActiveAuthentication;

/// Runs the protocol with the key of the DG15 that was read, and notes what came of it. Whether that
/// key is the signed one is judged later.
pub(super) fn authenticate<T: CardTransport>(
    card: &mut SecureTransport<T>,
    rng: &mut impl CryptoRng,
    journal: &mut Journal<'_>,
) {
    let Some(file) = journal.files.data_group(DataGroup::DG15) else {
        return;
    };
    if !card.is_open() {
        return;
    }
    let infos = journal
        .files
        .data_group(DataGroup::DG14)
        .and_then(|file| Dg14::parse(file).ok())
        .map(|dg14| dg14.security_infos);
    let dg15 = match Dg15::parse(file) {
        Ok(dg15) => dg15,
        Err(error) => return journal.check(Check::undetermined(NAME, tell(&error))),
    };
    let key = match Key::new(&dg15, infos.as_ref()) {
        Ok(key) => key,
        // Nothing was asked of the chip: a key that we do not speak says nothing about it.
        Err(error) => return journal.check(Check::noted(NAME, tell(&error))),
    };
    journal.chip.offers.push(Offer {
        listed_in: "EF.DG15".to_owned(),
        protocol: format!("active authentication with {}", key.describe()),
        supported: true,
    });
    let started = journal.start();
    let result = active_authentication::perform(card, &key, rng);
    journal.stop("Active authentication", started);
    journal.check(match result {
        Ok(()) => Check::passed(NAME, format!("with {}", key.describe())),
        Err(error) => weigh(&error),
    });
}

/// A wrong signature, or none, says that the chip does not hold the key; a broken wire, or an answer
/// that finds no room, says nothing.
fn weigh(error: &ActiveAuthenticationError) -> Check {
    match error {
        ActiveAuthenticationError::Refused {
            status: StatusWord::WRONG_LENGTH,
        } => Check::undetermined(NAME, tell(error)),
        ActiveAuthenticationError::Refused { .. }
        | ActiveAuthenticationError::WrongSignature { .. } => {
            Check::failed(NAME, tell(error)).with_code(CLONE_SUSPECT)
        }
        _ => Check::undetermined(NAME, tell(error)),
    }
}
