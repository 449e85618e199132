//! The chip's side of basic access control (9303-11 §4.3).

use icao9303::apdu::StatusWord;
use icao9303::crypto::cipher::equal_in_constant_time;
use icao9303::crypto::kdf::{Purpose, derive_triple_des};
use rand::CryptoRng;
use zeroize::Zeroizing;

use super::refusal::Refusal;
use super::secure_messaging::Session;

/// Bytes of a random number.
pub(super) const RANDOM: usize = 8;
/// Bytes of a half of the session's seed, and of the seed of the access keys.
const SEED: usize = 16;
/// Bytes of a cryptogram: two random numbers and a key half.
const CRYPTOGRAM: usize = 2 * RANDOM + SEED;
/// Bytes of a cryptogram and its MAC: the data of EXTERNAL AUTHENTICATE, and its answer.
pub(super) const TOKEN: usize = CRYPTOGRAM + 8;

/// A challenge that waits for the terminal's answer. It serves once.
pub(super) struct Challenge([u8; RANDOM]);

impl Challenge {
    /// A fresh one.
    pub(super) fn draw(rng: &mut impl CryptoRng) -> Self {
        let mut random = [0; RANDOM];
        rng.fill_bytes(&mut random);
        Self(random)
    }

    /// RND.IC.
    pub(super) fn as_bytes(&self) -> &[u8; RANDOM] {
        &self.0
    }
}

/// Mutual authentication under the keys of the MRZ: the session, and the chip's own cryptogram. 6300
/// when the terminal's is not made with these keys over this challenge.
///
/// `mrz` is the SHA-1 of the MRZ information, whose first 16 bytes are `K_seed`.
pub(super) fn authenticate(
    mrz: &[u8],
    challenge: &Challenge,
    token: &[u8; TOKEN],
    rng: &mut impl CryptoRng,
) -> Result<(Session, Vec<u8>), Refusal> {
    let seed = mrz
        .get(..SEED)
        .ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
    let enc = derive_triple_des(seed, Purpose::Encryption)?;
    let mac = derive_triple_des(seed, Purpose::Authentication)?;
    let (encrypted, token_mac) = token.split_at(CRYPTOGRAM);
    if !equal_in_constant_time(&mac.retail_mac(encrypted)?, token_mac) {
        return Err(StatusWord::AUTHENTICATION_FAILED.into());
    }
    let plain = Zeroizing::new(enc.decrypt_cbc(encrypted)?);
    let (terminal_random, rest) = plain.split_at(RANDOM);
    let (echoed, terminal_key) = rest.split_at(RANDOM);
    if !equal_in_constant_time(echoed, &challenge.0) {
        return Err(StatusWord::AUTHENTICATION_FAILED.into());
    }
    let mut chip_key = Zeroizing::new([0; SEED]);
    rng.fill_bytes(&mut chip_key[..]);
    let answer = Zeroizing::new([&challenge.0[..], terminal_random, &chip_key[..]].concat());
    let mut answer = enc.encrypt_cbc(&answer)?;
    answer.extend(mac.retail_mac(&answer)?);
    let mut counter = [0; 8];
    counter[..4].copy_from_slice(&challenge.0[4..]);
    counter[4..].copy_from_slice(&terminal_random[4..]);
    for (byte, theirs) in chip_key.iter_mut().zip(terminal_key) {
        *byte ^= theirs;
    }
    let session = Session::triple_des(
        derive_triple_des(&chip_key[..], Purpose::Encryption)?,
        derive_triple_des(&chip_key[..], Purpose::Authentication)?,
        u64::from_be_bytes(counter),
    );
    Ok((session, answer))
}
