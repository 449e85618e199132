//! GENERATE KEY PAIR (80 47): the chip makes the key of chip authentication; only the public half leaves.

use icao9303::apdu::{Command, Response, StatusWord};
use icao9303::tlv;

use super::Answer;
use crate::card::{Card, chip_authentication, chip_key};

/// P1: make a key and answer its public half.
const GENERATE: u8 = 0x80;

/// Data: `B6 { 84 key id, 80 domain parameter id }`; answer: `7F49 { 06 protocol, 86 point }`.
pub(super) fn run(card: &mut Card, command: &Command) -> Answer {
    if command.p1 != GENERATE || command.p2 != 0 {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    let mut reader = tlv::Reader::new(tlv::parse_exact(&command.data, 0xB6)?);
    let &[id] = reader.expect(0x84)? else {
        return Err(StatusWord::WRONG_DATA.into());
    };
    let parameters = reader.expect(0x80)?;
    reader.finish()?;
    if parameters != [card.curve.id().parameter_id()] {
        return Err(StatusWord::REFERENCE_NOT_FOUND.into());
    }
    let private = card.curve.random_scalar(&mut card.rng)?;
    let public = card.curve.multiply_generator(&private)?;
    card.effort.key_generations += 1;
    chip_key::store(&mut card.memory, &card.curve, id, &private, &public)?;
    let protocol = tlv::encode(0x06, &chip_authentication::ID_CA_ECDH_AES_128);
    let point = tlv::encode(0x86, public.as_bytes());
    Ok(Response::new(
        tlv::encode_constructed(0x7F49, &[&protocol, &point]),
        StatusWord::OK,
    ))
}
