//! PACE, the reader's side (9303-11 §4.4): a short password becomes strong session keys.
//!
//! Generic mapping and chip-authentication mapping over elliptic curves with AES. [`perform`] runs
//! the whole protocol over a card; [`protocol`] holds its steps as bytes in, bytes out.
//!
//! ```text
//! 0  00 22 C1 A4  80 OID, 83 password, [84 parameter id]   →
//! 1  10 86 00 00  7C 00                                    → 7C{80 E(K_π, s)}
//! 2  10 86 00 00  7C{81 mapping key}                       → 7C{82 mapping key}
//! 3  10 86 00 00  7C{83 ephemeral key}                     → 7C{84 ephemeral key}
//! 4  00 86 00 00  7C{85 T_IFD}                             → 7C{86 T_IC, [8A proof of CAM]}
//! ```

use std::fmt;

use rand::CryptoRng;

use crate::apdu::{Command, Response, StatusWord};
use crate::crypto::CryptoError;
use crate::exchange::{ExchangeError, exchange};
use crate::tlv::TlvError;
use crate::transport::CardTransport;

pub use parameters::{Mapping, NotSupported, PaceParameters};
pub use password::{Password, PasswordError, PasswordKind};
pub use proof::{ChipProof, ChipProofError};
pub use protocol::Established;

mod parameters;
mod password;
mod proof;
pub mod protocol;

/// A step of the protocol, for error texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// MSE:Set AT: which protocol, which password.
    SetAuthenticationTemplate,
    /// The encrypted nonce.
    Nonce,
    /// Exchange of mapping keys.
    Mapping,
    /// Exchange of ephemeral keys.
    KeyAgreement,
    /// Exchange of authentication tokens.
    Authentication,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SetAuthenticationTemplate => "MSE:Set AT",
            Self::Nonce => "the encrypted nonce",
            Self::Mapping => "the mapping of the nonce",
            Self::KeyAgreement => "the key agreement",
            Self::Authentication => "mutual authentication",
        })
    }
}

/// Why PACE did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum PaceError {
    /// The chip rejects our token: the CAN or MRZ is not that of this document.
    #[error("the chip does not accept the {password}; compare it with the document and try again")]
    WrongPassword {
        /// Which password was used.
        password: PasswordKind,
        /// How many tries are left, where the chip says so.
        tries_left: Option<u8>,
    },
    /// The wire failed, or the card answered without end.
    #[error("PACE was interrupted")]
    Exchange(#[from] ExchangeError),
    /// The chip refuses a step.
    #[error("the chip refused PACE at {step} with status {status}")]
    Refused {
        /// Where.
        step: Step,
        /// The chip's status word.
        status: StatusWord,
    },
    /// The chip's answer is not what the step demands.
    #[error("the chip's answer at {step} of PACE is malformed")]
    Malformed {
        /// Where.
        step: Step,
        /// What is wrong with it.
        #[source]
        cause: TlvError,
    },
    /// The encrypted nonce is not one to four cipher blocks.
    #[error("the chip's PACE nonce has {length} bytes, which is no multiple of a cipher block")]
    BadNonce {
        /// Its length in bytes.
        length: usize,
    },
    /// The chip's public key is not a point of the curve, or leads to infinity.
    #[error("the chip's public key at {step} of PACE cannot be used; do not trust the chip")]
    BadChipKey {
        /// Where.
        step: Step,
        /// What is wrong with it.
        #[source]
        cause: CryptoError,
    },
    /// The chip sent our own public key back.
    #[error("the chip reflects our own key at {step} of PACE; do not trust it")]
    ReflectedKey {
        /// Where.
        step: Step,
    },
    /// The chip took our token, but its own is wrong: it does not know the password.
    #[error(
        "the chip's authentication token is wrong: it does not know the {password}; do not trust it"
    )]
    WrongChipToken {
        /// Which password was used.
        password: PasswordKind,
    },
    /// The proof of chip-authentication mapping (object 8A) cannot be decrypted.
    #[error("the chip's proof of chip-authentication mapping cannot be decrypted")]
    BadProof,
    /// OpenSSL refused.
    #[error("PACE could not compute")]
    Crypto(#[from] CryptoError),
}

/// Runs PACE over a plain `card` with what EF.CardAccess offers and a password from the document.
///
/// On success the chip knows the same password as we do; put the card behind
/// [`SecureTransport`](crate::secure_messaging::SecureTransport) with
/// [`Established::secure_messaging`].
pub fn perform<T: CardTransport + ?Sized>(
    card: &mut T,
    parameters: &PaceParameters,
    password: &Password,
    rng: &mut impl CryptoRng,
) -> Result<Established, PaceError> {
    let start = protocol::Start::new(parameters, password)?;
    ask(
        card,
        Step::SetAuthenticationTemplate,
        &start.set_authentication_template(),
    )?;
    let answer = ask(card, Step::Nonce, &start.request_nonce())?;
    let (mapping, command) = start.receive_nonce(&answer, rng)?;
    let answer = ask(card, Step::Mapping, &command)?;
    let (agreement, command) = mapping.receive_mapping_key(&answer, rng)?;
    let answer = ask(card, Step::KeyAgreement, &command)?;
    let (authentication, command) = agreement.receive_ephemeral_key(&answer)?;
    let answer = exchange(card, &command)?;
    match answer.status {
        StatusWord::OK => authentication.receive_token(&answer.data),
        status => Err(refused_token(password.kind(), status)),
    }
}

/// Sends one step's command; anything but 9000 is a refusal.
fn ask<T: CardTransport + ?Sized>(
    card: &mut T,
    step: Step,
    command: &Command,
) -> Result<Vec<u8>, PaceError> {
    let Response { data, status } = exchange(card, command)?;
    // 63Cx and 6283 tell how often a PIN may still be tried; CAN and MRZ are never blocked.
    let counted = step == Step::SetAuthenticationTemplate && tries_left(status).is_some();
    if status.is_ok() || counted {
        Ok(data)
    } else {
        Err(PaceError::Refused { step, status })
    }
}

fn refused_token(password: PasswordKind, status: StatusWord) -> PaceError {
    let tries_left = tries_left(status);
    if status == StatusWord::AUTHENTICATION_FAILED || tries_left.is_some() {
        PaceError::WrongPassword {
            password,
            tries_left,
        }
    } else {
        PaceError::Refused {
            step: Step::Authentication,
            status,
        }
    }
}

/// x of 63Cx.
fn tries_left(status: StatusWord) -> Option<u8> {
    (status.0 & 0xFFF0 == 0x63C0).then_some(status.sw2() & 0x0F)
}
