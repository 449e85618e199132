//! A small seeded generator: the same seed draws the same people for ever, on every machine.
//!
//! It draws pictures and names of people who do not exist. Nothing secret may come from it.

/// `SplitMix64` (Steele, Lea, Flood 2014).
#[derive(Clone, Debug)]
pub(super) struct Dice {
    state: u64,
}

impl Dice {
    /// A generator for one purpose; purposes of one seed are independent.
    pub(super) fn new(seed: u64, purpose: &str) -> Self {
        let hash = purpose
            .bytes()
            .fold(0xCBF2_9CE4_8422_2325u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
            });
        let mut dice = Self { state: hash };
        dice.state = dice.bits() ^ seed;
        dice.bits();
        dice
    }

    /// 64 random bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "24 bits fit")]
    pub(super) fn unit(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / 16_777_216.0
    }

    /// `low` to `high`.
    pub(super) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// -1 to 1, mostly near 0.
    pub(super) fn around_zero(&mut self) -> f32 {
        (self.unit() + self.unit() + self.unit()) * (2.0 / 3.0) - 1.0
    }

    /// True with this probability.
    pub(super) fn chance(&mut self, probability: f32) -> bool {
        self.unit() < probability
    }

    /// 0 to `count - 1`; 0 for none.
    pub(super) fn below(&mut self, count: usize) -> usize {
        let count = count.max(1) as u64;
        usize::try_from(self.bits() % count).unwrap_or(0)
    }
}

/// Smooth noise over the plane, -1 to 1: a lattice of random values, interpolated.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noise {
    seed: u64,
    scale: f32,
}

impl Noise {
    /// Noise whose bumps are about `size` wide.
    pub(super) fn new(dice: &mut Dice, size: f32) -> Self {
        Self {
            seed: dice.bits(),
            scale: 1.0 / size,
        }
    }

    /// Its value at a place.
    pub(super) fn at(&self, x: f32, y: f32) -> f32 {
        let (cell, inside) = self.cell(x, y);
        blend(self.corners(cell), inside)
    }

    /// For values at many places, each near the one before it.
    pub(super) fn walk(&self) -> Walk {
        Walk {
            noise: *self,
            cell: (0, 0),
            corners: self.corners((0, 0)),
        }
    }

    /// The cell of the lattice in which a place lies, and where in the cell.
    fn cell(&self, x: f32, y: f32) -> ((i32, i32), (f32, f32)) {
        let ((left, u), (top, v)) = (split(x * self.scale), split(y * self.scale));
        ((left, top), (u, v))
    }

    /// The values around a cell of the lattice: above left and right, below left and right.
    fn corners(&self, (left, top): (i32, i32)) -> [f32; 4] {
        [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(x, y)| self.lattice(left + x, top + y))
    }

    #[expect(clippy::cast_precision_loss, reason = "16 bits fit")]
    fn lattice(&self, x: i32, y: i32) -> f32 {
        let mut mixed = self.seed
            ^ i64::from(x)
                .cast_unsigned()
                .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            ^ i64::from(y)
                .cast_unsigned()
                .wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
        mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed ^= mixed >> 32;
        (mixed & 0xFFFF) as f32 / 32768.0 - 1.0
    }
}

/// A way over noise, which remembers the cell of the lattice it is in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk {
    noise: Noise,
    cell: (i32, i32),
    corners: [f32; 4],
}

impl Walk {
    /// The noise's value at a place.
    pub(super) fn at(&mut self, x: f32, y: f32) -> f32 {
        let (cell, inside) = self.noise.cell(x, y);
        if self.cell != cell {
            self.cell = cell;
            self.corners = self.noise.corners(cell);
        }
        blend(self.corners, inside)
    }
}

/// The value at a place of a cell, between those at its corners.
fn blend(corners: [f32; 4], (u, v): (f32, f32)) -> f32 {
    let (u, v) = (smooth(u), smooth(v));
    let [above_left, above_right, below_left, below_right] = corners;
    let upper = above_left * (1.0 - u) + above_right * u;
    let lower = below_left * (1.0 - u) + below_right * u;
    upper * (1.0 - v) + lower * v
}

/// The integer below a place, and how far above it the place lies.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "places are small"
)]
fn split(place: f32) -> (i32, f32) {
    let towards_zero = place as i32;
    let below = towards_zero - i32::from((towards_zero as f32) > place);
    (below, place - below as f32)
}

/// A step from 0 to 1 with soft ends.
pub(super) fn smooth(t: f32) -> f32 {
    let t = t.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// A soft step of `value` from `from` (0) to `to` (1); they may be in either order.
pub(super) fn ramp(from: f32, to: f32, value: f32) -> f32 {
    smooth((value - from) / (to - from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_the_same_for_ever() {
        let mut dice = Dice::new(7, "test");
        assert_eq!(dice.bits(), Dice::new(7, "test").bits());
        assert_ne!(dice.bits(), Dice::new(8, "test").bits());
        assert_ne!(Dice::new(7, "a").bits(), Dice::new(7, "b").bits());
        for _ in 0..1000 {
            assert!((0.0..1.0).contains(&dice.unit()));
            assert!((-1.0..=1.0).contains(&dice.around_zero()));
            assert!(dice.below(5) < 5);
        }
    }

    #[test]
    fn noise_is_smooth_and_bounded() {
        let noise = Noise::new(&mut Dice::new(1, "noise"), 10.0);
        let mut before = noise.at(0.0, 3.0);
        for step in 1..500u16 {
            let value = noise.at(f32::from(step) * 0.1, 3.0);
            assert!((-1.0..=1.0).contains(&value) && (value - before).abs() < 0.05);
            before = value;
        }
    }

    #[test]
    fn a_walk_finds_the_same_values() {
        let noise = Noise::new(&mut Dice::new(3, "noise"), 1.7);
        let mut walk = noise.walk();
        for step in 0..500u16 {
            let (x, y) = (f32::from(step) * 0.31 - 60.0, 9.0 - f32::from(step) * 0.07);
            assert_eq!(walk.at(x, y).to_bits(), noise.at(x, y).to_bits());
        }
    }
}
