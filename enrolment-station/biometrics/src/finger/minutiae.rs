//! Which endings and forks of the lines are minutiae, and which come from dirt, scratches, pores and the rim.

use std::collections::HashMap;
use std::f32::consts::PI;

use super::field::{CELL, Field};
use super::skeleton::{Skeleton, Stop, Walk};
use super::template::{Kind, Minutia, turn};

/// Steps of a walk: what is nearer than this along a line may belong together.
const WALK: usize = 24;
/// Steps of an ending beside a fork: a spur.
const SPUR: usize = 10;
/// Steps between both endings of a piece of ridge that is too short to be one.
const PIECE: usize = 16;
/// Steps between forks: a bridge from ridge to ridge.
const BRIDGE: usize = 9;
/// Steps between forks that two lines join: a hole in a ridge.
const HOLE: usize = 18;
/// Pixels between endings that face each other: a ridge that is interrupted.
const GAP: f32 = 16.0;
/// How far endings may be from facing each other, in radians.
const FACING: f32 = 0.6;
/// Pixels ahead of an ending that must have ridges, or it is the rim.
const AHEAD: f32 = 20.0;
/// Pixels within which more than [`CROWD`] minutiae are a blot.
const NEAR: f32 = 20.0;
const CROWD: usize = 4;
/// Pixels between minutiae at least.
const APART: f32 = 6.0;
/// How far a line may run from its cell's direction, in radians.
const ASTRAY: f32 = 0.6;

/// What the cells say about places.
pub(super) struct Found<'a> {
    field: &'a Field,
    usable: &'a [bool],
    /// Usable with all neighbours.
    within: Vec<bool>,
}

impl<'a> Found<'a> {
    pub fn new(field: &'a Field, usable: &'a [bool]) -> Self {
        let within = (0..usable.len())
            .map(|index| {
                let mut count = 0;
                field.around(index).all(|(other, _)| {
                    count += 1;
                    usable[other]
                }) && count == 9
            })
            .collect();
        Self {
            field,
            usable,
            within,
        }
    }

    /// The cell of a place.
    fn cell(&self, x: f32, y: f32) -> Option<usize> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked to be positive"
        )]
        let (column, row) = (x as usize / CELL, y as usize / CELL);
        let inside = x >= 0.0 && y >= 0.0 && column < self.field.columns && row < self.field.rows;
        inside.then(|| row * self.field.columns + column)
    }
}

/// An ending or a fork that may be a minutia.
struct Candidate {
    at: usize,
    x: f32,
    y: f32,
    kind: Kind,
    walks: Vec<Walk>,
    angle: f32,
    kept: bool,
}

/// The minutiae of lines.
pub(super) fn find(skeleton: &Skeleton, found: &Found) -> Vec<Minutia> {
    let mut all = candidates(skeleton, found);
    drop_joined(&mut all);
    drop_facing(&mut all);
    drop_rim(&mut all, found);
    drop_crowds(&mut all);
    all.iter()
        .filter(|one| one.kept)
        .filter_map(|one| {
            let cell = &found.field.cells[found.cell(one.x, one.y)?];
            Some(Minutia {
                x: one.x,
                y: one.y,
                angle: one.angle,
                kind: one.kind,
                clearness: cell.coherence.min(1.0) * cell.share,
            })
        })
        .collect()
}

fn candidates(skeleton: &Skeleton, found: &Found) -> Vec<Candidate> {
    skeleton
        .nodes()
        .into_iter()
        .filter_map(|(at, branches)| {
            let kind = if branches == 1 {
                Kind::Ending
            } else {
                Kind::Fork
            };
            let (x, y) = place(skeleton, at);
            let walks = skeleton.walks(at, WALK);
            let angles: Vec<f32> = walks
                .iter()
                .map(|walk| {
                    let (to_x, to_y) = place(skeleton, walk.shown);
                    (to_y - y).atan2(to_x - x)
                })
                .collect();
            let angle = match angles[..] {
                [angle] => angle,
                [_, _, _] => between_branches([angles[0], angles[1], angles[2]]),
                // Four branches cross: no minutia, but what joins it must know.
                _ => 0.0,
            };
            let cell = found.cell(x, y)?;
            Some(Candidate {
                at,
                x,
                y,
                kind,
                kept: found.usable[cell] && matches!(angles.len(), 1 | 3),
                angle: settle(angle, found.field.cells[cell].direction),
                walks,
            })
        })
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "at most a few thousand")]
fn place(skeleton: &Skeleton, at: usize) -> (f32, f32) {
    let (x, y) = skeleton.place(at);
    (x as f32, y as f32)
}

/// The middle of the two branches that are nearest to each other.
fn between_branches([a, b, c]: [f32; 3]) -> f32 {
    let pairs = [(a, b), (b, c), (c, a)];
    let nearest = pairs
        .into_iter()
        .min_by(|p, q| turn(p.0, p.1).abs().total_cmp(&turn(q.0, q.1).abs()));
    nearest.map_or(a, |(from, to)| from + turn(from, to) / 2.0)
}

/// The direction of the cell, which is smoother, where the line follows it; 0 to 2 pi.
fn settle(angle: f32, direction: f32) -> f32 {
    let off = turn(2.0 * direction, 2.0 * angle) / 2.0;
    let settled = if off.abs() < ASTRAY {
        angle - off
    } else {
        angle
    };
    settled.rem_euclid(2.0 * PI)
}

/// Spurs, short pieces, bridges and holes: both ends go.
fn drop_joined(all: &mut [Candidate]) {
    let numbers: HashMap<usize, usize> =
        all.iter().enumerate().map(|(n, one)| (one.at, n)).collect();
    let mut gone = Vec::new();
    for (number, one) in all.iter().enumerate() {
        let mut joined: Vec<(usize, usize)> = Vec::new();
        for walk in &one.walks {
            match walk.stop {
                Stop::Node(at) => {
                    if let Some(other) = numbers.get(&at) {
                        joined.push((*other, walk.steps));
                    }
                }
                Stop::Closed => gone.push(number),
                Stop::Far(_) => {}
            }
        }
        for (index, (other, steps)) in joined.iter().enumerate() {
            let most = match (one.kind, all[*other].kind) {
                (Kind::Ending, Kind::Ending) => PIECE,
                (Kind::Fork, Kind::Fork) => {
                    let twice = joined[index + 1..].iter().any(|(again, _)| again == other);
                    if twice { HOLE } else { BRIDGE }
                }
                _ => SPUR,
            };
            if *steps <= most {
                gone.extend([number, *other]);
            }
        }
    }
    for number in gone {
        all[number].kept = false;
    }
}

/// Endings that face each other across a gap.
fn drop_facing(all: &mut [Candidate]) {
    let endings: Vec<usize> = (0..all.len())
        .filter(|n| all[*n].kind == Kind::Ending)
        .collect();
    let mut gone = Vec::new();
    for (index, first) in endings.iter().enumerate() {
        for second in &endings[index + 1..] {
            let (one, other) = (&all[*first], &all[*second]);
            let (dx, dy) = (other.x - one.x, other.y - one.y);
            // They come row by row.
            if dy > GAP {
                break;
            }
            if dx.hypot(dy) > GAP {
                continue;
            }
            let across = dy.atan2(dx);
            // Each ridge lies behind its ending as the other one sees it.
            let faces = turn(one.angle, across + PI).abs() < FACING
                && turn(other.angle, across).abs() < FACING;
            if faces {
                gone.extend([*first, *second]);
            }
        }
    }
    for number in gone {
        all[number].kept = false;
    }
}

/// What lies at the rim, or ends where no more ridges follow.
fn drop_rim(all: &mut [Candidate], found: &Found) {
    for one in all.iter_mut().filter(|one| one.kept) {
        let inside = |x: f32, y: f32| found.cell(x, y).is_some_and(|cell| found.within[cell]);
        let (sin, cos) = one.angle.sin_cos();
        one.kept = inside(one.x, one.y) && inside(one.x - AHEAD * cos, one.y - AHEAD * sin);
    }
}

/// Crowds, and the second of two that lie upon each other.
fn drop_crowds(all: &mut [Candidate]) {
    let kept: Vec<usize> = (0..all.len()).filter(|n| all[*n].kept).collect();
    let mut gone = Vec::new();
    for (index, number) in kept.iter().enumerate() {
        let one = &all[*number];
        let far = |other: &&usize| (one.x - all[**other].x).hypot(one.y - all[**other].y);
        // They come row by row.
        let in_reach = |other: &&usize| (one.y - all[**other].y).abs() < NEAR;
        let before = || kept[..index].iter().rev().take_while(in_reach);
        let after = kept[index + 1..].iter().take_while(in_reach);
        let near = before().chain(after).filter(|other| far(other) < NEAR);
        if near.count() > CROWD || before().any(|other| far(&other) < APART) {
            gone.push(*number);
        }
    }
    for number in gone {
        all[number].kept = false;
    }
}
