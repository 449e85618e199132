//! GENERATE KEY PAIR (80 47): the chip makes its keys of chip and active authentication; only the public halves leave.

use icao9303::apdu::{Command, Response, StatusWord};
use icao9303::tlv;

use super::{Answer, Context};
use crate::card::active_authentication::{ECDSA_PLAIN_SHA256, ID_AA};
use crate::card::profile::Profile;
use crate::card::refusal::Refusal;
use crate::card::signing_key::{self, RSA_BITS, SigningKey};
use crate::card::{Card, chip_authentication, chip_key};

/// P1: make a key and answer its public half.
const GENERATE: u8 = 0x80;
/// Which key: that of chip authentication, that of active authentication.
const CHIP_AUTHENTICATION: u16 = 0xB6;
const ACTIVE_AUTHENTICATION: u16 = 0xA4;
const KEY_ID: u16 = 0x84;
const DOMAIN_PARAMETERS: u16 = 0x80;
const MODULUS_BITS: u16 = 0x81;

/// Data: `B6 { 84 key id, 80 domain parameter id }`, `A4 { 80 domain parameter id }` or
/// `A4 { 81 bits of modulus }`; answer: `7F49 { 06 protocol, 86 point }` or
/// `7F49 { 06 protocol, 81 modulus, 82 exponent }`.
pub(super) fn run(card: &mut Card, command: &Command, context: &Context) -> Answer {
    if command.p1 != GENERATE || command.p2 != 0 {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    let mut reader = tlv::Reader::new(&command.data);
    let template = reader.next_element()?.ok_or(StatusWord::WRONG_DATA)?;
    reader.finish()?;
    let public = match template.tag {
        CHIP_AUTHENTICATION => for_chip_authentication(card, template.value)?,
        ACTIVE_AUTHENTICATION => for_active_authentication(card, template.value, context)?,
        _ => return Err(StatusWord::WRONG_DATA.into()),
    };
    card.effort.key_generations += 1;
    Ok(Response::new(
        tlv::encode_constructed(0x7F49, &[&public]),
        StatusWord::OK,
    ))
}

fn for_chip_authentication(card: &mut Card, template: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut reader = tlv::Reader::new(template);
    let &[id] = reader.expect(KEY_ID)? else {
        return Err(StatusWord::WRONG_DATA.into());
    };
    let parameters = reader.expect(DOMAIN_PARAMETERS)?;
    reader.finish()?;
    require_own_curve(card, parameters)?;
    let private = card.curve.random_scalar(&mut card.rng)?;
    let public = card.curve.multiply_generator(&private)?;
    chip_key::store(&mut card.memory, &card.curve, id, &private, &public)?;
    let protocol = tlv::encode(0x06, &chip_authentication::ID_CA_ECDH_AES_128);
    Ok([protocol, tlv::encode(0x86, public.as_bytes())].concat())
}

/// 6A81 on chips whose profile has no active authentication; 6700 when the modulus would not fit into
/// the answer, before a key is made.
fn for_active_authentication(
    card: &mut Card,
    template: &[u8],
    context: &Context,
) -> Result<Vec<u8>, Refusal> {
    if !Profile::of(&card.memory).offers_active_authentication() {
        return Err(StatusWord::FUNCTION_NOT_SUPPORTED.into());
    }
    let mut reader = tlv::Reader::new(template);
    if let Some(parameters) = reader.optional(DOMAIN_PARAMETERS)? {
        reader.finish()?;
        require_own_curve(card, parameters)?;
        let private = card.curve.random_scalar(&mut card.rng)?;
        let public = card.curve.multiply_generator(&private)?;
        signing_key::store(&mut card.memory, &SigningKey::Ecdsa(private))?;
        let protocol = tlv::encode(0x06, &ECDSA_PLAIN_SHA256);
        return Ok([protocol, tlv::encode(0x86, public.as_bytes())].concat());
    }
    let bits = reader.expect(MODULUS_BITS)?;
    reader.finish()?;
    let [.., high, low] = RSA_BITS.to_be_bytes();
    if bits != [high, low] {
        return Err(StatusWord::REFERENCE_NOT_FOUND.into());
    }
    // Protocol, modulus, exponent and their headers take 40 bytes at most.
    if context.limit < RSA_BITS as usize / 8 + 40 {
        return Err(StatusWord::WRONG_LENGTH.into());
    }
    let key = SigningKey::generate_rsa().map_err(|_| StatusWord::UNKNOWN_ERROR)?;
    signing_key::store(&mut card.memory, &key)?;
    let mut public = tlv::encode(0x06, &ID_AA);
    if let SigningKey::Rsa(key) = &key {
        tlv::push(&mut public, 0x81, &key.n().to_vec());
        tlv::push(&mut public, 0x82, &key.e().to_vec());
    }
    Ok(public)
}

/// The chip has one curve.
fn require_own_curve(card: &Card, parameters: &[u8]) -> Result<(), StatusWord> {
    if parameters == [card.curve.id().parameter_id()] {
        Ok(())
    } else {
        Err(StatusWord::REFERENCE_NOT_FOUND)
    }
}
