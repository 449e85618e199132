//! A card that is no person's, and exit pictures of it, small enough for a corpus. Not a part of the library: only who takes it in
//! links the centre's program.

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};
use personalisation::faces::{geometry, zone_alone};

/// The specimen of Doc 9303-5.
const LINES: [&str; 3] = [
    "I<UTOD231458907<<<<<<<<<<<<<<<",
    "7408122F1204159UTO<<<<<<<<<<<6",
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
];
/// Dots of ground around the card.
const GROUND: u32 = 35;

/// Squares of some colours, and a machine readable zone.
///
/// # Panics
///
/// Where the font that ships with the program is gone.
pub fn faces() -> [RgbImage; 2] {
    let size = (geometry::PIXEL_WIDTH, geometry::PIXEL_HEIGHT);
    let front = RgbImage::from_fn(size.0, size.1, |x, y| {
        let (column, row) = (x / 200, y / 200);
        let level = |part: u32| {
            let level = 120 + (column * part + row * 3) * 29 % 130;
            u8::try_from(level).unwrap_or(u8::MAX)
        };
        Rgb([level(1), level(5), level(7)])
    });
    [front, zone_alone(LINES).expect("the font is there")]
}

/// A picture of a face that lies straight, as JPEG of low quality.
///
/// # Panics
///
/// Where there is no memory.
pub fn picture(face: &RgbImage) -> Vec<u8> {
    let card = imageops::resize(
        face,
        face.width() / 2,
        face.height() / 2,
        FilterType::Triangle,
    );
    let size = (card.width() + 2 * GROUND, card.height() + 2 * GROUND);
    let mut frame = RgbImage::from_pixel(size.0, size.1, Rgb([30, 32, 36]));
    imageops::replace(&mut frame, &card, GROUND.into(), GROUND.into());
    let mut jpeg = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut jpeg, 40);
    frame.write_with_encoder(encoder).expect("memory");
    jpeg
}

/// The input of the target `exit_picture`: the length of the first picture in four bytes, and both.
pub fn input(front: &[u8], back: &[u8]) -> Vec<u8> {
    let length = u32::try_from(front.len()).unwrap_or(u32::MAX).to_be_bytes();
    [&length[..], front, back].concat()
}
