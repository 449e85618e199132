//! One touch of the scanner: the master turned, shifted, stretched, pressed, with the skin's defects.

use image::{GrayImage, Luma};

use super::super::dice::{Dice, Noise, Walk, ramp};
use super::ridges::{self, Master};
use super::{HEIGHT, WIDTH};

/// How a finger lay on the glass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Touch {
    /// Turned clockwise, in degrees.
    pub rotation: f32,
    /// Shifted to the right, in pixels.
    pub shift_x: f32,
    /// Shifted downwards, in pixels.
    pub shift_y: f32,
    /// Stretching of the skin, in pixels.
    pub distortion: f32,
    /// -1 (light, thin ridges) to 1 (hard, thick ridges).
    pub pressure: f32,
    /// Scratches across the finger.
    pub scratches: u8,
}

impl Touch {
    /// An ordinary touch.
    pub(super) fn draw(dice: &mut Dice) -> Self {
        Self {
            rotation: 7.0 * dice.around_zero(),
            shift_x: 14.0 * dice.around_zero(),
            shift_y: 16.0 * dice.around_zero(),
            distortion: dice.between(1.0, 4.0),
            pressure: 0.6 * dice.around_zero(),
            scratches: u8::from(dice.chance(0.4)) + u8::from(dice.chance(0.2)),
        }
    }
}

/// The part of a finger that meets the glass: half sides of an oval, in pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    half_width: f32,
    half_height: f32,
    /// How angular the oval is; 2 is an ellipse.
    power: f32,
}

impl Shape {
    pub(super) fn draw(dice: &mut Dice) -> Self {
        Self {
            half_width: dice.between(140.0, 174.0),
            half_height: dice.between(200.0, 246.0),
            power: dice.between(2.0, 2.7),
        }
    }
}

/// Where the skin leaves the glass, as a share of the oval's size; and over which share it fades.
const RIM_AT_LEAST: f32 = 0.93;
const RIM_AT_MOST: f32 = 1.07;
const FADE: f32 = 0.10;

/// Everything about a touch that does not change from pixel to pixel.
struct Scanner {
    touch: Touch,
    stretch: [Walk; 2],
    contact: Noise,
    /// The same noise, far from the place itself: pressure, and light in the valleys.
    elsewhere: [Walk; 2],
    edge: Noise,
    grain: [Walk; 3],
    scratches: Vec<Scratch>,
    oval: Oval,
}

/// A shape under a finger's pressure.
struct Oval {
    shape: Shape,
    /// Squares of distances (shares of the half sides) below which all is skin, and above which nothing is.
    skin: f32,
    bare: f32,
}

/// A straight light line.
struct Scratch {
    x: f32,
    y: f32,
    direction: (f32, f32),
    half_length: f32,
    half_width: f32,
}

/// Renders a touch.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped"
)]
#[expect(clippy::cast_precision_loss, reason = "small numbers")]
pub(super) fn render(master: &Master, shape: Shape, touch: Touch, dice: &mut Dice) -> GrayImage {
    let mut glass = Scanner::new(shape, touch, dice);
    let (sin, cos) = touch.rotation.to_radians().sin_cos();
    GrayImage::from_fn(WIDTH, HEIGHT, |column, row| {
        let x = column as f32 - WIDTH as f32 / 2.0 - touch.shift_x;
        let y = row as f32 - HEIGHT as f32 / 2.0 - touch.shift_y;
        // Back onto the finger: turn, then undo the stretching.
        let (x, y) = (x * cos + y * sin, y * cos - x * sin);
        let spot = glass.grain[0].at(column as f32, row as f32);
        let paper = 246.0 + 3.0 * spot;
        let contact = glass.contact(x, y);
        let grey = if contact > 0.0 {
            let u = x + touch.distortion * glass.stretch[0].at(x, y);
            let v = y + touch.distortion * glass.stretch[1].at(x, y);
            glass.skin(master, u, v, x, y)
        } else {
            paper
        };
        let grain = 9.0 * spot + 3.0 * dice.around_zero();
        let value = paper + (grey + grain - paper) * contact;
        Luma([value.clamp(0.0, 255.0) as u8])
    })
}

impl Scanner {
    fn new(shape: Shape, touch: Touch, dice: &mut Dice) -> Self {
        let scratches = (0..touch.scratches).map(|_| Scratch::draw(dice)).collect();
        let stretch = [
            Noise::new(dice, 190.0).walk(),
            Noise::new(dice, 190.0).walk(),
        ];
        let contact = Noise::new(dice, 55.0);
        let edge = Noise::new(dice, 26.0);
        let (fine, coarse) = (Noise::new(dice, 1.7).walk(), Noise::new(dice, 5.0).walk());
        Self {
            touch,
            stretch,
            contact,
            elsewhere: [contact.walk(); 2],
            edge,
            grain: [fine, coarse, coarse],
            scratches,
            oval: Oval::new(shape, touch.pressure),
        }
    }

    /// How much of the skin touches the glass at a place: an oval with a ragged rim.
    fn contact(&self, x: f32, y: f32) -> f32 {
        self.oval.contact(x, y, || {
            1.0 + 0.05 * self.contact.at(x, y) + 0.02 * self.edge.at(x, y)
        })
    }

    /// Grey of the skin: dark ridges, light valleys, pores and scratches.
    fn skin(&mut self, master: &Master, u: f32, v: f32, x: f32, y: f32) -> f32 {
        let height = sample(master, u, v);
        let press = 0.16 * self.touch.pressure + 0.14 * self.elsewhere[0].at(x + 500.0, y);
        let wetness = height + press + 0.10 * self.grain[1].at(u + 300.0, v);
        let ridge = ramp(-0.45, 0.55, wetness);
        let pore = if height > 0.72 {
            26.0 * ramp(0.55, 0.9, self.grain[2].at(u, v + 900.0))
        } else {
            0.0
        };
        let dark = 62.0 - 14.0 * self.touch.pressure + pore;
        let light = 214.0 + 12.0 * self.elsewhere[1].at(x, y + 700.0);
        let skin = light + (dark - light) * ridge;
        let scratch = self
            .scratches
            .iter()
            .map(|scratch| scratch.at(u, v))
            .fold(0.0, f32::max);
        skin + (232.0 - skin) * scratch
    }
}

impl Oval {
    fn new(shape: Shape, pressure: f32) -> Self {
        // Between these circles a place's distance must be taken with the oval's own power, which takes long;
        // the power is at least 2, so that distance is at most that of a circle, and by so much less at most.
        let less = (1.0 / shape.power - 0.5).exp2();
        Self {
            shape: Shape {
                half_width: shape.half_width + 9.0 * pressure,
                half_height: shape.half_height + 9.0 * pressure,
                power: shape.power,
            },
            skin: 0.999 * (RIM_AT_LEAST - FADE).powi(2),
            bare: 1.001 * (RIM_AT_MOST / less).powi(2),
        }
    }

    /// How much of the skin touches the glass at a place; `rim` is where it ends, between 0.93 and 1.07.
    fn contact(&self, x: f32, y: f32, rim: impl FnOnce() -> f32) -> f32 {
        let below = if y > 0.0 { 1.06 } else { 1.0 };
        let Shape {
            half_width,
            half_height,
            power,
        } = self.shape;
        let (a, b) = (x / half_width, y / (half_height * below));
        match a * a + b * b {
            square if square < self.skin => return 1.0,
            square if square > self.bare => return 0.0,
            _ => {}
        }
        let radius = (a.abs().powf(power) + b.abs().powf(power)).powf(1.0 / power);
        if radius > RIM_AT_MOST {
            return 0.0;
        }
        if radius < RIM_AT_LEAST - FADE {
            return 1.0;
        }
        let rim = rim();
        ramp(rim, rim - FADE, radius)
    }
}

impl Scratch {
    fn draw(dice: &mut Dice) -> Self {
        let angle = dice.between(0.0, std::f32::consts::PI);
        Self {
            x: 110.0 * dice.around_zero(),
            y: 160.0 * dice.around_zero(),
            direction: (angle.cos(), angle.sin()),
            half_length: dice.between(25.0, 80.0),
            half_width: dice.between(0.8, 1.8),
        }
    }

    fn at(&self, x: f32, y: f32) -> f32 {
        let (x, y) = (x - self.x, y - self.y);
        let along = x * self.direction.0 + y * self.direction.1;
        let across = y * self.direction.0 - x * self.direction.1;
        ramp(self.half_length, self.half_length - 8.0, along.abs())
            * ramp(self.half_width + 0.8, self.half_width - 0.8, across.abs())
    }
}

/// The master at a place (pixels from its middle), interpolated; a valley outside.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "bounds are checked first"
)]
fn sample(master: &Master, u: f32, v: f32) -> f32 {
    let (x, y) = (
        u + ridges::WIDTH as f32 / 2.0,
        v + ridges::HEIGHT as f32 / 2.0,
    );
    let (left, top) = (x.floor(), y.floor());
    if left < 0.0
        || top < 0.0
        || left + 1.0 >= ridges::WIDTH as f32
        || top + 1.0 >= ridges::HEIGHT as f32
    {
        return -1.0;
    }
    let at = top as usize * ridges::WIDTH + left as usize;
    let rows = [
        &master.values[at..at + 2],
        &master.values[at + ridges::WIDTH..at + ridges::WIDTH + 2],
    ];
    let [upper, lower] = rows.map(|row| row[0] + (row[1] - row[0]) * (x - left));
    upper + (lower - upper) * (y - top)
}
