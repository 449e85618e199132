//! SCP03, the host's side: the secure channel under which a chip is personalised
//! (`GlobalPlatform` Card Specification 2.3, Amendment D).
//!
//! ```text
//! 80 50 KVN 00 08 host challenge 00  → KDD(10) KVN 03 i card challenge(8) cryptogram(8) [counter(3)]
//! 84 82 SL 00 10 host cryptogram ‖ C-MAC → 9000
//! ```
//!
//! [`initialize_update`] brings the card's answer; its key diversification data tells which static
//! keys the card has; [`CardAnswer::open`] proves both sides and gives a [`Scp03Transport`], through
//! which any command goes protected.

use rand::CryptoRng;

use crate::apdu::{ApduError, StatusWord};
use crate::crypto::CryptoError;
use crate::exchange::{ExchangeError, exchange};
use crate::transport::CardTransport;

pub use handshake::{CardAnswer, InitializeUpdate, Pending};
pub use keys::{DIVERSIFICATION_DATA, StaticKeys, check_value};
pub use level::SecurityLevel;
pub use put_key::{KeysNotConfirmed, PutKey};
pub use session::{Scp03Session, largest_plain_answer, largest_plain_data};
pub use store_data::{Groupings, StoreDataError};
pub use transport::{Scp03Transport, Scp03TransportError};

pub mod derivation;
mod handshake;
mod keys;
mod level;
mod put_key;
mod session;
mod store_data;
mod transport;

/// The issuer security domain's usual application identifier.
pub const ISSUER_SECURITY_DOMAIN: [u8; 8] = [0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00, 0x00];

/// Why a secure channel could not be opened, or ended.
#[derive(Debug, thiserror::Error)]
pub enum Scp03Error {
    /// 6A88: the card has no key set of this version.
    #[error(
        "the card has no key set {key_version:02X}; it is in another life-cycle state, or not from this delivery"
    )]
    NoKeySet {
        /// The key version asked for.
        key_version: u8,
    },
    /// 6982, 6985, 6D00: the card opens no channel any more, as after its lock.
    #[error("the card opens no secure channel (status {status}); it may be locked already")]
    NoChannel {
        /// The card's status word.
        status: StatusWord,
    },
    /// The answer to INITIALIZE UPDATE has another form.
    #[error("the card's answer to INITIALIZE UPDATE has {length} bytes")]
    BadAnswer {
        /// Its length in bytes.
        length: usize,
    },
    /// Another protocol than SCP03, or its S16 mode.
    #[error("not supported: secure channel protocol {protocol:02X} with parameter {parameter:02X}")]
    NotSupported {
        /// The protocol, 03 for SCP03.
        protocol: u8,
        /// Its parameter i.
        parameter: u8,
    },
    /// The card does not offer protection of answers.
    #[error(
        "the card offers parameter {parameter:02X}, which does not allow security level {level:02X}"
    )]
    LevelNotOffered {
        /// The parameter i.
        parameter: u8,
        /// The level asked for.
        level: u8,
    },
    /// The card does not know the static keys that we think it has.
    #[error("the card's cryptogram is wrong: it does not have the keys on file for it")]
    WrongCardCryptogram,
    /// The card rejects our cryptogram: EXTERNAL AUTHENTICATE did not answer 9000.
    #[error("the card rejects the host's cryptogram with status {status}")]
    RejectedHost {
        /// The card's status word.
        status: StatusWord,
    },
    /// The session ended before; its keys are gone.
    #[error("the secure channel has ended; open it again")]
    Closed,
    /// An answer's MAC is missing or wrong.
    #[error(
        "the MAC of the card's answer is missing or wrong; the connection was tampered with or disturbed"
    )]
    WrongMac,
    /// An error status came with data, which cannot be authentic.
    #[error("the card sent unprotected data with status {status}; do not trust it")]
    Unprotected {
        /// The card's status word.
        status: StatusWord,
    },
    /// The MAC is right, but the decrypted answer is not padded whole blocks.
    #[error("the card's answer cannot be decrypted")]
    Padding,
    /// The wire failed.
    #[error("the secure channel was interrupted")]
    Exchange(#[from] ExchangeError),
    /// A command does not fit into an APDU.
    #[error("the command does not fit into a protected APDU")]
    Command(#[from] ApduError),
    /// OpenSSL refused.
    #[error("the secure channel could not compute")]
    Crypto(#[from] CryptoError),
}

/// Asks the card, whose security domain is selected, for a session under key set `key_version`
/// (00: the card's default).
pub fn initialize_update<T: CardTransport + ?Sized>(
    card: &mut T,
    key_version: u8,
    rng: &mut impl CryptoRng,
) -> Result<CardAnswer, Scp03Error> {
    let start = InitializeUpdate::new(key_version, rng);
    let answer = exchange(card, &start.command())?;
    match answer.status {
        StatusWord::OK => start.receive(&answer.data),
        StatusWord::REFERENCE_NOT_FOUND => Err(Scp03Error::NoKeySet { key_version }),
        status => Err(Scp03Error::NoChannel { status }),
    }
}
