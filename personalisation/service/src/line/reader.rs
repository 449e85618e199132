//! Card readers, as the line sees them: a place where a card lies, or not.

use std::time::Duration;

use icao9303::transport::CardTransport;
use inspection::reader::{CardOptions, Insertion, PcscCard, ReaderError, Readers};
use thiserror::Error;

/// Why there is no card to talk to.
#[derive(Debug, Error)]
pub enum NoCard {
    /// The reader is there and empty.
    #[error("the reader is empty")]
    Empty,
    /// There is a card, but it says nothing.
    #[error("the card does not answer: {0}")]
    Mute(String),
    /// The reader or its daemon is away, or somebody else has the card.
    #[error("the reader cannot be used: {0}")]
    Unavailable(String),
}

/// A reader that a worker has for itself.
pub trait CardReader {
    /// The card in it.
    type Card: CardTransport;

    /// Its name.
    fn name(&self) -> &str;

    /// The card in it, fresh from a reset; waits for one at most so long.
    fn connect(&mut self, patience: Duration) -> Result<Self::Card, NoCard>;

    /// Nothing more will be done with this card: whoever moves cards may take it away.
    fn release(&mut self) {}

    /// Waits until the card is taken away; false when it is still there after so long.
    fn wait_for_removal(&mut self, patience: Duration) -> bool;
}

/// A PC/SC reader. It survives the daemon: each connection finds a new one.
#[derive(Debug)]
pub struct PcscReader {
    name: String,
    readers: Option<Readers>,
    /// The card that was last connected.
    card: Option<Insertion>,
}

impl PcscReader {
    /// The reader of that PC/SC name; it need not be there yet.
    pub const fn new(name: String) -> Self {
        Self {
            name,
            readers: None,
            card: None,
        }
    }

    fn run<T>(
        &mut self,
        act: impl FnOnce(&Readers, &str) -> Result<T, ReaderError>,
    ) -> Result<T, ReaderError> {
        let readers = match self.readers.take() {
            Some(readers) => readers,
            None => Readers::open()?,
        };
        let done = act(&readers, &self.name);
        // After any trouble with daemon or reader the next one starts from a new connection.
        let sound = match &done {
            Ok(_) => true,
            Err(error) => matches!(error, ReaderError::NoCard { .. }) || error.is_passing(),
        };
        self.readers = sound.then_some(readers);
        done
    }
}

impl CardReader for PcscReader {
    type Card = PcscCard;

    fn name(&self) -> &str {
        &self.name
    }

    fn connect(&mut self, patience: Duration) -> Result<PcscCard, NoCard> {
        let connected = self.run(|readers, name| {
            let card = readers.wait_for_card(name, patience)?;
            Ok((card, readers.connect(name, CardOptions::default())?))
        });
        let connected = connected.map(|(card, connected)| {
            self.card = Some(card);
            connected
        });
        connected.map_err(|error| match error {
            ReaderError::NoCard { .. } | ReaderError::CardRemoved { .. } => NoCard::Empty,
            ReaderError::Mute { .. } | ReaderError::Protocol { .. } => {
                NoCard::Mute(error.to_string())
            }
            _ => NoCard::Unavailable(error.to_string()),
        })
    }

    fn wait_for_removal(&mut self, patience: Duration) -> bool {
        let Some(card) = self.card else { return true };
        // A reader that is gone has no card either.
        self.run(|readers, name| readers.wait_for_removal(name, card, patience))
            .unwrap_or(true)
    }
}
