//! Approximations of our own, where the standard uses trained networks. Each says what it looks at, and no more.

use image::RgbImage;

use super::light::chroma;
use super::region::{Seen, bounds};
use super::{Landmarks, Point};

/// Tip of the nose's ridge.
const NOSE: usize = 5;
/// Share of the eye distance that an eye with its glass takes, across and down.
const EYE: (f64, f64) = (0.6, 0.4);
/// Least value of all channels that is white.
const WHITE: u8 = 245;
/// Pixels of the box that blurs.
const BOX: usize = 9;
/// The same as a number.
const NINE: f64 = 9.0;

/// Mean luminance of the darkest of both cheeks and the nose against the brightest.
pub(super) fn shadow(seen: &Seen) -> f64 {
    let [left, right] = seen.cheeks();
    let nose = seen.around(seen.landmarks.point(NOSE), 0.2, 0.3);
    let means = [left, right, nose].map(|zone| {
        let (mut sum, mut count) = (0.0, 0.0);
        for pixel in seen.pixels(&zone) {
            sum += f64::from(seen.luminance[pixel]);
            count += 1.0;
        }
        sum / f64::max(count, 1.0)
    });
    let least = means.into_iter().fold(f64::INFINITY, f64::min);
    let most = means.into_iter().fold(0.0, f64::max);
    if most > 0.0 { least / most } else { 0.0 }
}

/// Share of nearly white pixels around an eye, of the worse eye: reflections on glasses.
pub(super) fn glare(seen: &Seen) -> f64 {
    let shares = [0, 1].map(|eye| {
        let area = seen.around(seen.landmarks.irises[eye].centre, EYE.0, EYE.1);
        share(seen, seen.pixels(&area), |[red, green, blue]| {
            red.min(green).min(blue) >= WHITE
        })
    });
    shares[0].max(shares[1])
}

/// Share of pixels of an iris, of the worse eye, that shine red: the flash seen on the retina.
pub(super) fn red_eye(seen: &Seen) -> f64 {
    let shares = [0, 1].map(|eye| {
        let iris = &seen.landmarks.irises[eye];
        let side = iris.diameter / seen.landmarks.eye_distance() * 0.8;
        let area = seen.around(iris.centre, side, side);
        share(seen, seen.pixels(&area), |colour| {
            let [red, green, blue] = colour.map(u16::from);
            red > 90 && red > 2 * green && red > 2 * blue
        })
    });
    shares[0].max(shares[1])
}

/// Share of the face below the eyes whose colour is neither skin's nor hair's: green to violet, or paper white. A black
/// scarf is not seen.
pub(super) fn occlusion(seen: &Seen) -> f64 {
    let eyes = seen.landmarks.between_eyes();
    let down = Point {
        x: eyes.x,
        y: eyes.y + 0.25 * seen.landmarks.eye_distance(),
    };
    let width = seen.width();
    let lower = seen.face().into_iter();
    #[expect(clippy::cast_precision_loss, reason = "rows of a reduced picture")]
    let lower = lower.filter(|pixel| (pixel / width) as f64 > down.y);
    share(seen, lower, |colour| {
        let [red, green, blue] = colour;
        // Most of a face is plainly skin: no need for the exact colour.
        if red > green.saturating_add(8) && green >= blue {
            return false;
        }
        let (a, b) = chroma(colour.map(|value| f64::from(value) / 255.0));
        let pale = red.abs_diff(blue) < 12 && green > 200;
        a < -6.0 || b < -6.0 || pale
    })
}

/// How much of the face's steps from pixel to pixel a blur leaves as they are (Crete and others, 2007): the larger of
/// across and down.
pub(super) fn blur(seen: &Seen) -> f64 {
    let (columns, rows) = seen.part(&seen.face_area());
    let grey = |pixel: usize| {
        let [red, green, blue] = seen.colour(pixel).map(f64::from);
        0.299 * red + 0.587 * green + 0.114 * blue
    };
    let width = seen.width();
    let line = |pixels: Vec<f64>| blurred(&pixels);
    let mut across = (0.0, 0.0);
    for row in rows.clone() {
        let found = line(
            columns
                .clone()
                .map(|column| grey(row * width + column))
                .collect(),
        );
        across = (across.0 + found.0, across.1 + found.1);
    }
    let mut down = (0.0, 0.0);
    for column in columns {
        let found = line(rows.clone().map(|row| grey(row * width + column)).collect());
        down = (down.0 + found.0, down.1 + found.1);
    }
    let left = |(steps, lost): (f64, f64)| if steps > 0.0 { 1.0 - lost / steps } else { 1.0 };
    left(across).max(left(down))
}

/// Steps along a line, and what of them a blur takes away.
fn blurred(line: &[f64]) -> (f64, f64) {
    let (mut steps, mut lost) = (0.0, 0.0);
    // The box's mean moves by a ninth of what enters less what leaves.
    for at in BOX / 2 + 1..line.len().saturating_sub(BOX / 2) {
        let sharp = (line[at] - line[at - 1]).abs();
        let soft = (line[at + BOX / 2] - line[at - BOX / 2 - 1]).abs() / NINE;
        steps += sharp;
        lost += (sharp - soft).max(0.0);
    }
    (steps, lost)
}

/// Steps at the borders of JPEG's eight-by-eight blocks against steps within them, in the face at its own size.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the picture"
)]
pub(super) fn blocks(picture: &RgbImage, landmarks: &Landmarks) -> f64 {
    let area = bounds(landmarks);
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let at = |place: f64, end: usize| (place.max(1.0) as usize).min(end);
    let columns = at(area.left, width)..at(area.left + area.width, width);
    let rows = at(area.top, height)..at(area.top + area.height, height);
    let pixels = picture.as_raw().as_chunks::<3>().0;
    let grey = |row: usize| {
        let line = &pixels[row * width + columns.start - 1..row * width + columns.end];
        let grey = |[red, green, blue]: &[u8; 3]| {
            2 * i32::from(*red) + 5 * i32::from(*green) + i32::from(*blue)
        };
        line.iter().map(grey).collect::<Vec<i32>>()
    };
    // Sums and counts: at borders, elsewhere.
    let mut steps = [(0i64, 0i64); 2];
    let mut add = |place: usize, step: i32, count: i64| {
        let kind = &mut steps[usize::from(!place.is_multiple_of(8))];
        kind.0 += i64::from(step);
        kind.1 += count;
    };
    let mut above = grey(rows.start.saturating_sub(1));
    for row in rows {
        let here = grey(row);
        for (column, pair) in columns.clone().zip(here.windows(2)) {
            add(column, (pair[1] - pair[0]).abs(), 1);
        }
        let down = here.iter().zip(&above).skip(1);
        let down: i32 = down.map(|(here, above)| (here - above).abs()).sum();
        add(row, down, i64::try_from(columns.len()).unwrap_or(0));
        above = here;
    }
    #[expect(clippy::cast_precision_loss, reason = "sums of a picture")]
    let [border, within] = steps.map(|(sum, count)| sum as f64 / count.max(1) as f64);
    // An eighth of a grey level keeps empty pictures from dividing by nothing.
    (border + 1.0) / (within + 1.0)
}

/// Share of pixels with a colour that meets a condition.
fn share(seen: &Seen, pixels: impl Iterator<Item = usize>, meets: impl Fn([u8; 3]) -> bool) -> f64 {
    let (mut met, mut all) = (0.0, 0.0);
    for pixel in pixels {
        all += 1.0;
        if meets(seen.colour(pixel)) {
            met += 1.0;
        }
    }
    met / f64::max(all, 1.0)
}
