//! Limits of the exit inspection. What stands behind each is measured in docs/quality.md.

/// Bytes of an exit picture at most; a picture of 1081 x 708 dots has about 400 KB.
pub const JPEG_BYTES: usize = 2 << 20;
/// Dots of an exit picture at least: a row, rows.
pub const FRAME_LEAST: (u32, u32) = (880, 560);
/// Dots of an exit picture at most.
pub const FRAME_MOST: (u32, u32) = (1_640, 1_100);
/// How much a found card's width and height may differ from 85.60 x 53.98 mm in their ratio, as a part of it.
pub const CARD_RATIO: f64 = 0.01;
/// How far the card may be turned under the camera, in degrees.
pub const CARD_TURN: f64 = 2.0;
/// How far the light may be from what the picture's white says, as a part of it; and its change across the card.
pub const LIGHT: f64 = 0.3;

/// How far the print may stand from its place on the card, in millimetres each way.
pub const POSITION_MM: f64 = 0.3;
/// How far the print may be turned on the card, in degrees.
pub const TURN: f64 = 0.25;
/// How far the ink of one dye (of a laser: the contrast) may be from what was ordered, as a part of it.
pub const INK: f64 = 0.08;
/// Less contrast than this part of what was ordered is no print.
pub const BLANK: f64 = 0.3;
/// Correlation with the other face that makes a card one that was printed on the wrong side.
pub const OTHER_FACE: f64 = 0.5;
/// Correlation of the portrait with the one that was ordered, at least.
pub const PORTRAIT: f64 = 0.97;
/// Difference within one cell of 4 mm, root of the mean square over dots of a third of a millimetre, in levels of 255.
pub const CELL: f64 = 12.0;
/// Correlation of a character of the machine readable zone with the glyph that it is most like, at least.
pub const CHARACTER: f64 = 0.9;
/// Width of the border that is not compared: nothing but fine lines stands there.
pub const BORDER_MM: f64 = 1.5;
