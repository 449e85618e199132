//! A transport that protects what goes through it: everything above reads and selects as on a plain wire.

use std::fmt;

use super::{SecureMessaging, SecureMessagingError};
use crate::apdu::{ApduError, Command};
use crate::exchange::{self, ExchangeError};
use crate::transport::CardTransport;

/// Why a protected exchange failed. The session is over in each case but the first.
#[derive(Debug, thiserror::Error)]
pub enum SecureTransportError {
    /// The plain command is none.
    #[error("the bytes to protect are not a command")]
    Command(#[from] ApduError),
    /// The wire below failed, or the card answered without end.
    #[error("the protected command did not come back")]
    Exchange(#[from] ExchangeError),
    /// Secure messaging ended.
    #[error("secure messaging with the chip ended")]
    SecureMessaging(#[from] SecureMessagingError),
}

/// A card behind secure messaging: plain APDUs in and out, protected ones on the wire.
pub struct SecureTransport<T> {
    card: T,
    session: SecureMessaging,
}

impl<T: CardTransport> SecureTransport<T> {
    /// Protects everything that goes to `card` from now on.
    pub fn new(card: T, session: SecureMessaging) -> Self {
        Self { card, session }
    }

    /// Whether the session still stands.
    pub fn is_open(&self) -> bool {
        self.session.is_open()
    }

    /// Continues under another session, as after chip authentication. The old keys leave memory.
    pub fn replace_session(&mut self, session: SecureMessaging) {
        self.session = session;
    }

    /// Ends the session and gives back the card.
    pub fn into_card(self) -> T {
        self.card
    }

    fn try_transmit(&mut self, plain: &[u8]) -> Result<Vec<u8>, SecureTransportError> {
        let command = Command::parse(plain)?;
        // Extended length fields stay extended: the caller chose them for the answer's sake.
        let extended = plain.len() > 5 && plain[4] == 0;
        let protected = if extended {
            self.session.protect_extended(&command)?
        } else {
            self.session.protect(&command)?
        };
        let answer = exchange::exchange_protected(&mut self.card, &command, &protected)?;
        Ok(self.session.unprotect(&answer.encode())?.encode())
    }
}

impl<T: CardTransport> CardTransport for SecureTransport<T> {
    type Error = SecureTransportError;

    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, SecureTransportError> {
        let result = self.try_transmit(command);
        if matches!(result, Err(SecureTransportError::Exchange(_))) {
            // The counters of chip and reader may have parted.
            self.session.close();
        }
        result
    }
}

/// Shows the session only, so that any card may be behind it.
impl<T> fmt::Debug for SecureTransport<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecureTransport")
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}
