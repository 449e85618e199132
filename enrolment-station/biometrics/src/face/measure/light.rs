//! Light and colour of the face.

use super::region::{Seen, linear};

/// Luminance up to this is black.
const BLACK: usize = 25;
/// Luminance from this on is white.
const WHITE: usize = 247;

/// What light does to the face.
pub(super) struct Light {
    pub(super) mean: f64,
    pub(super) variance: f64,
    pub(super) dark: f64,
    pub(super) bright: f64,
    pub(super) entropy: f64,
    pub(super) uniformity: f64,
    pub(super) colour: f64,
}

impl Light {
    pub(super) fn of(seen: &Seen) -> Self {
        let face = histogram(seen, seen.face().into_iter());
        let levels = || {
            face.iter()
                .zip(0u16..)
                .map(|(share, level)| (share, f64::from(level) / 255.0))
        };
        let mean: f64 = levels().map(|(share, level)| share * level).sum();
        let [left, right] = seen
            .cheeks()
            .map(|cheek| histogram(seen, seen.pixels(&cheek)));
        Self {
            mean,
            variance: levels()
                .map(|(share, level)| share * (level - mean).powi(2))
                .sum(),
            dark: face[..=BLACK].iter().sum(),
            bright: face[WHITE..].iter().sum(),
            entropy: -face
                .iter()
                .filter(|share| **share > 0.0)
                .map(|share| share * share.log2())
                .sum::<f64>(),
            uniformity: left.iter().zip(&right).map(|(a, b)| a.min(*b)).sum(),
            colour: colour(seen),
        }
    }
}

/// Shares of the 256 levels of luminance.
fn histogram(seen: &Seen, pixels: impl Iterator<Item = usize>) -> [f64; 256] {
    let mut counts = [0u32; 256];
    for pixel in pixels {
        if let Some(level) = seen.luminance.get(pixel) {
            counts[usize::from(*level)] += 1;
        }
    }
    let total = f64::from(counts.iter().sum::<u32>().max(1));
    counts.map(|count| f64::from(count) / total)
}

/// How far the mean colour of the cheeks is from that of skin (a* 5 to 25, b* 5 to 35).
fn colour(seen: &Seen) -> f64 {
    let (mut sums, mut count) = ([0f64; 3], 0f64);
    for pixel in seen.cheeks().iter().flat_map(|cheek| seen.pixels(cheek)) {
        for (sum, value) in sums.iter_mut().zip(seen.colour(pixel)) {
            *sum += f64::from(value) / 255.0;
        }
        count += 1.0;
    }
    let (a, b) = chroma(sums.map(|sum| sum / count.max(1.0)));
    if a < 0.0 || b < 0.0 {
        return 100.0;
    }
    let beyond = |value: f64, most: f64| (5.0 - value).max(value - most).max(0.0);
    beyond(a, 25.0).hypot(beyond(b, 35.0))
}

/// a* and b* in CIELAB (white point D50) of an sRGB colour, channels from 0 to 1.
pub(super) fn chroma(colour: [f64; 3]) -> (f64, f64) {
    let [red, green, blue] = colour.map(linear);
    let x = 0.436_05 * red + 0.385_08 * green + 0.143_09 * blue;
    let y = 0.222_49 * red + 0.716_89 * green + 0.060_62 * blue;
    let z = 0.013_93 * red + 0.097_10 * green + 0.714_19 * blue;
    let bend = |value: f64| {
        if value > 216.0 / 24389.0 {
            value.cbrt()
        } else {
            (24389.0 / 27.0 * value + 16.0) / 116.0
        }
    };
    let (x, y, z) = (bend(x / 0.964_221), bend(y), bend(z / 0.825_211));
    (500.0 * (x - y), 200.0 * (y - z))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_have_their_published_places() {
        // Lindbloom's calculator, sRGB adapted to D50.
        for (colour, a, b) in [
            ([1.0, 1.0, 1.0], 0.0, 0.0),
            ([1.0, 0.0, 0.0], 80.8, 69.9),
            ([0.0, 0.0, 1.0], 68.3, -112.0),
        ] {
            let found = chroma(colour);
            assert!(
                (found.0 - a).abs() < 0.2 && (found.1 - b).abs() < 0.2,
                "{found:?}"
            );
        }
    }
}
