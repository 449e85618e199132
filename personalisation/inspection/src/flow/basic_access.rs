//! Chips without EF.CardAccess: basic access control (9303-11 §4.3), for documents from before PACE.

use icao9303::bac::{self, AccessKeys, BacError};
use icao9303::lds::{EMRTD_AID, ElementaryFile};
use icao9303::pace::Password;
use icao9303::reading::{self, ChunkSize, MAX_FILE, ReadError};
use icao9303::secure_messaging::SecureMessaging;
use icao9303::transport::CardTransport;
use rand::CryptoRng;

use super::journal::Journal;
use super::telling::tell;
use crate::report::{Check, CheckName, Offer};

const NAME: CheckName = CheckName::Access;
/// What the report calls it.
const PROTOCOL: &str = "basic access control";

/// Selects the application and opens it with the MRZ. `None` when the chip does not open: the reason
/// stands among the checks.
pub(super) fn open<T: CardTransport>(
    card: &mut T,
    password: Option<&Password>,
    rng: &mut impl CryptoRng,
    journal: &mut Journal<'_>,
) -> Option<SecureMessaging> {
    if let Err(reason) = select_closed_application(card) {
        journal.check(Check::undetermined(NAME, reason));
        return None;
    }
    journal.chip.offers.push(Offer {
        listed_in: "the locked application".to_owned(),
        protocol: PROTOCOL.to_owned(),
        supported: true,
    });
    let Some(password) = password else {
        let detail = format!("the chip offers {PROTOCOL} only and needs the machine readable zone");
        journal.check(Check::undetermined(NAME, detail));
        return None;
    };
    let started = journal.start();
    let result =
        AccessKeys::from_password(password).and_then(|keys| bac::perform(card, &keys, rng));
    journal.stop("Basic access control", started);
    match result {
        Ok(session) => {
            let detail = format!("{PROTOCOL}, with the {}", password.kind());
            journal.check(Check::passed(NAME, detail));
            journal.chip.access = Some(PROTOCOL.to_owned());
            journal.chip.password = Some(password.kind().to_string());
            Some(session)
        }
        Err(error) => {
            journal.check(weigh(&error));
            None
        }
    }
}

/// A chip that took our cryptogram knows the MRZ; one that then fails is another one's copy.
fn weigh(error: &BacError) -> Check {
    match error {
        BacError::WrongMac | BacError::WrongRandom => Check::failed(NAME, tell(error)),
        BacError::NeedsMrz => {
            let detail = "the chip offers basic access control only, which needs the machine \
                          readable zone (--mrz): the card access number does not open it";
            Check::undetermined(NAME, detail)
        }
        BacError::NoChallenge { status } => {
            let detail = format!(
                "not supported: the chip offers neither PACE nor basic access control (GET CHALLENGE: {status})"
            );
            Check::undetermined(NAME, detail)
        }
        _ => Check::undetermined(NAME, tell(error)),
    }
}

/// The application must be there, and closed.
fn select_closed_application<T: CardTransport>(card: &mut T) -> Result<(), String> {
    if let Err(error) = reading::select_application(card, &EMRTD_AID) {
        return Err(match error {
            ReadError::Exchange { .. } => tell(&error),
            _ => "not supported: this card is no ICAO travel document (it has neither \
                  EF.CardAccess nor the eMRTD application)"
                .to_owned(),
        });
    }
    match reading::read_file(card, ElementaryFile::Com, ChunkSize::SHORT, MAX_FILE) {
        Err(ReadError::AccessDenied { .. }) => Ok(()),
        Err(error @ ReadError::Exchange { .. }) => Err(tell(&error)),
        _ => Err("not supported: the chip has no access control at all".to_owned()),
    }
}
