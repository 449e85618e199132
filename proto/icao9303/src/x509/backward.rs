//! Writes DER from its end to its start, so that every length is known when it is written: nested
//! objects cost one buffer and no copies.

/// DER under construction.
pub(crate) struct Backward {
    /// The written bytes stand at the end.
    buffer: Vec<u8>,
    start: usize,
}

impl Backward {
    /// Room for `capacity` bytes; more is found when needed.
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            buffer: vec![0; capacity],
            start: capacity,
        }
    }

    /// How much stands there: a mark that [`Self::wrap`] goes back to.
    pub fn mark(&self) -> usize {
        self.buffer.len() - self.start
    }

    /// Puts bytes before what stands there.
    pub fn put(&mut self, bytes: &[u8]) {
        if self.start < bytes.len() {
            let more = bytes.len() + self.buffer.len();
            self.buffer.splice(..0, std::iter::repeat_n(0, more));
            self.start += more;
        }
        let end = self.start;
        self.start -= bytes.len();
        self.buffer[self.start..end].copy_from_slice(bytes);
    }

    /// Puts tag and length before everything written since `mark`.
    pub fn wrap(&mut self, tag: u8, mark: usize) {
        let length = self.mark() - mark;
        let bytes = length.to_be_bytes();
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        if length < 0x80 {
            self.put(&bytes[bytes.len() - 1..]);
        } else {
            let significant = &bytes[zeros..];
            self.put(significant);
            // One length octet for each significant byte, of which there are eight at most.
            self.put(&[significant.iter().fold(0x80, |octet, _| octet + 1)]);
        }
        self.put(&[tag]);
    }

    /// Puts a whole object.
    pub fn object(&mut self, tag: u8, value: &[u8]) {
        let mark = self.mark();
        self.put(value);
        self.wrap(tag, mark);
    }

    /// What was written.
    pub fn finish(mut self) -> Vec<u8> {
        self.buffer.drain(..self.start);
        self.buffer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tlv;

    #[test]
    fn it_writes_what_writing_forward_writes() {
        for length in [0, 1, 0x7F, 0x80, 0xFF, 0x100, 0xFFFF, 0x1_0000] {
            for capacity in [0, 3, length, 2 * length + 16] {
                let value = vec![0xAB; length];
                let mut der = Backward::with_capacity(capacity);
                der.put(&[2, 1, 3]);
                der.object(0x04, &value);
                der.wrap(0x30, 0);
                let inner = tlv::encode(0x04, &value);
                let forward = tlv::encode_constructed(0x30, &[&inner, &[2, 1, 3]]);
                assert_eq!(der.finish(), forward, "{length} in {capacity}");
            }
        }
    }
}
