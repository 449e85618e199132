//! BER-TLV with tags of one or two bytes, as all files and command bodies use it (ISO/IEC 7816-4 §5.2.2).
//!
//! Writers emit minimal lengths; readers accept longer forms, as some issuers write them, and never
//! read past what they were given.

/// What is wrong with a run of bytes that should be BER-TLV.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TlvError {
    /// The bytes end inside a tag, a length or a value.
    #[error("the bytes end inside a TLV object: {needed} more needed at offset {offset}")]
    Truncated {
        /// Offset in the reader's input, in bytes.
        offset: usize,
        /// How many bytes are missing.
        needed: usize,
    },
    /// Tags of three or more bytes do not occur in ICAO files.
    #[error("a tag longer than two bytes at offset {offset}")]
    LongTag {
        /// Offset in the reader's input, in bytes.
        offset: usize,
    },
    /// Indefinite lengths, and lengths of more than four bytes, are refused.
    #[error("a length form that is not allowed ({first:02X}) at offset {offset}")]
    BadLength {
        /// Offset in the reader's input, in bytes.
        offset: usize,
        /// The first byte of the length.
        first: u8,
    },
    /// Another object stands where one was expected.
    #[error("object {found:X} stands where {expected:X} was expected")]
    UnexpectedTag {
        /// The tag that should be here.
        expected: u16,
        /// The tag that is here.
        found: u16,
    },
    /// An object is missing.
    #[error("object {expected:X} is missing")]
    Missing {
        /// The tag that should be here.
        expected: u16,
    },
    /// Bytes follow the last object.
    #[error("{count} bytes follow the last object")]
    Trailing {
        /// How many bytes are left over.
        count: usize,
    },
}

/// One TLV object, borrowed from the bytes it was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Element<'a> {
    /// The tag, one or two bytes, big-endian (`0x7F49` is the two bytes 7F 49).
    pub tag: u16,
    /// The value.
    pub value: &'a [u8],
    /// Tag, length and value as they stand in the input.
    pub raw: &'a [u8],
}

/// Walks over a run of TLV objects.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    input: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    /// Starts at the first byte of `input`.
    pub fn new(input: &'a [u8]) -> Self {
        Self { input, offset: 0 }
    }

    /// The bytes not read yet.
    pub fn rest(&self) -> &'a [u8] {
        &self.input[self.offset..]
    }

    /// The next object, or `None` at the end.
    pub fn next_element(&mut self) -> Result<Option<Element<'a>>, TlvError> {
        if self.offset == self.input.len() {
            return Ok(None);
        }
        let header = Header::parse(self.input, self.offset)?;
        let end = header.value_start + header.length;
        if end > self.input.len() {
            let needed = end - self.input.len();
            return Err(TlvError::Truncated {
                offset: self.offset,
                needed,
            });
        }
        let element = Element {
            tag: header.tag,
            value: &self.input[header.value_start..end],
            raw: &self.input[self.offset..end],
        };
        self.offset = end;
        Ok(Some(element))
    }

    /// The tag of the next object without moving on.
    pub fn peek_tag(&self) -> Result<Option<u16>, TlvError> {
        Ok(self.clone().next_element()?.map(|element| element.tag))
    }

    /// The value of the next object, which must carry `tag`.
    pub fn expect(&mut self, tag: u16) -> Result<&'a [u8], TlvError> {
        Ok(self.expect_element(tag)?.value)
    }

    /// The next object, which must carry `tag`.
    pub fn expect_element(&mut self, tag: u16) -> Result<Element<'a>, TlvError> {
        match self.next_element()? {
            Some(element) if element.tag == tag => Ok(element),
            Some(element) => Err(TlvError::UnexpectedTag {
                expected: tag,
                found: element.tag,
            }),
            None => Err(TlvError::Missing { expected: tag }),
        }
    }

    /// The value of the next object if it carries `tag`; otherwise nothing is read.
    pub fn optional(&mut self, tag: u16) -> Result<Option<&'a [u8]>, TlvError> {
        if self.peek_tag()? == Some(tag) {
            self.expect(tag).map(Some)
        } else {
            Ok(None)
        }
    }

    /// Demands that everything was read.
    pub fn finish(self) -> Result<(), TlvError> {
        match self.rest().len() {
            0 => Ok(()),
            count => Err(TlvError::Trailing { count }),
        }
    }
}

/// The one object that fills `input`, which must carry `tag`; its value.
pub fn parse_exact(input: &[u8], tag: u16) -> Result<&[u8], TlvError> {
    let mut reader = Reader::new(input);
    let value = reader.expect(tag)?;
    reader.finish()?;
    Ok(value)
}

/// The first object of `input`, which must carry `tag`; padding may follow it (9303-10 §3.6).
pub fn parse_padded(input: &[u8], tag: u16) -> Result<Element<'_>, TlvError> {
    Reader::new(input).expect_element(tag)
}

/// How many bytes the object takes whose first bytes are `start` (tag, length and value): lets a
/// reader of files learn a file's size from its first bytes. Six bytes are always enough.
pub fn total_length(start: &[u8]) -> Result<usize, TlvError> {
    let header = Header::parse(start, 0)?;
    Ok(header.value_start + header.length)
}

/// One object in the shortest form.
pub fn encode(tag: u16, value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len() + 7);
    push(&mut out, tag, value);
    out
}

/// Appends one object in the shortest form.
pub fn push(out: &mut Vec<u8>, tag: u16, value: &[u8]) {
    push_tag(out, tag);
    push_length(out, value.len());
    out.extend_from_slice(value);
}

/// One object around the concatenation of `parts`.
pub fn encode_constructed(tag: u16, parts: &[&[u8]]) -> Vec<u8> {
    let length = parts.iter().map(|part| part.len()).sum();
    let mut out = Vec::with_capacity(length + 7);
    push_tag(&mut out, tag);
    push_length(&mut out, length);
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// Appends a tag of one or two bytes.
pub fn push_tag(out: &mut Vec<u8>, tag: u16) {
    let [high, low] = tag.to_be_bytes();
    if high != 0 {
        out.push(high);
    }
    out.push(low);
}

/// Appends a length in the shortest form.
pub fn push_length(out: &mut Vec<u8>, length: usize) {
    let bytes = length.to_be_bytes();
    let significant = &bytes[length.leading_zeros() as usize / 8..];
    if length >= 0x80 {
        // At most the eight bytes of a usize.
        out.push(0x80 | u8::try_from(significant.len()).unwrap_or(8));
    } else if length == 0 {
        out.push(0);
    }
    out.extend_from_slice(significant);
}

struct Header {
    tag: u16,
    length: usize,
    value_start: usize,
}

impl Header {
    fn parse(input: &[u8], start: usize) -> Result<Self, TlvError> {
        let mut offset = start;
        let mut next = || {
            let byte = *input
                .get(offset)
                .ok_or(TlvError::Truncated { offset, needed: 1 })?;
            offset += 1;
            Ok(byte)
        };
        let first = next()?;
        let tag = if first & 0x1F == 0x1F {
            let second = next()?;
            if second & 0x80 != 0 {
                return Err(TlvError::LongTag { offset: start });
            }
            u16::from_be_bytes([first, second])
        } else {
            u16::from(first)
        };
        let length = match next()? {
            short @ 0..=0x7F => usize::from(short),
            first @ 0x81..=0x84 => {
                let mut length = 0_u32;
                for _ in 0..first & 0x7F {
                    length = length << 8 | u32::from(next()?);
                }
                // A 32-bit length fits the usize of every machine that runs this.
                length as usize
            }
            first => {
                return Err(TlvError::BadLength {
                    offset: start,
                    first,
                });
            }
        };
        Ok(Self {
            tag,
            length,
            value_start: offset,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_take_the_shortest_form() {
        for (length, hex) in [
            (0_usize, "00"),
            (0x7F, "7F"),
            (0x80, "8180"),
            (0xFF, "81FF"),
            (0x100, "820100"),
            (0xFFFF, "82FFFF"),
            (0x1_0000, "83010000"),
        ] {
            let mut out = Vec::new();
            push_length(&mut out, length);
            assert_eq!(hex::encode_upper(&out), hex);
        }
    }

    #[test]
    fn long_lengths_are_read_and_bounded() {
        let padded = [0x61, 0x82, 0x00, 0x01, 0xAA, 0x00, 0x00];
        assert_eq!(parse_padded(&padded, 0x61).unwrap().value, [0xAA]);
        assert_eq!(total_length(&[0x75, 0x82, 0x42, 0x00]).unwrap(), 0x4204);
        let lie = [0x61, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 0xAA];
        assert!(matches!(
            parse_exact(&lie, 0x61),
            Err(TlvError::Truncated { .. })
        ));
        assert_eq!(
            parse_exact(&[0x61, 0x80, 0, 0], 0x61),
            Err(TlvError::BadLength {
                offset: 0,
                first: 0x80
            })
        );
    }

    #[test]
    fn every_prefix_of_an_object_is_an_error() {
        let whole = encode_constructed(
            0x7F49,
            &[&encode(0x06, &[1, 2, 3]), &encode(0x86, &[4; 300])],
        );
        for end in 1..whole.len() {
            assert!(
                parse_exact(&whole[..end], 0x7F49).is_err(),
                "prefix of {end}"
            );
        }
        assert!(parse_exact(&whole, 0x7F49).is_ok());
    }
}
