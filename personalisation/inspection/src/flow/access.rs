//! Before the chip opens: what it says in the clear, and PACE (9303-11 §4.1, §4.4).

use icao9303::lds::{AtrInfo, EMRTD_AID, ElementaryFile};
use icao9303::pace::{self, Established, PaceError, PaceParameters, Password};
use icao9303::reading::{self, ChunkSize, MAX_FILE, ReadError};
use icao9303::security_info::SecurityInfos;
use icao9303::transport::CardTransport;
use rand::CryptoRng;

use super::journal::Journal;
use super::telling::tell;
use crate::protocols;
use crate::report::{Check, CheckName};

/// No file that is readable by everybody is larger, in bytes.
const OPEN_FILE_LIMIT: usize = 16 * 1024;

/// Reads EF.ATR/INFO, EF.DIR and EF.CardAccess and runs PACE. `None` when the chip does not open:
/// the reason stands among the checks.
pub(crate) fn open<T: CardTransport>(
    card: &mut T,
    password: Option<&Password>,
    rng: &mut impl CryptoRng,
    journal: &mut Journal<'_>,
) -> Option<Established> {
    let started = journal.start();
    let card_access = read_open_files(card, journal);
    journal.stop("Reading what is open", started);
    let infos = match card_access {
        Ok(infos) => infos,
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
            Some(established)
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

/// EF.ATR/INFO, EF.DIR and EF.CardAccess; the protocols, or why there are none.
fn read_open_files<T: CardTransport>(
    card: &mut T,
    journal: &mut Journal<'_>,
) -> Result<SecurityInfos, String> {
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
            infos.map_err(|error| format!("EF.CardAccess is malformed: {}", tell(&error)))
        }
        Err(error @ (ReadError::NotFound { .. } | ReadError::Refused { .. })) => {
            journal.miss(file, &error);
            Err(without_pace(card))
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

/// What a chip without EF.CardAccess is.
fn without_pace<T: CardTransport>(card: &mut T) -> String {
    if let Err(error) = reading::select_application(card, &EMRTD_AID) {
        return match error {
            ReadError::Exchange { .. } => tell(&error),
            _ => "not supported: this card is no ICAO travel document (it has neither \
                  EF.CardAccess nor the eMRTD application)"
                .to_owned(),
        };
    }
    let file = ElementaryFile::Com;
    match reading::read_file(card, file, ChunkSize::SHORT, MAX_FILE) {
        Err(ReadError::AccessDenied { .. }) => {
            "not supported: the chip offers basic access control (BAC) only, no PACE".to_owned()
        }
        Err(error @ ReadError::Exchange { .. }) => tell(&error),
        _ => "not supported: the chip has no access control at all".to_owned(),
    }
}

fn listed(offers: &[String]) -> String {
    if offers.is_empty() {
        "none".to_owned()
    } else {
        offers.join(", ")
    }
}
