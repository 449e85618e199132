//! Selecting and reading the chip's files, bounded (9303-10 §3.6).
//!
//! ```text
//! 00 A4 00 0C 02 3F00            the master file        00 B0 80|SFI offset Le   first bytes, by SFI
//! 00 A4 04 0C 07 A0000002471001  the application        00 B0 offset Le          below 32,768
//! 00 A4 02 0C 02 FID             a file                 00 B1 0000 {54 offset} Le → 53 L data
//! ```
//!
//! Nothing that the chip says about lengths is believed: sizes, answers and the number of commands
//! are bounded, and each way of lying has its own error.

use std::fmt;

use crate::apdu::{Command, Response, StatusWord};
use crate::exchange::{ExchangeError, exchange, exchange_extended};
use crate::lds::{AtrInfo, ElementaryFile};
use crate::secure_messaging::{SHORT_LE, largest_plain_answer};
use crate::tlv::{self, TlvError};
use crate::transport::CardTransport;

/// No file of a travel document is larger, in bytes; the largest chips have 180 kB for all files.
pub const MAX_FILE: usize = 256 * 1024;

const READ_BINARY: u8 = 0xB0;
const READ_BINARY_ODD: u8 = 0xB1;
/// The first offset that P1-P2 of the even instruction cannot carry.
const FAR_OFFSET: usize = 0x8000;

/// Why a file could not be selected or read. `file` says which.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The wire failed, secure messaging ended, or the card answered without end.
    #[error("{file} could not be read: the connection to the card failed")]
    Exchange {
        /// The file.
        file: Target,
        /// What failed.
        #[source]
        cause: ExchangeError,
    },
    /// 6A82.
    #[error("{file} is not on the chip")]
    NotFound {
        /// The file.
        file: Target,
    },
    /// 6982: access control, such as PACE or terminal authentication, is missing.
    #[error("the chip does not allow {file} to be read with the access gained so far")]
    AccessDenied {
        /// The file.
        file: Target,
    },
    /// Any other status.
    #[error("the chip refused {file} at offset {offset} with status {status}")]
    Refused {
        /// The file.
        file: Target,
        /// Offset in the file, in bytes.
        offset: usize,
        /// The chip's status word.
        status: StatusWord,
    },
    /// The file does not start with a tag and a length.
    #[error("{file} does not start with a data object")]
    NoObject {
        /// The file.
        file: Target,
        /// What is wrong.
        #[source]
        cause: TlvError,
    },
    /// The odd instruction's answer is not one object 53.
    #[error("the answer for {file} at offset {offset} is not wrapped in object 53")]
    NotWrapped {
        /// The file.
        file: Target,
        /// Offset in the file, in bytes.
        offset: usize,
        /// What is wrong.
        #[source]
        cause: TlvError,
    },
    /// The file's own length field exceeds the limit.
    #[error(
        "{file} says it has {announced} bytes where {limit} are allowed; the chip is not trusted"
    )]
    TooLarge {
        /// The file.
        file: Target,
        /// Bytes announced, or read so far.
        announced: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// More bytes than asked for.
    #[error(
        "the chip sent {sent} bytes of {file} where {asked} were asked for; the chip is not trusted"
    )]
    TooMuch {
        /// The file.
        file: Target,
        /// Bytes asked for.
        asked: usize,
        /// Bytes sent.
        sent: usize,
    },
    /// The file ends before the length in its first bytes.
    #[error("{file} ends after {read} bytes although it says it has {announced}")]
    EndsEarly {
        /// The file.
        file: Target,
        /// Bytes read.
        read: usize,
        /// Bytes announced.
        announced: usize,
    },
    /// The chip gives so little with each answer that reading would take for ever.
    #[error(
        "the chip gives {file} in crumbs: {read} bytes after {commands} commands; reading stopped"
    )]
    Crumbs {
        /// The file.
        file: Target,
        /// Bytes read.
        read: usize,
        /// Commands sent.
        commands: usize,
    },
}

/// How much to ask for at once: plain bytes per READ BINARY.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkSize {
    le: usize,
    extended: bool,
}

impl ChunkSize {
    /// Short APDUs, small enough for secure messaging: 223 bytes (9303-11 §9.8).
    pub const SHORT: Self = Self {
        le: SHORT_LE,
        extended: false,
    };

    /// From EF.ATR/INFO: extended length only where the chip says how much it can take.
    /// `protected` says whether answers will come under secure messaging.
    pub fn from_atr_info(info: &AtrInfo, protected: bool) -> Self {
        match info.extended_length {
            Some(lengths) => {
                let largest = usize::try_from(lengths.response).unwrap_or(usize::MAX);
                Self::from_largest_response(largest, protected)
            }
            None => Self::SHORT,
        }
    }

    /// From the largest response APDU that the chip sends, status word included.
    pub fn from_largest_response(largest: usize, protected: bool) -> Self {
        let data = largest.saturating_sub(2).min(crate::exchange::MAX_RESPONSE);
        if data <= 256 {
            return Self::SHORT;
        }
        let le = if protected {
            largest_plain_answer(data)
        } else {
            data
        };
        Self { le, extended: true }
    }

    /// Plain bytes per command.
    pub fn bytes(self) -> usize {
        self.le
    }
}

impl Default for ChunkSize {
    fn default() -> Self {
        Self::SHORT
    }
}

/// What is selected or read, for error texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The master file.
    MasterFile,
    /// An application.
    Application,
    /// A file.
    File(ElementaryFile),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MasterFile => f.write_str("the master file"),
            Self::Application => f.write_str("the application"),
            Self::File(file) => file.fmt(f),
        }
    }
}

/// How far to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// The first data object: its length tells where to stop, padding is left.
    FirstObject,
    /// To the end of the file.
    Whole,
}

/// Selects the master file.
pub fn select_master_file<T: CardTransport + ?Sized>(card: &mut T) -> Result<(), ReadError> {
    select(card, Target::MasterFile, 0x00, &[0x3F, 0x00])
}

/// Selects an application by its identifier; the eMRTD application is
/// [`EMRTD_AID`](crate::lds::EMRTD_AID).
pub fn select_application<T: CardTransport + ?Sized>(
    card: &mut T,
    aid: &[u8],
) -> Result<(), ReadError> {
    select(card, Target::Application, 0x04, aid)
}

/// Selects a file of the current application by its identifier.
pub fn select_file<T: CardTransport + ?Sized>(
    card: &mut T,
    file: ElementaryFile,
) -> Result<(), ReadError> {
    select(card, Target::File(file), 0x02, &file.fid().to_be_bytes())
}

fn select<T: CardTransport + ?Sized>(
    card: &mut T,
    file: Target,
    how: u8,
    what: &[u8],
) -> Result<(), ReadError> {
    let command = Command::new(0x00, 0xA4, how, 0x0C).with_data(what);
    let answer = exchange(card, &command).map_err(|cause| ReadError::Exchange { file, cause })?;
    if answer.status.is_ok() {
        Ok(())
    } else {
        Err(refusal(file, 0, answer.status))
    }
}

/// Reads a file of the directory that is selected; at most `limit` bytes, [`MAX_FILE`] as a rule.
///
/// A file of one data object (EF.COM, a data group, EF.SOD, EF.CardAccess, EF.CardSecurity) comes
/// as exactly that object, without the padding that may follow; EF.ATR/INFO, EF.DIR and EF.CVCA
/// come to their end.
pub fn read_file<T: CardTransport + ?Sized>(
    card: &mut T,
    file: ElementaryFile,
    chunk: ChunkSize,
    limit: usize,
) -> Result<Vec<u8>, ReadError> {
    let extent = match file {
        ElementaryFile::AtrInfo | ElementaryFile::Dir | ElementaryFile::Cvca => Extent::Whole,
        _ => Extent::FirstObject,
    };
    let reading = Reading {
        card,
        file,
        chunk,
        limit,
        content: Vec::new(),
        commands: 0,
    };
    reading.run(extent)
}

struct Reading<'a, T: ?Sized> {
    card: &'a mut T,
    file: ElementaryFile,
    chunk: ChunkSize,
    limit: usize,
    content: Vec<u8>,
    commands: usize,
}

/// One answer: its bytes, and whether the file ended.
struct Piece {
    data: Vec<u8>,
    end: bool,
}

impl<T: CardTransport + ?Sized> Reading<'_, T> {
    fn target(&self) -> Target {
        Target::File(self.file)
    }

    fn run(mut self, extent: Extent) -> Result<Vec<u8>, ReadError> {
        let file = self.target();
        let first = self.first_piece()?;
        let mut end = first.end;
        self.content = first.data;
        let announced = match extent {
            Extent::FirstObject => tlv::total_length(&self.content)
                .map_err(|cause| ReadError::NoObject { file, cause })?,
            Extent::Whole => usize::MAX,
        };
        if extent == Extent::FirstObject && announced > self.limit {
            return Err(ReadError::TooLarge {
                file,
                announced,
                limit: self.limit,
            });
        }
        while !end && self.content.len() < announced {
            let piece = self.next_piece(announced - self.content.len())?;
            end = piece.end;
            self.content.extend_from_slice(&piece.data);
            if self.content.len() > self.limit {
                let announced = self.content.len();
                return Err(ReadError::TooLarge {
                    file,
                    announced,
                    limit: self.limit,
                });
            }
        }
        if extent == Extent::FirstObject {
            if self.content.len() < announced {
                let read = self.content.len();
                return Err(ReadError::EndsEarly {
                    file,
                    read,
                    announced,
                });
            }
            self.content.truncate(announced);
        }
        Ok(self.content)
    }

    /// The first bytes by SFI, or by FID where the chip does not know the short form.
    fn first_piece(&mut self) -> Result<Piece, ReadError> {
        let by_sfi =
            Command::new(0x00, READ_BINARY, 0x80 | self.file.sfi(), 0).with_le(self.chunk.le);
        let answer = self.send(&by_sfi)?;
        let unknown_form = matches!(
            answer.status,
            StatusWord::FUNCTION_NOT_SUPPORTED
                | StatusWord::WRONG_P1_P2
                | StatusWord::NO_CURRENT_EF
                | StatusWord::WRONG_OFFSET
        );
        if unknown_form {
            select_file(self.card, self.file)?;
            return self.next_piece(usize::MAX);
        }
        let asked = self.chunk.le;
        self.piece(answer, asked)
    }

    /// The next bytes of the current file, at most `wanted` of them.
    fn next_piece(&mut self, wanted: usize) -> Result<Piece, ReadError> {
        let offset = self.content.len();
        // A chip may answer short, but not below 56 bytes on average.
        if self.commands > 16 + 4 * (offset / SHORT_LE) {
            let commands = self.commands;
            return Err(ReadError::Crumbs {
                file: self.target(),
                read: offset,
                commands,
            });
        }
        if offset >= FAR_OFFSET {
            return self.far_piece(wanted);
        }
        let asked = wanted.min(self.chunk.le);
        // Below 0x8000, so both bytes hold it.
        let [.., high, low] = offset.to_be_bytes();
        let command = Command::new(0x00, READ_BINARY, high, low).with_le(asked);
        let answer = self.send(&command)?;
        self.piece(answer, asked)
    }

    fn far_piece(&mut self, wanted: usize) -> Result<Piece, ReadError> {
        let offset = self.content.len();
        let file = self.target();
        let bytes = offset.to_be_bytes();
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        // Object 53 adds two to four bytes to the data, and Le counts them.
        let asked = wanted.min(self.chunk.le - 4);
        let le = asked
            + match asked {
                0..=0x7F => 2,
                0x80..=0xFF => 3,
                _ => 4,
            };
        let command = Command::new(0x00, READ_BINARY_ODD, 0, 0)
            .with_data(tlv::encode(0x54, &bytes[zeros..]))
            .with_le(le);
        let mut answer = self.send(&command)?;
        if !answer.data.is_empty() {
            let data =
                tlv::parse_exact(&answer.data, 0x53).map_err(|cause| ReadError::NotWrapped {
                    file,
                    offset,
                    cause,
                })?;
            answer.data = data.to_vec();
        }
        self.piece(answer, asked)
    }

    fn send(&mut self, command: &Command) -> Result<Response, ReadError> {
        self.commands += 1;
        // An answer of 224 to 256 plain bytes fits only with extended length once it is protected.
        let extended = self.chunk.extended && command.le.is_some_and(|le| le > SHORT_LE);
        let result = if extended {
            exchange_extended(self.card, command)
        } else {
            exchange(self.card, command)
        };
        result.map_err(|cause| ReadError::Exchange {
            file: self.target(),
            cause,
        })
    }

    fn piece(&self, answer: Response, asked: usize) -> Result<Piece, ReadError> {
        let file = self.target();
        let offset = self.content.len();
        let Response { data, status } = answer;
        if data.len() > asked {
            return Err(ReadError::TooMuch {
                file,
                asked,
                sent: data.len(),
            });
        }
        let past_the_end = offset > 0 && status == StatusWord::WRONG_OFFSET;
        match status {
            StatusWord::OK if !data.is_empty() => Ok(Piece { data, end: false }),
            StatusWord::OK | StatusWord::END_OF_FILE => Ok(Piece { data, end: true }),
            _ if past_the_end => Ok(Piece {
                data: Vec::new(),
                end: true,
            }),
            _ => Err(refusal(file, offset, status)),
        }
    }
}

fn refusal(file: Target, offset: usize, status: StatusWord) -> ReadError {
    match status {
        StatusWord::FILE_NOT_FOUND => ReadError::NotFound { file },
        StatusWord::SECURITY_STATUS_NOT_SATISFIED => ReadError::AccessDenied { file },
        _ => ReadError::Refused {
            file,
            offset,
            status,
        },
    }
}
