//! One channel of a picture as numbers, 0 to 255.

/// Rows of levels.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plane {
    width: usize,
    height: usize,
    levels: Vec<f32>,
}

/// A number of dots as a real number; pictures have fewer than 65 536 in a row.
pub(super) fn real(dots: usize) -> f32 {
    f32::from(u16::try_from(dots).unwrap_or(u16::MAX))
}

impl Plane {
    /// A plane of these levels, row by row. What is missing is black.
    pub(super) fn new(width: usize, height: usize, mut levels: Vec<f32>) -> Self {
        levels.resize(width * height, 0.0);
        Self {
            width,
            height,
            levels,
        }
    }

    /// Dots in a row.
    pub(super) const fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub(super) const fn height(&self) -> usize {
        self.height
    }

    /// All levels, row by row.
    pub(super) fn levels(&self) -> &[f32] {
        &self.levels
    }

    /// A row's levels.
    pub(super) fn row(&self, y: usize) -> &[f32] {
        &self.levels[y * self.width..(y + 1) * self.width]
    }

    /// One level.
    pub(super) fn at(&self, x: usize, y: usize) -> f32 {
        self.levels[y * self.width + x]
    }

    /// Half as many dots each way: the mean of four.
    pub(super) fn halved(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut levels = Vec::with_capacity(width * height);
        for y in 0..height {
            let upper = self.row(2 * y).chunks_exact(2);
            let lower = self.row(2 * y + 1).chunks_exact(2);
            levels.extend(
                upper
                    .zip(lower)
                    .map(|(upper, lower)| (upper[0] + upper[1] + lower[0] + lower[1]) / 4.0),
            );
        }
        Self::new(width, height, levels)
    }

    /// The level between dots; the first dot's middle is at a half. None beyond the middles of the outer dots.
    pub(super) fn sample(&self, (x, y): (f32, f32)) -> Option<f32> {
        let (x, y) = (x - 0.5, y - 0.5);
        if x < 0.0 || y < 0.0 {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "not below zero; a saturating cast is meant"
        )]
        let (left, top) = (x as usize, y as usize);
        if left + 1 >= self.width || top + 1 >= self.height {
            return None;
        }
        let (right, low) = (x - real(left), y - real(top));
        let start = top * self.width + left;
        let upper = &self.levels[start..start + 2];
        let lower = &self.levels[start + self.width..start + self.width + 2];
        let above = upper[0] + (upper[1] - upper[0]) * right;
        let below = lower[0] + (lower[1] - lower[0]) * right;
        Some(above + (below - above) * low)
    }

    /// A part of the plane; what lies beyond it is black.
    pub(super) fn part(&self, left: usize, top: usize, width: usize, height: usize) -> Self {
        let mut levels = Vec::with_capacity(width * height);
        for y in top..top + height {
            for x in left..left + width {
                let inside = x < self.width && y < self.height;
                levels.push(if inside { self.at(x, y) } else { 0.0 });
            }
        }
        Self::new(width, height, levels)
    }
}

/// Correlation of two lists of levels, -1 to 1; 0 where one of them is flat.
pub(super) fn correlation(pairs: impl Iterator<Item = (f32, f32)>) -> f64 {
    let mut sums = [0.0_f64; 6];
    for (a, b) in pairs {
        let (a, b) = (f64::from(a), f64::from(b));
        for (sum, term) in sums.iter_mut().zip([1.0, a, b, a * a, b * b, a * b]) {
            *sum += term;
        }
    }
    let [count, a, b, aa, bb, ab] = sums;
    let spread = (aa * count - a * a) * (bb * count - b * b);
    // Below a thousandth of a level there is rounding only.
    if spread <= (count * count * 1e-6).max(0.0) {
        return 0.0;
    }
    (ab * count - a * b) / spread.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_samples_and_parts() {
        let plane = Plane::new(4, 2, vec![0.0, 2.0, 4.0, 6.0, 2.0, 4.0, 6.0, 8.0]);
        assert_eq!(plane.halved().levels(), [2.0, 6.0]);
        assert_eq!(plane.sample((1.0, 1.0)), Some(2.0));
        assert_eq!(plane.sample((0.5, 0.5)), Some(0.0));
        assert_eq!(plane.sample((0.4, 1.0)), None);
        assert_eq!(plane.sample((3.6, 1.0)), None);
        assert_eq!(plane.part(3, 1, 2, 2).levels(), [8.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn correlation_of_like_unlike_and_flat() {
        let with = |b: [f32; 3]| correlation([1.0, 2.0, 4.0].into_iter().zip(b));
        assert!((with([3.0, 5.0, 9.0]) - 1.0).abs() < 1e-9);
        assert!((with([-1.0, -2.0, -4.0]) + 1.0).abs() < 1e-9);
        assert!(with([7.0, 7.0, 7.0]).abs() < 1e-9);
        assert!(correlation(std::iter::empty()).abs() < 1e-9);
    }
}
