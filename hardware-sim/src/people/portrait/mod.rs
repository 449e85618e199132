//! Portraits of people who do not exist: painted heads, frontal, on a plain ground, every one different.
//!
//! Everything is painted in head units: the origin lies between the eyes, one unit is the distance of
//! the eyes, `y` counts downwards. Size and position are those of a document's portrait (eyes a quarter
//! of the width apart).

mod beard;
mod canvas;
mod clothes;
mod colour;
mod eyes;
mod fault;
mod glasses;
mod ground;
mod hair;
mod head;
mod lines;
mod look;
mod mouth;
mod painter;
mod path;
mod relief;
mod stroke;
mod style;

use image::RgbImage;

pub use fault::Fault;

use canvas::Canvas;
use look::Look;
use painter::{Frame, Painter};
use relief::Relief;

use super::dice::{Dice, Noise};
use super::identity::Identity;

/// Pixels in a row: what a capture station delivers.
pub const WIDTH: u32 = 1244;
/// Rows.
pub const HEIGHT: u32 = 1600;
/// Pixels between the eyes.
pub const EYE_DISTANCE: f32 = 311.0;
/// The pixel between the eyes: column and row.
pub const EYES: (f32, f32) = (622.0, 712.0);

/// Draws the portrait of somebody as the rules want it.
pub fn draw(seed: u64, identity: &Identity) -> RgbImage {
    draw_faulty(seed, identity, Fault::None)
}

/// Draws the portrait of somebody with a fault.
pub fn draw_faulty(seed: u64, identity: &Identity, fault: Fault) -> RgbImage {
    let mut look = Look::draw(&mut Dice::new(seed, "look"), identity);
    if fault == Fault::MouthOpen {
        look.shape.gape = 0.62;
        look.shape.chin += 0.54;
        look.shape.mouth_width *= 0.92;
    }
    let dice = &mut Dice::new(seed, "camera");
    let mut canvas = ground::plain(WIDTH as usize, HEIGHT as usize, look.tint.ground);
    if fault == Fault::BusyBackground {
        ground::shelves(&mut canvas, dice);
    }
    if fault == Fault::TwoFaces {
        let other = Identity::draw(!seed);
        let behind = Look::draw(&mut Dice::new(!seed, "look"), &other);
        let frame = Frame::new((1010.0, 470.0), 150.0, 3.0);
        figure(&mut canvas, frame, &behind, !seed, fault);
    }
    let frame = match fault {
        Fault::TwoFaces => Frame::new((500.0, 760.0), 230.0, 0.0),
        Fault::Tilted => Frame::new(EYES, EYE_DISTANCE, 20.0),
        _ => Frame::new(EYES, EYE_DISTANCE, 0.0),
    };
    if fault != Fault::NoFace {
        figure(&mut canvas, frame, &look, seed, fault);
    }
    let exposure = if fault == Fault::Dark { 0.16 } else { 1.0 };
    let bytes = canvas.develop(exposure, dice);
    RgbImage::from_raw(WIDTH, HEIGHT, bytes).unwrap_or_else(|| RgbImage::new(WIDTH, HEIGHT))
}

/// Paints one person, from back to front.
fn figure(canvas: &mut Canvas, frame: Frame, look: &Look, seed: u64, fault: Fault) {
    let dice = &mut Dice::new(seed, "strands");
    let mottle = Noise::new(dice, 0.12);
    let folds = Noise::new(dice, 0.35);
    let painter = &mut Painter { canvas, frame };
    let outline = head::outline(&look.shape);
    let relief = Relief::model(look, &outline);
    hair::behind(painter, look, dice);
    head::neck(painter, look);
    clothes::clothes(painter, look, &folds);
    head::ears(painter, look);
    let face = painter.mask(&outline, 0.004);
    head::skin(painter, look, &face, &relief, &mottle);
    lines::lines(painter, look, dice);
    mouth::nose(painter, look);
    beard::beard(painter, look, dice, &face);
    mouth::mouth(painter, look, &relief);
    eyes::eyes(painter, look, dice, fault == Fault::EyesClosed);
    eyes::brows(painter, look, dice);
    hair::in_front(painter, look, dice, &face);
    glasses::glasses(painter, look);
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
