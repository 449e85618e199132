//! A transport that wraps what goes through it in SCP03.

use std::fmt;

use super::session::Scp03Session;
use super::{Scp03Error, SecurityLevel};
use crate::apdu::Command;
use crate::exchange;
use crate::transport::CardTransport;

/// Why a wrapped exchange failed: a plain command that is none, the wire, or the channel.
#[derive(Debug, thiserror::Error)]
#[error("the command did not pass the secure channel")]
pub struct Scp03TransportError(#[from] Scp03Error);

impl Scp03TransportError {
    /// What failed.
    pub fn cause(&self) -> &Scp03Error {
        &self.0
    }
}

/// A card behind an SCP03 channel: plain APDUs in and out, wrapped ones on the wire.
pub struct Scp03Transport<T> {
    card: T,
    session: Scp03Session,
}

impl<T: CardTransport> Scp03Transport<T> {
    /// Wraps everything that goes to `card` from now on.
    pub fn new(card: T, session: Scp03Session) -> Self {
        Self { card, session }
    }

    /// The level agreed on.
    pub fn level(&self) -> SecurityLevel {
        self.session.level()
    }

    /// Whether the channel still stands.
    pub fn is_open(&self) -> bool {
        self.session.is_open()
    }

    /// Ends the channel and gives back the card.
    pub fn into_card(self) -> T {
        self.card
    }

    fn try_transmit(&mut self, plain: &[u8]) -> Result<Vec<u8>, Scp03Error> {
        let command = Command::parse(plain)?;
        // Extended length fields stay extended: the caller chose them for the answer's sake.
        let extended = plain.len() > 5 && plain[4] == 0;
        let wrapped = if extended {
            self.session.wrap_extended(&command)?
        } else {
            self.session.wrap(&command)?
        };
        let answer = exchange::exchange_protected(&mut self.card, &command, &wrapped)?;
        Ok(self.session.unwrap(&answer.encode())?.encode())
    }
}

impl<T: CardTransport> CardTransport for Scp03Transport<T> {
    type Error = Scp03TransportError;

    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, Scp03TransportError> {
        let result = self.try_transmit(command);
        if matches!(result, Err(Scp03Error::Exchange(_))) {
            // The chains of card and host may have parted.
            self.session.close();
        }
        Ok(result?)
    }
}

/// Shows the session only, so that any card may be behind it.
impl<T> fmt::Debug for Scp03Transport<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scp03Transport")
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}
