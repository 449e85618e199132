//! Where things are on a card of size ID-1 (TD1 in Doc 9303-5), in millimetres from its upper left corner.

/// Width of the card.
pub const WIDTH: f64 = 85.60;
/// Height of the card.
pub const HEIGHT: f64 = 53.98;
/// Dots in an inch.
pub const DPI: f64 = 600.0;
/// Pixels in a row of the picture.
pub const PIXEL_WIDTH: u32 = 2022;
/// Rows of the picture.
pub const PIXEL_HEIGHT: u32 = 1275;
/// Millimetres in an inch.
const INCH: f64 = 25.4;

/// Distance of characters in OCR-B size 1 (9303-3 §4.4): ten in an inch.
pub const OCR_PITCH: f64 = 2.54;
/// Height of a capital of OCR-B size 1 (ISO 1073-2).
pub const OCR_CAPITAL: f64 = 2.46;
/// Height of a digit, which stands on the same line.
pub const OCR_DIGIT: f64 = 2.66;
/// Advance of every character of `OCRB.otf`, as a share of the font's size.
const OCR_ADVANCE: f64 = 0.723;
/// White before the ink of a character as wide as they get, as a share of the font's size.
const OCR_BEARING: f64 = 0.113;
/// Size of the font at which its advance is the pitch; capitals are then 2.46 mm high.
pub const OCR_SIZE: f64 = OCR_PITCH / OCR_ADVANCE;

/// Left edge of the first character of each line of the machine readable zone (9303-5 §4.2.1.3: 5.0 ± 1.0 mm).
pub const MRZ_LEFT: f64 = 5.0;
/// Height of zone VII from the lower edge (9303-5 figure 6: 23.3 ± 1.0 mm; 9303-3 figure 5: 23.2 ± 1.0 mm).
pub const MRZ_HEIGHT: f64 = 23.3;
/// Distance of the lines' reference centre lines (9303-5 figure 6): six in an inch.
pub const MRZ_LINE_DISTANCE: f64 = 4.23;
/// Reference centre line of the middle line from the lower edge (9303-5 figure 6: 11.5 ± 1.0 mm). It is the middle of the effective
/// reading zone, which begins 3.0 mm from that edge and is 17.0 mm high (9303-3 §4.5, figure 5): 3.0 + 17.0 / 2 = 11.5.
pub const MRZ_MIDDLE: f64 = 11.5;

/// The card access number stands as high as the lower line of the machine readable zone (9303-5 §3.2.3).
pub const CAN_LINE: usize = 2;
/// Left edge of its first digit.
pub const CAN_LEFT: f64 = 67.8;

/// Reference centre line of a line of the machine readable zone, 0 to 2 from above.
pub fn mrz_centre(line: usize) -> f64 {
    // Three lines: the number is exact.
    #[expect(clippy::cast_precision_loss, reason = "0, 1 or 2")]
    let below_first = line as f64;
    HEIGHT - MRZ_MIDDLE + MRZ_LINE_DISTANCE * (below_first - 1.0)
}

/// Baseline of OCR-B on a reference centre line: capitals have their middle a twentieth of a millimetre below it, digits as much
/// above it.
pub(super) fn ocr_baseline(centre: f64) -> f64 {
    centre + (OCR_CAPITAL + OCR_DIGIT) / 4.0
}

/// Where a character's place begins so that the ink of the first one begins at `left`.
pub(super) fn ocr_start(left: f64) -> f64 {
    left - OCR_SIZE * OCR_BEARING
}

/// Pixels in a millimetre.
pub const fn scale() -> f64 {
    DPI / INCH
}

/// Millimetres as whole pixels.
pub fn pixels(millimetres: f64) -> i32 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a place on the card has four digits"
    )]
    let pixels = (millimetres * scale()).round() as i32;
    pixels
}

/// A rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// From the left edge.
    pub x: f64,
    /// From the upper edge.
    pub y: f64,
    /// To the right.
    pub width: f64,
    /// Downwards.
    pub height: f64,
}

/// Zone V: 622 x 800 pixels, so that a portrait from the chip is printed dot by dot; 26.3 x 33.9 mm (9303-5: at least 26 x 32).
pub const PORTRAIT: Area = Area {
    x: 4.0,
    y: 13.0,
    width: 622.0 * INCH / DPI,
    height: 800.0 * INCH / DPI,
};
/// The portrait once more, small and in one colour.
pub const GHOST: Area = Area {
    x: 69.6,
    y: 26.6,
    width: 12.4,
    height: 12.4 * 800.0 / 622.0,
};
/// Zone IV.
pub const SIGNATURE: Area = Area {
    x: 52.8,
    y: 44.3,
    width: 13.4,
    height: 6.6,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_measures_of_the_standard() {
        let near = |a: f64, b: f64| (a - b).abs() < 0.005;
        assert!(near(HEIGHT - mrz_centre(0), 15.73) && near(HEIGHT - mrz_centre(1), 11.50));
        assert!(near(HEIGHT - mrz_centre(2), 7.27));
        let capital = OCR_SIZE * 0.701;
        assert!(near(capital, OCR_CAPITAL), "{capital}");
        assert_eq!((pixels(WIDTH), pixels(HEIGHT)), (2022, 1275));
        assert_eq!(
            (pixels(PORTRAIT.width), pixels(PORTRAIT.height)),
            (622, 800)
        );
    }
}
