//! Pictures of whoever stands at the device: impressions that differ from touch to touch, a portrait,
//! and frames for the preview.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use biometrics::iso19794::face::{ColourSpace, FaceImage, FaceRecord, ImageData, Source};
use biometrics::iso19794::finger::{FingerPosition, FingerRecord};
use biometrics::wsq::{self, WsqParameters};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{DynamicImage, GrayImage, RgbImage};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::{Deserialize, Serialize};

use crate::people::finger::{Finger, Touch};
use crate::people::identity::Identity;
use crate::people::portrait;

/// Fingers that are kept grown; growing one takes about a second.
const MOST_FINGERS: usize = 24;
/// Touches of which the best one counts.
const TRIES: u64 = 4;

/// Somebody at the device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Subject {
    pub seed: u64,
    pub identity: Identity,
    pub portrait: portrait::Fault,
}

impl Subject {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            seed,
            identity: Identity::draw(seed),
            portrait: portrait::Fault::None,
        }
    }
}

/// How the finger is laid onto the glass, where `POST /admin/touch` says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Placement {
    /// Degrees clockwise.
    pub rotation: f32,
    /// Pixels to the right.
    pub shift_x: f32,
    /// Pixels down.
    pub shift_y: f32,
    /// -1 light to 1 hard.
    pub pressure: f32,
}

/// One record and its score.
#[derive(Clone)]
pub(super) struct Picture {
    pub record: Vec<u8>,
    pub score: u8,
}

/// Grown fingers and drawn portraits.
#[derive(Default)]
pub(super) struct Album {
    fingers: Mutex<HashMap<u64, Arc<OnceLock<Finger>>>>,
    portrait: Mutex<Option<(Subject, Arc<RgbImage>)>>,
    frames: Mutex<Option<(Subject, Frames)>>,
}

/// JPEG pictures of a preview.
pub(super) type Frames = Arc<Vec<Vec<u8>>>;

impl Album {
    /// The best of some touches; `number` counts touches of this device. Slow.
    pub(super) fn finger(
        &self,
        subject: &Subject,
        finger: FingerPosition,
        label: FingerPosition,
        number: u64,
        wish: (u8, Option<Placement>),
    ) -> Option<Picture> {
        let (requested, placement) = wish;
        let tries = (0..TRIES).map(|attempt| touch(subject.seed, number * TRIES + attempt));
        let mut best: Option<(u8, Touch)> = None;
        for mut touch in tries {
            if let Some(placement) = placement {
                touch.rotation = placement.rotation;
                (touch.shift_x, touch.shift_y) = (placement.shift_x, placement.shift_y);
                touch.pressure = placement.pressure;
            }
            let score = score(touch);
            if best.is_none_or(|(other, _)| score > other) {
                best = Some((score, touch));
            }
            if score >= requested {
                break;
            }
        }
        let (score, touch) = best?;
        let image = self.print(subject, finger, touch, number);
        let stream = wsq::encode(&image, &WsqParameters::default()).ok()?;
        let record = FingerRecord::from_wsq(label, score, stream).ok()?;
        Some(Picture {
            record: record.encode().ok()?,
            score,
        })
    }

    /// The portrait as a record. Slow.
    pub(super) fn face(&self, subject: &Subject) -> Option<Picture> {
        let image = self.portrait(subject);
        let jpeg = jpeg(&image.as_ref().clone().into(), 92)?;
        let record = FaceRecord {
            gender: 0,
            eye_colour: 0,
            hair_colour: 0,
            properties: [0; 3],
            expression: 0,
            pose: [0; 3],
            pose_uncertainty: [0; 3],
            points: Vec::new(),
            kind: FaceImage::FullFrontal,
            data: ImageData::Jpeg,
            width: u16::try_from(image.width()).ok()?,
            height: u16::try_from(image.height()).ok()?,
            colours: ColourSpace::Rgb24,
            source: Source::Camera,
            device: 0,
            quality: 0,
            image: jpeg,
        };
        let proper = subject.portrait == portrait::Fault::None;
        Some(Picture {
            record: record.encode().ok()?,
            score: if proper { 88 } else { 31 },
        })
    }

    /// Frames of the preview: the finger comes down, or the head sways a little. Slow the first time.
    pub(super) fn frames(&self, subject: &Subject, finger: bool) -> Frames {
        // Whoever comes second waits for the first one's drawing.
        let mut kept = self.frames.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((whose, frames)) = &*kept
            && whose == subject
        {
            return frames.clone();
        }
        let drawn: Vec<_> = (0u16..4)
            .map(|step| self.frame(subject, finger, step))
            .collect();
        let drawn = Arc::new(drawn);
        *kept = Some((subject.clone(), drawn.clone()));
        drawn
    }

    /// Draws what the first questions will need.
    pub(super) fn prepare(&self, subject: &Subject, finger: bool) {
        self.frames(subject, finger);
        if finger {
            let touch = touch(subject.seed, 0);
            self.print(subject, FingerPosition::LeftIndex, touch, 0);
        }
    }

    fn frame(&self, subject: &Subject, finger: bool, step: u16) -> Vec<u8> {
        let sway = f32::from(step);
        let picture: DynamicImage = if finger {
            let mut touch = touch(subject.seed, 0);
            touch.pressure = -0.9 + 0.3 * sway;
            touch.shift_y = 24.0 - 8.0 * sway;
            let print = self.print(subject, FingerPosition::RightIndex, touch, 0);
            imageops::resize(&print, 208, 280, FilterType::Triangle).into()
        } else {
            let portrait = self.portrait(subject);
            let (width, height) = (portrait.width() - 24, portrait.height() - 24);
            let at = u32::from(step) * 6;
            let cut = imageops::crop_imm(&*portrait, at, 12, width, height).to_image();
            imageops::resize(&cut, 460, 594, FilterType::Triangle).into()
        };
        jpeg(&picture, 70).unwrap_or_default()
    }

    /// One touch of a finger, which is grown once.
    fn print(
        &self,
        subject: &Subject,
        finger: FingerPosition,
        touch: Touch,
        number: u64,
    ) -> GrayImage {
        let seed = seed(subject.seed, finger);
        let cell = {
            let mut fingers = self.fingers.lock().unwrap_or_else(PoisonError::into_inner);
            if fingers.len() >= MOST_FINGERS {
                fingers.clear();
            }
            fingers.entry(seed).or_default().clone()
        };
        cell.get_or_init(|| Finger::grow_any(seed, finger.code() <= 5))
            .touch_as(touch, number)
    }

    fn portrait(&self, subject: &Subject) -> Arc<RgbImage> {
        let mut kept = self.portrait.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((whose, portrait)) = &*kept
            && whose == subject
        {
            return portrait.clone();
        }
        let drawn = portrait::draw_faulty(subject.seed, &subject.identity, subject.portrait);
        let drawn = Arc::new(drawn);
        *kept = Some((subject.clone(), drawn.clone()));
        drawn
    }
}

impl fmt::Debug for Album {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Album")
    }
}

/// The seed of a finger: both index fingers are those of `people --out`.
fn seed(person: u64, finger: FingerPosition) -> u64 {
    match finger {
        FingerPosition::RightIndex => person.wrapping_mul(2),
        FingerPosition::LeftIndex => person.wrapping_mul(2).wrapping_add(1),
        other => person.wrapping_mul(2) ^ (u64::from(other.code()) << 56),
    }
}

/// The `number`th touch of somebody.
fn touch(person: u64, number: u64) -> Touch {
    let mut dice = StdRng::seed_from_u64(person ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    Touch {
        rotation: dice.random_range(-7.0..7.0),
        shift_x: dice.random_range(-14.0..14.0),
        shift_y: dice.random_range(-16.0..16.0),
        distortion: dice.random_range(1.0..4.0),
        pressure: dice.random_range(-0.6..0.6),
        scratches: dice.random_range(0..3),
    }
}

/// What such a scanner would say: less for light or hard touches, scratches and crooked fingers. No
/// NFIQ 2 score.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped"
)]
fn score(touch: Touch) -> u8 {
    let loss = 45.0 * touch.pressure * touch.pressure
        + 4.0 * f32::from(touch.scratches)
        + 0.4 * touch.rotation.abs()
        + 0.2 * (touch.shift_x.abs() + touch.shift_y.abs());
    (84.0 - loss).clamp(1.0, 100.0) as u8
}

fn jpeg(image: &DynamicImage, quality: u8) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut out, quality);
    image.write_with_encoder(encoder).ok()?;
    Some(out)
}
