//! Curves through points.

/// A place: to the right, downwards.
pub(super) type Point = (f32, f32);

/// Steps between two points of a curve.
const STEPS: u8 = 12;

/// The place between two others.
pub(super) fn between(from: Point, to: Point, t: f32) -> Point {
    (from.0 + (to.0 - from.0) * t, from.1 + (to.1 - from.1) * t)
}

/// A smooth open curve through the points (Catmull-Rom), from the first to the last.
pub(super) fn curve(points: &[Point]) -> Vec<Point> {
    let last = points.len() - 1;
    let mut result = Vec::with_capacity(last * usize::from(STEPS) + 1);
    for i in 0..last {
        let around = [
            points[i.saturating_sub(1)],
            points[i],
            points[i + 1],
            points[(i + 2).min(last)],
        ];
        result.extend(piece(around));
    }
    result.push(points[last]);
    result
}

/// A smooth closed curve through the points.
pub(super) fn closed(points: &[Point]) -> Vec<Point> {
    let count = points.len();
    (0..count)
        .flat_map(|i| piece(std::array::from_fn(|k| points[(i + count + k - 1) % count])))
        .collect()
}

fn piece(around: [Point; 4]) -> impl Iterator<Item = Point> {
    let [p0, p1, p2, p3] = around;
    let blend = |a: f32, b: f32, c: f32, d: f32, t: f32| {
        0.5 * (2.0 * b
            + (c - a) * t
            + (2.0 * a - 5.0 * b + 4.0 * c - d) * t * t
            + (3.0 * b - a - 3.0 * c + d) * t * t * t)
    };
    (0..STEPS).map(move |step| {
        let t = f32::from(step) / f32::from(STEPS);
        (
            blend(p0.0, p1.0, p2.0, p3.0, t),
            blend(p0.1, p1.1, p2.1, p3.1, t),
        )
    })
}

/// The place at share `t` of a curve's points.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "clamped to the curve"
)]
pub(super) fn along(points: &[Point], t: f32) -> Point {
    let place = t.clamp(0.0, 1.0) * (points.len() - 1) as f32;
    let index = (place as usize).min(points.len().saturating_sub(2));
    between(
        points[index],
        points[(index + 1).min(points.len() - 1)],
        place - index as f32,
    )
}

/// The right half of an outline, from top to bottom, completed by its mirror image.
pub(super) fn mirrored(half: &[Point]) -> Vec<Point> {
    let left = half
        .iter()
        .rev()
        .filter(|p| p.0.abs() > 1e-4)
        .map(|p| (-p.0, p.1));
    half.iter().copied().chain(left).collect()
}

/// An ellipse.
pub(super) fn ellipse(middle: Point, half_width: f32, half_height: f32) -> Vec<Point> {
    (0..48u8)
        .map(|i| {
            let (sin, cos) = (f32::from(i) / 48.0 * std::f32::consts::TAU).sin_cos();
            (middle.0 + half_width * cos, middle.1 + half_height * sin)
        })
        .collect()
}
