//! Face Mesh and Iris: 468 landmarks in two passes, then each eye.

use image::RgbImage;

use super::sample::{self, Square};
use super::tflite::Model;
use super::{Area, Face, Iris, LEAST_MESH_SCORE, Landmark, Landmarks, POINTS, Point};

/// Side of the picture that the mesh sees.
const MESH_SIDE: u32 = 192;
/// How much more than the face the mesh sees.
const MESH_MARGIN: f64 = 1.5;
/// Outer corners of the eyes, which give the turn of the second pass.
const OUTER_CORNERS: (usize, usize) = (33, 263);
/// Side of the picture that the iris model sees.
const IRIS_SIDE: u32 = 64;
/// Side of an eye's picture before it is scaled, at most.
const IRIS_CUT: u32 = 256;
/// How much more than from corner to corner the iris model sees.
const IRIS_MARGIN: f64 = 2.3;
/// Corners of the eyes, the left one first.
const CORNERS: [(usize, usize); 2] = [(33, 133), (362, 263)];
/// Pairs on the contour's lower and upper lid around its middle: nine points below, then seven above.
const LIDS: [(usize, usize); 3] = [(3, 11), (4, 12), (5, 13)];

/// Landmarks and irises of a face; none where the mesh sees no face.
pub(super) fn landmarks(
    mesh: &Model,
    iris: &Model,
    picture: &RgbImage,
    face: &Face,
) -> Option<Landmarks> {
    let first = Square::around(&face.area, MESH_MARGIN, (face.points[0], face.points[1]));
    let (points, score) = pass(mesh, picture, &first);
    if score <= LEAST_MESH_SCORE {
        return None;
    }
    let turned = (points[OUTER_CORNERS.0].place, points[OUTER_CORNERS.1].place);
    let second = Square::around(&bounds(&points), MESH_MARGIN, turned);
    let (points, score) = pass(mesh, picture, &second);
    if score <= LEAST_MESH_SCORE {
        return None;
    }
    let mut irises = [false, true].map(|right| {
        let (outer, inner) = CORNERS[usize::from(right)];
        eye(
            iris,
            picture,
            (points[outer].place, points[inner].place),
            right,
        )
    });
    if irises[0].centre.x > irises[1].centre.x {
        irises.reverse();
    }
    Some(Landmarks {
        score,
        points,
        irises,
    })
}

/// One pass of the mesh over a square.
fn pass(mesh: &Model, picture: &RgbImage, square: &Square) -> (Vec<Landmark>, f64) {
    let seen = square.draw(picture, MESH_SIDE);
    let mut outputs = mesh.run(&sample::numbers(&seen, 0.0, 1.0)).into_iter();
    let mut numbers = outputs.next().unwrap_or_default();
    numbers.resize(POINTS * 3, 0.0);
    let side = f64::from(MESH_SIDE);
    let points = numbers.as_chunks::<3>().0.iter().map(|[x, y, z]| Landmark {
        place: square.place(f64::from(*x) / side, f64::from(*y) / side),
        depth: f64::from(*z) / side * square.side,
    });
    let raw = outputs.next().and_then(|score| score.first().copied());
    let score = 1.0 / (1.0 + (-f64::from(raw.unwrap_or(f32::MIN))).exp());
    (points.collect(), score)
}

/// The area that holds all points.
fn bounds(points: &[Landmark]) -> Area {
    let (mut left, mut top) = (f64::INFINITY, f64::INFINITY);
    let (mut right, mut bottom) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
    for Landmark { place, .. } in points {
        (left, top) = (left.min(place.x), top.min(place.y));
        (right, bottom) = (right.max(place.x), bottom.max(place.y));
    }
    Area {
        left,
        top,
        width: right - left,
        height: bottom - top,
    }
}

/// One eye. The model knows left eyes: a right one is shown as in a mirror.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an eye within a picture"
)]
fn eye(model: &Model, picture: &RgbImage, corners: (Point, Point), right: bool) -> Iris {
    let (a, b) = corners;
    let area = Area {
        left: a.x.min(b.x),
        top: a.y.min(b.y),
        width: (a.x - b.x).abs(),
        height: (a.y - b.y).abs(),
    };
    let square = Square::around(&area, IRIS_MARGIN, corners);
    // Cut out at the picture's own size first (large eyes at less), then scaled with antialiasing.
    let full = square.draw(picture, (square.side as u32).clamp(1, IRIS_CUT));
    let mut seen = sample::scale(&full, &Area::of(&full), IRIS_SIDE, IRIS_SIDE);
    if right {
        image::imageops::flip_horizontal_in_place(&mut seen);
    }
    let mut outputs = model.run(&sample::numbers(&seen, 0.0, 1.0)).into_iter();
    let mut places = |count: usize| {
        let mut numbers = outputs.next().unwrap_or_default();
        numbers.resize(count * 3, 0.0);
        let side = f64::from(IRIS_SIDE);
        let points = numbers.as_chunks::<3>().0.iter().map(|[x, y, _]| {
            let u = f64::from(*x) / side;
            square.place(if right { 1.0 - u } else { u }, f64::from(*y) / side)
        });
        points.collect::<Vec<_>>()
    };
    let (contour, iris) = (places(71), places(5));
    let gaps = LIDS.map(|(lower, upper)| contour[lower].distance(contour[upper]));
    Iris {
        centre: iris[0],
        diameter: f64::midpoint(iris[1].distance(iris[3]), iris[2].distance(iris[4])),
        lid_gap: gaps.into_iter().fold(0.0, f64::max),
    }
}
