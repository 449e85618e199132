//! What is said on the socket between driver and simulator.
//!
//! A connection starts with one byte: `C` for commands or `E` for events. On a command connection
//! the driver sends `kind(1) length(4, big-endian) body` and gets `status(1) length(4) body` back,
//! one at a time. On an event connection the simulator sends one byte whenever a card was put in or
//! taken out; its value says nothing, the driver asks again.

use std::io::{self, Read, Write};

/// First byte of a connection that carries commands.
pub const COMMANDS: u8 = b'C';
/// First byte of a connection that carries events.
pub const EVENTS: u8 = b'E';
/// Largest body: an extended APDU of 65,544 bytes, or a control code and as much data.
pub const MAX_BODY: usize = 65_544 + 4;

/// What the reader is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Request {
    /// Control code (4 bytes, big-endian) and data; answered by its output.
    Control = b'X',
    /// Switch the field off.
    PowerDown = b'D',
    /// Switch the field on; answered by the ATR.
    PowerUp = b'U',
    /// Is there a card? Answered by bytes that differ with every insertion, or by [`Answer::NoCard`].
    Presence = b'P',
    /// Field off and on; answered by the ATR.
    Reset = b'R',
    /// A command APDU; answered by the response APDU.
    Transmit = b'T',
}

impl Request {
    /// The request with this first byte.
    pub fn from_byte(byte: u8) -> Option<Self> {
        [
            Self::Control,
            Self::PowerDown,
            Self::PowerUp,
            Self::Presence,
            Self::Reset,
            Self::Transmit,
        ]
        .into_iter()
        .find(|request| *request as u8 == byte)
    }
}

/// What the simulator answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Done; the bytes are the ATR, the response or the output.
    Done(Vec<u8>),
    /// There is no card.
    NoCard,
    /// The card did not answer within its waiting time.
    Silent,
    /// This reader does not know the control code.
    NotSupported,
    /// The reader was unplugged: it is no longer one of the computer's.
    Unplugged,
}

/// Writes a request.
pub fn write_request(stream: &mut impl Write, request: Request, body: &[u8]) -> io::Result<()> {
    write_frame(stream, request as u8, body)
}

/// Reads a request; `None` when the other side closed the connection between requests.
pub fn read_request(stream: &mut impl Read) -> io::Result<Option<(Request, Vec<u8>)>> {
    let mut kind = [0];
    if stream.read(&mut kind)? == 0 {
        return Ok(None);
    }
    let request = Request::from_byte(kind[0]).ok_or_else(malformed)?;
    Ok(Some((request, read_body(stream)?)))
}

/// Writes an answer.
pub fn write_answer(stream: &mut impl Write, answer: &Answer) -> io::Result<()> {
    match answer {
        Answer::Done(bytes) => write_frame(stream, 0, bytes),
        Answer::NoCard => write_frame(stream, 1, &[]),
        Answer::Silent => write_frame(stream, 2, &[]),
        Answer::NotSupported => write_frame(stream, 3, &[]),
        Answer::Unplugged => write_frame(stream, 4, &[]),
    }
}

/// Reads an answer.
pub fn read_answer(stream: &mut impl Read) -> io::Result<Answer> {
    let mut status = [0];
    stream.read_exact(&mut status)?;
    let body = read_body(stream)?;
    match status[0] {
        0 => Ok(Answer::Done(body)),
        1 => Ok(Answer::NoCard),
        2 => Ok(Answer::Silent),
        3 => Ok(Answer::NotSupported),
        4 => Ok(Answer::Unplugged),
        _ => Err(malformed()),
    }
}

fn write_frame(stream: &mut impl Write, first: u8, body: &[u8]) -> io::Result<()> {
    let length = u32::try_from(body.len()).map_err(|_| malformed())?;
    let mut frame = Vec::with_capacity(body.len() + 5);
    frame.push(first);
    frame.extend(length.to_be_bytes());
    frame.extend(body);
    // One write a frame: the other side never waits for the rest.
    stream.write_all(&frame)
}

fn read_body(stream: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length) as usize;
    if length > MAX_BODY {
        return Err(malformed());
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok(body)
}

fn malformed() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "the other side of the reader socket speaks another language",
    )
}
