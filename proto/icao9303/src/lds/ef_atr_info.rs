//! EF.ATR/INFO (9303-10 §3.11.1): what the chip can do, and how long its commands may be.
//!
//! ```text
//! 47 { b1 b2 b3 }  7F66 { 02 most bytes of a command, 02 most bytes of a response }
//! ```

use super::error::{Fault, FileError, InFile};
use super::tag::ElementaryFile;
use crate::tlv::{self, Reader};

const FILE: ElementaryFile = ElementaryFile::AtrInfo;
const CAPABILITIES: u16 = 0x47;
const EXTENDED_LENGTH: u16 = 0x7F66;
const INTEGER: u16 = 0x02;

/// The content of EF.ATR/INFO. Objects that ICAO does not define are passed over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AtrInfo {
    /// Card capabilities.
    pub capabilities: Option<Capabilities>,
    /// Buffer sizes.
    pub extended_length: Option<ExtendedLength>,
}

/// The three bytes of card capabilities (ISO/IEC 7816-4 §12.1.1.9).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Capabilities(pub [u8; 3]);

impl Capabilities {
    /// What our cards can do: selection by name, short file identifiers, command chaining,
    /// extended length, described in this file.
    pub const OURS: Self = Self([0x84, 0x01, 0xE0]);

    /// Applications are selected by full name.
    pub fn selects_by_name(self) -> bool {
        self.0[0] & 0x80 != 0
    }

    /// Files are read by short identifier.
    pub fn has_short_identifiers(self) -> bool {
        self.0[0] & 0x04 != 0
    }

    /// Long commands may come in parts.
    pub fn chains_commands(self) -> bool {
        self.0[2] & 0x80 != 0
    }

    /// Lengths of three bytes are understood.
    pub fn has_extended_length(self) -> bool {
        self.0[2] & 0x40 != 0
    }
}

/// Longest command and response in bytes, header and status word included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ExtendedLength {
    /// Most bytes of a command APDU.
    pub command: u32,
    /// Most bytes of a response APDU.
    pub response: u32,
}

impl AtrInfo {
    /// Reads the file; zero bytes after the last object are padding.
    pub fn parse(file: &[u8]) -> Result<Self, FileError> {
        Self::parse_content(file).in_file(FILE)
    }

    fn parse_content(file: &[u8]) -> Result<Self, Fault> {
        let mut info = Self::default();
        let mut reader = Reader::new(file);
        while reader.rest().first().is_some_and(|byte| *byte != 0) {
            let Some(element) = reader.next_element()? else {
                break;
            };
            match element.tag {
                CAPABILITIES => {
                    let length = element.value.len();
                    let bytes = <[u8; 3]>::try_from(element.value).map_err(|_| Fault::Length {
                        tag: CAPABILITIES,
                        length,
                    })?;
                    info.capabilities = Some(Capabilities(bytes));
                }
                EXTENDED_LENGTH => {
                    let mut sizes = Reader::new(element.value);
                    let command = size(sizes.expect(INTEGER)?)?;
                    let response = size(sizes.expect(INTEGER)?)?;
                    sizes.finish()?;
                    info.extended_length = Some(ExtendedLength { command, response });
                }
                _ => {}
            }
        }
        Ok(info)
    }

    /// The file.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if let Some(Capabilities(bytes)) = self.capabilities {
            tlv::push(&mut out, CAPABILITIES, &bytes);
        }
        if let Some(ExtendedLength { command, response }) = self.extended_length {
            let sizes = [integer(command), integer(response)].concat();
            tlv::push(&mut out, EXTENDED_LENGTH, &sizes);
        }
        out
    }
}

fn size(bytes: &[u8]) -> Result<u32, Fault> {
    let length = bytes.len();
    if !(1..=4).contains(&length) {
        return Err(Fault::Length {
            tag: INTEGER,
            length,
        });
    }
    Ok(bytes
        .iter()
        .fold(0, |size, byte| size << 8 | u32::from(*byte)))
}

/// Two bytes at least, as ICAO's examples have it; a first byte from 80 on is not a sign here.
fn integer(size: u32) -> Vec<u8> {
    let bytes = size.to_be_bytes();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count().min(2);
    tlv::encode(INTEGER, &bytes[zeros..])
}
