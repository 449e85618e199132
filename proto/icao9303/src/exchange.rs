//! One command, one whole answer: collects chained responses and corrects Le, both bounded (ISO/IEC 7816-4 §5.3.4, §5.6).

use std::error::Error;
use std::fmt;

use crate::apdu::{ApduError, Command, Response, StatusWord};
use crate::transport::CardTransport;

/// No answer may grow beyond what one extended response carries, in bytes.
pub const MAX_RESPONSE: usize = 65_536;

/// How many GET RESPONSE commands one answer may take: twice what 65,536 bytes need.
const MAX_PIECES: usize = 512;

const GET_RESPONSE: u8 = 0xC0;
const SW1_MORE_DATA: u8 = 0x61;
const SW1_WRONG_LE: u8 = 0x6C;

/// Why a command has no answer that can be used.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The command cannot be written, or the answer has no status word.
    #[error("a command and its answer could not be exchanged")]
    Apdu(#[from] ApduError),
    /// The wire failed: the card was removed, the reader is gone, or a secured channel ended.
    #[error("the card gave no answer to {command:?}; present it again")]
    Transport {
        /// The command, printed as header and lengths.
        command: Command,
        /// What the wire says.
        #[source]
        cause: TransportError,
    },
    /// More bytes than an answer may have.
    #[error(
        "the card sent more than {MAX_RESPONSE} bytes in answer to {command:?}; do not trust it"
    )]
    TooLong {
        /// The command, printed as header and lengths.
        command: Command,
    },
    /// 61xx without end, or without data.
    #[error("the card announces more data to {command:?} without end; do not trust it")]
    EndlessChain {
        /// The command, printed as header and lengths.
        command: Command,
    },
    /// 6Cxx again although Le is what the card asked for.
    #[error("the card rejects the Le it asked for itself in answer to {command:?}")]
    EndlessCorrection {
        /// The command, printed as header and lengths.
        command: Command,
    },
}

impl ExchangeError {
    /// The first cause of type `E`, for instance the PC/SC error of a card that was pulled out.
    pub fn find<E: Error + 'static>(&self) -> Option<&E> {
        find_cause(self)
    }
}

/// The first error of type `E` among `error` and its causes.
pub fn find_cause<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// Any transport's own error, so that protocol errors need no type parameter.
#[derive(Debug)]
pub struct TransportError(Box<dyn Error + Send + Sync>);

impl TransportError {
    /// Takes the error of a [`CardTransport`].
    pub fn new(error: impl Error + Send + Sync + 'static) -> Self {
        Self(Box::new(error))
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for TransportError {
    /// The transport's own error itself, so that [`find_cause`] meets it.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}

/// Sends `command` and returns the whole answer.
///
/// 61xx is followed by GET RESPONSE until the answer is complete; 6Cxx is answered once by the
/// same command with the length that the card asks for. Any other status is the caller's.
pub fn exchange<T: CardTransport + ?Sized>(
    card: &mut T,
    command: &Command,
) -> Result<Response, ExchangeError> {
    exchange_encoded(card, command, &command.encode()?)
}

/// The same with extended length fields even where short ones would do: so that the protected form
/// of an answer of 256 bytes fits.
pub fn exchange_extended<T: CardTransport + ?Sized>(
    card: &mut T,
    command: &Command,
) -> Result<Response, ExchangeError> {
    exchange_encoded(card, command, &command.encode_extended()?)
}

fn exchange_encoded<T: CardTransport + ?Sized>(
    card: &mut T,
    command: &Command,
    encoded: &[u8],
) -> Result<Response, ExchangeError> {
    let mut response = transmit(card, command, encoded)?;
    if response.status.sw1() == SW1_WRONG_LE {
        let corrected = command.clone().with_le(announced(response.status));
        response = transmit(card, command, &corrected.encode()?)?;
        if response.status.sw1() == SW1_WRONG_LE {
            return Err(ExchangeError::EndlessCorrection {
                command: command.clone(),
            });
        }
    }
    follow_chain(card, command, response)
}

/// Sends `encoded`, the protected form of `command`, and collects the pieces of the answer. Le is
/// not corrected: a protected command is sent once.
pub(crate) fn exchange_protected<T: CardTransport + ?Sized>(
    card: &mut T,
    command: &Command,
    encoded: &[u8],
) -> Result<Response, ExchangeError> {
    let response = transmit(card, command, encoded)?;
    follow_chain(card, command, response)
}

fn follow_chain<T: CardTransport + ?Sized>(
    card: &mut T,
    command: &Command,
    mut response: Response,
) -> Result<Response, ExchangeError> {
    let mut pieces = 0;
    while response.status.sw1() == SW1_MORE_DATA {
        pieces += 1;
        let more = Command::new(command.cla & 0x03, GET_RESPONSE, 0, 0)
            .with_le(announced(response.status));
        let next = transmit(card, command, &more.encode()?)?;
        let stuck = next.data.is_empty() && next.status.sw1() == SW1_MORE_DATA;
        if pieces > MAX_PIECES || stuck {
            return Err(ExchangeError::EndlessChain {
                command: command.clone(),
            });
        }
        response.status = next.status;
        response.data.extend_from_slice(&next.data);
        if response.data.len() > MAX_RESPONSE {
            return Err(ExchangeError::TooLong {
                command: command.clone(),
            });
        }
    }
    Ok(response)
}

/// The length in SW2, where 00 stands for 256.
fn announced(status: StatusWord) -> usize {
    match status.sw2() {
        0 => 256,
        length => usize::from(length),
    }
}

fn transmit<T: CardTransport + ?Sized>(
    card: &mut T,
    command: &Command,
    encoded: &[u8],
) -> Result<Response, ExchangeError> {
    let bytes = card
        .transmit(encoded)
        .map_err(|error| ExchangeError::Transport {
            command: command.clone(),
            cause: TransportError::new(error),
        })?;
    if bytes.len() > MAX_RESPONSE + 2 {
        return Err(ExchangeError::TooLong {
            command: command.clone(),
        });
    }
    Ok(Response::parse(&bytes)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    struct Card<F>(F);

    impl<F: FnMut(&[u8]) -> Vec<u8>> CardTransport for Card<F> {
        type Error = Infallible;

        fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, Infallible> {
            Ok((self.0)(command))
        }
    }

    fn read() -> Command {
        Command::new(0, 0xB0, 0, 0).with_le(256)
    }

    #[test]
    fn collects_pieces_and_corrects_le() {
        let mut step = 0;
        let mut card = Card(|command: &[u8]| {
            step += 1;
            match step {
                1 => vec![0x6C, 0x04],
                2 => {
                    assert_eq!(command, [0x00, 0xB0, 0, 0, 4]);
                    vec![1, 2, 0x61, 0x02]
                }
                _ => {
                    assert_eq!(command, [0x00, 0xC0, 0, 0, 2]);
                    vec![3, 4, 0x90, 0x00]
                }
            }
        });
        let response = exchange(&mut card, &read()).unwrap();
        assert_eq!(response, Response::new([1, 2, 3, 4], StatusWord::OK));
    }

    #[test]
    fn endless_cards_are_named() {
        let error = exchange(&mut Card(|_: &[u8]| vec![0x6C, 0x10]), &read()).unwrap_err();
        assert!(
            matches!(error, ExchangeError::EndlessCorrection { .. }),
            "{error}"
        );
        let error = exchange(&mut Card(|_: &[u8]| vec![0x61, 0x00]), &read()).unwrap_err();
        assert!(
            matches!(error, ExchangeError::EndlessChain { .. }),
            "{error}"
        );
        let error = exchange(&mut Card(|_: &[u8]| vec![1, 0x61, 0x00]), &read()).unwrap_err();
        assert!(
            matches!(error, ExchangeError::EndlessChain { .. }),
            "{error}"
        );
        let mut big = Card(|_: &[u8]| [vec![0; 60_000], vec![0x61, 0x00]].concat());
        assert!(matches!(
            exchange(&mut big, &read()).unwrap_err(),
            ExchangeError::TooLong { .. }
        ));
        let error = exchange(&mut Card(|_: &[u8]| vec![0; 70_000]), &read()).unwrap_err();
        assert!(matches!(error, ExchangeError::TooLong { .. }), "{error}");
        let error = exchange(&mut Card(|_: &[u8]| vec![0x90]), &read()).unwrap_err();
        assert!(matches!(error, ExchangeError::Apdu(_)), "{error}");
    }

    #[test]
    fn the_wires_own_error_is_found() {
        #[derive(Debug, thiserror::Error)]
        #[error("card removed")]
        struct Removed;
        struct Gone;
        impl CardTransport for Gone {
            type Error = Removed;
            fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, Removed> {
                Err(Removed)
            }
        }
        let error = exchange(&mut Gone, &read()).unwrap_err();
        assert!(error.find::<Removed>().is_some());
        assert!(error.find::<ApduError>().is_none());
    }
}
