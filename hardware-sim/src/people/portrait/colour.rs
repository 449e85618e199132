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

    /// A place (0 to 1) on a scale of colours.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "clamped to a short scale"
    )]
    pub(super) fn of(scale: &[u32], place: f32) -> Self {
        let place = place.clamp(0.0, 1.0) * (scale.len() - 1) as f32;
        let index = (place as usize).min(scale.len() - 2);
        Self::hex(scale[index]).mix(Self::hex(scale[index + 1]), place - index as f32)
    }

    /// This much (0 to 1) of `other`.
    pub(super) fn mix(self, other: Self, share: f32) -> Self {
        Self(std::array::from_fn(|i| {
            self.0[i] + (other.0[i] - self.0[i]) * share
        }))
    }

    /// All channels multiplied: light and shade.
    pub(super) fn shaded(self, factor: f32) -> Self {
        Self(self.0.map(|channel| channel * factor))
    }

    /// Each channel multiplied.
    pub(super) fn tinted(self, factors: [f32; 3]) -> Self {
        Self(std::array::from_fn(|i| self.0[i] * factors[i]))
    }

    /// All channels raised.
    pub(super) fn lighter(self, by: f32) -> Self {
        Self(self.0.map(|channel| channel + by))
    }

    /// Skin or lips in light or shade (1 is as they are): shade is warmer, much light paler.
    pub(super) fn lit(self, light: f32) -> Self {
        let dark = (1.0 - light).max(0.0);
        let pale = (light - 1.0).max(0.0);
        self.tinted([1.0 - 0.82 * dark, 1.0 - 1.02 * dark, 1.0 - 1.05 * dark])
            .mix(Self([1.0, 0.97, 0.93]), (0.9 * pale).min(0.6))
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

/// Mixes this much of one colour into pixels in a row.
pub(super) fn wash(pixels: &mut [Colour], colour: Colour, share: f32) {
    // Four pixels at a time: their twelve channels fill three vectors of the processor.
    let (fours, rest) = pixels.as_chunks_mut::<4>();
    for four in fours {
        *four = four.map(|pixel| pixel.mix(colour, share));
    }
    for pixel in rest {
        *pixel = pixel.mix(colour, share);
    }
}
