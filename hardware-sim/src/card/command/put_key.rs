//! PUT KEY (80 D8): other keys for the secure channel, in the place of the ones before.

use icao9303::apdu::{Command, Response, StatusWord};
use icao9303::crypto::cipher::{AesKey, BLOCK};
use zeroize::Zeroizing;

use super::Answer;
use crate::card::life_cycle::LifeCycle;
use crate::card::refusal::Refusal;
use crate::card::scp03::KeySet;
use crate::card::state::{Channel, Volatile};
use crate::card::{Card, layout};

/// Three keys, the first with identifier 1: ENC, MAC, DEK.
const ALL_THREE: u8 = 0x81;
const AES: u8 = 0x88;
const CHECK_VALUE_LENGTH: usize = 3;

/// Data: `version`, then for each key `88 length keylength E(DEK, key) 03 check value`. P1 is the
/// version that is replaced, or 00. Answer: the version and the three check values. A blank chip
/// becomes one in personalisation, in the same instant as the keys change.
pub(super) fn run(card: &mut Card, volatile: &mut Volatile, command: &Command) -> Answer {
    let Channel::Scp03(channel) = &volatile.channel else {
        return Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED.into());
    };
    if command.p2 != ALL_THREE {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    if command.p1 != 0 && command.p1 != channel.key_version() {
        return Err(StatusWord::REFERENCE_NOT_FOUND.into());
    }
    let (&version, mut rest) = command.data.split_first().ok_or(StatusWord::WRONG_DATA)?;
    let mut answer = vec![version];
    let mut next_key = || -> Result<AesKey, Refusal> {
        let (key, check_value, after) = parse_key(channel.dek(), rest)?;
        answer.extend_from_slice(check_value);
        rest = after;
        Ok(key)
    };
    let keys = KeySet {
        version,
        enc: next_key()?,
        mac: next_key()?,
        dek: next_key()?,
    };
    let sizes = [keys.enc.size(), keys.mac.size(), keys.dek.size()];
    if !rest.is_empty() || !(0x01..=0x7F).contains(&version) || sizes[1..] != sizes[..2] {
        return Err(StatusWord::WRONG_DATA.into());
    }
    let life_cycle = [card.life_cycle().max(LifeCycle::Personalising) as u8];
    let area = keys.encode();
    card.memory.write_atomically(&[
        (layout::KEY_SET, area.as_slice()),
        (layout::LIFE_CYCLE, &life_cycle),
    ])?;
    Ok(Response::new(answer, StatusWord::OK))
}

/// One key field: the key, its check value, and what follows.
fn parse_key<'a>(dek: &AesKey, field: &'a [u8]) -> Result<(AesKey, &'a [u8], &'a [u8]), Refusal> {
    let wrong = StatusWord::WRONG_DATA;
    let &[AES, block_length, key_length, ref rest @ ..] = field else {
        return Err(wrong.into());
    };
    let encrypted_length = usize::from(block_length).checked_sub(1).ok_or(wrong)?;
    let (encrypted, rest) = rest.split_at_checked(encrypted_length).ok_or(wrong)?;
    let (length, rest) = rest.split_first().ok_or(wrong)?;
    let (check_value, rest) = rest.split_at_checked(CHECK_VALUE_LENGTH).ok_or(wrong)?;
    let padded = Zeroizing::new(dek.decrypt_cbc(&[0; BLOCK], encrypted)?);
    let key = padded.get(..usize::from(key_length)).ok_or(wrong)?;
    let key = AesKey::from_bytes(key)?;
    // Key check value: E(key, 01‥01), first three bytes.
    let expected = key.encrypt_block(&[0x01; BLOCK])?;
    if usize::from(*length) != CHECK_VALUE_LENGTH || expected[..CHECK_VALUE_LENGTH] != *check_value
    {
        return Err(wrong.into());
    }
    Ok((key, check_value, rest))
}
