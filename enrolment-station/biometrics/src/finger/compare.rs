//! Two templates side by side: how much speaks for the same finger, however it was turned, shifted and stretched.
//!
//! Pairs of neighbouring minutiae that look alike in both templates vote for which minutia may be which. The best
//! supported ones are tried: one print is laid over the other by them, minutiae that fall together are counted, the
//! laying is corrected by those, twice, the last time bending with the skin. What remains is weighed: matches against
//! how many chance would give, and what should be there but is not.

use std::f32::consts::PI;

use super::template::{Minutia, Template, turn};

/// Neighbours that each minutia is seen with.
const NEIGHBOURS: usize = 12;
/// Pixels between neighbours.
const NEAREST: f32 = 8.0;
const FARTHEST: f32 = 130.0;
/// How much a neighbour's distance may differ: pixels, and a share of it; and angles, in radians.
const STRETCH: f32 = 4.0;
const STRETCH_SHARE: f32 = 0.06;
const BEND: f32 = 0.35;
/// Beginnings that are tried.
const TRIED: usize = 24;
/// Pixels and radians within which minutiae fall together: at first, and at last.
const ROUGH: f32 = 15.0;
const FINE: f32 = 9.0;
const ANGLE: f32 = 0.45;
/// What a minutia that ought to have a partner and has none speaks against the same finger.
const MISSING: f64 = 0.25;
/// Fewer matches than this say nothing.
const LEAST_MATCHES: usize = 5;

/// The score from which on two prints are said to be of one finger; docs/finger-measure.md says why.
pub const SAME_FINGER: f64 = 30.0;

/// How much speaks for the same finger: 0 for nothing, without an upper end.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Score(f64);

impl Score {
    /// As a number.
    pub fn value(self) -> f64 {
        self.0
    }
}

/// Compares two templates, in either order.
pub fn compare(one: &Template, other: &Template) -> Score {
    let (one, other) = if in_order(one, other) {
        (one, other)
    } else {
        (other, one)
    };
    let (a, b) = (one.minutiae(), other.minutiae());
    let mut best = 0.0f64;
    for (from, to, rotation) in beginnings(a, b) {
        let mut laid = Laid::around(&a[from], &b[to], rotation);
        let mut matches = laid.matches(a, b, ROUGH);
        for _ in 0..2 {
            if matches.len() < LEAST_MATCHES {
                break;
            }
            laid = Laid::by(a, b, &matches);
            matches = laid.matches(a, b, ROUGH);
        }
        if matches.len() < LEAST_MATCHES {
            continue;
        }
        let together = laid.bent(a, b, &matches);
        best = best.max(weigh(one, other, &laid, &together));
    }
    Score(best)
}

/// Whether two prints may be said to be of one finger: their score is `least` or more ([`SAME_FINGER`] by default).
pub fn same_finger(one: &Template, other: &Template, least: f64) -> bool {
    compare(one, other).value() >= least
}

/// Fingers that were given twice under two names: every pair that is said to be of one finger, with its score, the
/// highest first.
pub fn given_twice<N: Copy>(prints: &[(N, &Template)], least: f64) -> Vec<(N, N, Score)> {
    let mut twice = Vec::new();
    for (index, (name, one)) in prints.iter().enumerate() {
        for (other_name, other) in &prints[index + 1..] {
            let score = compare(one, other);
            if score.value() >= least {
                twice.push((*name, *other_name, score));
            }
        }
    }
    twice.sort_by(|a, b| b.2.0.total_cmp(&a.2.0));
    twice
}

/// The same order whichever comes first: fewer minutiae, else by the first place that differs.
fn in_order(one: &Template, other: &Template) -> bool {
    let places = |of: &Template| -> Vec<(u32, u32, u32)> {
        let minutiae = of.minutiae().iter();
        minutiae
            .map(|m| (m.x.to_bits(), m.y.to_bits(), m.angle.to_bits()))
            .collect()
    };
    let count = one.minutiae().len().cmp(&other.minutiae().len());
    count.then_with(|| places(one).cmp(&places(other))).is_le()
}

/// A neighbour as a minutia sees it.
#[derive(Clone, Copy)]
struct Edge {
    from: usize,
    to: usize,
    length: f32,
    /// Direction to the neighbour against the minutia's own angle, and the neighbour's angle against it.
    toward: f32,
    relative: f32,
    direction: f32,
}

/// Each minutia with its neighbours, the shortest edges first.
fn edges(minutiae: &[Minutia]) -> Vec<Edge> {
    let mut all = Vec::new();
    for (from, one) in minutiae.iter().enumerate() {
        let mut own: Vec<Edge> = minutiae
            .iter()
            .enumerate()
            .filter(|(to, _)| *to != from)
            .map(|(to, other)| {
                let (dx, dy) = (other.x - one.x, other.y - one.y);
                let direction = dy.atan2(dx);
                Edge {
                    from,
                    to,
                    length: dx.hypot(dy),
                    toward: turn(one.angle, direction),
                    relative: turn(one.angle, other.angle),
                    direction,
                }
            })
            .filter(|edge| (NEAREST..FARTHEST).contains(&edge.length))
            .collect();
        own.sort_by(|a, b| a.length.total_cmp(&b.length));
        own.truncate(NEIGHBOURS);
        all.extend(own);
    }
    all.sort_by(|a, b| a.length.total_cmp(&b.length));
    all
}

/// What minutia may be which, and the rotation, the best supported first.
fn beginnings(a: &[Minutia], b: &[Minutia]) -> Vec<(usize, usize, f32)> {
    let (edges_a, edges_b) = (edges(a), edges(b));
    // Votes, and the sum of rotations as cosine and sine.
    let mut votes = vec![[0.0f32; 3]; a.len() * b.len()];
    let mut first = 0;
    for edge in &edges_a {
        let slack = STRETCH + STRETCH_SHARE * edge.length;
        while edges_b
            .get(first)
            .is_some_and(|other| other.length < edge.length - STRETCH - STRETCH_SHARE * FARTHEST)
        {
            first += 1;
        }
        for other in &edges_b[first..] {
            if other.length > edge.length + slack {
                break;
            }
            let alike = other.length >= edge.length - slack
                && turn(edge.toward, other.toward).abs() < BEND
                && turn(edge.relative, other.relative).abs() < BEND;
            if alike {
                let (sin, cos) = turn(edge.direction, other.direction).sin_cos();
                for (from, to) in [(edge.from, other.from), (edge.to, other.to)] {
                    let vote = &mut votes[from * b.len() + to];
                    vote[0] += 1.0;
                    vote[1] += cos;
                    vote[2] += sin;
                }
            }
        }
    }
    // Votes that agree about the rotation count.
    let strength = |vote: &[f32; 3]| vote[1].hypot(vote[2]);
    let mut order: Vec<usize> = (0..votes.len()).filter(|n| votes[*n][0] >= 2.0).collect();
    order.sort_by(|p, q| strength(&votes[*q]).total_cmp(&strength(&votes[*p])));
    order.truncate(TRIED);
    order
        .into_iter()
        .map(|n| {
            let [_, cos, sin] = votes[n];
            (n / b.len(), n % b.len(), sin.atan2(cos))
        })
        .collect()
}

/// How the first print lies over the second: turned, then shifted.
#[derive(Clone, Copy)]
struct Laid {
    sin: f32,
    cos: f32,
    x: f32,
    y: f32,
}

impl Laid {
    /// Turned by `rotation` so that one minutia falls upon another.
    fn around(one: &Minutia, other: &Minutia, rotation: f32) -> Self {
        let (sin, cos) = rotation.sin_cos();
        Self {
            sin,
            cos,
            x: other.x - (one.x * cos - one.y * sin),
            y: other.y - (one.x * sin + one.y * cos),
        }
    }

    /// The laying that brings all matches nearest to each other (least squares).
    #[expect(clippy::cast_precision_loss, reason = "at most a few hundred")]
    fn by(a: &[Minutia], b: &[Minutia], matches: &[(usize, usize)]) -> Self {
        let count = matches.len() as f32;
        let middle = |of: &mut dyn Iterator<Item = &Minutia>| {
            let (x, y) = of.fold((0.0, 0.0), |(x, y), one| (x + one.x, y + one.y));
            (x / count, y / count)
        };
        let (ax, ay) = middle(&mut matches.iter().map(|(i, _)| &a[*i]));
        let (bx, by) = middle(&mut matches.iter().map(|(_, j)| &b[*j]));
        let (mut dot, mut cross) = (0.0, 0.0);
        for (i, j) in matches {
            let (px, py) = (a[*i].x - ax, a[*i].y - ay);
            let (qx, qy) = (b[*j].x - bx, b[*j].y - by);
            dot += px * qx + py * qy;
            cross += px * qy - py * qx;
        }
        let (sin, cos) = cross.atan2(dot).sin_cos();
        Self {
            sin,
            cos,
            x: bx - (ax * cos - ay * sin),
            y: by - (ax * sin + ay * cos),
        }
    }

    fn place(&self, x: f32, y: f32) -> (f32, f32) {
        (
            x * self.cos - y * self.sin + self.x,
            x * self.sin + y * self.cos + self.y,
        )
    }

    fn rotation(&self) -> f32 {
        self.sin.atan2(self.cos)
    }

    /// Where each minutia of the first print falls.
    fn places(&self, a: &[Minutia]) -> Vec<(f32, f32)> {
        a.iter().map(|one| self.place(one.x, one.y)).collect()
    }

    /// Minutiae that fall together within a distance.
    fn matches(&self, a: &[Minutia], b: &[Minutia], within: f32) -> Vec<(usize, usize)> {
        pairs(a, b, &self.places(a), self.rotation(), within)
    }

    /// Minutiae that fall together closely once each is moved as its matched neighbours are.
    fn bent(
        &self,
        a: &[Minutia],
        b: &[Minutia],
        matches: &[(usize, usize)],
    ) -> Vec<(usize, usize)> {
        let places = self.places(a);
        let moved: Vec<(f32, f32)> = places
            .iter()
            .enumerate()
            .map(|(number, (x, y))| {
                let (mut dx, mut dy, mut weights) = (0.0, 0.0, 0.0);
                // A minutia's own partner has no say in where it should be.
                for (i, j) in matches.iter().filter(|(i, _)| *i != number) {
                    let far = (places[*i].0 - x).hypot(places[*i].1 - y);
                    let weight = (-far * far / (2.0 * 60.0 * 60.0)).exp();
                    dx += weight * (b[*j].x - places[*i].0);
                    dy += weight * (b[*j].y - places[*i].1);
                    weights += weight;
                }
                // Without neighbours nothing bends.
                (x + dx / (weights + 0.3), y + dy / (weights + 0.3))
            })
            .collect();
        pairs(a, b, &moved, self.rotation(), FINE)
    }
}

/// Minutiae of the first print, laid at `places`, with their partners: nearest first, each once.
fn pairs(
    a: &[Minutia],
    b: &[Minutia],
    places: &[(f32, f32)],
    rotation: f32,
    within: f32,
) -> Vec<(usize, usize)> {
    let mut near = Vec::new();
    for (i, (one, (x, y))) in a.iter().zip(places).enumerate() {
        for (j, other) in b.iter().enumerate() {
            let (dx, dy) = (other.x - x, other.y - y);
            let far = dx.hypot(dy);
            if far < within && turn(one.angle + rotation, other.angle).abs() < ANGLE {
                near.push((far, i, j));
            }
        }
    }
    near.sort_by(|p, q| p.0.total_cmp(&q.0));
    let (mut taken_a, mut taken_b) = (vec![false; a.len()], vec![false; b.len()]);
    let mut matches = Vec::new();
    for (_, i, j) in near {
        if !taken_a[i] && !taken_b[j] {
            taken_a[i] = true;
            taken_b[j] = true;
            matches.push((i, j));
        }
    }
    matches
}

/// What matches say against chance, less what is missing, as far as the ridges run alike.
#[expect(clippy::cast_precision_loss, reason = "at most a few hundred")]
fn weigh(one: &Template, other: &Template, laid: &Laid, matches: &[(usize, usize)]) -> f64 {
    if matches.len() < LEAST_MATCHES {
        return 0.0;
    }
    let back = Laid {
        sin: -laid.sin,
        cos: laid.cos,
        x: -(laid.x * laid.cos + laid.y * laid.sin),
        y: laid.x * laid.sin - laid.y * laid.cos,
    };
    let shared = |of: &[Minutia], ground: &super::template::Ground, lay: &Laid| {
        of.iter()
            .filter(|minutia| {
                let (x, y) = lay.place(minutia.x, minutia.y);
                ground.direction(x, y).is_some()
            })
            .count()
            .max(matches.len())
    };
    let (in_a, in_b) = (
        shared(one.minutiae(), &other.ground, laid),
        shared(other.minutiae(), &one.ground, &back),
    );
    let (area, alike) = ridges_alike(one, other, laid);
    let count = matches.len() as f64;
    // How many would fall together if minutiae lay anywhere.
    let spot = f64::from(PI * FINE * FINE) * f64::from(ANGLE / PI);
    let chance = (in_a * in_b) as f64 * spot / area.max(1.0);
    let for_it = count * (count / chance.max(0.05)).ln() - (count - chance);
    let missing = (in_a + in_b - 2 * matches.len()) as f64;
    if count <= chance {
        return 0.0;
    }
    ((for_it - MISSING * missing) * alike).max(0.0)
}

/// Square pixels that both prints share, and how alike their ridges run there: 0 (half of a right angle apart) to 1.
fn ridges_alike(one: &Template, other: &Template, laid: &Laid) -> (f64, f64) {
    let (mut count, mut sum) = (0.0f64, 0.0f64);
    for (x, y, direction) in one.ground.cells() {
        let (x, y) = laid.place(x, y);
        if let Some(there) = other.ground.direction(x, y) {
            count += 1.0;
            sum += f64::from((2.0 * (direction + laid.rotation() - there)).cos());
        }
    }
    let mean = if count > 0.0 { sum / count } else { 0.0 };
    (count * 64.0, ((mean - 0.6) / 0.3).clamp(0.0, 1.0))
}
