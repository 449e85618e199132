//! What comes onto a card when a job is printed: the pictures, or what a defect makes of them.

use image::{Rgb, RgbImage};
use serde::{Deserialize, Serialize};

use super::build::{Build, Marking};

const WHITE: Rgb<u8> = Rgb([0xFF; 3]);
/// The part of a card that is smeared, in hundredths of its height.
const SMEARED: (u32, u32) = (40, 70);
/// So much of an interrupted print is on the card, in hundredths of its height.
const BEGUN: u32 = 45;

/// How a print comes out wrong.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Defect {
    /// No ink at all.
    Blank,
    /// One dye is missing.
    MissingColour(Dye),
    /// Everything stands in the wrong place, to the right and down.
    Shifted {
        /// Millimetres to the right.
        x_mm: f64,
        /// Millimetres down.
        y_mm: f64,
    },
    /// The ink of the middle was dragged along before it was dry.
    Smear,
    /// The front is on the back, and the back on the front.
    WrongSide,
}

/// The dyes of a ribbon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "colours")]
pub enum Dye {
    Cyan,
    Magenta,
    Yellow,
}

/// A card's two faces.
pub type Faces = [RgbImage; 2];

/// Whether a print looks exactly like the pictures of its job.
pub const fn is_faithful(marking: Marking, defect: Option<Defect>) -> bool {
    matches!((marking, defect), (Marking::Ribbon, None))
}

/// A card without print.
pub fn blank(build: &Build) -> RgbImage {
    let (width, height) = build.size();
    RgbImage::from_pixel(width, height, WHITE)
}

/// The card after a print.
pub fn print(build: &Build, faces: Faces, defect: Option<Defect>) -> Faces {
    let mut faces = match defect {
        Some(Defect::Blank) => [blank(build), blank(build)],
        Some(Defect::WrongSide) => {
            let [front, back] = faces;
            [back, front]
        }
        _ => faces,
    };
    for face in &mut faces {
        match defect {
            Some(Defect::MissingColour(dye)) => without(face, dye),
            Some(Defect::Smear) => smear(face),
            Some(Defect::Shifted { x_mm, y_mm }) => *face = shifted(build, face, x_mm, y_mm),
            _ => {}
        }
        if build.marking == Marking::Laser {
            engrave(face);
        }
    }
    faces
}

/// The card after a print that was interrupted: the front's upper part.
pub fn begun(build: &Build, front: &RgbImage) -> Faces {
    let mut card = blank(build);
    let rows = front.height() * BEGUN / 100;
    let ink = front.enumerate_pixels().filter(|(_, y, _)| *y < rows);
    for (x, y, pixel) in ink {
        card.put_pixel(x, y, *pixel);
    }
    [card, blank(build)]
}

/// A dye takes its complementary colour out of white; without it that colour stays.
fn without(face: &mut RgbImage, dye: Dye) {
    for pixel in face.pixels_mut() {
        pixel.0[dye as usize] = 0xFF;
    }
}

fn smear(face: &mut RgbImage) {
    let (width, height) = face.dimensions();
    for y in height * SMEARED.0 / 100..height * SMEARED.1 / 100 {
        for x in 1..width {
            let before = face.get_pixel(x - 1, y).0;
            let own = face.get_pixel(x, y).0;
            let mixed = [0, 1, 2].map(|channel| {
                let sum = u16::from(own[channel]) + 7 * u16::from(before[channel]);
                u8::try_from(sum / 8).unwrap_or(u8::MAX)
            });
            face.put_pixel(x, y, Rgb(mixed));
        }
    }
}

fn shifted(build: &Build, face: &RgbImage, x_mm: f64, y_mm: f64) -> RgbImage {
    let dots = |millimetres: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a saturating cast is meant"
        )]
        let dots = (millimetres / 25.4 * f64::from(build.dpi)).round() as i64;
        dots
    };
    let (right, down) = (dots(x_mm), dots(y_mm));
    let (width, height) = face.dimensions();
    RgbImage::from_fn(width, height, |x, y| {
        let from = (
            u32::try_from(i64::from(x).saturating_sub(right)),
            u32::try_from(i64::from(y).saturating_sub(down)),
        );
        match from {
            (Ok(x), Ok(y)) if x < width && y < height => *face.get_pixel(x, y),
            _ => WHITE,
        }
    })
}

/// A laser knows light and dark only.
fn engrave(face: &mut RgbImage) {
    for pixel in face.pixels_mut() {
        let [red, green, blue] = pixel.0.map(u32::from);
        let grey = (299 * red + 587 * green + 114 * blue) / 1_000;
        pixel.0 = [u8::try_from(grey).unwrap_or(u8::MAX); 3];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(marking: Marking) -> Build {
        Build {
            dpi: 30,
            ..Build::new(marking, "1".to_owned())
        }
    }

    /// A front of red ink on its left half, a back of black.
    fn faces(build: &Build) -> Faces {
        let (width, height) = build.size();
        let front = RgbImage::from_fn(width, height, |x, _| {
            if x < width / 2 {
                Rgb([200, 0, 0])
            } else {
                WHITE
            }
        });
        [front, RgbImage::from_pixel(width, height, Rgb([0; 3]))]
    }

    #[test]
    fn each_defect_is_seen() {
        let build = build(Marking::Ribbon);
        let [front, back] = faces(&build);
        let printed = |defect| print(&build, faces(&build), Some(defect));
        assert_eq!(
            print(&build, faces(&build), None),
            [front.clone(), back.clone()]
        );
        assert_eq!(printed(Defect::WrongSide), [back, front.clone()]);
        assert_eq!(printed(Defect::Blank), [blank(&build), blank(&build)]);
        let [pale, _] = printed(Defect::MissingColour(Dye::Magenta));
        assert_eq!(pale.get_pixel(0, 0).0, [200, 255, 0]);
        let [moved, _] = printed(Defect::Shifted {
            x_mm: 5.08,
            y_mm: -2.54,
        });
        assert_eq!(moved.get_pixel(5, 0), &WHITE);
        assert_eq!(moved.get_pixel(6, 0), front.get_pixel(0, 0));
        assert_eq!(moved.get_pixel(6, moved.height() - 1), &WHITE);
        let [smeared, _] = printed(Defect::Smear);
        let (edge, middle) = (front.width() / 2 + 2, front.height() / 2);
        assert_eq!(smeared.get_pixel(edge, 0), front.get_pixel(edge, 0));
        assert_ne!(
            smeared.get_pixel(edge, middle),
            front.get_pixel(edge, middle)
        );
    }

    #[test]
    fn a_laser_engraves_luminance_and_an_interrupted_print_ends_in_the_middle() {
        let build = build(Marking::Laser);
        let [front, _] = print(&build, faces(&build), None);
        assert_eq!(front.get_pixel(0, 0).0, [59; 3]);
        let [front, back] = begun(&build, &front);
        assert_eq!(front.get_pixel(0, 0).0, [59; 3]);
        assert_eq!(front.get_pixel(0, front.height() - 1), &WHITE);
        assert_eq!(back, blank(&build));
    }
}
