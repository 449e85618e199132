//! Portraits of people who do not exist: a drawn head, frontal, on a plain ground, every one different.
//!
//! Every pixel is computed from shapes in head coordinates: the origin lies between the eyes, one unit
//! is the distance of the eyes, `y` counts downwards. Size and position are those of a document's
//! portrait (eyes a quarter of the width apart).

mod clothes;
mod colour;
mod features;
mod hair;
mod head;
mod look;

use image::RgbImage;

use colour::Colour;
use look::Look;

use super::dice::{Dice, Noise};
use super::identity::Identity;

/// Pixels in a row: what a capture station delivers.
pub const WIDTH: u32 = 1244;
/// Rows.
pub const HEIGHT: u32 = 1600;
/// Pixels between the eyes.
const EYE_DISTANCE: f32 = 311.0;
/// Row of the eyes.
const EYE_ROW: f32 = 712.0;
/// Width of a pixel in head units: edges are blurred by about as much.
const SOFT: f32 = 1.5 / EYE_DISTANCE;

/// Draws the portrait of somebody.
pub fn draw(seed: u64, identity: &Identity) -> RgbImage {
    let look = Look::draw(&mut Dice::new(seed, "look"), identity);
    let dice = &mut Dice::new(seed, "camera");
    let grain = [Noise::new(dice, 1.6), Noise::new(dice, 4.0)];
    let mut picture = RgbImage::new(WIDTH, HEIGHT);
    let (upper, lower) = picture.split_at_mut((WIDTH * HEIGHT / 2 * 3) as usize);
    std::thread::scope(|scope| {
        scope.spawn(|| rows(&look, &grain, 0, upper));
        rows(&look, &grain, HEIGHT / 2, lower);
    });
    picture
}

/// Draws the rows from `first` on into `pixels`.
#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn rows(look: &Look, grain: &[Noise; 2], first: u32, pixels: &mut [u8]) {
    for (row, line) in (first..).zip(pixels.chunks_exact_mut(3 * WIDTH as usize)) {
        for (column, target) in (0..WIDTH).zip(line.chunks_exact_mut(3)) {
            let (px, py) = (column as f32, row as f32);
            let x = (px - WIDTH as f32 / 2.0) / EYE_DISTANCE;
            let y = (py - EYE_ROW) / EYE_DISTANCE;
            let noise = 0.006 * grain[0].at(px, py) + 0.004 * grain[1].at(px, py);
            target.copy_from_slice(&pixel(look, x, y).lighter(noise).bytes());
        }
    }
}

/// All layers at a place, from back to front.
fn pixel(look: &Look, x: f32, y: f32) -> Colour {
    let ground = look.ground.lighter(-0.015 * (x * x + y * y) / 4.0);
    if y < -2.2 || (y < 1.9 && x.abs() > 1.75) {
        return ground;
    }
    let behind = hair::behind(look, ground, x, y);
    let neck = head::neck(look, behind, x, y);
    let dressed = clothes::over(look, neck, x, y);
    let ears = head::ears(look, dressed, x, y);
    let skin = head::skin(look, ears, x, y);
    let inside = head::inside(look, x, y);
    let face = if inside > 0.0 {
        let drawn = features::over(look, skin, x, y);
        skin.mix(drawn, inside)
    } else {
        skin
    };
    hair::in_front(look, face, x, y)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn portraits_differ_and_repeat() {
        let someone = Identity::draw(5);
        let first = draw(5, &someone);
        assert_eq!(first.dimensions(), (WIDTH, HEIGHT));
        assert_eq!(first, draw(5, &someone));
        assert_ne!(first, draw(6, &Identity::draw(6)));
        // The ground is light and plain, as the rules for photographs want it.
        let corner = first.get_pixel(10, 10).0;
        assert!(
            corner.iter().all(|channel| (0xA1..=0xE6).contains(channel)),
            "{corner:?}"
        );
    }
}
