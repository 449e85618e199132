//! Directions of the ridges: the zero-pole model of Sherlock and Monro with a correction of each
//! angle after Vizcaya and Gerhardt, so that no two fingers of a class have the same shape.

use std::f32::consts::{FRAC_PI_2, PI, TAU};

use super::super::dice::{Dice, Noise, ramp};
use super::Class;

/// Nodes of the correction around a singular point.
const NODES: usize = 8;
/// The same, as a number to multiply by.
const TURN: f32 = 8.0;

/// How far the skin is pulled about, in pixels.
const PULL: f32 = 26.0;

/// A core or a delta, with how the field bends around it.
#[derive(Clone, Debug)]
struct Singularity {
    x: f32,
    y: f32,
    /// +0.5 for a core, -0.5 for a delta.
    turn: f32,
    correction: [f32; NODES],
}

impl Singularity {
    /// `x` to the right, `y` upwards, in pixels from the finger's middle.
    fn new(dice: &mut Dice, x: f32, y: f32, turn: f32) -> Self {
        let correction = std::array::from_fn(|_| 0.55 * dice.around_zero());
        Self {
            x: x + 26.0 * dice.around_zero(),
            y: y + 26.0 * dice.around_zero(),
            turn,
            correction,
        }
    }

    fn angle(&self, x: f32, y: f32) -> f32 {
        let angle = (y - self.y).atan2(x - self.x);
        let place = (angle + PI) / TAU * TURN;
        let node = place.floor();
        let (from, to) = (node_index(node), node_index(node + 1.0));
        let bend =
            self.correction[from] + (self.correction[to] - self.correction[from]) * (place - node);
        self.turn * (angle + bend)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "0 to 9"
)]
fn node_index(node: f32) -> usize {
    node as usize % NODES
}

/// The field of one finger.
#[derive(Clone, Debug)]
pub(super) struct Field {
    points: Vec<Singularity>,
    /// Arches have no points: how steep they are, where they end, and how wide they are.
    arch: Option<(f32, f32, f32)>,
    tilt: f32,
    /// How much the tip bows over the core, as an angle at the finger's side.
    bow: f32,
    /// Small bends that belong to no point.
    bends: [Noise; 2],
    /// How the whole finger is stretched sideways, and pulled about.
    stretch: f32,
    pull: [Noise; 2],
}

impl Field {
    pub(super) fn new(class: Class, dice: &mut Dice) -> Self {
        let tilt = 0.06 * dice.around_zero();
        let spread = dice.between(105.0, 175.0);
        let low = dice.between(-180.0, -90.0);
        let high = dice.between(-10.0, 75.0);
        let mut core = |x: f32, y: f32, turn: f32| Singularity::new(dice, x, y, turn);
        let points = match class {
            Class::Arch => Vec::new(),
            Class::TentedArch => vec![core(0.0, high - 20.0, 0.5), core(0.0, low + 25.0, -0.5)],
            Class::LeftLoop => vec![core(-10.0, high, 0.5), core(spread * 0.8, low, -0.5)],
            Class::RightLoop => vec![core(10.0, high, 0.5), core(-spread * 0.8, low, -0.5)],
            Class::Whorl => vec![
                core(0.0, high + 14.0, 0.5),
                core(0.0, high - 24.0, 0.5),
                core(-spread, low, -0.5),
                core(spread, low, -0.5),
            ],
        };
        let arch = (class == Class::Arch).then(|| {
            (
                dice.between(0.8, 1.8),
                dice.between(-250.0, -150.0),
                dice.between(190.0, 280.0),
            )
        });
        let bow = match class {
            Class::Arch => 0.0,
            Class::Whorl => dice.between(0.15, 0.4),
            _ => dice.between(0.6, 0.9),
        };
        Self {
            points,
            arch,
            tilt,
            bow,
            bends: [Noise::new(dice, 110.0), Noise::new(dice, 55.0)],
            stretch: dice.between(0.75, 1.3),
            pull: [Noise::new(dice, 150.0), Noise::new(dice, 150.0)],
        }
    }

    /// Direction of the ridge at a place (pixels from the middle, `y` upwards), as an angle.
    pub(super) fn at(&self, x: f32, y: f32) -> f32 {
        let [wide, narrow] = self.bends;
        let tilt = self.tilt + 0.28 * wide.at(x, y) + 0.20 * narrow.at(x, y);
        if let Some((steepness, floor, width)) = self.arch {
            // Flat at the joint, highest a little above the middle, flatter again at the tip.
            let rise =
                ((y - floor) / 200.0).clamp(0.0, 1.0) * ((330.0 - y) / 260.0).clamp(0.0, 1.0);
            let across = (x / width * FRAC_PI_2).clamp(-FRAC_PI_2, FRAC_PI_2);
            let slope = -steepness * rise * (2.0 * across).sin();
            return slope.atan() + tilt;
        }
        let (x, y) = (
            self.stretch * x + PULL * self.pull[0].at(x, y),
            y + PULL * self.pull[1].at(x, y),
        );
        let across = (x / 180.0 * FRAC_PI_2).clamp(-FRAC_PI_2, FRAC_PI_2);
        let bow = self.bow * ramp(-20.0, 200.0, y) * across.sin();
        let turns: f32 = self.points.iter().map(|point| point.angle(x, y)).sum();
        turns + tilt - bow
    }
}
