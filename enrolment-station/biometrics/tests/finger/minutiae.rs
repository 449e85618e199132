//! Minutiae beside MINDTCT's, on drawn fingers and sample prints; and what drawn ridges must give.

use std::path::Path;

use biometrics::finger::{Kind, MAX_MINUTIAE, MAX_SIDE, Minutia, Template};
use image::{GrayImage, Luma, imageops};

use crate::{finger::grow, support};

/// Pixels and radians within which two programs mean the same minutia.
const PLACE: f32 = 9.0;
const ANGLE: f32 = 0.4;
/// MINDTCT's reliability from which on a minutia ought to be there.
const RELIABLE: f32 = 0.5;

/// One minutia of MINDTCT's.
struct Theirs {
    x: f32,
    y: f32,
    angle: f32,
    reliability: f32,
}

impl Theirs {
    fn read(text: &str) -> Self {
        let fields: Vec<&str> = text.split(',').collect();
        let number = |index: usize| fields[index].parse::<f32>().unwrap();
        // Degrees from the right, counter-clockwise as one looks at it.
        let angle = (-number(2).to_radians()).rem_euclid(std::f32::consts::TAU);
        Self {
            x: number(0),
            y: number(1),
            angle,
            reliability: number(4),
        }
    }

    fn coincides(&self, ours: &Minutia) -> bool {
        let turned = (self.angle - ours.angle).rem_euclid(std::f32::consts::TAU);
        let apart = turned.min(std::f32::consts::TAU - turned);
        (self.x - ours.x).hypot(self.y - ours.y) < PLACE && apart < ANGLE
    }
}

/// Shares of ours that MINDTCT has too, and of its reliable ones that we have too.
fn shares(files: &[impl AsRef<Path>]) -> (f64, f64) {
    let arguments = std::iter::once("minutiae".into()).chain(
        files
            .iter()
            .map(|file| file.as_ref().as_os_str().to_owned()),
    );
    let lines = support::oracle(arguments);
    let (mut ours_found, mut ours, mut theirs_found, mut theirs) = (0, 0, 0, 0);
    for (file, line) in files.iter().zip(lines.lines()) {
        let picture = image::open(file).unwrap().to_luma8();
        let template = Template::of(&picture, 500).unwrap();
        let them: Vec<Theirs> = line.split(' ').map(Theirs::read).collect();
        ours += template.minutiae().len();
        ours_found += template
            .minutiae()
            .iter()
            .filter(|one| them.iter().any(|other| other.coincides(one)))
            .count();
        let reliable = || them.iter().filter(|other| other.reliability >= RELIABLE);
        theirs += reliable().count();
        theirs_found += reliable()
            .filter(|other| template.minutiae().iter().any(|one| other.coincides(one)))
            .count();
    }
    println!(
        "ours {ours}, of them MINDTCT's too {ours_found}; MINDTCT's reliable {theirs}, of them ours too {theirs_found}"
    );
    let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
    (share(ours_found, ours), share(theirs_found, theirs))
}

#[test]
fn drawn_fingers_agree_with_mindtct() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (number, finger) in grow(40..45).iter().enumerate() {
        for touch in 0..2 {
            let file = folder.path().join(format!("{number}-{touch}.png"));
            finger.touch(touch).save(&file).unwrap();
            files.push(file);
        }
    }
    let (ours, theirs) = shares(&files);
    assert!(ours > 0.8 && theirs > 0.8, "{ours} {theirs}");
}

#[test]
fn sample_prints_agree_with_mindtct() {
    let files = support::samples("fingers");
    if files.is_empty() {
        return;
    }
    let (ours, theirs) = shares(&files);
    assert!(ours > 0.6 && theirs > 0.6, "{ours} {theirs}");
}

/// Level ridges nine pixels apart; half a ridge more from the left than from the right edge of a square.
fn with_one_ending(turned: f64) -> GrayImage {
    let (sin, cos) = turned.to_radians().sin_cos();
    GrayImage::from_fn(320, 320, |column, row| {
        let (x, y) = (f64::from(column) - 160.0, f64::from(row) - 160.0);
        let (x, y) = (x * cos + y * sin, y * cos - x * sin);
        // A phase that turns once around the middle: one ridge more on one side.
        let phase = std::f64::consts::TAU * y / 9.0 + y.atan2(x);
        Luma([(128.0 + 100.0 * phase.cos()) as u8])
    })
}

#[test]
fn one_ending_is_found_where_it_was_drawn() {
    for degrees in [0, 30, 75, 120, 200, 290] {
        let template = Template::of(&with_one_ending(f64::from(degrees)), 500).unwrap();
        let [minutia] = template.minutiae() else {
            panic!("{degrees}: {:?}", template.minutiae());
        };
        assert!(
            (minutia.x - 160.0).hypot(minutia.y - 160.0) < 7.0,
            "{degrees}"
        );
        // The half with one ridge more lies to the right of the middle before it is turned.
        let expected = (degrees as f32).to_radians();
        let off = (minutia.angle - expected).rem_euclid(std::f32::consts::TAU);
        assert!(
            off.min(std::f32::consts::TAU - off) < 0.25,
            "{degrees}: {}",
            minutia.angle
        );
    }
}

/// Light and dark exchanged, endings become forks of the other colour: nothing may move by more than a ridge.
#[test]
fn kinds_are_told_apart() {
    let kinds: Vec<Kind> = [0.0, 180.0]
        .into_iter()
        .flat_map(|turned| {
            let print = with_one_ending(turned);
            let mut other = print.clone();
            imageops::invert(&mut other);
            [print, other]
        })
        .map(|print| Template::of(&print, 500).unwrap().minutiae()[0].kind)
        .collect();
    assert_ne!(kinds[0], kinds[1]);
    assert_ne!(kinds[2], kinds[3]);
}

/// Pictures of any content: a template within its limit, every minutia within the picture.
#[test]
fn odd_pictures_do_no_harm() {
    let noise = |x: u32, y: u32| (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503_001)) >> 11;
    for (width, height) in [(64, 64), (71, 65), (64, MAX_SIDE), (801, 799)] {
        let pictures = [
            GrayImage::new(width, height),
            GrayImage::from_fn(width, height, |x, y| Luma([noise(x, y) as u8])),
            GrayImage::from_fn(width, height, |x, y| Luma([noise(x / 5, y / 4) as u8])),
            GrayImage::from_fn(width, height, |x, y| Luma([((x * y) >> 2) as u8])),
            support::ridges(width, height, 7),
        ];
        for picture in pictures {
            let template = Template::of(&picture, 500).unwrap();
            assert!(template.minutiae().len() <= MAX_MINUTIAE);
            for minutia in template.minutiae() {
                assert!(minutia.x >= 0.0 && minutia.x < width as f32);
                assert!(minutia.y >= 0.0 && minutia.y < height as f32);
                assert!((0.0..std::f32::consts::TAU + 1e-3).contains(&minutia.angle));
                assert!((0.0..=1.0).contains(&minutia.clearness));
            }
        }
    }
}
