//! How long a real reader and chip would take: ISO/IEC 14443-4 blocks at a bit rate, memory writes, key generation.

use std::time::Duration;

use serde::{Deserialize, Deserializer, de};

use super::Effort;

/// Largest frame either way (FSD, FSC), in bytes.
const FRAME: usize = 256;
/// Prologue (PCB) and CRC of a block, in bytes.
const OVERHEAD: usize = 3;
/// Data bytes in an I-block.
const INFORMATION: usize = FRAME - OVERHEAD;
/// Bits on the air for a byte: start, eight data bits, stop (type B).
const BITS_A_BYTE: u64 = 10;
/// Bits for the start and the end of a frame.
const FRAME_BITS: u64 = 22;
/// Between a block and its answer, either way: 1172 periods of the 13.56 MHz carrier.
const GUARD: Duration = Duration::from_nanos(86_431);

/// Bit rates of ISO/IEC 14443-3, in kbit/s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
#[expect(missing_docs, reason = "the numbers are the names")]
pub enum BitRate {
    K106 = 106,
    K212 = 212,
    K424 = 424,
    K848 = 848,
}

impl<'de> Deserialize<'de> for BitRate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let rate = u32::deserialize(deserializer)?;
        [Self::K106, Self::K212, Self::K424, Self::K848]
            .into_iter()
            .find(|known| *known as u32 == rate)
            .ok_or_else(|| de::Error::custom("bit_rate is 106, 212, 424 or 848 (kbit/s)"))
    }
}

/// The times of one slot and the chips in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkModel {
    /// Bit rate both ways, kbit/s.
    pub bit_rate: BitRate,
    /// Time to write a page of 64 bytes, microseconds.
    #[serde(default)]
    pub page_write_micros: u32,
    /// Time to make a key pair, milliseconds.
    #[serde(default)]
    pub key_generation_millis: u32,
}

impl LinkModel {
    /// Time on the air for a command and its response (lengths in bytes), framing included.
    pub fn wire_time(&self, command: usize, response: usize) -> Duration {
        self.blocks_time(command) + self.blocks_time(response)
    }

    /// Time inside the chip.
    pub fn chip_time(&self, effort: &Effort) -> Duration {
        let pages = Duration::from_micros(u64::from(self.page_write_micros));
        let keys = Duration::from_millis(u64::from(self.key_generation_millis));
        pages * effort.pages + keys * effort.key_generations
    }

    /// I-blocks of one APDU; each but the last is acknowledged by an R-block.
    fn blocks_time(&self, length: usize) -> Duration {
        let blocks = length.div_ceil(INFORMATION).max(1);
        let acknowledgements = blocks - 1;
        let frames = blocks + acknowledgements;
        let bytes = length + frames * OVERHEAD;
        let bits = bytes as u64 * BITS_A_BYTE + frames as u64 * FRAME_BITS;
        // Bits over kbit/s are milliseconds; a million times that, nanoseconds.
        let nanos = bits * 1_000_000 / u64::from(self.bit_rate as u32);
        Duration::from_nanos(nanos) + GUARD * u32::try_from(frames).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(bit_rate: BitRate) -> LinkModel {
        LinkModel {
            bit_rate,
            page_write_micros: 2_000,
            key_generation_millis: 150,
        }
    }

    #[test]
    fn one_block_each_way() {
        // 20 and 2 bytes, 3 of overhead each, 10 bits a byte, 22 a frame: 230 + 22 + 50 + 22 bits.
        let bits = 324_u64;
        let expected = Duration::from_nanos(bits * 1_000_000 / 848) + 2 * GUARD;
        let time = link(BitRate::K848).wire_time(20, 2);
        assert!(
            time.abs_diff(expected) < Duration::from_nanos(4),
            "{time:?} {expected:?}"
        );
    }

    #[test]
    fn chained_blocks_are_acknowledged() {
        // 254 bytes: two I-blocks and one R-block.
        let bits = (254 + 9) * 10 + 3 * 22;
        let one = link(BitRate::K106).wire_time(254, 1);
        let response = (1 + 3) * 10 + 22;
        let expected = Duration::from_nanos((bits + response) * 1_000_000 / 106) + 4 * GUARD;
        assert!(
            one.abs_diff(expected) < Duration::from_nanos(4),
            "{one:?} {expected:?}"
        );
        assert!(link(BitRate::K424).wire_time(254, 1) < one);
    }

    #[test]
    fn chip_time_counts_pages_and_keys() {
        let effort = Effort {
            pages: 3,
            key_generations: 1,
            pause: Duration::ZERO,
        };
        assert_eq!(
            link(BitRate::K106).chip_time(&effort),
            Duration::from_millis(156)
        );
    }
}
