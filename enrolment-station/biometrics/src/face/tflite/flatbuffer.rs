//! Reading a `FlatBuffers` table: offsets, scalars and vectors, each checked against the end of the bytes.

use super::ModelError;

/// A table within the bytes of a model.
#[derive(Clone, Copy)]
pub(super) struct Table<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// A vector within the bytes of a model.
#[derive(Clone, Copy)]
pub(super) struct Vector<'a> {
    bytes: &'a [u8],
    at: usize,
    pub(super) len: usize,
}

impl<'a> Table<'a> {
    /// The root table.
    pub(super) fn root(bytes: &'a [u8]) -> Result<Self, ModelError> {
        let at = u32_at(bytes, 0)?;
        Ok(Self { bytes, at })
    }

    /// Where a field stands; none if the table leaves it out.
    fn field(&self, id: usize) -> Result<Option<usize>, ModelError> {
        let back = i32_at(self.bytes, self.at)?;
        let vtable = isize::try_from(self.at)
            .ok()
            .and_then(|at| at.checked_sub(isize::try_from(back).ok()?))
            .and_then(|at| usize::try_from(at).ok())
            .ok_or(ModelError::Truncated { at: self.at })?;
        let length = usize::from(u16_at(self.bytes, vtable)?);
        let entry = 4 + 2 * id;
        if entry + 2 > length {
            return Ok(None);
        }
        let offset = usize::from(u16_at(self.bytes, vtable + entry)?);
        Ok((offset != 0).then_some(self.at + offset))
    }

    /// A byte, or its default.
    pub(super) fn u8(&self, id: usize, default: u8) -> Result<u8, ModelError> {
        match self.field(id)? {
            None => Ok(default),
            Some(at) => Ok(array_at::<1>(self.bytes, at)?[0]),
        }
    }

    /// A number, or its default.
    pub(super) fn i32(&self, id: usize, default: i32) -> Result<i32, ModelError> {
        self.field(id)?
            .map_or(Ok(default), |at| i32_at(self.bytes, at))
    }

    /// A number that counts or points, or 0.
    pub(super) fn size(&self, id: usize) -> Result<usize, ModelError> {
        self.field(id)?.map_or(Ok(0), |at| u32_at(self.bytes, at))
    }

    /// A table that a field points to.
    pub(super) fn table(&self, id: usize) -> Result<Option<Self>, ModelError> {
        let Some(field) = self.field(id)? else {
            return Ok(None);
        };
        let at = field + u32_at(self.bytes, field)?;
        let bytes = self.bytes;
        Ok(Some(Self { bytes, at }))
    }

    /// A vector that a field points to; empty if the table leaves it out.
    pub(super) fn vector(&self, id: usize) -> Result<Vector<'a>, ModelError> {
        let bytes = self.bytes;
        let Some(field) = self.field(id)? else {
            return Ok(Vector {
                bytes,
                at: 0,
                len: 0,
            });
        };
        let start = field + u32_at(bytes, field)?;
        let len = u32_at(bytes, start)?;
        let at = start + 4;
        Ok(Vector { bytes, at, len })
    }
}

impl<'a> Vector<'a> {
    /// Elements that are numbers.
    pub(super) fn i32s(&self) -> Result<Vec<i32>, ModelError> {
        let bytes = self.raw(self.len.saturating_mul(4))?;
        let words = bytes.as_chunks::<4>().0;
        Ok(words.iter().map(|word| i32::from_le_bytes(*word)).collect())
    }

    /// Elements that are bytes.
    pub(super) fn bytes(&self) -> Result<&'a [u8], ModelError> {
        self.raw(self.len)
    }

    /// An element that is a table.
    pub(super) fn table(&self, index: usize) -> Result<Table<'a>, ModelError> {
        if index >= self.len {
            return Err(ModelError::Truncated { at: self.at });
        }
        let entry = self.at + 4 * index;
        let at = entry + u32_at(self.bytes, entry)?;
        let bytes = self.bytes;
        Ok(Table { bytes, at })
    }

    fn raw(&self, length: usize) -> Result<&'a [u8], ModelError> {
        self.bytes
            .get(self.at..self.at.saturating_add(length))
            .ok_or(ModelError::Truncated { at: self.at })
    }
}

fn array_at<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], ModelError> {
    bytes
        .get(at..)
        .and_then(|rest| rest.first_chunk::<N>())
        .copied()
        .ok_or(ModelError::Truncated { at })
}

fn u16_at(bytes: &[u8], at: usize) -> Result<u16, ModelError> {
    array_at(bytes, at).map(u16::from_le_bytes)
}

fn i32_at(bytes: &[u8], at: usize) -> Result<i32, ModelError> {
    array_at(bytes, at).map(i32::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Result<usize, ModelError> {
    array_at(bytes, at).map(|word| u32::from_le_bytes(word) as usize)
}
