//! Sizes, margins and angles of a face.

use super::{Area, Landmarks, Point};

/// The chin.
const CHIN: usize = 152;
/// Middle of the forehead's upper edge.
const FOREHEAD: usize = 10;
/// Points that lie mirrored on both sides of the head, the left ones first.
const PAIRS: [(usize, usize); 3] = [(234, 454), (33, 263), (61, 291)];
/// Inner edges of the lips, upper ones first.
const LIPS: [(usize, usize); 3] = [(13, 14), (82, 87), (312, 317)];
/// Corners of the mouth, left and right.
const CORNERS: (usize, usize) = (61, 291);
/// Degrees that the mesh's forehead lies behind its chin when the head is upright (mean of frontal portraits).
const UPRIGHT: f64 = 8.0;

/// What the landmarks tell without a look at the picture.
pub(super) struct Geometry {
    pub(super) eye_distance: f64,
    pub(super) head_size: f64,
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) above: f64,
    pub(super) below: f64,
    pub(super) yaw: f64,
    pub(super) pitch: f64,
    pub(super) roll: f64,
    pub(super) lids: f64,
    pub(super) lips: f64,
    pub(super) lift: f64,
}

impl Geometry {
    pub(super) fn of(landmarks: &Landmarks, frame: &Area) -> Self {
        let [left, right] = &landmarks.irises;
        let (left, right) = (left.centre, right.centre);
        let (middle, apart) = (landmarks.between_eyes(), landmarks.eye_distance());
        // ISO/IEC 29794-5 calls this T.
        let t = middle.distance(landmarks.point(CHIN));
        let yaw = yaw(landmarks);
        let gap = landmarks.irises[0].lid_gap.min(landmarks.irises[1].lid_gap);
        let lips = LIPS.map(|(a, b)| landmarks.point(a).distance(landmarks.point(b)));
        Self {
            eye_distance: apart / yaw.to_radians().cos(),
            head_size: t / frame.height,
            left: (left.x - frame.left) / apart,
            right: (frame.left + frame.width - right.x) / apart,
            above: (middle.y - frame.top) / t,
            below: (frame.top + frame.height - middle.y) / t,
            yaw,
            pitch: pitch(landmarks),
            roll: (right.y - left.y).atan2(right.x - left.x).to_degrees(),
            lids: gap / t,
            lips: lips.into_iter().fold(0.0, f64::max) / t,
            lift: lift(landmarks),
        }
    }
}

/// By how much nearer to the camera one side of the head is; positive if the picture's left side is nearer.
fn yaw(landmarks: &Landmarks) -> f64 {
    let (mut across, mut deep) = (0.0, 0.0);
    for (left, right) in PAIRS {
        across += landmarks.point(left).distance(landmarks.point(right));
        deep += depth(landmarks, right) - depth(landmarks, left);
    }
    deep.atan2(across).to_degrees()
}

/// By how much nearer to the camera the forehead is than in an upright head.
fn pitch(landmarks: &Landmarks) -> f64 {
    let down = landmarks.point(FOREHEAD).distance(landmarks.point(CHIN));
    let deep = depth(landmarks, CHIN) - depth(landmarks, FOREHEAD);
    deep.atan2(down).to_degrees() - UPRIGHT
}

fn depth(landmarks: &Landmarks, number: usize) -> f64 {
    landmarks.points.get(number).map_or(0.0, |one| one.depth)
}

/// How far the mouth's corners are above its middle, as a share of its width.
fn lift(landmarks: &Landmarks) -> f64 {
    let [left, right] = [CORNERS.0, CORNERS.1].map(|corner| landmarks.point(corner));
    let lips = landmarks
        .point(LIPS[0].0)
        .middle(landmarks.point(LIPS[0].1));
    let corners: Point = left.middle(right);
    let width = left.distance(right).max(f64::MIN_POSITIVE);
    // Down the face: square to the line between the corners.
    let (across, down) = ((right.x - left.x) / width, (right.y - left.y) / width);
    ((lips.y - corners.y) * across - (lips.x - corners.x) * down) / width
}
