//! Command and response APDUs, short and extended (ISO/IEC 7816-4 §5.1-5.6).

use std::fmt;

/// The largest Le, and one more than the largest Lc, of an extended APDU.
pub const MAX_EXTENDED: usize = 65_536;

/// Why bytes are not an APDU, or a command cannot be written as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ApduError {
    /// The bytes follow none of the four cases of ISO/IEC 7816-4.
    #[error("{length} bytes are not a command APDU")]
    NotACommand {
        /// How many bytes there were.
        length: usize,
    },
    /// A response has at least its two status bytes.
    #[error("a response of {length} bytes has no status word")]
    NoStatusWord {
        /// How many bytes there were.
        length: usize,
    },
    /// More data than an extended APDU carries.
    #[error("{length} bytes do not fit into one command APDU (65,535 at most)")]
    TooLong {
        /// How many bytes of command data there were.
        length: usize,
    },
}

/// A command APDU.
#[derive(Clone, PartialEq, Eq)]
pub struct Command {
    /// Class byte.
    pub cla: u8,
    /// Instruction byte.
    pub ins: u8,
    /// First parameter.
    pub p1: u8,
    /// Second parameter.
    pub p2: u8,
    /// Command data, at most 65,535 bytes.
    pub data: Vec<u8>,
    /// How many bytes are expected back: 1 to 65,536, or none. 256 is written as `00` in a short
    /// APDU, 65,536 as `0000` in an extended one.
    pub le: Option<usize>,
}

impl Command {
    /// A command without data that expects nothing back.
    pub fn new(cla: u8, ins: u8, p1: u8, p2: u8) -> Self {
        Self {
            cla,
            ins,
            p1,
            p2,
            data: Vec::new(),
            le: None,
        }
    }

    /// The same with command data.
    #[must_use]
    pub fn with_data(mut self, data: impl Into<Vec<u8>>) -> Self {
        self.data = data.into();
        self
    }

    /// The same with an expected length, 1 to 65,536.
    #[must_use]
    pub fn with_le(mut self, le: usize) -> Self {
        self.le = Some(le);
        self
    }

    /// CLA INS P1 P2.
    pub fn header(&self) -> [u8; 4] {
        [self.cla, self.ins, self.p1, self.p2]
    }

    /// Whether the command needs extended length fields.
    pub fn is_extended(&self) -> bool {
        self.data.len() > 255 || self.le.is_some_and(|le| le > 256)
    }

    /// The bytes on the wire; extended length fields only where they are needed.
    pub fn encode(&self) -> Result<Vec<u8>, ApduError> {
        self.encode_with(self.is_extended())
    }

    /// The bytes on the wire with extended length fields, even where short ones would do.
    pub fn encode_extended(&self) -> Result<Vec<u8>, ApduError> {
        self.encode_with(true)
    }

    fn encode_with(&self, extended: bool) -> Result<Vec<u8>, ApduError> {
        let too_long = ApduError::TooLong {
            length: self.data.len(),
        };
        let lc = u16::try_from(self.data.len())
            .map_err(|_| too_long)?
            .to_be_bytes();
        let mut out = Vec::with_capacity(self.data.len() + 9);
        out.extend(self.header());
        if extended && (lc != [0, 0] || self.le.is_some()) {
            out.push(0);
        }
        if lc != [0, 0] {
            out.extend(if extended { &lc[..] } else { &lc[1..] });
            out.extend(&self.data);
        }
        if let Some(le) = self.le {
            // 256 and 65,536 wrap to zero, which is how they are written.
            let [.., high, low] = le.to_be_bytes();
            if extended {
                out.push(high);
            }
            out.push(low);
        }
        Ok(out)
    }

    /// Reads a command from the wire.
    pub fn parse(bytes: &[u8]) -> Result<Self, ApduError> {
        let error = ApduError::NotACommand {
            length: bytes.len(),
        };
        let (&[cla, ins, p1, p2], body) = bytes.split_first_chunk::<4>().ok_or(error)?;
        let (data, le) = match *body {
            [] => (&[][..], None),
            [le] => (&[][..], Some(short_le(le))),
            [0, high, low] => (&[][..], Some(extended_le(high, low))),
            [0, high, low, ref rest @ ..] => {
                let lc = usize::from(u16::from_be_bytes([high, low]));
                match rest.len().checked_sub(lc) {
                    Some(0) if lc > 0 => (rest, None),
                    Some(2) if lc > 0 => (&rest[..lc], Some(extended_le(rest[lc], rest[lc + 1]))),
                    _ => return Err(error),
                }
            }
            [lc, ref rest @ ..] => {
                let lc = usize::from(lc);
                match rest.len().checked_sub(lc) {
                    Some(0) if lc > 0 => (rest, None),
                    Some(1) if lc > 0 => (&rest[..lc], Some(short_le(rest[lc]))),
                    _ => return Err(error),
                }
            }
        };
        Ok(Self {
            cla,
            ins,
            p1,
            p2,
            data: data.to_vec(),
            le,
        })
    }
}

/// Shows the header and lengths only: command data may be personal or secret.
impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [cla, ins, p1, p2] = self.header();
        write!(
            f,
            "{cla:02X} {ins:02X} {p1:02X} {p2:02X} Lc={} Le={:?}",
            self.data.len(),
            self.le
        )
    }
}

fn short_le(le: u8) -> usize {
    if le == 0 { 256 } else { usize::from(le) }
}

fn extended_le(high: u8, low: u8) -> usize {
    match u16::from_be_bytes([high, low]) {
        0 => MAX_EXTENDED,
        le => usize::from(le),
    }
}

/// A response APDU.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// Response data.
    pub data: Vec<u8>,
    /// SW1 SW2.
    pub status: StatusWord,
}

impl Response {
    /// A response with data.
    pub fn new(data: impl Into<Vec<u8>>, status: StatusWord) -> Self {
        Self {
            data: data.into(),
            status,
        }
    }

    /// Reads a response from the wire.
    pub fn parse(bytes: &[u8]) -> Result<Self, ApduError> {
        let error = ApduError::NoStatusWord {
            length: bytes.len(),
        };
        let (data, status) = bytes.split_last_chunk::<2>().ok_or(error)?;
        Ok(Self {
            data: data.to_vec(),
            status: StatusWord(u16::from_be_bytes(*status)),
        })
    }

    /// The bytes on the wire.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.data.len() + 2);
        out.extend(&self.data);
        out.extend(self.status.0.to_be_bytes());
        out
    }
}

/// Shows the length and the status word only: response data may be personal.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes, {:?}", self.data.len(), self.status)
    }
}

impl From<StatusWord> for Response {
    fn from(status: StatusWord) -> Self {
        Self::new([], status)
    }
}

/// SW1 SW2 (ISO/IEC 7816-4 §5.6).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StatusWord(pub u16);

#[expect(
    missing_docs,
    reason = "the name is the meaning; ISO/IEC 7816-4 table 6"
)]
impl StatusWord {
    pub const OK: Self = Self(0x9000);
    pub const END_OF_FILE: Self = Self(0x6282);
    pub const AUTHENTICATION_FAILED: Self = Self(0x6300);
    pub const MEMORY_FAILURE: Self = Self(0x6581);
    pub const WRONG_LENGTH: Self = Self(0x6700);
    pub const SECURE_MESSAGING_NOT_SUPPORTED: Self = Self(0x6882);
    pub const LAST_CHAIN_COMMAND_EXPECTED: Self = Self(0x6883);
    pub const CHAINING_NOT_SUPPORTED: Self = Self(0x6884);
    pub const SECURITY_STATUS_NOT_SATISFIED: Self = Self(0x6982);
    pub const AUTHENTICATION_BLOCKED: Self = Self(0x6983);
    pub const CONDITIONS_NOT_SATISFIED: Self = Self(0x6985);
    pub const NO_CURRENT_EF: Self = Self(0x6986);
    pub const MISSING_SM_OBJECTS: Self = Self(0x6987);
    pub const WRONG_SM_OBJECTS: Self = Self(0x6988);
    pub const WRONG_DATA: Self = Self(0x6A80);
    pub const FUNCTION_NOT_SUPPORTED: Self = Self(0x6A81);
    pub const FILE_NOT_FOUND: Self = Self(0x6A82);
    pub const NOT_ENOUGH_MEMORY: Self = Self(0x6A84);
    pub const WRONG_P1_P2: Self = Self(0x6A86);
    pub const REFERENCE_NOT_FOUND: Self = Self(0x6A88);
    pub const FILE_EXISTS: Self = Self(0x6A89);
    pub const WRONG_OFFSET: Self = Self(0x6B00);
    pub const INS_NOT_SUPPORTED: Self = Self(0x6D00);
    pub const CLA_NOT_SUPPORTED: Self = Self(0x6E00);
    pub const UNKNOWN_ERROR: Self = Self(0x6F00);
}

impl StatusWord {
    /// Whether the command was carried out in full.
    pub fn is_ok(self) -> bool {
        self == Self::OK
    }

    /// SW1.
    pub fn sw1(self) -> u8 {
        self.0.to_be_bytes()[0]
    }

    /// SW2.
    pub fn sw2(self) -> u8 {
        self.0.to_be_bytes()[1]
    }
}

impl fmt::Debug for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

impl fmt::Display for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_cases_survive_the_wire() {
        let plain = Command::new(0x00, 0xB0, 0x01, 0x02);
        for data in [0, 1, 255, 256, 65_535] {
            for le in [None, Some(1), Some(256), Some(257), Some(65_536)] {
                let command = Command {
                    data: vec![7; data],
                    le,
                    ..plain.clone()
                };
                let wire = command.encode().unwrap();
                assert_eq!(Command::parse(&wire).unwrap(), command, "{command:?}");
                let extended = command.encode_extended().unwrap();
                let back = Command::parse(&extended).unwrap();
                assert_eq!((back.data, back.le), (command.data, command.le));
            }
        }
    }

    #[test]
    fn known_bytes() {
        let select = Command::new(0x00, 0xA4, 0x04, 0x0C).with_data([0xA0, 0x00]);
        assert_eq!(
            select.encode().unwrap(),
            [0x00, 0xA4, 0x04, 0x0C, 0x02, 0xA0, 0x00]
        );
        let read = Command::new(0x00, 0xB0, 0x9C, 0x00).with_le(256);
        assert_eq!(read.encode().unwrap(), [0x00, 0xB0, 0x9C, 0x00, 0x00]);
        let read = Command::new(0x00, 0xB0, 0x00, 0x00).with_le(2_000);
        assert_eq!(read.encode().unwrap(), [0x00, 0xB0, 0, 0, 0, 0x07, 0xD0]);
    }

    #[test]
    fn bytes_that_are_no_command() {
        for bytes in [
            &[0_u8; 3][..],
            &[0, 0, 0, 0, 5, 1],
            &[0, 0, 0, 0, 0, 0, 9, 1],
            &[0, 0, 0, 0, 0, 0, 0, 1],
        ] {
            assert!(Command::parse(bytes).is_err(), "{bytes:?}");
        }
        assert_eq!(
            Response::parse(&[0x90]),
            Err(ApduError::NoStatusWord { length: 1 })
        );
    }
}
