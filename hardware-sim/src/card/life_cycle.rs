//! The chip's life, which goes one way: blank → personalising → locked → operational.

use icao9303::apdu::StatusWord;

use super::layout;
use super::memory::{Interrupted, Memory};

/// The state of a chip's life; the byte is what GET DATA 005A answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum LifeCycle {
    /// As the maker delivered it, under transport keys.
    Blank = 0x01,
    /// Under the centre's keys; files may be made and written in a secure channel.
    Personalising = 0x03,
    /// Never written again; readable through its own access control.
    Locked = 0x05,
    /// In use.
    Operational = 0x07,
}

impl LifeCycle {
    /// All states in the order of life.
    pub const ALL: [Self; 4] = [
        Self::Blank,
        Self::Personalising,
        Self::Locked,
        Self::Operational,
    ];

    /// The state with this byte.
    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|state| *state as u8 == byte)
    }

    /// The state in memory. An unknown byte is a chip that nobody can write any more.
    pub fn of(memory: &Memory) -> Self {
        Self::from_byte(memory.byte(layout::LIFE_CYCLE)).unwrap_or(Self::Operational)
    }

    /// Whether the chip is closed for writing.
    pub fn is_locked(self) -> bool {
        self >= Self::Locked
    }

    /// The one state that may follow.
    pub fn next(self) -> Option<Self> {
        Self::ALL.into_iter().find(|state| *state > self)
    }

    /// Moves on to `next`, or answers 6985 when that is not the next state.
    pub fn advance(memory: &mut Memory, next: Self) -> Result<(), AdvanceError> {
        if Self::of(memory).next() != Some(next) {
            return Err(AdvanceError::Refused(StatusWord::CONDITIONS_NOT_SATISFIED));
        }
        Ok(memory.write(layout::LIFE_CYCLE, &[next as u8])?)
    }
}

/// Why a chip did not move on.
#[derive(Debug, thiserror::Error)]
pub enum AdvanceError {
    /// Not the next state of its life.
    #[error("the chip's life goes one way, one state at a time ({0})")]
    Refused(StatusWord),
    /// Power failed.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}
