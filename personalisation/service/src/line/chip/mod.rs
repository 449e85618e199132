//! The chip driver: what the line asks of a chip before it is locked, one function a step.
//!
//! ```text
//! identify ─ open_session(transport keys) ─ put_keys ─ open_session(centre keys) ─ generate_key
//!          ─ write_file, compare_file … ─ store_secrets ─ lock ─ (anybody's) PACE
//! ```
//! The commands are documented in `docs/chip.md`. Each step can be repeated.

mod error;
mod files;
mod session;

pub use error::ChipError;
use icao9303::{
    apdu::{Command, StatusWord},
    exchange::exchange,
    lds::ElementaryFile,
    pace::{self, PaceError, PaceParameters, Password},
    reading::{self, ChunkSize},
    secure_messaging::SecureTransport,
    security_info::SecurityInfos,
    transport::CardTransport,
};
use personalisation_core::chip_serial::ChipSerial;
use rand::CryptoRng;
pub use session::{CENTRE_KEY_VERSION, CHIP_KEY_ID, Session};

const GET_DATA: u8 = 0xCA;
const LIFE_CYCLE: [u8; 2] = [0x00, 0x5A];
const SERIAL: [u8; 2] = [0x00, 0xCF];
const CARD_ACCESS_LIMIT: usize = 4096;

/// Where a chip stands in its life, which goes one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LifeCycle {
    /// As its maker delivered it.
    Blank,
    /// Under the centre's keys.
    Personalising,
    /// Closed for writing.
    Locked,
    /// In use.
    Operational,
}

/// What a chip says of itself to anyone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChipFacts {
    /// Where it stands.
    pub life_cycle: LifeCycle,
    /// Its serial; a locked chip no longer tells it.
    pub serial: Option<ChipSerial>,
}

/// Asks a chip who it is and where it stands.
pub fn identify<C: CardTransport>(card: &mut C) -> Result<ChipFacts, ChipError> {
    let life_cycle = match get_data(card, LIFE_CYCLE)?[..] {
        [0x01] => LifeCycle::Blank,
        [0x03] => LifeCycle::Personalising,
        [0x05] => LifeCycle::Locked,
        [0x07] => LifeCycle::Operational,
        _ => {
            return Err(ChipError::Malformed {
                doing: "reading the chip's life cycle",
            });
        }
    };
    if life_cycle >= LifeCycle::Locked {
        return Ok(ChipFacts {
            life_cycle,
            serial: None,
        });
    }
    let serial =
        ChipSerial::try_from(&get_data(card, SERIAL)?[..]).map_err(|_| ChipError::Malformed {
            doing: "reading the chip's serial",
        })?;
    Ok(ChipFacts {
        life_cycle,
        serial: Some(serial),
    })
}

/// Puts a locked chip into operation, behind PACE with its card access number: what is left to do
/// when power failed between the two.
pub fn put_into_operation<C: CardTransport>(
    card: &mut C,
    can: &Password,
    rng: &mut impl CryptoRng,
) -> Result<(), ChipError> {
    let mut card = open(card, can, rng)?;
    let command = Command::new(
        0x80,
        session::SET_STATUS,
        session::APPLICATION,
        session::OPERATIONAL,
    );
    accept(
        exchange(&mut card, &command),
        "putting the locked chip into operation",
    )
    .map(drop)
}

/// The serial of a locked chip, which it tells behind PACE only; `None` if this is not its card
/// access number.
pub fn serial_behind_pace<C: CardTransport>(
    card: &mut C,
    can: &Password,
    rng: &mut impl CryptoRng,
) -> Result<Option<ChipSerial>, ChipError> {
    let mut card = match open(card, can, rng) {
        Err(ChipError::Pace(PaceError::WrongPassword { .. })) => return Ok(None),
        opened => opened?,
    };
    let serial = ChipSerial::try_from(&get_data(&mut card, SERIAL)?[..]).map_err(|_| {
        ChipError::Malformed {
            doing: "reading the chip's serial",
        }
    })?;
    Ok(Some(serial))
}

/// Opens a locked chip by PACE.
fn open<'c, C: CardTransport>(
    card: &'c mut C,
    can: &Password,
    rng: &mut impl CryptoRng,
) -> Result<SecureTransport<&'c mut C>, ChipError> {
    let malformed = || ChipError::Malformed {
        doing: "reading what the locked chip offers",
    };
    let file = ElementaryFile::CardAccess;
    let access = reading::read_file(card, file, ChunkSize::SHORT, CARD_ACCESS_LIMIT)
        .map_err(|_| malformed())?;
    let infos = SecurityInfos::parse_file(&access).map_err(|_| malformed())?;
    let parameters = PaceParameters::best(&infos).map_err(|_| malformed())?;
    let established = pace::perform(card, &parameters, can, rng).map_err(ChipError::Pace)?;
    Ok(SecureTransport::new(card, established.secure_messaging()))
}

fn get_data<C: CardTransport>(card: &mut C, [p1, p2]: [u8; 2]) -> Result<Vec<u8>, ChipError> {
    let command = Command::new(0x80, GET_DATA, p1, p2).with_le(256);
    accept(exchange(card, &command), "asking the chip who it is")
}

/// The data of an answer with status 9000.
fn accept(
    answer: Result<icao9303::apdu::Response, icao9303::exchange::ExchangeError>,
    doing: &'static str,
) -> Result<Vec<u8>, ChipError> {
    let answer = answer.map_err(|source| ChipError::NoAnswer { doing, source })?;
    if answer.status == StatusWord::OK {
        Ok(answer.data)
    } else {
        Err(ChipError::Refused {
            doing,
            status: answer.status,
        })
    }
}
