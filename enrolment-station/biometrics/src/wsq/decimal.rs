//! Numbers as the markers carry them: an integer divided by a power of ten.

/// A value with as many digits as fit into the integer type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decimal<T> {
    /// Power of ten to divide by.
    pub scale: u8,
    /// The digits.
    pub digits: T,
}

impl Decimal<u16> {
    /// Nearest number to `value` (finite, 0 <= value < 65535); zero has no digits.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the loop ends between 6553.5 and 65535"
    )]
    pub(super) fn from_f32(value: f32) -> Self {
        if value <= 0.0 || !value.is_finite() {
            return Self {
                scale: 0,
                digits: 0,
            };
        }
        let (mut scaled, mut scale) = (value, 0u8);
        while scaled * 10.0 < 65535.0 && scale < u8::MAX {
            scaled *= 10.0;
            scale += 1;
        }
        Self {
            scale,
            digits: (f64::from(scaled) + 0.5) as u16,
        }
    }

    /// Its value: divided step by step, as the reference decoder does.
    pub(super) fn to_f32(self) -> f32 {
        divide(f32::from(self.digits), self.scale)
    }
}

impl Decimal<u32> {
    /// Nearest number to `value` (0 < value < 2^32).
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the loop ends below 2^32"
    )]
    pub(super) fn from_f64(value: f64) -> Self {
        let (mut scaled, mut scale) = (value, 0u8);
        while scaled > 0.0 && scaled * 10.0 < f64::from(u32::MAX) && scale < u8::MAX {
            scaled *= 10.0;
            scale += 1;
        }
        Self {
            scale,
            digits: (scaled + 0.5) as u32,
        }
    }

    /// Its value: divided step by step, as the reference decoder does.
    #[expect(clippy::cast_precision_loss, reason = "filters are applied in f32")]
    pub(super) fn to_f32(self) -> f32 {
        divide(self.digits as f32, self.scale)
    }
}

fn divide(digits: f32, scale: u8) -> f32 {
    (0..scale).fold(digits, |value, _| value / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_all_digits_that_fit() {
        assert_eq!(
            Decimal::<u16>::from_f32(127.5),
            Decimal {
                scale: 2,
                digits: 12750
            }
        );
        assert_eq!(
            Decimal::<u16>::from_f32(0.0),
            Decimal {
                scale: 0,
                digits: 0
            }
        );
        let low = Decimal::<u32>::from_f64(0.852_698_679_009_403_4);
        assert_eq!(
            low,
            Decimal {
                scale: 9,
                digits: 852_698_679
            }
        );
        assert!((Decimal::<u16>::from_f32(0.7312).to_f32() - 0.7312).abs() < 1e-5);
    }

    #[test]
    fn hostile_scales_end_at_zero() {
        assert!(
            Decimal {
                scale: 255,
                digits: u32::MAX
            }
            .to_f32()
                < 1e-30
        );
        assert!(
            Decimal {
                scale: 255,
                digits: u16::MAX
            }
            .to_f32()
                < 1e-30
        );
    }
}
