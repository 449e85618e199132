//! Colours with components from 0 to 1.

/// Red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Colour(pub [f32; 3]);

impl Colour {
    /// From a hexadecimal code as in HTML.
    pub(super) fn hex(code: u32) -> Self {
        let [_, red, green, blue] = code.to_be_bytes();
        Self([red, green, blue].map(|channel| f32::from(channel) / 255.0))
    }

    /// This much (0 to 1) of `other`.
    pub(super) fn mix(self, other: Self, share: f32) -> Self {
        let share = share.clamp(0.0, 1.0);
        Self(std::array::from_fn(|i| {
            self.0[i] + (other.0[i] - self.0[i]) * share
        }))
    }

    /// All channels multiplied: light and shade.
    pub(super) fn shaded(self, factor: f32) -> Self {
        Self(self.0.map(|channel| channel * factor))
    }

    /// All channels raised.
    pub(super) fn lighter(self, by: f32) -> Self {
        Self(self.0.map(|channel| channel + by))
    }

    /// As bytes.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped"
    )]
    pub(super) fn bytes(self) -> [u8; 3] {
        self.0
            .map(|channel| (channel * 255.0 + 0.5).clamp(0.0, 255.0) as u8)
    }
}
