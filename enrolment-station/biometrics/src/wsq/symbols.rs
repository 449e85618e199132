//! Quantised values as symbols: zero runs, small values, and escapes with bits of their own.

/// Longest run of zeros that is a symbol of its own.
const LONGEST_RUN: u32 = 100;
/// Symbol of the value zero, were it coded; value `v` is symbol `v + 180`.
const ZERO: i32 = 180;
/// Escapes, in the order of the standard.
const POSITIVE_8: u8 = 101;
const NEGATIVE_8: u8 = 102;
const POSITIVE_16: u8 = 103;
const NEGATIVE_16: u8 = 104;
const RUN_8: u8 = 105;
const RUN_16: u8 = 106;

/// One Huffman symbol and the bits that follow its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Symbol {
    pub code: u8,
    pub extra: u16,
    pub extra_bits: u32,
}

impl Symbol {
    fn plain(code: u8) -> Self {
        Self {
            code,
            extra: 0,
            extra_bits: 0,
        }
    }

    fn run(length: u16) -> Self {
        match u8::try_from(length) {
            Ok(short) if u32::from(length) <= LONGEST_RUN => Self::plain(short),
            Ok(_) => Self {
                code: RUN_8,
                extra: length,
                extra_bits: 8,
            },
            Err(_) => Self {
                code: RUN_16,
                extra: length,
                extra_bits: 16,
            },
        }
    }

    fn value(value: i16) -> Self {
        let size = value.unsigned_abs();
        let (short, long) = if value > 0 {
            (POSITIVE_8, POSITIVE_16)
        } else {
            (NEGATIVE_8, NEGATIVE_16)
        };
        match u8::try_from(i32::from(value) + ZERO) {
            Ok(code) if (-73..=74).contains(&value) => Self::plain(code),
            _ if size <= 255 => Self {
                code: short,
                extra: size,
                extra_bits: 8,
            },
            _ => Self {
                code: long,
                extra: size,
                extra_bits: 16,
            },
        }
    }
}

/// Gives the symbols of a block, in order, to `sink`.
pub(super) fn for_each(values: &[i16], mut sink: impl FnMut(Symbol)) {
    let mut run = 0u16;
    for &value in values {
        if value == 0 && run < u16::MAX {
            run += 1;
            continue;
        }
        if run > 0 {
            sink(Symbol::run(run));
            run = 0;
        }
        if value == 0 {
            run = 1;
        } else {
            sink(Symbol::value(value));
        }
    }
    if run > 0 {
        sink(Symbol::run(run));
    }
}

/// What a decoded symbol asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// So many zeros.
    Zeros(u16),
    /// A value.
    Value(i16),
    /// A run whose length follows in so many bits.
    LongZeros(u32),
    /// A value whose size follows in so many bits; true if negative.
    LongValue(u32, bool),
    /// Not a symbol of WSQ.
    Nothing,
}

/// The meaning of a symbol.
pub(super) fn meaning(code: u8) -> Meaning {
    match code {
        1..=100 => Meaning::Zeros(u16::from(code)),
        POSITIVE_8 => Meaning::LongValue(8, false),
        NEGATIVE_8 => Meaning::LongValue(8, true),
        POSITIVE_16 => Meaning::LongValue(16, false),
        NEGATIVE_16 => Meaning::LongValue(16, true),
        RUN_8 => Meaning::LongZeros(8),
        RUN_16 => Meaning::LongZeros(16),
        107..=254 => Meaning::Value(i16::from(code) - 180),
        0 | 255 => Meaning::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbols(values: &[i16]) -> Vec<(u8, u16)> {
        let mut result = Vec::new();
        for_each(values, |symbol| result.push((symbol.code, symbol.extra)));
        result
    }

    #[test]
    fn values_and_escapes() {
        assert_eq!(
            symbols(&[1, -73, 74, -74, 75, 255, 256, -255, -256]),
            [
                (181, 0),
                (107, 0),
                (254, 0),
                (102, 74),
                (101, 75),
                (101, 255),
                (103, 256),
                (102, 255),
                (104, 256),
            ]
        );
    }

    #[test]
    fn runs_and_escapes() {
        assert_eq!(symbols(&[0; 100]), [(100, 0)]);
        assert_eq!(symbols(&[0; 101]), [(105, 101)]);
        assert_eq!(symbols(&[0; 256]), [(106, 256)]);
        assert_eq!(symbols(&vec![0; 65535 + 3]), [(106, 65535), (3, 0)]);
        assert_eq!(symbols(&[0, 0, 5, 0]), [(2, 0), (185, 0), (1, 0)]);
        assert_eq!(symbols(&[]), []);
    }
}
