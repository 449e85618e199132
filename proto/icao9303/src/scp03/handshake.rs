//! INITIALIZE UPDATE and EXTERNAL AUTHENTICATE: both sides prove that they hold the static keys.

use std::fmt;

use rand::CryptoRng;

use super::Scp03Error;
use super::derivation::{Derived, SessionKeys, derive_8};
use super::keys::{DIVERSIFICATION_DATA, StaticKeys};
use super::level::SecurityLevel;
use super::session::Scp03Session;
use super::transport::Scp03Transport;
use crate::apdu::{Command, StatusWord};
use crate::crypto::cipher::{BLOCK, equal_in_constant_time};
use crate::exchange::exchange;
use crate::transport::CardTransport;

const PROTOCOL: u8 = 0x03;
const PARAMETER_S16: u8 = 0x01;

/// A host challenge is made, nothing is received yet.
#[derive(Debug)]
pub struct InitializeUpdate {
    key_version: u8,
    host_challenge: [u8; 8],
}

impl InitializeUpdate {
    /// Makes a host challenge.
    pub fn new(key_version: u8, rng: &mut impl CryptoRng) -> Self {
        let mut host_challenge = [0; 8];
        rng.fill_bytes(&mut host_challenge);
        Self {
            key_version,
            host_challenge,
        }
    }

    /// INITIALIZE UPDATE.
    pub fn command(&self) -> Command {
        Command::new(0x80, 0x50, self.key_version, 0x00)
            .with_data(self.host_challenge)
            .with_le(256)
    }

    /// Takes the card's answer (29 bytes, or 32 with a sequence counter). Nothing in it is
    /// authentic before [`CardAnswer::authenticate`].
    pub fn receive(self, answer: &[u8]) -> Result<CardAnswer, Scp03Error> {
        let length = answer.len();
        let bad = || Scp03Error::BadAnswer { length };
        let (head, rest) = answer
            .split_first_chunk::<DIVERSIFICATION_DATA>()
            .ok_or_else(bad)?;
        let (&[key_version, protocol, parameter], rest) =
            rest.split_first_chunk::<3>().ok_or_else(bad)?;
        if protocol != PROTOCOL || parameter & PARAMETER_S16 != 0 {
            return Err(Scp03Error::NotSupported {
                protocol,
                parameter,
            });
        }
        let (card_challenge, rest) = rest.split_first_chunk::<8>().ok_or_else(bad)?;
        let (card_cryptogram, rest) = rest.split_first_chunk::<8>().ok_or_else(bad)?;
        let sequence_counter = match *rest {
            [] => None,
            [a, b, c] => Some([a, b, c]),
            _ => return Err(bad()),
        };
        let mut context = [0; 16];
        context[..8].copy_from_slice(&self.host_challenge);
        context[8..].copy_from_slice(card_challenge);
        Ok(CardAnswer {
            diversification_data: *head,
            key_version,
            parameter,
            card_cryptogram: *card_cryptogram,
            sequence_counter,
            context,
        })
    }
}

/// What the card says about itself, and its proof, not yet checked.
#[derive(Clone)]
pub struct CardAnswer {
    diversification_data: [u8; DIVERSIFICATION_DATA],
    key_version: u8,
    parameter: u8,
    card_cryptogram: [u8; 8],
    sequence_counter: Option<[u8; 3]>,
    context: [u8; 16],
}

impl CardAnswer {
    /// Key diversification data: the chip's serial number with us.
    pub fn diversification_data(&self) -> &[u8; DIVERSIFICATION_DATA] {
        &self.diversification_data
    }

    /// The version of the key set that the card used.
    pub fn key_version(&self) -> u8 {
        self.key_version
    }

    /// The counter behind a pseudo-random card challenge, if the card shows one.
    pub fn sequence_counter(&self) -> Option<[u8; 3]> {
        self.sequence_counter
    }

    /// Host challenge ‖ card challenge: the context of all session derivations.
    pub fn context(&self) -> &[u8; 16] {
        &self.context
    }

    /// Checks the card's cryptogram under `keys`; the command is EXTERNAL AUTHENTICATE.
    pub fn authenticate(
        &self,
        keys: &StaticKeys,
        level: SecurityLevel,
    ) -> Result<(Pending, Command), Scp03Error> {
        let keys = SessionKeys::derive(keys.encryption(), keys.mac(), &self.context)?;
        self.authenticate_with(keys, level)
    }

    /// The same with session keys that were derived elsewhere, as with
    /// [`SessionKeys::derive_with`] over a token.
    pub fn authenticate_with(
        &self,
        keys: SessionKeys,
        level: SecurityLevel,
    ) -> Result<(Pending, Command), Scp03Error> {
        if !level.is_offered(self.parameter) {
            let level = level.byte();
            return Err(Scp03Error::LevelNotOffered {
                parameter: self.parameter,
                level,
            });
        }
        let expected = derive_8(&keys.mac, Derived::CardCryptogram, &self.context)?;
        if !equal_in_constant_time(&expected, &self.card_cryptogram) {
            return Err(Scp03Error::WrongCardCryptogram);
        }
        let cryptogram = derive_8(&keys.mac, Derived::HostCryptogram, &self.context)?;
        // The C-MAC covers the header, the final Lc and the cryptogram; its chain starts at zero.
        let header = [0x84, 0x82, level.byte(), 0x00, 0x10];
        let chaining = keys
            .mac
            .cmac(&[&[0; BLOCK][..], &header, &cryptogram].concat())?;
        let data = [&cryptogram[..], &chaining[..8]].concat();
        let command = Command::new(0x84, 0x82, level.byte(), 0x00).with_data(data);
        Ok((
            Pending {
                session: Scp03Session::new(keys, level, chaining),
            },
            command,
        ))
    }

    /// Opens the channel: authenticates both sides over `card`.
    pub fn open<T: CardTransport>(
        &self,
        mut card: T,
        keys: &StaticKeys,
        level: SecurityLevel,
    ) -> Result<Scp03Transport<T>, Scp03Error> {
        let (pending, command) = self.authenticate(keys, level)?;
        let answer = exchange(&mut card, &command)?;
        Ok(Scp03Transport::new(card, pending.receive(answer.status)?))
    }
}

/// Shows the key version only: the diversification data names a chip.
impl fmt::Debug for CardAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CardAnswer(key version {:02X})", self.key_version)
    }
}

/// The host's cryptogram is on its way.
#[derive(Debug)]
pub struct Pending {
    session: Scp03Session,
}

impl Pending {
    /// Takes the status of EXTERNAL AUTHENTICATE; only 9000 opens the channel.
    pub fn receive(self, status: StatusWord) -> Result<Scp03Session, Scp03Error> {
        if status.is_ok() {
            Ok(self.session)
        } else {
            Err(Scp03Error::RejectedHost { status })
        }
    }
}
