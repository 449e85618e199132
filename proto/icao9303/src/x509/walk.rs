//! Walks over DER without losing the bytes: what is signed is what was received, so nothing is
//! verified from a re-encoding.

use der::{AnyRef, Decode, ErrorKind, Reader, SliceReader, Tag, TagNumber, Tagged};

/// A position in a run of DER objects.
#[derive(Clone)]
pub(crate) struct Walk<'a>(SliceReader<'a>);

impl<'a> Walk<'a> {
    /// Starts at the first byte.
    pub fn new(bytes: &'a [u8]) -> der::Result<Self> {
        SliceReader::new(bytes).map(Self)
    }

    /// Starts inside the one object that fills `bytes`, which must carry `tag`.
    pub fn into_object(bytes: &'a [u8], tag: Tag) -> der::Result<Self> {
        let mut outer = Self::new(bytes)?;
        let inner = outer.enter(tag)?;
        outer.finish()?;
        Ok(inner)
    }

    /// Whether nothing is left.
    pub fn is_finished(&self) -> bool {
        self.0.is_finished()
    }

    /// Demands that nothing is left.
    pub fn finish(self) -> der::Result<()> {
        self.0.finish(())
    }

    /// Whether the next object carries `tag`.
    pub fn next_is(&self, tag: Tag) -> bool {
        self.0.peek_tag().is_ok_and(|found| found == tag)
    }

    /// Tag, length and value of the next object.
    pub fn raw(&mut self) -> der::Result<&'a [u8]> {
        self.0.tlv_bytes()
    }

    /// Tag, length and value of the next object, which must carry `tag`.
    pub fn raw_of(&mut self, tag: Tag) -> der::Result<&'a [u8]> {
        self.0.peek_tag()?.assert_eq(tag)?;
        self.raw()
    }

    /// The value of the next object, which must carry `tag`.
    pub fn value(&mut self, tag: Tag) -> der::Result<&'a [u8]> {
        let any = AnyRef::decode(&mut self.0)?;
        any.tag().assert_eq(tag)?;
        Ok(any.value())
    }

    /// Steps into the next object, which must carry `tag`.
    pub fn enter(&mut self, tag: Tag) -> der::Result<Self> {
        Self::new(self.value(tag)?)
    }

    /// The value of the next object if it carries `tag`.
    pub fn optional(&mut self, tag: Tag) -> der::Result<Option<&'a [u8]>> {
        if self.next_is(tag) {
            self.value(tag).map(Some)
        } else {
            Ok(None)
        }
    }

    /// The next object as a type of the `der` crates.
    pub fn decode<T: Decode<'a>>(&mut self) -> der::Result<T> {
        self.0.decode()
    }

    /// The next object, which must be a BIT STRING of whole bytes.
    pub fn whole_bits(&mut self) -> der::Result<&'a [u8]> {
        match self.value(Tag::BitString)?.split_first() {
            Some((0, bytes)) => Ok(bytes),
            _ => Err(ErrorKind::Value {
                tag: Tag::BitString,
            }
            .into()),
        }
    }

    /// The next object, which must be an INTEGER that fits a byte and is not negative.
    pub fn small_integer(&mut self) -> der::Result<u8> {
        match self.value(Tag::Integer)? {
            [byte @ 0..=0x7F] | [0, byte @ 0x80..=0xFF] => Ok(*byte),
            _ => Err(ErrorKind::Value { tag: Tag::Integer }.into()),
        }
    }

    /// The next object, which must be a positive INTEGER in its shortest form: its magnitude.
    pub fn magnitude(&mut self) -> der::Result<&'a [u8]> {
        let value = self.value(Tag::Integer)?;
        match value {
            [0, second, ..] if second & 0x80 != 0 => Ok(&value[1..]),
            [0x01..=0x7F, ..] => Ok(value),
            _ => Err(ErrorKind::Value { tag: Tag::Integer }.into()),
        }
    }
}

/// A context-specific tag: `[number]`.
pub(crate) fn context(number: u8, constructed: bool) -> Tag {
    Tag::ContextSpecific {
        constructed,
        number: TagNumber::new(number & 0x1F),
    }
}

/// The next `[number]` constructed.
pub(crate) fn constructed(number: u8) -> Tag {
    context(number, true)
}
