//! Bits of the entropy-coded data: most significant first, FF followed by a stuffed 00.

/// Appends bits to a buffer.
#[derive(Debug)]
pub(super) struct BitWriter<'a> {
    out: &'a mut Vec<u8>,
    pending: u64,
    count: u32,
}

impl<'a> BitWriter<'a> {
    pub(super) fn new(out: &'a mut Vec<u8>) -> Self {
        Self {
            out,
            pending: 0,
            count: 0,
        }
    }

    /// Appends the lowest `count` (at most 16) bits of `value`.
    pub(super) fn put(&mut self, value: u16, count: u32) {
        self.pending = (self.pending << count) | u64::from(value);
        self.count += count;
        while self.count >= 8 {
            self.count -= 8;
            self.push((self.pending >> self.count).to_le_bytes()[0]);
        }
    }

    /// Fills the last byte with ones.
    pub(super) fn finish(mut self) {
        if self.count > 0 {
            let missing = 8 - self.count;
            self.put((1 << missing) - 1, missing);
        }
    }

    fn push(&mut self, byte: u8) {
        self.out.push(byte);
        if byte == 0xFF {
            self.out.push(0);
        }
    }
}

/// Reads bits up to the next marker or the end of the data.
#[derive(Debug)]
pub(super) struct BitReader<'a> {
    data: &'a [u8],
    position: usize,
    pending: u64,
    count: u32,
}

impl<'a> BitReader<'a> {
    pub(super) fn new(data: &'a [u8], position: usize) -> Self {
        Self {
            data,
            position,
            pending: 0,
            count: 0,
        }
    }

    fn refill(&mut self) {
        while self.count <= 48 {
            let byte = match self.data.get(self.position..) {
                Some([0xFF, 0x00, ..]) => {
                    self.position += 2;
                    0xFF
                }
                Some([byte, ..]) if *byte != 0xFF => {
                    self.position += 1;
                    *byte
                }
                _ => return,
            };
            self.pending = (self.pending << 8) | u64::from(byte);
            self.count += 8;
        }
    }

    /// The next 16 bits, ones beyond the end; and how many bits there are (at least 16 unless at the end).
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the lowest 16 bits are wanted"
    )]
    pub(super) fn peek(&mut self) -> (u16, u32) {
        if self.count < 16 {
            self.refill();
        }
        let window = if self.count >= 16 {
            self.pending >> (self.count - 16)
        } else {
            let missing = 16 - self.count;
            (self.pending << missing) | ((1 << missing) - 1)
        };
        (window as u16, self.count)
    }

    /// Drops `count` bits that [`BitReader::peek`] showed.
    pub(super) fn skip(&mut self, count: u32) {
        self.count = self.count.saturating_sub(count);
    }

    /// Reads `count` (at most 16) bits, if there are as many.
    pub(super) fn take(&mut self, count: u32) -> Option<u16> {
        let (window, available) = self.peek();
        if available < count {
            return None;
        }
        self.skip(count);
        Some(window >> (16 - count))
    }

    /// Whether all bits up to a marker are loaded; false also where the data ends without one.
    pub(super) fn at_marker(&self) -> bool {
        matches!(self.data.get(self.position..), Some([0xFF, second, ..]) if *second != 0)
    }

    /// Where the marker after the bits stands.
    pub(super) fn end(&self) -> usize {
        self.position
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stuffs_and_pads_with_ones() {
        let mut out = Vec::new();
        let mut writer = BitWriter::new(&mut out);
        writer.put(0xFF, 8);
        writer.put(0b101, 3);
        writer.finish();
        assert_eq!(out, [0xFF, 0x00, 0b1011_1111]);
        out.extend([0xFF, 0xA1]);
        let mut reader = BitReader::new(&out, 0);
        assert_eq!(reader.take(8), Some(0xFF));
        assert_eq!(reader.take(3), Some(0b101));
        assert_eq!(reader.peek(), (0xFFFF, 5));
        assert_eq!(reader.take(6), None);
        assert_eq!(reader.end(), 3);
    }
}
