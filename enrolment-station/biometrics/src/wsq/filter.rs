//! The 9/7 wavelet filters and one-dimensional filtering with whole-sample symmetric borders.
//!
//! Products are summed in tap order and in single precision, as the reference encoder does, so that
//! both give the same coefficients.

/// Taps of the analysis filters, left to right.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Analysis {
    pub low: [f32; 9],
    pub high: [f32; 7],
}

/// Taps of the synthesis filters, left to right.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Synthesis {
    pub low: [f32; 7],
    pub high: [f32; 9],
}

/// The right halves, from the centre tap on: what a stream carries (IAFIS-IC-0110 3.1, table 1).
pub(super) const LOW_HALF: [f64; 5] = [
    0.852_698_679_009_403_4,
    0.377_402_855_612_653_8,
    -0.110_624_404_418_423_42,
    -0.023_849_465_019_38,
    0.037_828_455_506_995_46,
];
pub(super) const HIGH_HALF: [f64; 4] = [
    0.788_485_616_405_664_4,
    -0.418_092_273_222_212_2,
    -0.040_689_417_609_558_44,
    0.064_538_882_628_938_45,
];

impl Analysis {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the filters are applied in f32"
    )]
    pub(super) fn standard() -> Self {
        Self {
            low: std::array::from_fn(|i| LOW_HALF[i.abs_diff(4)] as f32),
            high: std::array::from_fn(|i| HIGH_HALF[i.abs_diff(3)] as f32),
        }
    }
}

impl Synthesis {
    /// Each synthesis filter is the other analysis filter with alternating signs.
    pub(super) fn from_halves(low_half: &[f32; 5], high_half: &[f32; 4]) -> Self {
        let alternate = |distance: usize, tap: f32| if distance % 2 == 1 { -tap } else { tap };
        Self {
            low: std::array::from_fn(|i| alternate(i.abs_diff(3), high_half[i.abs_diff(3)])),
            high: std::array::from_fn(|i| alternate(i.abs_diff(4), low_half[i.abs_diff(4)])),
        }
    }
}

/// Mirrors a position at the first and the last sample of a line of `length` >= 2.
#[expect(
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "lines are far below 2^31"
)]
pub(super) fn mirror(position: isize, length: usize) -> usize {
    let period = 2 * (length as isize - 1);
    let within = position.rem_euclid(period);
    within.min(period - within) as usize
}

/// Lines of even and odd samples of one line, extended by mirroring; `even[j]` is sample `2(j-2)`.
#[derive(Debug, Default)]
pub(super) struct Phases {
    even: Vec<f32>,
    odd: Vec<f32>,
}

impl Phases {
    /// Splits `line` (at least 2 samples).
    #[expect(clippy::cast_possible_wrap, reason = "lines are far below 2^31")]
    pub(super) fn split(&mut self, line: &[f32]) {
        let half = line.len().div_ceil(2);
        self.even.clear();
        self.odd.clear();
        let at = |position: isize| line[mirror(position, line.len())];
        self.even.extend([at(-4), at(-2)]);
        self.odd.extend([at(-3), at(-1)]);
        let pairs = line.chunks_exact(2);
        let rest = pairs.remainder();
        for pair in pairs {
            self.even.push(pair[0]);
            self.odd.push(pair[1]);
        }
        self.even.extend_from_slice(rest);
        for j in self.odd.len()..half + 4 {
            self.odd.push(at(2 * (j as isize - 2) + 1));
        }
        for j in self.even.len()..half + 4 {
            self.even.push(at(2 * (j as isize - 2)));
        }
    }

    /// Filters into the low half (one sample for each even one) and the high half.
    pub(super) fn analyse(&self, filters: &Analysis, low: &mut [f32], high: &mut [f32]) {
        let (e, o, f) = (&self.even[..], &self.odd[..], &filters.low);
        let n = low.len();
        let (e0, e1, e2, e3, e4) = (&e[..n], &e[1..=n], &e[2..n + 2], &e[3..n + 3], &e[4..n + 4]);
        let (o0, o1, o2, o3) = (&o[..n], &o[1..=n], &o[2..n + 2], &o[3..n + 3]);
        for k in 0..n {
            let mut sum = e0[k] * f[0];
            sum += o0[k] * f[1];
            sum += e1[k] * f[2];
            sum += o1[k] * f[3];
            sum += e2[k] * f[4];
            sum += o2[k] * f[5];
            sum += e3[k] * f[6];
            sum += o3[k] * f[7];
            sum += e4[k] * f[8];
            low[k] = sum;
        }
        let (n, f) = (high.len(), &filters.high);
        let (e1, e2, e3, e4) = (&e[1..=n], &e[2..n + 2], &e[3..n + 3], &e[4..n + 4]);
        let (o1, o2, o3) = (&o[1..=n], &o[2..n + 2], &o[3..n + 3]);
        for k in 0..n {
            let mut sum = e1[k] * f[0];
            sum += o1[k] * f[1];
            sum += e2[k] * f[2];
            sum += o2[k] * f[3];
            sum += e3[k] * f[4];
            sum += o3[k] * f[5];
            sum += e4[k] * f[6];
            high[k] = sum;
        }
    }
}

/// The halves of a line, extended by mirroring: `low[j]` is low sample `j-1`, `high[j]` is `j-2`.
#[derive(Debug, Default)]
pub(super) struct Halves {
    low: Vec<f32>,
    high: Vec<f32>,
}

impl Halves {
    /// Takes over the two halves of a line of `length` >= 2 samples.
    pub(super) fn join(&mut self, low: &[f32], high: &[f32], length: usize) {
        self.low.clear();
        self.low.push(low[low_index(-1, length)]);
        self.low.extend_from_slice(low);
        self.low
            .extend((0..3).map(|i| low[low_index(low.len().cast_signed() + i, length)]));
        self.high.clear();
        self.high
            .extend([high[high_index(-2, length)], high[high_index(-1, length)]]);
        self.high.extend_from_slice(high);
        self.high
            .extend((0..3).map(|i| high[high_index(high.len().cast_signed() + i, length)]));
    }

    /// Writes the line back.
    pub(super) fn synthesise(&self, filters: &Synthesis, line: &mut [f32]) {
        let (l, h) = (&filters.low, &filters.high);
        let pairs = line.chunks_exact_mut(2);
        for ((pair, low), high) in pairs.zip(self.low.windows(4)).zip(self.high.windows(5)) {
            pair[0] = even_sample(
                l,
                h,
                [low[0], low[1], low[2]],
                [high[0], high[1], high[2], high[3]],
            );
            pair[1] = odd_sample(
                l,
                h,
                [low[0], low[1], low[2], low[3]],
                [high[0], high[1], high[2], high[3], high[4]],
            );
        }
        if line.len() % 2 == 1 {
            let k = line.len() / 2;
            let (low, high) = (&self.low[k..k + 3], &self.high[k..k + 4]);
            line[2 * k] = even_sample(
                l,
                h,
                [low[0], low[1], low[2]],
                [high[0], high[1], high[2], high[3]],
            );
        }
    }
}

/// Index of low sample `index` (even positions) after mirroring in a line of `length`.
pub(super) fn low_index(index: isize, length: usize) -> usize {
    mirror(2 * index, length) / 2
}

/// Index of high sample `index` (odd positions) after mirroring in a line of `length`.
pub(super) fn high_index(index: isize, length: usize) -> usize {
    mirror(2 * index + 1, length) / 2
}

/// Sample `2k` from low samples `k-1..=k+1` and high samples `k-2..=k+1`.
#[inline]
pub(super) fn even_sample(l: &[f32; 7], h: &[f32; 9], low: [f32; 3], high: [f32; 4]) -> f32 {
    let mut sum = low[0] * l[1];
    sum += low[1] * l[3];
    sum += low[2] * l[5];
    sum += high[0] * h[1];
    sum += high[1] * h[3];
    sum += high[2] * h[5];
    sum + high[3] * h[7]
}

/// Sample `2k+1` from low samples `k-1..=k+2` and high samples `k-2..=k+2`.
#[inline]
pub(super) fn odd_sample(l: &[f32; 7], h: &[f32; 9], low: [f32; 4], high: [f32; 5]) -> f32 {
    let mut sum = low[0] * l[0];
    sum += low[1] * l[2];
    sum += low[2] * l[4];
    sum += low[3] * l[6];
    sum += high[0] * h[0];
    sum += high[1] * h[2];
    sum += high[2] * h[4];
    sum += high[3] * h[6];
    sum + high[4] * h[8]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mirrors_at_both_ends() {
        let got: Vec<usize> = (-5..9).map(|i| mirror(i, 4)).collect();
        assert_eq!(got, [1, 2, 3, 2, 1, 0, 1, 2, 3, 2, 1, 0, 1, 2]);
    }

    #[test]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "test"
    )]
    fn lines_of_any_length_come_back() {
        let analysis = Analysis::standard();
        let synthesis =
            Synthesis::from_halves(&LOW_HALF.map(|t| t as f32), &HIGH_HALF.map(|t| t as f32));
        for length in 2..40usize {
            let line: Vec<f32> = (0..length)
                .map(|i| ((i * 37) % 101) as f32 - 50.0)
                .collect();
            let (mut low, mut high) = (vec![0.0; length.div_ceil(2)], vec![0.0; length / 2]);
            let mut phases = Phases::default();
            phases.split(&line);
            phases.analyse(&analysis, &mut low, &mut high);
            let mut halves = Halves::default();
            halves.join(&low, &high, length);
            let mut back = vec![0.0; length];
            halves.synthesise(&synthesis, &mut back);
            for (a, b) in line.iter().zip(&back) {
                assert!((a - b).abs() < 1e-3, "length {length}: {line:?} {back:?}");
            }
        }
    }
}
