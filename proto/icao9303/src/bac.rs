//! Basic access control, the reader's side (9303-11 §4.3): whoever has seen the MRZ may read.
//!
//! ```text
//! 1  00 84 00 00 08                    → RND.IC
//! 2  00 82 00 00 28  E_IFD ‖ M_IFD 28  → E_IC ‖ M_IC
//! ```
//! E is triple DES over both sides' random numbers and key halves, M the retail MAC over E. It is
//! for documents issued before 2028 that offer nothing better: never the answer to a PACE that failed.

use std::fmt;

use rand::CryptoRng;
use zeroize::Zeroizing;

use crate::apdu::{Command, StatusWord};
use crate::crypto::CryptoError;
use crate::crypto::cipher::equal_in_constant_time;
use crate::exchange::{ExchangeError, exchange};
use crate::pace::{Password, PasswordKind};
use crate::secure_messaging::{SecureMessaging, TripleDesKeys};
use crate::transport::CardTransport;

const GET_CHALLENGE: u8 = 0x84;
const EXTERNAL_AUTHENTICATE: u8 = 0x82;
/// Bytes of RND.IC and RND.IFD.
const RANDOM: usize = 8;
/// Bytes of K.IC and K.IFD.
const KEY: usize = 16;
/// Bytes of E: two random numbers and a key half.
const CRYPTOGRAM: usize = 2 * RANDOM + KEY;
/// Bytes of E and M together.
const TOKEN: usize = CRYPTOGRAM + 8;

/// Why basic access control did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum BacError {
    /// The password is a card access number.
    #[error(
        "basic access control needs the machine readable zone; the card access number does not open this chip"
    )]
    NeedsMrz,
    /// The wire failed, or the card answered without end.
    #[error("basic access control was interrupted")]
    Exchange(#[from] ExchangeError),
    /// The chip gives no challenge: it does not offer basic access control.
    #[error("the chip gave no challenge for basic access control (status {status})")]
    NoChallenge {
        /// The chip's status word.
        status: StatusWord,
    },
    /// The chip rejects our cryptogram: the MRZ is not that of this document.
    #[error(
        "the chip does not accept the machine readable zone (status {status}); compare it with the document and try again"
    )]
    WrongPassword {
        /// The chip's status word: 6300, 63Cx or 6982, as its system has it.
        status: StatusWord,
    },
    /// The chip refuses in another way.
    #[error("the chip refused basic access control with status {status}")]
    Refused {
        /// The chip's status word.
        status: StatusWord,
    },
    /// An answer that has another length than the protocol gives it.
    #[error(
        "the chip's answer to {step} of basic access control has {length} bytes, not {expected}"
    )]
    BadAnswer {
        /// Which command.
        step: &'static str,
        /// Bytes sent.
        length: usize,
        /// Bytes expected.
        expected: usize,
    },
    /// The chip took our cryptogram, but its own has a wrong MAC: it does not know the MRZ.
    #[error("the chip does not know the machine readable zone: its MAC is wrong; do not trust it")]
    WrongMac,
    /// The chip's cryptogram is not about this exchange.
    #[error("the chip's answer holds other random numbers than ours; do not trust it")]
    WrongRandom,
    /// OpenSSL refused.
    #[error("basic access control could not compute")]
    Crypto(#[from] CryptoError),
}

/// `K_Enc` and `K_MAC`, made of the MRZ information: wiped when dropped, never printed.
#[derive(Clone)]
pub struct AccessKeys(TripleDesKeys);

impl AccessKeys {
    /// From the password of the document, which must be its MRZ.
    pub fn from_password(password: &Password) -> Result<Self, BacError> {
        match (password.kind(), password.secret().first_chunk()) {
            (PasswordKind::Mrz, Some(seed)) => Ok(Self::from_seed(seed)?),
            _ => Err(BacError::NeedsMrz),
        }
    }

    /// From `K_seed`, the first 16 bytes of the SHA-1 of the MRZ information.
    pub fn from_seed(seed: &[u8; KEY]) -> Result<Self, CryptoError> {
        Ok(Self(TripleDesKeys::derive(seed)?))
    }

    /// `K_Enc` and `K_MAC`.
    pub fn keys(&self) -> &TripleDesKeys {
        &self.0
    }
}

impl fmt::Debug for AccessKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessKeys(redacted)")
    }
}

/// Our cryptogram is on its way.
pub struct Authentication {
    keys: TripleDesKeys,
    chip_random: [u8; RANDOM],
    our_random: [u8; RANDOM],
    our_key: Zeroizing<[u8; KEY]>,
}

impl Authentication {
    /// Takes the chip's challenge; the command carries our cryptogram.
    pub fn start(
        keys: &AccessKeys,
        challenge: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<(Self, Command), BacError> {
        let chip_random: [u8; RANDOM] = challenge.try_into().map_err(|_| BacError::BadAnswer {
            step: "GET CHALLENGE",
            length: challenge.len(),
            expected: RANDOM,
        })?;
        let mut our_random = [0; RANDOM];
        rng.fill_bytes(&mut our_random);
        let mut our_key = Zeroizing::new([0; KEY]);
        rng.fill_bytes(&mut our_key[..]);
        let plain = Zeroizing::new([&our_random[..], &chip_random, &our_key[..]].concat());
        let keys = keys.0.clone();
        let mut token = keys.encryption.encrypt_cbc(&plain)?;
        let mac = keys.authentication.retail_mac(&token)?;
        token.extend(mac);
        let command = Command::new(0x00, EXTERNAL_AUTHENTICATE, 0, 0)
            .with_data(token)
            .with_le(TOKEN);
        let state = Self {
            keys,
            chip_random,
            our_random,
            our_key,
        };
        Ok((state, command))
    }

    /// Takes the chip's cryptogram; the session starts.
    pub fn finish(self, answer: &[u8]) -> Result<SecureMessaging, BacError> {
        let Some((encrypted, mac)) = answer.split_at_checked(CRYPTOGRAM) else {
            return Err(bad_token(answer));
        };
        if answer.len() != TOKEN {
            return Err(bad_token(answer));
        }
        let expected = self.keys.authentication.retail_mac(encrypted)?;
        if !equal_in_constant_time(&expected, mac) {
            return Err(BacError::WrongMac);
        }
        let plain = Zeroizing::new(self.keys.encryption.decrypt_cbc(encrypted)?);
        let (randoms, chip_key) = plain.split_at(2 * RANDOM);
        let ours = [self.chip_random, self.our_random].concat();
        if !equal_in_constant_time(randoms, &ours) {
            return Err(BacError::WrongRandom);
        }
        let mut seed = self.our_key.clone();
        for (byte, theirs) in seed.iter_mut().zip(chip_key) {
            *byte ^= theirs;
        }
        let keys = TripleDesKeys::derive(&seed[..])?;
        // The last four bytes of each random number, the chip's first.
        let halves = [self.chip_random, self.our_random].map(u64::from_be_bytes);
        let counter = halves[0] << 32 | halves[1] & 0xFFFF_FFFF;
        Ok(SecureMessaging::with_triple_des(keys, counter))
    }
}

impl fmt::Debug for Authentication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authentication(redacted)")
    }
}

/// Runs basic access control over a plain `card` whose eMRTD application is selected.
///
/// On success the chip knows the same MRZ as we do; put the card behind
/// [`SecureTransport`](crate::secure_messaging::SecureTransport) with the session.
pub fn perform<T: CardTransport + ?Sized>(
    card: &mut T,
    keys: &AccessKeys,
    rng: &mut impl CryptoRng,
) -> Result<SecureMessaging, BacError> {
    let ask = Command::new(0x00, GET_CHALLENGE, 0, 0).with_le(RANDOM);
    let answer = exchange(card, &ask)?;
    if !answer.status.is_ok() {
        let status = answer.status;
        return Err(BacError::NoChallenge { status });
    }
    let (authentication, command) = Authentication::start(keys, &answer.data, rng)?;
    let answer = exchange(card, &command)?;
    match answer.status {
        StatusWord::OK => authentication.finish(&answer.data),
        status if is_wrong_password(status) => Err(BacError::WrongPassword { status }),
        status => Err(BacError::Refused { status }),
    }
}

/// What chips say to a cryptogram under other keys; 9303-11 leaves it to them.
fn is_wrong_password(status: StatusWord) -> bool {
    let refusals = [
        StatusWord::AUTHENTICATION_FAILED,
        StatusWord::SECURITY_STATUS_NOT_SATISFIED,
        StatusWord::WRONG_SM_OBJECTS,
    ];
    refusals.contains(&status) || status.0 & 0xFFF0 == 0x63C0
}

fn bad_token(answer: &[u8]) -> BacError {
    BacError::BadAnswer {
        step: "EXTERNAL AUTHENTICATE",
        length: answer.len(),
        expected: TOKEN,
    }
}
