//! Fingers that nobody has: five classes, grown from a seed, and touches of the scanner.

mod impression;
mod orientation;
mod ridges;

use image::GrayImage;

pub use impression::Touch;

use super::dice::Dice;

/// Pixels in a row of an impression.
pub const WIDTH: u32 = 416;
/// Rows of an impression.
pub const HEIGHT: u32 = 560;
/// Pixels per inch of an impression.
pub const PPI: u16 = 500;

/// Henry's classes, as far as the generator draws them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Ridges rise and fall; no core, no delta.
    Arch,
    /// A steep arch: core and delta one above the other.
    TentedArch,
    /// Ridges enter and leave on the left.
    LeftLoop,
    /// Ridges enter and leave on the right.
    RightLoop,
    /// Ridges turn full circle; two deltas.
    Whorl,
}

impl Class {
    /// All classes.
    pub const ALL: [Self; 5] = [
        Self::Arch,
        Self::TentedArch,
        Self::LeftLoop,
        Self::RightLoop,
        Self::Whorl,
    ];

    /// As common as among people: loops open to the little finger's side.
    fn draw(dice: &mut Dice, right_hand: bool) -> Self {
        let (own, other) = if right_hand {
            (Self::RightLoop, Self::LeftLoop)
        } else {
            (Self::LeftLoop, Self::RightLoop)
        };
        match dice.unit() {
            chance if chance < 0.30 => Self::Whorl,
            chance if chance < 0.68 => own,
            chance if chance < 0.86 => other,
            chance if chance < 0.93 => Self::TentedArch,
            _ => Self::Arch,
        }
    }
}

/// One finger of somebody who does not exist.
#[derive(Clone, Debug)]
pub struct Finger {
    seed: u64,
    class: Class,
    master: ridges::Master,
    shape: impression::Shape,
}

impl Finger {
    /// Grows the finger of a seed; takes about a second.
    pub fn grow(seed: u64, class: Class) -> Self {
        let field = orientation::Field::new(class, &mut Dice::new(seed, "finger field"));
        let master = ridges::grow(&field, &mut Dice::new(seed, "finger ridges"));
        let shape = impression::Shape::draw(&mut Dice::new(seed, "finger shape"));
        Self {
            seed,
            class,
            master,
            shape,
        }
    }

    /// Grows a finger of a class as common as on this hand.
    pub fn grow_any(seed: u64, right_hand: bool) -> Self {
        Self::grow(
            seed,
            Class::draw(&mut Dice::new(seed, "finger class"), right_hand),
        )
    }

    /// Its class.
    pub fn class(&self) -> Class {
        self.class
    }

    /// The `number`th ordinary touch of the scanner: 416 x 560 pixels, 500 ppi.
    pub fn touch(&self, number: u64) -> GrayImage {
        let touch = Touch::draw(&mut self.dice("touch", number));
        self.touch_as(touch, number)
    }

    /// A touch as told; `number` seeds the skin's noise.
    pub fn touch_as(&self, touch: Touch, number: u64) -> GrayImage {
        impression::render(
            &self.master,
            self.shape,
            touch,
            &mut self.dice("skin", number),
        )
    }

    fn dice(&self, purpose: &str, number: u64) -> Dice {
        Dice::new(
            self.seed ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15),
            purpose,
        )
    }
}
