//! Emblems in fine lines: our own drawings, no State's arms.

use std::f64::consts::{PI, TAU};

use super::guilloche::{Path, around, polar};

/// What an issuer's emblem shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Emblem {
    /// The plan of a fortress with bastions, as the city of Luxembourg was one.
    Fortress,
    /// The crescent of an island around its bay, as Thomas More tells of Utopia.
    Island,
}

impl Emblem {
    /// The lines around a point.
    pub(super) fn lines(self, centre: (f64, f64), radius: f64) -> String {
        match self {
            Self::Fortress => fortress(centre, radius),
            Self::Island => island(centre, radius),
        }
    }
}

/// Ramparts within ramparts, each turned a little against the next.
fn fortress(centre: (f64, f64), radius: f64) -> String {
    const BASTIONS: u8 = 8;
    const RAMPARTS: u8 = 30;
    // Angle in parts of a bastion, distance in parts of the curtain's.
    const OUTLINE: [(f64, f64); 5] = [
        (-0.24, 1.0),
        (-0.31, 1.13),
        (0.0, 1.38),
        (0.31, 1.13),
        (0.24, 1.0),
    ];
    let mut path = Path::default();
    for rampart in 0..RAMPARTS {
        let share = f64::from(rampart) / f64::from(RAMPARTS);
        let curtain = radius / 1.38 * (1.0 - share * 0.93);
        let turn = 0.9 * share * share * PI / f64::from(BASTIONS);
        let corners = (0..BASTIONS).flat_map(|bastion| {
            OUTLINE.into_iter().map(move |(aside, distance)| {
                let angle =
                    (f64::from(bastion) + aside) * TAU / f64::from(BASTIONS) - PI / 2.0 + turn;
                polar(centre, curtain * distance, angle)
            })
        });
        path.line(corners, true);
    }
    path.data()
}

/// Shores that all meet at the mouth of the bay, and the rays of a sun above.
fn island(centre: (f64, f64), radius: f64) -> String {
    const SHORES: u8 = 34;
    const RAYS: u8 = 64;
    let mut path = Path::default();
    let mouth = polar(centre, radius * 0.72, PI / 3.2);
    for shore in 0..SHORES {
        let share = 1.0 - 0.93 * f64::from(shore) / f64::from(SHORES);
        let middle = (
            mouth.0 + (centre.0 - mouth.0) * share,
            mouth.1 + (centre.1 - mouth.1) * share,
        );
        let points = around(160).map(|angle| {
            let coast =
                1.0 + 0.025 * share * (7.0 * angle).sin() + 0.018 * share * (13.0 * angle).cos();
            polar(middle, radius * 0.72 * share * coast, angle)
        });
        path.line(points, true);
    }
    for ray in 0..RAYS {
        let angle = TAU * f64::from(ray) / f64::from(RAYS);
        let length = if ray % 2 == 0 { 1.0 } else { 0.9 };
        path.line(
            [
                polar(centre, radius * 0.82, angle),
                polar(centre, radius * length, angle),
            ],
            false,
        );
    }
    path.data()
}
