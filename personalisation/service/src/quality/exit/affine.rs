//! Straight maps of the plane: from millimetres on a card to dots of a picture.

/// `origin + x · along + y · down`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Affine {
    /// Where one unit to the right leads.
    pub(super) along: (f64, f64),
    /// Where one unit down leads.
    pub(super) down: (f64, f64),
    /// Where nothing leads.
    pub(super) origin: (f64, f64),
}

impl Affine {
    /// The image of a point.
    pub(super) fn apply(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (
            self.origin.0 + x * self.along.0 + y * self.down.0,
            self.origin.1 + x * self.along.1 + y * self.down.1,
        )
    }

    /// First `inner`, then this.
    pub(super) fn after(&self, inner: &Self) -> Self {
        let vector = |(x, y): (f64, f64)| {
            (
                x * self.along.0 + y * self.down.0,
                x * self.along.1 + y * self.down.1,
            )
        };
        Self {
            along: vector(inner.along),
            down: vector(inner.down),
            origin: self.apply(inner.origin),
        }
    }

    /// A step first, then this.
    pub(super) fn moved(&self, step: (f64, f64)) -> Self {
        Self {
            origin: self.apply(step),
            ..*self
        }
    }

    /// The way back; none where the plane collapses.
    pub(super) fn inverse(&self) -> Option<Self> {
        let determinant = self.along.0 * self.down.1 - self.along.1 * self.down.0;
        if !determinant.is_finite() || determinant.abs() < 1e-9 {
            return None;
        }
        let along = (self.down.1 / determinant, -self.along.1 / determinant);
        let down = (-self.down.0 / determinant, self.along.0 / determinant);
        let linear = Self {
            along,
            down,
            origin: (0.0, 0.0),
        };
        let back = linear.apply(self.origin);
        Some(Self {
            origin: (-back.0, -back.1),
            ..linear
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let there = Affine {
            along: (2.0, 0.1),
            down: (-0.1, 2.1),
            origin: (5.0, -3.0),
        };
        let back = there.inverse().unwrap();
        let (x, y) = back.after(&there).apply((7.0, 11.0));
        assert!((x - 7.0).abs() < 1e-9 && (y - 11.0).abs() < 1e-9);
        assert_eq!(there.moved((1.0, 0.0)).origin, there.apply((1.0, 0.0)));
        let flat = Affine {
            down: there.along,
            ..there
        };
        assert_eq!(flat.inverse(), None);
    }
}
