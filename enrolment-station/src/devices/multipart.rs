//! Frames out of a `multipart/x-mixed-replace` stream: bytes in, frames out, nothing longer than allowed.
//!
//! The header's boundary is written with and without its leading dashes by different makers; what counts
//! here is a line that begins with two dashes and ends with the boundary's name.

use std::fmt;

/// Most bytes of a part's header.
const LONGEST_HEADER: usize = 4 << 10;
/// Most header lines of a part.
const MOST_HEADERS: usize = 16;
/// Most characters of a boundary (RFC 2046).
const LONGEST_BOUNDARY: usize = 70;
/// Most bytes of a boundary's line: its name, dashes around it, ends of lines before and after it.
const LONGEST_LINE: usize = LONGEST_BOUNDARY + 10;

/// Why a stream is no sequence of frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MultipartError {
    /// No boundary in the content type.
    Boundary,
    /// A part's header is too long or not one.
    Header,
    /// A frame is longer than allowed.
    FrameTooLong,
}

/// Cuts a stream into frames.
pub struct FrameReader {
    /// The boundary without its leading dashes.
    name: Vec<u8>,
    longest: usize,
    buffer: Vec<u8>,
    state: State,
}

#[derive(Clone, Copy)]
enum State {
    /// Before a boundary line.
    Between,
    /// In the header of a part.
    Header,
    /// In a body of known length.
    Counted(usize),
    /// In a body that ends at the next boundary; searched up to here.
    Open(usize),
    /// After the closing boundary.
    Ended,
}

impl FrameReader {
    /// A reader for the content type of an answer; frames have at most `longest` bytes.
    pub fn new(content_type: &str, longest: usize) -> Result<Self, MultipartError> {
        let mut parts = content_type.split(';');
        let kind = parts.next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("multipart/x-mixed-replace") {
            return Err(MultipartError::Boundary);
        }
        let boundary = parts
            .filter_map(|part| part.split_once('='))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"))
            .map(|(_, value)| value.trim().trim_matches('"').trim_start_matches('-'))
            .filter(|name| !name.is_empty() && name.len() <= LONGEST_BOUNDARY)
            .ok_or(MultipartError::Boundary)?;
        Ok(Self {
            name: boundary.as_bytes().to_vec(),
            longest,
            buffer: Vec::new(),
            state: State::Between,
        })
    }

    /// Takes more bytes of the stream.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next frame, once it is complete. The buffer never holds more than a frame, its header and
    /// what one push brought.
    pub fn next_frame(&mut self) -> Result<Option<Vec<u8>>, MultipartError> {
        loop {
            match self.state {
                State::Ended => {
                    self.buffer.clear();
                    return Ok(None);
                }
                State::Between => {
                    if !self.read_boundary()? {
                        return Ok(None);
                    }
                }
                State::Header => {
                    if !self.read_header()? {
                        return Ok(None);
                    }
                }
                State::Counted(length) => {
                    if length > self.longest {
                        return Err(MultipartError::FrameTooLong);
                    }
                    if self.buffer.len() < length {
                        return Ok(None);
                    }
                    self.state = State::Between;
                    return Ok(Some(self.buffer.drain(..length).collect()));
                }
                State::Open(searched) => {
                    let Some(end) = self.find_boundary(searched) else {
                        if self.buffer.len() > self.longest + LONGEST_LINE {
                            return Err(MultipartError::FrameTooLong);
                        }
                        let searched = self.buffer.len().saturating_sub(LONGEST_LINE);
                        self.state = State::Open(searched);
                        return Ok(None);
                    };
                    if end > self.longest {
                        return Err(MultipartError::FrameTooLong);
                    }
                    self.state = State::Between;
                    return Ok(Some(self.buffer.drain(..end).collect()));
                }
            }
        }
    }

    /// Reads a line that is a boundary or empty; `false` where it is not complete yet.
    fn read_boundary(&mut self) -> Result<bool, MultipartError> {
        let Some(end) = line_end(&self.buffer) else {
            return self.wait_for_header();
        };
        if end > LONGEST_HEADER {
            return Err(MultipartError::Header);
        }
        let line = self.buffer[..end].trim_ascii();
        if !line.is_empty() {
            self.state = match self.boundary(line) {
                Some(true) => State::Ended,
                Some(false) => State::Header,
                None => return Err(MultipartError::Header),
            };
        }
        self.buffer.drain(..=end);
        Ok(true)
    }

    /// Reads the header of a part; `false` where it is not complete yet.
    fn read_header(&mut self) -> Result<bool, MultipartError> {
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let parsed = httparse::parse_headers(&self.buffer, &mut headers);
        let parsed = parsed.map_err(|_| MultipartError::Header)?;
        let httparse::Status::Complete((length, headers)) = parsed else {
            return self.wait_for_header();
        };
        if length > LONGEST_HEADER {
            return Err(MultipartError::Header);
        }
        self.state = content_length(headers)?.map_or(State::Open(0), State::Counted);
        self.buffer.drain(..length);
        Ok(true)
    }

    fn wait_for_header(&self) -> Result<bool, MultipartError> {
        if self.buffer.len() > LONGEST_HEADER {
            Err(MultipartError::Header)
        } else {
            Ok(false)
        }
    }

    /// Whether a line is a boundary, and whether it is the last one.
    fn boundary(&self, line: &[u8]) -> Option<bool> {
        let rest = line.strip_prefix(b"--")?;
        let dashes = rest.iter().take_while(|byte| **byte == b'-').count();
        match rest[dashes..].strip_prefix(&*self.name)? {
            b"" => Some(false),
            b"--" => Some(true),
            _ => None,
        }
    }

    /// Where the body ends: at the line break before a boundary line that is complete.
    fn find_boundary(&self, from: usize) -> Option<usize> {
        let mut at = from;
        while let Some(found) = self.buffer[at..].iter().position(|byte| *byte == b'\n') {
            let line = at + found + 1;
            let end = line + line_end(&self.buffer[line..])?;
            let carriage = line.checked_sub(2).is_some_and(|i| self.buffer[i] == b'\r');
            let begin = line - 1 - usize::from(carriage);
            let short = end - begin < LONGEST_LINE;
            if short && self.boundary(self.buffer[line..end].trim_ascii()).is_some() {
                return Some(begin);
            }
            at = line;
        }
        None
    }
}

fn line_end(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| *byte == b'\n')
}

fn content_length(headers: &[httparse::Header<'_>]) -> Result<Option<usize>, MultipartError> {
    let Some(header) = headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("content-length"))
    else {
        return Ok(None);
    };
    std::str::from_utf8(header.value)
        .ok()
        .and_then(|text| text.trim().parse().ok())
        .map(Some)
        .ok_or(MultipartError::Header)
}

impl fmt::Debug for FrameReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FrameReader({} bytes wait)", self.buffer.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "multipart/x-mixed-replace; boundary=--BoundaryString";

    /// All frames of a stream that comes in pieces of a size.
    fn frames(stream: &[u8], piece: usize) -> Result<Vec<Vec<u8>>, MultipartError> {
        let mut reader = FrameReader::new(TYPE, 40)?;
        let mut frames = Vec::new();
        for bytes in stream.chunks(piece) {
            reader.push(bytes);
            while let Some(frame) = reader.next_frame()? {
                frames.push(frame);
            }
        }
        Ok(frames)
    }

    #[test]
    fn frames_come_out_however_the_stream_is_cut() {
        let counted = b"--BoundaryString\r\nContent-Type: image/jpeg\r\nContent-Length: 10\r\n\r\n\
            ab\r\n--Boun\r\n----BoundaryString\r\nContent-length: 2\r\n\r\ncd\r\n\
            --BoundaryString--\r\nrest";
        let open = b"\r\n--BoundaryString\nContent-Type: image/jpeg\n\nab\r\n--Boun\r\n\
            --BoundaryString\r\n\r\ncd\r\n--BoundaryString--\r\n";
        let expected = [b"ab\r\n--Boun".to_vec(), b"cd".to_vec()];
        for piece in 1..counted.len() {
            assert_eq!(frames(counted, piece).unwrap(), expected, "{piece}");
        }
        for piece in 1..open.len() {
            assert_eq!(frames(open, piece).unwrap(), expected, "{piece}");
        }
    }

    #[test]
    fn nothing_longer_than_allowed_is_kept() {
        let announced = b"--BoundaryString\r\nContent-Length: 41\r\n\r\n";
        assert_eq!(frames(announced, 7), Err(MultipartError::FrameTooLong));
        let endless = [b"--BoundaryString\r\n\r\n".to_vec(), vec![b'x'; 4000]].concat();
        assert_eq!(frames(&endless, 10), Err(MultipartError::FrameTooLong));
        let header = [b"--BoundaryString\r\nA: ".to_vec(), vec![b'x'; 5000]].concat();
        assert_eq!(frames(&header, 10), Err(MultipartError::Header));
        let no_line = vec![b'-'; 5000];
        assert_eq!(frames(&no_line, 10), Err(MultipartError::Header));
        let negative = b"--BoundaryString\r\nContent-Length: -1\r\n\r\n";
        assert_eq!(frames(negative, 10), Err(MultipartError::Header));
    }

    #[test]
    fn a_content_type_needs_a_boundary() {
        for wrong in [
            "application/json",
            "multipart/x-mixed-replace",
            "multipart/x-mixed-replace; boundary=",
            "multipart/x-mixed-replace; boundary=----",
        ] {
            assert!(FrameReader::new(wrong, 40).is_err(), "{wrong}");
        }
        assert!(FrameReader::new("Multipart/X-Mixed-Replace;boundary=\"--x\"", 40).is_ok());
    }
}
