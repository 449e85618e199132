//! Prints that went wrong by little: the simulator's own faults, and smaller ones than it has.

use hardware_sim::machine::{
    build::{Build, Marking},
    camera::Camera,
    job::Face,
    paint::{self, Defect, Dye},
};
use image::{Rgb, RgbImage};
use personalisation::{
    faces::Dots,
    quality::exit::{self, ExitFindings, Ordered},
};

use super::cards::Card;

/// Printed dots in a millimetre.
const SCALE: f64 = 600.0 / 25.4;

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// One of the simulator's.
    Machine(Defect),
    /// Somebody else's portrait.
    OtherPortrait,
    /// One other character in the machine readable zone.
    OtherCharacter,
    /// A dye, 0 to 2, is weaker by this part.
    Weaker(usize, f64),
    /// A square without ink on the surname: millimetres of its side.
    Gap(f64),
    /// The ink of the middle third was dragged along half as much as the simulator's smear.
    LightSmear,
    /// A dark line below the names, so many millimetres wide.
    Scratch(f64),
}

/// Every kind, as small as it has to be found.
pub const ALL: [Fault; 15] = [
    Fault::Machine(Defect::Blank),
    Fault::Machine(Defect::WrongSide),
    Fault::Machine(Defect::Smear),
    Fault::Machine(Defect::MissingColour(Dye::Cyan)),
    Fault::Machine(Defect::MissingColour(Dye::Magenta)),
    Fault::Machine(Defect::MissingColour(Dye::Yellow)),
    Fault::Machine(Defect::Shifted {
        x_mm: 0.4,
        y_mm: 0.0,
    }),
    Fault::Machine(Defect::Shifted {
        x_mm: 1.5,
        y_mm: -0.5,
    }),
    Fault::OtherPortrait,
    Fault::OtherCharacter,
    Fault::Weaker(0, 0.15),
    Fault::Weaker(2, 0.15),
    Fault::Gap(1.5),
    Fault::LightSmear,
    Fault::Scratch(0.2),
];

/// What a laser can do wrong: it has no dyes.
pub fn of(marking: Marking) -> impl Iterator<Item = Fault> {
    ALL.into_iter().filter(move |fault| {
        marking == Marking::Ribbon
            || !matches!(
                fault,
                Fault::Machine(Defect::MissingColour(_)) | Fault::Weaker(..)
            )
    })
}

/// The two faces as they come out.
pub fn print(build: &Build, card: &Card, fault: Option<Fault>) -> [RgbImage; 2] {
    let mut faces = card.faces.clone();
    let mut defect = None;
    match fault {
        None => {}
        Some(Fault::Machine(known)) => defect = Some(known),
        Some(Fault::OtherPortrait) => faces[0].clone_from(&card.other_portrait),
        Some(Fault::OtherCharacter) => faces[1].clone_from(&card.other_character.1),
        Some(Fault::Weaker(channel, part)) => faces.iter_mut().for_each(|face| {
            for dot in face.pixels_mut() {
                let ink = f64::from(255 - dot.0[channel]) * (1.0 - part);
                dot.0[channel] = 255 - level(ink);
            }
        }),
        Some(Fault::Gap(side)) => {
            fill(&mut faces[0], (33.4, 16.2), (side, side), Rgb([255; 3]));
        }
        Some(Fault::LightSmear) => faces.iter_mut().for_each(smear),
        Some(Fault::Scratch(width)) => {
            fill(&mut faces[0], (34.0, 27.2), (12.0, width), Rgb([40; 3]));
        }
    }
    paint::print(build, faces, defect)
}

/// A photograph of each face, by a camera with its documented values, and what is found on them.
pub fn look(
    build: &Build,
    camera: &Camera,
    handle: u64,
    card: &Card,
    fault: Option<Fault>,
) -> ExitFindings {
    let printed = print(build, card, fault);
    let [front, back] = photographs(build, camera, handle, &printed);
    let marking = match build.marking {
        Marking::Ribbon => exit::Marking::Ribbon,
        Marking::Laser => exit::Marking::Laser,
    };
    exit::inspect(marking, &ordered(&card.faces), &front, &back).unwrap()
}

/// Faces as they are compared.
pub fn ordered(faces: &[RgbImage; 2]) -> Ordered {
    let [front, back] = faces.clone();
    Ordered::of(&Dots { front, back }).unwrap()
}

/// What the camera sees of a card.
pub fn photographs(
    build: &Build,
    camera: &Camera,
    handle: u64,
    printed: &[RgbImage; 2],
) -> [Vec<u8>; 2] {
    let sides = [(Face::Front, &printed[0]), (Face::Back, &printed[1])];
    sides.map(|(face, printed)| camera.photograph(build, handle, face, printed).unwrap())
}

fn level(ink: f64) -> u8 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a saturating cast is meant"
    )]
    let level = ink.round() as u8;
    level
}

fn fill(face: &mut RgbImage, (x, y): (f64, f64), (width, height): (f64, f64), colour: Rgb<u8>) {
    let dots = |millimetres: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a place on the card"
        )]
        let dots = (millimetres * SCALE).round() as u32;
        dots
    };
    for down in dots(y)..dots(y + height) {
        for right in dots(x)..dots(x + width) {
            face.put_pixel(right, down, colour);
        }
    }
}

fn smear(face: &mut RgbImage) {
    let (width, height) = face.dimensions();
    for y in height / 3..height * 2 / 3 {
        for x in 1..width {
            let before = face.get_pixel(x - 1, y).0;
            let own = face.get_pixel(x, y).0;
            let mixed = [0, 1, 2].map(|channel| {
                let sum = u16::from(own[channel]) + 3 * u16::from(before[channel]);
                u8::try_from(sum / 4).unwrap()
            });
            face.put_pixel(x, y, Rgb(mixed));
        }
    }
}
