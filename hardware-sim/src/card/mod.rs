//! The chip of an identity card or a passport, from its own side: memory, life cycle, files and protocols.
//!
//! It has its own state machine and calls no reader-side function; with the reader it shares only
//! what is pinned to published vectors (TLV, APDU, AES, triple DES, curves, key derivation). Randomness is a
//! parameter, time is an answer: a chip has no clock, so [`Outcome`] says how long it would have
//! taken and its caller waits.
//!
//! What it answers to a reader is documented in `docs/chip.md`.

mod active_authentication;
mod basic_access;
mod chip_authentication;
mod chip_key;
mod command;
pub mod delivery;
mod exchange;
pub mod fault;
pub mod files;
pub mod layout;
pub mod life_cycle;
pub mod link;
pub mod maker;
pub mod memory;
mod pace;
mod passwords;
pub mod profile;
mod refusal;
pub mod scp03;
pub mod secure_messaging;
pub mod serve;
mod signing_key;
pub mod slot;
mod state;
mod terminal_authentication;
mod trust_points;

use std::fmt;
use std::io;
use std::path::Path;
use std::time::Duration;

use icao9303::crypto::CryptoError;
use icao9303::crypto::curve::{Curve, CurveId};
use icao9303::cvc::CertificateReference;
use icao9303::transport::CardTransport;
use rand::CryptoRng;
use time::Date;

use life_cycle::LifeCycle;
use memory::{Interrupted, Memory};
use state::Volatile;

/// Answer to reset of a contactless chip behind a PC/SC reader (T=1, no historical bytes used).
pub const ATR: [u8; 9] = [0x3B, 0x84, 0x80, 0x01, 0x80, 0x82, 0x90, 0x00, 0x97];

/// Randomness of a chip.
pub type Randomness = Box<dyn CryptoRng + Send>;

/// A chip in or out of the field.
pub struct Card {
    memory: Memory,
    curve: Curve,
    rng: Randomness,
    volatile: Option<Volatile>,
    effort: Effort,
    lie: Option<Lie>,
}

/// A response APDU and what it cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The response APDU.
    pub response: Vec<u8>,
    /// What a real chip would have spent time on.
    pub effort: Effort,
}

/// What takes a chip time; the link model turns it into milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Effort {
    /// Pages of memory written.
    pub pages: u32,
    /// Key pairs made.
    pub key_generations: u32,
    /// Pause after wrong passwords. It is a security function, so it is waited for even without a
    /// link model.
    pub pause: Duration,
}

/// How a chip lies about its files: a counterfeit's behaviour, for testing readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    /// Each file claims to be two gigabytes long.
    Length,
    /// The same, and reading goes on for ever: every offset has data.
    Endless,
}

/// Why a chip could not be taken into use.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The state file could not be read.
    #[error("the chip's state file could not be opened; check the path and its permissions")]
    File(#[from] io::Error),
    /// The state file is of another kind or version.
    #[error(
        "the file is not the memory of a chip of this simulator; make a new one with `card new`"
    )]
    NotAChip,
    /// OpenSSL does not know the curve.
    #[error("the chip's cryptography could not be set up")]
    Crypto(#[from] CryptoError),
}

impl Card {
    /// Takes a chip's state file. The chip has no power yet.
    pub fn open(path: &Path, rng: Randomness) -> Result<Self, OpenError> {
        Self::from_memory(Memory::open(path)?, rng)
    }

    fn from_memory(memory: Memory, rng: Randomness) -> Result<Self, OpenError> {
        if memory.read(layout::MAGIC, layout::MAGIC_BYTES.len()) != layout::MAGIC_BYTES {
            return Err(OpenError::NotAChip);
        }
        let curve = Curve::new(CurveId::BrainpoolP256r1)?;
        let effort = Effort::default();
        Ok(Self {
            memory,
            curve,
            rng,
            volatile: None,
            effort,
            lie: None,
        })
    }

    /// The chip enters the field: it finishes what its journal committed and answers the ATR.
    pub fn power_up(&mut self) -> Result<[u8; 9], Interrupted> {
        self.volatile = None;
        self.memory.finish_transaction()?;
        self.volatile = Some(Volatile::default());
        Ok(ATR)
    }

    /// The chip leaves the field and forgets sessions and selections.
    pub fn power_down(&mut self) {
        self.volatile = None;
    }

    /// Answers one command APDU. When power fails meanwhile, there is no answer and the chip must
    /// be powered up again.
    pub fn process(&mut self, command: &[u8]) -> Result<Outcome, Interrupted> {
        self.effort = Effort::default();
        self.memory.take_written();
        let mut volatile = self.volatile.take().ok_or(Interrupted::PowerLost)?;
        let response = exchange::answer(self, &mut volatile, command)?;
        self.volatile = Some(volatile);
        self.effort.pages = self.memory.take_written();
        Ok(Outcome {
            response,
            effort: self.effort,
        })
    }

    /// The chip's serial: its key diversification data.
    pub fn serial(&self) -> [u8; layout::KDD_LENGTH] {
        let mut serial = [0; layout::KDD_LENGTH];
        serial.copy_from_slice(self.memory.read(layout::KDD, layout::KDD_LENGTH));
        serial
    }

    /// Which protocols the chip offers.
    pub fn profile(&self) -> profile::Profile {
        profile::Profile::of(&self.memory)
    }

    /// Where the chip stands in its life.
    pub fn life_cycle(&self) -> LifeCycle {
        LifeCycle::of(&self.memory)
    }

    /// The date that the chip goes by: it has no clock and learns from certificates.
    pub fn card_date(&self) -> Option<Date> {
        trust_points::card_date(&self.memory)
    }

    /// The names of the trust points of terminal authentication, the newest first.
    pub fn trust_points(&self) -> Vec<CertificateReference> {
        let points = trust_points::all(&self.memory).into_iter();
        points.map(|point| point.holder).collect()
    }

    /// Power fails when this many more pages have been written.
    pub fn set_power_fuse(&mut self, pages: Option<u32>) {
        self.memory.set_fuse(pages);
    }

    /// Makes the chip lie, or tell the truth again.
    pub fn set_lie(&mut self, lie: Option<Lie>) {
        self.lie = lie;
    }

    /// A number from the maker's part of the memory.
    fn maker_number(&self, address: usize) -> usize {
        let bytes = self.memory.read(address, 4);
        u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize
    }
}

/// Names the chip; keys and contents are not for printing.
impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Card({}, {:?})",
            hex::encode_upper(self.serial()),
            self.life_cycle()
        )
    }
}

/// The chip without a reader in between, for tests of protocols.
impl CardTransport for Card {
    type Error = Interrupted;

    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, Interrupted> {
        Ok(self.process(command)?.response)
    }
}
