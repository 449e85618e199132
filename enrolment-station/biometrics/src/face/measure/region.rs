//! The reduced picture that light and colour are measured in, and its regions.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places are clamped to the picture"
)]

use std::ops::Range;

use image::RgbImage;

use super::{Area, Landmarks, Point, sample};

/// The face's outline in the mesh.
const OVAL: [usize; 36] = [
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152,
    148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
];
/// Middles of upper and lower lip, inner edges.
const LIPS: (usize, usize) = (13, 14);
/// Side of a cheek's square, in eye distances.
const CHEEK: f64 = 0.3;

/// A portrait, reduced.
pub(super) struct Seen {
    pub(super) picture: RgbImage,
    pub(super) landmarks: Landmarks,
    /// Linear luminance, 0 to 255, a pixel.
    pub(super) luminance: Vec<u8>,
}

impl Seen {
    /// What `frame` shows, so large that the irises are `apart` pixels apart (never larger than the picture itself).
    pub(super) fn of(picture: &RgbImage, landmarks: &Landmarks, frame: &Area, apart: f64) -> Self {
        let scale = (apart / landmarks.eye_distance().max(1.0)).min(1.0);
        let size = |length: f64| ((length * scale).round() as u32).clamp(16, 4096);
        let reduced = sample::scale(picture, frame, size(frame.width), size(frame.height));
        let luminance = luminance(&reduced);
        Self {
            landmarks: landmarks.within(frame, scale),
            picture: reduced,
            luminance,
        }
    }

    /// Pixels in a row.
    pub(super) fn width(&self) -> usize {
        self.picture.width() as usize
    }

    /// Rows.
    pub(super) fn height(&self) -> usize {
        self.picture.height() as usize
    }

    /// The part of an area that lies in the picture: columns and rows.
    pub(super) fn part(&self, area: &Area) -> (Range<usize>, Range<usize>) {
        let range = |from: f64, length: f64, end: usize| {
            let at = |place: f64| (place.max(0.0) as usize).min(end);
            at(from)..at(from + length)
        };
        (
            range(area.left, area.width, self.width()),
            range(area.top, area.height, self.height()),
        )
    }

    /// Indices of the pixels of an area.
    pub(super) fn pixels(&self, area: &Area) -> impl Iterator<Item = usize> + use<> {
        let (columns, rows) = self.part(area);
        let width = self.width();
        rows.flat_map(move |row| columns.clone().map(move |column| row * width + column))
    }

    /// Indices of the pixels within the face's outline.
    pub(super) fn face(&self) -> Vec<usize> {
        let outline = OVAL.map(|number| self.landmarks.point(number));
        let (width, height) = (self.width(), self.height());
        let mut pixels = Vec::new();
        for (row, line) in (0..height).zip(1u32..) {
            let y = f64::from(line) - 0.5;
            let mut crossings = Vec::new();
            for (index, from) in outline.iter().enumerate() {
                let to = outline[(index + 1) % outline.len()];
                if (from.y <= y) != (to.y <= y) {
                    crossings.push(from.x + (y - from.y) / (to.y - from.y) * (to.x - from.x));
                }
            }
            crossings.sort_by(f64::total_cmp);
            for pair in crossings.as_chunks::<2>().0 {
                let at = |x: f64| (x.round().max(0.0) as usize).min(width);
                pixels.extend((at(pair[0])..at(pair[1])).map(|column| row * width + column));
            }
        }
        pixels
    }

    /// The area around all of the face's outline.
    pub(super) fn face_area(&self) -> Area {
        bounds(&self.landmarks)
    }

    /// Squares on both cheeks, the left one first (ISO/IEC 29794-5, illumination uniformity): upright, but placed as the
    /// head leans.
    pub(super) fn cheeks(&self) -> [Area; 2] {
        let lips = self
            .landmarks
            .point(LIPS.0)
            .middle(self.landmarks.point(LIPS.1));
        let apart = self.landmarks.eye_distance().max(f64::MIN_POSITIVE);
        let half = CHEEK / 2.0;
        let below = self.landmarks.between_eyes().distance(lips) / 2.0 / apart + half;
        let [left, right] = &self.landmarks.irises;
        let across = Point {
            x: right.centre.x - left.centre.x,
            y: right.centre.y - left.centre.y,
        };
        let square = |eye: Point, outwards: f64| {
            let middle = Point {
                x: eye.x + outwards * across.x - below * across.y,
                y: eye.y + outwards * across.y + below * across.x,
            };
            self.around(middle, CHEEK, CHEEK)
        };
        [square(left.centre, -half), square(right.centre, half)]
    }

    /// The area of `width` by `height` eye distances around a place.
    pub(super) fn around(&self, middle: Point, width: f64, height: f64) -> Area {
        let unit = self.landmarks.eye_distance();
        Area {
            left: middle.x - width * unit / 2.0,
            top: middle.y - height * unit / 2.0,
            width: width * unit,
            height: height * unit,
        }
    }

    /// Colour of a pixel.
    pub(super) fn colour(&self, pixel: usize) -> [u8; 3] {
        let pixels = self.picture.as_raw().as_chunks::<3>().0;
        pixels.get(pixel).copied().unwrap_or_default()
    }
}

/// The area around the face's outline.
pub(super) fn bounds(landmarks: &Landmarks) -> Area {
    let outline = OVAL.map(|number| landmarks.point(number));
    let least = |value: fn(&Point) -> f64| outline.iter().map(value).fold(f64::INFINITY, f64::min);
    let most =
        |value: fn(&Point) -> f64| outline.iter().map(value).fold(f64::NEG_INFINITY, f64::max);
    let (left, top) = (least(|point| point.x), least(|point| point.y));
    Area {
        left,
        top,
        width: most(|point| point.x) - left,
        height: most(|point| point.y) - top,
    }
}

/// Light behind a value of a channel (sRGB), 0 to 1.
pub(super) fn linear(value: f64) -> f64 {
    if value <= 0.040_45 {
        value / 12.92
    } else {
        ((value + 0.055) / 1.055).powf(2.4)
    }
}

/// Linear luminance of each pixel, 0 to 255 (ISO/IEC 29794-5 with the weights of ITU-R BT.709).
pub(super) fn luminance(picture: &RgbImage) -> Vec<u8> {
    let table: Vec<f64> = (0..=255u8)
        .map(|value| linear(f64::from(value) / 255.0))
        .collect();
    let pixels = picture.as_raw().as_chunks::<3>().0.iter();
    let of = |[red, green, blue]: &[u8; 3]| {
        let at = |value: u8| table[usize::from(value)];
        let y = 0.2126 * at(*red) + 0.7152 * at(*green) + 0.0722 * at(*blue);
        (y * 255.0).round() as u8
    };
    pixels.map(of).collect()
}
