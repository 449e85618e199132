//! Bin widths of the bands from their variances, quantising and its inverse.
//!
//! Written with the precisions of the reference encoder (single, with double logarithms and powers),
//! so that both choose the same bins.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "single precision is what the format was specified and tuned with"
)]

use super::tree::{BANDS, Region, Tree};

/// Bands with less variance are not coded.
const VARIANCE_THRESHOLD: f32 = 1.01;
/// Where a value lies in its bin, as the stream says it.
pub(super) const BIN_CENTRE: f32 = 0.44;
/// Widest bin that a stream can carry.
const WIDEST: f32 = 65535.0;
/// Bounds the common factor where few bands share all bits: narrower bins would leave 16 bits.
const LARGEST_FACTOR: f32 = 8.0;

/// Widths of the zero bin and of the other bins of each band; zero where a band is not coded.
#[derive(Clone, Debug)]
pub(super) struct Bins {
    pub width: [f32; BANDS],
    pub zero: [f32; BANDS],
}

/// Variance of each band: of the middle of the bands, unless the picture has little contrast.
pub(super) fn variances(plane: &[f32], width: usize, tree: &Tree) -> [f32; BANDS] {
    let middle = |band: &Region| {
        variance(
            plane,
            width,
            &Region {
                x: band.x + band.width / 8,
                y: band.y + (9 * band.height) / 32,
                width: (3 * band.width) / 4,
                height: (7 * band.height) / 16,
            },
        )
    };
    let lowest: f32 = tree.bands[..4]
        .iter()
        .fold(0.0, |sum, band| sum + middle(band));
    let mut result = [0.0; BANDS];
    for (value, band) in result.iter_mut().zip(&tree.bands) {
        *value = if lowest < 20000.0 {
            variance(plane, width, band)
        } else {
            middle(band)
        };
    }
    result
}

fn variance(plane: &[f32], width: usize, region: &Region) -> f32 {
    let (mut sum, mut squares) = (0.0f32, 0.0f32);
    for y in region.y..region.y + region.height {
        let start = y * width + region.x;
        for value in &plane[start..start + region.width] {
            sum += value;
            squares += value * value;
        }
    }
    let count = region.area() as f32;
    let mean_squared = (sum * sum) / count;
    (f64::from(squares - mean_squared) / (f64::from(count) - 1.0)) as f32
}

/// Chooses the bin widths that spend `bit_rate` bits a pixel (IAFIS-IC-0110 3.1, clause 2.4).
pub(super) fn allocate(variances: &[f32; BANDS], bit_rate: f32) -> Bins {
    let mut width = [0.0f32; BANDS];
    for (band, value) in width.iter_mut().enumerate() {
        if variances[band] >= VARIANCE_THRESHOLD {
            *value = relative_width(band, variances[band]);
        }
    }
    let coded = width;
    let mut active: Vec<usize> = (0..BANDS).filter(|band| coded[*band] > 0.0).collect();
    let mut q = 1.0f32;
    while !active.is_empty() {
        q = proportion(&active, &coded, variances, bit_rate);
        let before = active.len();
        active
            .retain(|band| f64::from(coded[*band] / q) < 5.0 * f64::from(variances[*band].sqrt()));
        if active.len() == before {
            break;
        }
    }
    for value in &mut width {
        *value /= q;
        if !(*value > 0.0 && *value < WIDEST / 1.2) {
            *value = 0.0;
        }
    }
    Bins {
        width,
        zero: width.map(|w| (1.2 * f64::from(w)) as f32),
    }
}

/// Bin width before the common factor: 1 in the lowest bands, finer where there is more variance.
fn relative_width(band: usize, variance: f32) -> f32 {
    let weight: f32 = match band {
        0..4 => return 1.0,
        52 | 56 => 1.32,
        53 | 55 | 58 | 59 => 1.08,
        54 | 57 => 1.42,
        _ => 1.0,
    };
    let logarithm = f64::from(variance).ln() as f32;
    (10.0 / f64::from(weight * logarithm)) as f32
}

/// Share of the band's samples in the picture, by the subsampling that the standard names.
fn share(band: usize) -> f32 {
    match band {
        0..4 => 1.0 / 1024.0,
        4..51 => 1.0 / 256.0,
        _ => 1.0 / 16.0,
    }
}

/// The common factor for the bands that get bits.
fn proportion(
    active: &[usize],
    coded: &[f32; BANDS],
    variances: &[f32; BANDS],
    bit_rate: f32,
) -> f32 {
    let total = active.iter().fold(0.0f32, |sum, band| sum + share(*band));
    let mut product = 1.0f32;
    for &band in active {
        let ratio = variances[band].sqrt() / coded[band];
        product = (f64::from(product) * f64::from(ratio).powf(f64::from(share(band)))) as f32;
    }
    let gain = 2f64.powf(f64::from(bit_rate / total) - 1.0) / 2.5;
    let factor = (gain / f64::from(product).powf(1.0 / f64::from(total))) as f32;
    factor.min(LARGEST_FACTOR)
}

/// Quantises the coded bands among `bands`, one after the other, into `out`.
pub(super) fn quantise(
    plane: &[f32],
    width: usize,
    tree: &Tree,
    bins: &Bins,
    bands: std::ops::Range<usize>,
    out: &mut Vec<i16>,
) {
    for band in bands {
        let (region, step) = (&tree.bands[band], bins.width[band]);
        if step == 0.0 {
            continue;
        }
        let half = bins.zero[band] / 2.0;
        for y in region.y..region.y + region.height {
            let start = y * width + region.x;
            out.extend(plane[start..start + region.width].iter().map(|value| {
                // Two values with one rounding each: the bin as if positive, then its sign.
                let outside = value.abs() - half;
                let bin = if outside > 0.0 {
                    (f64::from(outside / step) + 1.0) as i16
                } else {
                    0
                };
                if *value < 0.0 { -bin } else { bin }
            }));
        }
    }
}

/// Puts the values of all coded bands back into a plane.
///
/// `values` has exactly as many values as the coded bands have samples.
pub(super) fn restore(
    values: &[i16],
    width: usize,
    height: usize,
    tree: &Tree,
    bins: &Bins,
    centre: f32,
) -> Vec<f32> {
    let mut plane = vec![0.0f32; width * height];
    let mut rest = values;
    for (band, region) in tree.bands.iter().enumerate() {
        let step = bins.width[band];
        if step == 0.0 {
            continue;
        }
        let half = bins.zero[band] / 2.0;
        for y in region.y..region.y + region.height {
            let start = y * width + region.x;
            let (row, after) = rest.split_at(region.width.min(rest.len()));
            rest = after;
            for (out, value) in plane[start..start + region.width].iter_mut().zip(row) {
                let value = f32::from(*value);
                *out = if value > 0.0 {
                    step * (value - centre) + half
                } else if value < 0.0 {
                    step * (value + centre) - half
                } else {
                    0.0
                };
            }
        }
    }
    plane
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flat_pictures_code_no_band() {
        let bins = allocate(&[0.0; BANDS], 0.75);
        assert!(bins.width.iter().all(|w| *w == 0.0));
    }

    #[test]
    fn more_bits_mean_finer_bins() {
        let variances: [f32; BANDS] = std::array::from_fn(|i| 5000.0 / (1.0 + i as f32));
        let coarse = allocate(&variances, 0.5);
        let fine = allocate(&variances, 1.5);
        for band in 0..BANDS {
            assert!(fine.width[band] < coarse.width[band]);
            assert!((coarse.zero[band] / coarse.width[band] - 1.2).abs() < 1e-5);
        }
    }
}
