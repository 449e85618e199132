//! `BlazeFace`, short range: 896 anchors on two grids, each with a score, a box and six points.

use image::RgbImage;

use super::sample;
use super::tflite::Model;
use super::{Area, Face, Faces, LEAST_FACE_SCORE, Point};

/// Side of the picture that the model sees.
const SIDE: u16 = 128;
/// Grids: cells in a row, anchors in a cell.
const GRIDS: [(u16, u16); 2] = [(16, 2), (8, 6)];
/// Numbers of an anchor: box, then six points.
const NUMBERS: usize = 16;
/// Boxes that share more than this part of their union are one face.
const SAME: f64 = 0.3;

/// Finds all faces.
pub(super) fn find(model: &Model, picture: &RgbImage) -> Faces {
    let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
    let side = width.max(height);
    // A square around the picture; the reference rounds its margins down to whole pixels.
    let area = Area {
        left: -((side - width) / 2.0).floor(),
        top: -((side - height) / 2.0).floor(),
        width: side,
        height: side,
    };
    let seen = sample::scale(picture, &area, u32::from(SIDE), u32::from(SIDE));
    let mut outputs = model.run(&sample::numbers(&seen, -1.0, 2.0)).into_iter();
    let (boxes, scores) = (
        outputs.next().unwrap_or_default(),
        outputs.next().unwrap_or_default(),
    );
    let rows = boxes.chunks_exact(NUMBERS).zip(&scores).zip(anchors());
    let candidates = rows.filter_map(|((row, score), anchor)| candidate(row, *score, anchor));
    let mut faces = merge(candidates.collect());
    let place = |point: &mut Point| {
        point.x = point.x * side + area.left;
        point.y = point.y * side + area.top;
    };
    for face in &mut faces {
        face.area.left = face.area.left * side + area.left;
        face.area.top = face.area.top * side + area.top;
        face.area.width *= side;
        face.area.height *= side;
        face.points.iter_mut().for_each(place);
    }
    faces.sort_by(|a, b| b.area.size().total_cmp(&a.area.size()));
    faces
}

/// Middles of the cells, once an anchor, as shares of the side.
fn anchors() -> impl Iterator<Item = (f64, f64)> {
    GRIDS.into_iter().flat_map(|(cells, each)| {
        (0..cells * cells * each).map(move |number| {
            let cell = number / each;
            let at = |index: u16| (f64::from(index) + 0.5) / f64::from(cells);
            (at(cell % cells), at(cell / cells))
        })
    })
}

/// A face in shares of the side, if the score is high enough.
fn candidate(row: &[f32], score: f32, anchor: (f64, f64)) -> Option<Face> {
    let score = 1.0 / (1.0 + (-f64::from(score).clamp(-80.0, 80.0)).exp());
    let number = |index: usize| f64::from(row[index] / f32::from(SIDE));
    let (width, height) = (number(2), number(3));
    if score <= LEAST_FACE_SCORE || width <= 0.0 || height <= 0.0 {
        return None;
    }
    Some(Face {
        area: Area {
            left: number(0) + anchor.0 - width / 2.0,
            top: number(1) + anchor.1 - height / 2.0,
            width,
            height,
        },
        score,
        points: std::array::from_fn(|point| Point {
            x: number(4 + 2 * point) + anchor.0,
            y: number(5 + 2 * point) + anchor.1,
        }),
    })
}

/// Candidates that overlap become one, the mean by score.
fn merge(mut candidates: Vec<Face>) -> Faces {
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut faces = Vec::new();
    while let Some(best) = candidates.first().copied() {
        let (same, others): (Vec<Face>, Vec<Face>) = candidates
            .into_iter()
            .partition(|face| overlap(&face.area, &best.area) > SAME);
        candidates = others;
        let total: f64 = same.iter().map(|face| face.score).sum();
        let mean = |value: &dyn Fn(&Face) -> f64| {
            let sum: f64 = same.iter().map(|face| face.score * value(face)).sum();
            sum / total
        };
        faces.push(Face {
            area: Area {
                left: mean(&|face| face.area.left),
                top: mean(&|face| face.area.top),
                width: mean(&|face| face.area.width),
                height: mean(&|face| face.area.height),
            },
            score: best.score,
            points: std::array::from_fn(|point| Point {
                x: mean(&|face| face.points[point].x),
                y: mean(&|face| face.points[point].y),
            }),
        });
    }
    faces
}

/// The shared part of the union.
fn overlap(a: &Area, b: &Area) -> f64 {
    let side = |a: f64, a_length: f64, b: f64, b_length: f64| {
        ((a + a_length).min(b + b_length) - a.max(b)).max(0.0)
    };
    let shared = side(a.left, a.width, b.left, b.width) * side(a.top, a.height, b.top, b.height);
    let union = a.size() + b.size() - shared;
    if union > 0.0 { shared / union } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_896_anchors() {
        let all: Vec<_> = anchors().collect();
        assert_eq!(all.len(), 896);
        assert_eq!((all[0], all[2]), ((0.03125, 0.03125), (0.09375, 0.03125)));
        assert_eq!(all[512], (0.0625, 0.0625));
    }

    #[test]
    fn overlapping_candidates_become_one() {
        let face = |left: f64, score: f64| Face {
            area: Area {
                left,
                top: 0.0,
                width: 1.0,
                height: 1.0,
            },
            score,
            points: [Point::default(); 6],
        };
        let merged = merge(vec![face(0.0, 0.6), face(0.1, 0.9), face(5.0, 0.7)]);
        assert_eq!(merged.len(), 2);
        assert!((merged[0].area.left - 0.06).abs() < 1e-12);
        assert!((merged[0].score - 0.9).abs() < 1e-12);
        assert!((overlap(&face(0.0, 1.0).area, &face(0.5, 1.0).area) - 1.0 / 3.0).abs() < 1e-12);
    }
}
