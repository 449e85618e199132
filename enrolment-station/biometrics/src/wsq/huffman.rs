//! Canonical Huffman codes of at most 16 bits, built from counts and read from a stream.

/// Longest code.
const LONGEST: usize = 16;

/// What a DHT marker carries: how many codes there are of each length, and the symbols in code order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CodeLengths {
    pub counts: [u8; LONGEST],
    pub symbols: Vec<u8>,
}

impl CodeLengths {
    /// The best code for the counted symbols; the code of ones only is left free.
    pub(super) fn from_frequencies(frequencies: &[u32; 256]) -> Self {
        let sizes = code_sizes(frequencies);
        let mut by_length = [0usize; 257];
        for size in sizes.iter().filter(|size| **size > 0) {
            by_length[*size] += 1;
        }
        limit_lengths(&mut by_length);
        // The reserved symbol, never used, is the last of the longest codes: all ones.
        if let Some(longest) = by_length.iter_mut().rev().find(|count| **count > 0) {
            *longest -= 1;
        }
        let mut symbols: Vec<u8> = (0..=255u8).filter(|s| sizes[usize::from(*s)] > 0).collect();
        symbols.sort_by_key(|symbol| sizes[usize::from(*symbol)]);
        let counts = std::array::from_fn(|i| u8::try_from(by_length[i + 1]).unwrap_or(u8::MAX));
        Self { counts, symbols }
    }

    /// Codes in canonical order, as (symbol, code, length); `None` if there are more than fit.
    fn codes(&self) -> Option<Vec<(u8, u16, u32)>> {
        let total: usize = self.counts.iter().map(|count| usize::from(*count)).sum();
        if total != self.symbols.len() {
            return None;
        }
        let mut result = Vec::with_capacity(total);
        let mut symbols = self.symbols.iter();
        let mut code = 0u32;
        for (length, count) in (1u32..).zip(self.counts) {
            for symbol in symbols.by_ref().take(usize::from(count)) {
                if code >= 1 << length {
                    return None;
                }
                result.push((*symbol, u16::try_from(code).ok()?, length));
                code += 1;
            }
            code <<= 1;
        }
        Some(result)
    }

    /// Code and length of each symbol, for writing.
    pub(super) fn encoder(&self) -> [(u16, u32); 256] {
        let mut table = [(0, 0); 256];
        for (symbol, code, length) in self.codes().unwrap_or_default() {
            table[usize::from(symbol)] = (code, length);
        }
        table
    }

    /// A table for reading; `None` if the lengths are not those of a prefix code.
    pub(super) fn decoder(&self) -> Option<Decoder> {
        let mut table = vec![(0u8, 0u8); 1 << LONGEST];
        for (symbol, code, length) in self.codes()? {
            let first = usize::from(code) << (LONGEST - length as usize);
            let length = u8::try_from(length).ok()?;
            table[first..first + (1 << (LONGEST - usize::from(length)))].fill((symbol, length));
        }
        Some(Decoder { table })
    }
}

/// Symbol and length for every window of 16 bits.
#[derive(Debug)]
pub(super) struct Decoder {
    table: Vec<(u8, u8)>,
}

impl Decoder {
    /// The symbol whose code begins `window`, and the code's length; `None` if no code does.
    pub(super) fn look_up(&self, window: u16) -> Option<(u8, u32)> {
        let (symbol, length) = self.table[usize::from(window)];
        (length > 0).then_some((symbol, u32::from(length)))
    }
}

/// Length of each symbol's code, the reserved symbol 256 included (ITU-T T.81 annex K.2, figure K.1).
fn code_sizes(frequencies: &[u32; 256]) -> [usize; 257] {
    let mut weights = [0u64; 257];
    for (weight, frequency) in weights.iter_mut().zip(frequencies) {
        *weight = u64::from(*frequency);
    }
    weights[256] = 1;
    let mut sizes = [0usize; 257];
    // Symbols under each root; a root is known by its first symbol.
    let mut under: Vec<Vec<usize>> = (0..257).map(|symbol| vec![symbol]).collect();
    while let Some(first) = least(&weights, None)
        && let Some(second) = least(&weights, Some(first))
    {
        weights[first] += weights[second];
        weights[second] = 0;
        let moved = std::mem::take(&mut under[second]);
        under[first].extend(moved);
        for symbol in &under[first] {
            sizes[*symbol] += 1;
        }
    }
    sizes
}

/// The root of least weight, the last one among equals.
fn least(weights: &[u64; 257], except: Option<usize>) -> Option<usize> {
    (0..257)
        .filter(|i| weights[*i] > 0 && Some(*i) != except)
        .min_by_key(|i| (weights[*i], 256 - *i))
}

/// Shortens codes beyond 16 bits (ITU-T T.81 annex K.2, figure K.3).
fn limit_lengths(by_length: &mut [usize; 257]) {
    for length in (LONGEST + 1..by_length.len()).rev() {
        while by_length[length] > 0 {
            // A pair moves up; a shorter code makes room by becoming a prefix of two.
            let Some(shorter) = (1..length - 1).rev().find(|l| by_length[*l] > 0) else {
                return;
            };
            by_length[length] -= 2;
            by_length[length - 1] += 1;
            by_length[shorter + 1] += 2;
            by_length[shorter] -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frequent_symbols_get_short_codes() {
        let mut frequencies = [0; 256];
        frequencies[181] = 100;
        frequencies[179] = 50;
        frequencies[1] = 10;
        let lengths = CodeLengths::from_frequencies(&frequencies);
        assert_eq!(lengths.symbols, [181, 179, 1]);
        assert_eq!(lengths.counts[..3], [1, 1, 1]);
        assert_eq!(lengths.encoder()[1], (0b110, 3));
    }

    #[test]
    fn nothing_and_a_single_symbol() {
        let nothing = CodeLengths::from_frequencies(&[0; 256]);
        assert!(nothing.symbols.is_empty() && nothing.counts == [0; 16]);
        assert!(nothing.decoder().unwrap().look_up(0).is_none());
        let mut frequencies = [0; 256];
        frequencies[7] = 3;
        let single = CodeLengths::from_frequencies(&frequencies);
        assert_eq!(single.encoder()[7], (0, 1));
    }

    /// Fibonacci counts make the deepest trees.
    #[test]
    fn codes_stay_within_sixteen_bits_and_decode() {
        let mut frequencies = [0u32; 256];
        let (mut a, mut b) = (1u32, 1u32);
        for frequency in frequencies.iter_mut().skip(100).take(40) {
            *frequency = a;
            (a, b) = (b, a + b);
        }
        let lengths = CodeLengths::from_frequencies(&frequencies);
        assert_eq!(lengths.symbols.len(), 40);
        let (encoder, decoder) = (lengths.encoder(), lengths.decoder().unwrap());
        for symbol in 100..140u8 {
            let (code, length) = encoder[usize::from(symbol)];
            assert!((1..=16).contains(&length));
            assert_eq!(
                decoder.look_up(code << (16 - length)),
                Some((symbol, length))
            );
        }
        assert_eq!(decoder.look_up(0xFFFF), None, "ones only must stay free");
    }

    #[test]
    fn impossible_lengths_are_refused() {
        let mut counts = [0u8; 16];
        counts[0] = 3;
        assert!(
            CodeLengths {
                counts,
                symbols: vec![1, 2, 3]
            }
            .decoder()
            .is_none()
        );
        assert!(
            CodeLengths {
                counts,
                symbols: vec![1]
            }
            .decoder()
            .is_none()
        );
    }
}
