//! Before the chip opens: what it says in the clear, and PACE, or basic access control where there is no PACE (9303-11 §4.1, §4.4).

use icao9303::lds::{AtrInfo, ElementaryFile};
use icao9303::pace::{self, Established, PaceError, PaceParameters, Password};
use icao9303::reading::{self, ChunkSize, ReadError};
use icao9303::secure_messaging::SecureMessaging;
use icao9303::security_info::SecurityInfos;
use icao9303::transport::CardTransport;
use rand::CryptoRng;

use super::basic_access;
use super::journal::Journal;
use super::telling::tell;
use crate::protocols;
use crate::report::{Check, CheckName};

/// No file that is readable by everybody is larger, in bytes.
const OPEN_FILE_LIMIT: usize = 16 * 1024;

/// An open chip.
pub(crate) struct Opened {
    /// The session.
    pub(crate) session: SecureMessaging,
    /// What PACE established; nothing after basic access control.
    pub(crate) pace: Option<Established>,
}

/// Reads EF.ATR/INFO, EF.DIR and EF.CardAccess and runs PACE. Only where EF.CardAccess is missing
/// basic access control is tried: never after a PACE that failed. `None` when the chip does not open:
/// the reason stands among the checks.
pub(crate) fn open<T: CardTransport>(
    card: &mut T,
    password: Option<&Password>,
    rng: &mut impl CryptoRng,
    journal: &mut Journal<'_>,
) -> Option<Opened> {
    let started = journal.start();
    let card_access = read_open_files(card, journal);
    journal.stop("Reading what is open", started);
    let infos = match card_access {
        Ok(Some(infos)) => infos,
        Ok(None) => {
            let session = basic_access::open(card, password, rng, journal)?;
            let pace = None;
            return Some(Opened { session, pace });
        }
        Err(refusal) => {
            journal.check(Check::undetermined(CheckName::Access, refusal));
            return None;
        }
    };
    journal.chip.offers = protocols::offers(&infos, "EF.CardAccess");
    let parameters = match PaceParameters::best(&infos) {
        Ok(parameters) => parameters,
        Err(reason) => {
            let offered: Vec<_> = infos.pace().map(protocols::pace).collect();
            let detail = format!("{reason}; the chip offers {}", listed(&offered));
            journal.check(Check::undetermined(CheckName::Access, detail));
            return None;
        }
    };
    let name = infos
        .pace()
        .find(|info| {
            PaceParameters::from_info(info).is_ok_and(|found| is_same(&found, &parameters))
        })
        .map_or_else(|| "PACE".to_owned(), protocols::pace);
    let Some(password) = password else {
        let detail = format!(
            "the chip offers {name} and needs the card access number or the machine readable zone"
        );
        journal.check(Check::undetermined(CheckName::Access, detail));
        return None;
    };
    let started = journal.start();
    let result = pace::perform(card, &parameters, password, rng);
    journal.stop("PACE", started);
    match result {
        Ok(established) => {
            let detail = format!("{name}, with the {}", password.kind());
            journal.check(Check::passed(CheckName::Access, detail));
            journal.chip.access = Some(name);
            journal.chip.password = Some(password.kind().to_string());
            Some(Opened {
                session: established.secure_messaging(),
                pace: Some(established),
            })
        }
        Err(error) => {
            journal.check(weigh(&error));
            None
        }
    }
}

/// The variants of one EF.CardAccess differ in these three.
fn is_same(a: &PaceParameters, b: &PaceParameters) -> bool {
    (a.mapping(), a.cipher(), a.curve()) == (b.mapping(), b.cipher(), b.curve())
}

/// A chip that took our token knows the password's key; one that then fails is another one's copy.
fn weigh(error: &PaceError) -> Check {
    match error {
        PaceError::WrongChipToken { .. } => Check::failed(CheckName::Access, tell(error)),
        _ => Check::undetermined(CheckName::Access, tell(error)),
    }
}

/// EF.ATR/INFO, EF.DIR and EF.CardAccess: its protocols, nothing where the chip has no such file, or
/// why it could not be read.
fn read_open_files<T: CardTransport>(
    card: &mut T,
    journal: &mut Journal<'_>,
) -> Result<Option<SecurityInfos>, String> {
    for file in [ElementaryFile::AtrInfo, ElementaryFile::Dir] {
        match reading::read_file(card, file, ChunkSize::SHORT, OPEN_FILE_LIMIT) {
            Ok(content) => {
                if file == ElementaryFile::AtrInfo {
                    note_lengths(&content, journal);
                }
                journal.keep(file, content);
            }
            Err(error @ ReadError::Exchange { .. }) => return Err(tell(&error)),
            // Both files are optional.
            Err(error) => journal.miss(file, &error),
        }
    }
    let file = ElementaryFile::CardAccess;
    let mut result = read_card_access(card);
    if matches!(
        result,
        Err(ReadError::NotFound { .. } | ReadError::Refused { .. })
    ) {
        // Some chips wake up inside the application.
        if reading::select_master_file(card).is_ok() {
            result = read_card_access(card);
        }
    }
    match result {
        Ok(content) => {
            let infos = SecurityInfos::parse_file(&content);
            journal.keep(file, content);
            infos
                .map(Some)
                .map_err(|error| format!("EF.CardAccess is malformed: {}", tell(&error)))
        }
        Err(error @ (ReadError::NotFound { .. } | ReadError::Refused { .. })) => {
            journal.miss(file, &error);
            Ok(None)
        }
        Err(error) => {
            journal.miss(file, &error);
            Err(tell(&error))
        }
    }
}

/// How long messages may be. A file that cannot be read means short ones.
fn note_lengths(content: &[u8], journal: &mut Journal<'_>) {
    if let Some(lengths) = AtrInfo::parse(content)
        .ok()
        .and_then(|info| info.extended_length)
    {
        journal.chip.max_command = Some(lengths.command);
        journal.chip.max_response = Some(lengths.response);
    }
}

fn read_card_access<T: CardTransport>(card: &mut T) -> Result<Vec<u8>, ReadError> {
    let file = ElementaryFile::CardAccess;
    reading::read_file(card, file, ChunkSize::SHORT, OPEN_FILE_LIMIT)
}

fn listed(offers: &[String]) -> String {
    if offers.is_empty() {
        "none".to_owned()
    } else {
        offers.join(", ")
    }
}
