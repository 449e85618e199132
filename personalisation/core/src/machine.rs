//! Personalisation machines as decisions see them: which machine, which card in it, and in which order it works.

use std::{fmt, str::FromStr};

use thiserror::Error;

/// The order in which a card's steps are done; it also says which step is the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MachineProfile {
    /// A reader into which a person lays the card: the chip, and nothing after it.
    Encoder,
    /// A machine that prints the card after its chip is finished, so that no printed card holds a chip that failed.
    ChipFirst,
}

/// A machine's serial number: 1 to 64 printable ASCII characters, the same for its whole life.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MachineSerial {
    bytes: [u8; MachineSerial::MAX],
    length: u8,
}

/// Text that is no machine's serial number. For the operator.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("reading a machine's serial number: 1 to 64 printable ASCII characters are expected")]
pub struct BadMachineSerial;

impl MachineSerial {
    /// Longest serial number, in characters.
    pub const MAX: usize = 64;

    /// The characters.
    pub fn as_str(&self) -> &str {
        let used = self.bytes.get(..usize::from(self.length));
        // Only ASCII comes in.
        used.and_then(|used| std::str::from_utf8(used).ok())
            .unwrap_or_default()
    }
}

impl FromStr for MachineSerial {
    type Err = BadMachineSerial;

    fn from_str(text: &str) -> Result<Self, BadMachineSerial> {
        let mut bytes = [0; Self::MAX];
        let length = u8::try_from(text.len()).map_err(|_| BadMachineSerial)?;
        let place = bytes.get_mut(..text.len()).ok_or(BadMachineSerial)?;
        let printable = text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() || byte == b' ');
        if text.is_empty() || !printable {
            return Err(BadMachineSerial);
        }
        place.copy_from_slice(text.as_bytes());
        Ok(Self { bytes, length })
    }
}

impl fmt::Display for MachineSerial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for MachineSerial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

/// A machine's own number for a card: from 1, and never twice in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CardHandle(u64);

impl CardHandle {
    /// The card of that number; zero is none, and so is what no database column holds.
    pub const fn new(number: u64) -> Option<Self> {
        if number == 0 || number > i64::MAX.unsigned_abs() {
            None
        } else {
            Some(Self(number))
        }
    }

    /// The number, from 1.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for CardHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A card that a machine took from its hopper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MachineCard {
    /// Which machine.
    pub machine: MachineSerial,
    /// Its number for the card.
    pub handle: CardHandle,
}

impl fmt::Display for MachineCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.machine, self.handle)
    }
}

/// Where a card left its machine to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LeftTo {
    /// The tray of good cards.
    Exit,
    /// The tray of bad cards.
    Reject,
    /// A person took it out.
    Removed,
}

impl LeftTo {
    /// The name in the database and in the audit.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exit => "exit",
            Self::Reject => "reject",
            Self::Removed => "removed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_numbers_are_printable_and_bounded() {
        let longest = "7".repeat(MachineSerial::MAX);
        for text in ["SN-1", "M 1000", &longest] {
            assert_eq!(text.parse::<MachineSerial>().unwrap().as_str(), text);
        }
        for text in ["", "SN\n1", "Nº1", &"7".repeat(MachineSerial::MAX + 1)] {
            assert_eq!(text.parse::<MachineSerial>(), Err(BadMachineSerial));
        }
    }

    #[test]
    fn handles_fit_into_a_column_and_are_never_zero() {
        assert_eq!(CardHandle::new(0), None);
        assert_eq!(CardHandle::new(u64::MAX), None);
        assert_eq!(CardHandle::new(7).map(CardHandle::get), Some(7));
    }
}
