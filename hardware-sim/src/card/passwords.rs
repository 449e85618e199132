//! The secrets that open the chip, and the counter that makes guessing slow.

use std::time::Duration;

use icao9303::apdu::StatusWord;
use zeroize::Zeroizing;

use super::layout;
use super::memory::{Interrupted, Memory};

/// Where the MRZ password stands behind the CAN, in bytes.
const MRZ_OFFSET: usize = 17;
const MAX_CAN: usize = 16;
/// Bytes of the MRZ password value, a SHA-1 (9303-11 §9.7.1).
const MRZ_LENGTH: usize = 20;

/// Pause before the next attempt after the first wrong password; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// The longest pause: a million CANs then take more than a hundred days, and nobody is locked out.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Which secret a terminal uses; the byte is tag 83 of MSE:Set AT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum PasswordId {
    /// SHA-1 over the MRZ information.
    Mrz = 0x01,
    /// The card access number.
    Can = 0x02,
}

impl PasswordId {
    /// The password with this reference.
    pub(super) fn from_byte(byte: u8) -> Option<Self> {
        [Self::Mrz, Self::Can]
            .into_iter()
            .find(|id| *id as u8 == byte)
    }

    fn place(self) -> (usize, usize) {
        match self {
            Self::Can => (layout::PASSWORDS, MAX_CAN),
            Self::Mrz => (layout::PASSWORDS + MRZ_OFFSET, MRZ_LENGTH),
        }
    }
}

/// The password's value, if the chip has one.
pub(super) fn get(memory: &Memory, id: PasswordId) -> Option<Zeroizing<Vec<u8>>> {
    let (address, most) = id.place();
    let length = usize::from(memory.byte(address));
    (1..=most)
        .contains(&length)
        .then(|| Zeroizing::new(memory.read(address + 1, length).to_vec()))
}

/// Checks and lays out both passwords as one page, keeping what is not given.
pub(super) fn encode(
    memory: &Memory,
    can: Option<&[u8]>,
    mrz: Option<&[u8]>,
) -> Result<Zeroizing<Vec<u8>>, StatusWord> {
    let mut page = Zeroizing::new(
        memory
            .read(layout::PASSWORDS, MRZ_OFFSET + 1 + MRZ_LENGTH)
            .to_vec(),
    );
    if let Some(can) = can {
        if !(6..=MAX_CAN).contains(&can.len()) || !can.iter().all(u8::is_ascii_digit) {
            return Err(StatusWord::WRONG_DATA);
        }
        [page[0]] = layout::low_bytes(can.len());
        page[1..=can.len()].copy_from_slice(can);
    }
    if let Some(mrz) = mrz {
        if mrz.len() != MRZ_LENGTH {
            return Err(StatusWord::WRONG_DATA);
        }
        [page[MRZ_OFFSET]] = layout::low_bytes(MRZ_LENGTH);
        page[MRZ_OFFSET + 1..].copy_from_slice(mrz);
    }
    Ok(page)
}

/// How long the chip waits before it starts another attempt.
pub(super) fn pause(memory: &Memory) -> Duration {
    match failures(memory) {
        0 => Duration::ZERO,
        count => FIRST_PAUSE
            .saturating_mul(1 << u32::from(count - 1).min(16))
            .min(LONGEST_PAUSE),
    }
}

/// Counts an attempt as failed *before* it is checked, so that pulling the card tells nothing.
pub(super) fn count_attempt(memory: &mut Memory) -> Result<(), Interrupted> {
    let count = failures(memory).saturating_add(1);
    memory.write(layout::PASSWORD_FAILURES, &count.to_be_bytes())
}

/// The password was right.
pub(super) fn forget_failures(memory: &mut Memory) -> Result<(), Interrupted> {
    memory.write(layout::PASSWORD_FAILURES, &[0, 0])
}

/// Consecutive wrong passwords.
pub(super) fn failures(memory: &Memory) -> u16 {
    let bytes = memory.read(layout::PASSWORD_FAILURES, 2);
    u16::from_be_bytes([bytes[0], bytes[1]])
}
