//! GET DATA (80 CA): serial and production data, and where the chip stands in its life.

use icao9303::apdu::{Command, Response, StatusWord};
use icao9303::tlv;

use super::{Answer, Context, Route};
use crate::card::{Card, layout};

const LIFE_CYCLE: u16 = 0x005A;
const KEY_DIVERSIFICATION_DATA: u16 = 0x00CF;
const PRODUCTION_DATA: u16 = 0x9F7F;

/// The life cycle is always readable. What tells one chip from another is readable before the lock
/// by anyone, and after it only behind PACE: a card must not be followed.
pub(super) fn run(card: &Card, command: &Command, context: &Context) -> Answer {
    let le = command.le.ok_or(StatusWord::WRONG_LENGTH)?;
    let tag = u16::from_be_bytes([command.p1, command.p2]);
    let traceable = matches!(tag, KEY_DIVERSIFICATION_DATA | PRODUCTION_DATA);
    if traceable && card.life_cycle().is_locked() && context.route == Route::Plain {
        return Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED.into());
    }
    let data = match tag {
        LIFE_CYCLE => vec![card.life_cycle() as u8],
        KEY_DIVERSIFICATION_DATA => card.serial().to_vec(),
        PRODUCTION_DATA => tlv::encode(
            PRODUCTION_DATA,
            card.memory.read(layout::CPLC, layout::CPLC_LENGTH),
        ),
        _ => return Err(StatusWord::REFERENCE_NOT_FOUND.into()),
    };
    // Le names the exact length, or asks for all there is.
    let [exact] = layout::low_bytes(data.len());
    if ![data.len(), 256, 65_536].contains(&le) {
        return Err(StatusWord(u16::from_be_bytes([0x6C, exact])).into());
    }
    Ok(Response::new(data, StatusWord::OK))
}
