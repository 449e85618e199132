//! The portrait: what came from the camera, what was measured on it, and what was cut out of it.

use std::fmt;

use biometrics::face::check::{Check, Limits, Refusal};
use biometrics::face::{Area, Measure, Point};
use biometrics::iso19794::face::{FaceRecord, ImageData};
use biometrics::picture::{self, PictureError};
use dossier::Configuration;
use dossier::configuration::Subject;
use dossier::dossier::{Bound, Camera, Limit, Measure as Measured};
use dossier::{Blob, Label, Text, Timestamp};
use image::ImageEncoder;
use image::codecs::jpeg::JpegEncoder;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Quality of the portrait's JPEG: high, because the chip's form is made of it.
const QUALITY: u8 = 95;

/// Why a picture cannot be judged. For the clerk.
#[derive(Debug, Error)]
pub enum PortraitError {
    /// It is no picture that this station reads.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The camera's record cannot be read.
    #[error("the camera's record cannot be read; take the picture again")]
    Record,
    /// The portrait cannot be written.
    #[error("the portrait cannot be written; take the picture again")]
    Encode,
}

/// A picture and the verdict about it.
#[derive(Clone, Serialize, Deserialize)]
pub struct PortraitCapture {
    /// As it came from the camera: shown to the clerk, never sent.
    pub source: Blob<1, 16_777_216>,
    /// The portrait, JPEG 1244 × 1600; none where the picture does not allow one.
    pub portrait: Option<Blob<1, 4_194_304>>,
    /// What was measured, in fixed order.
    pub outcomes: Vec<Outcome>,
    /// What to say first: why there is no portrait.
    pub refusal: Option<String>,
    /// Pixels in a row and rows of the source.
    pub size: (u32, u32),
    /// The face, the frame (left, top, width, height) and the eyes (x, y), in pixels of the source.
    pub face: Option<[f64; 4]>,
    /// What the portrait shows.
    pub frame: Option<[f64; 4]>,
    /// Both irises.
    pub eyes: Option<[[f64; 2]; 2]>,
    /// The camera.
    pub camera: Camera,
    /// When.
    pub captured_at: Timestamp,
    /// How many pictures were taken.
    pub tries: u32,
    /// The clerk took it.
    pub accepted: bool,
    /// Why, although a measure missed its limit.
    pub forced: Option<Text<1, 500>>,
}

/// One measure.
#[derive(Clone, Serialize, Deserialize)]
pub struct Outcome {
    /// Its name.
    pub name: String,
    /// Quality, 0 to 100.
    pub value: Option<u8>,
    /// Least quality.
    pub limit: u8,
    /// What to say.
    pub advice: String,
}

impl Outcome {
    /// Whether the limit is reached.
    pub fn passed(&self) -> bool {
        self.value.is_some_and(|value| value >= self.limit)
    }
}

impl PortraitCapture {
    /// Whether there is a portrait and nothing is wrong with it.
    pub fn passed(&self) -> bool {
        self.portrait.is_some() && self.outcomes.iter().all(Outcome::passed)
    }

    /// What to tell the applicant, the gravest first, each once.
    pub fn advices(&self) -> Vec<&str> {
        let failed = self.outcomes.iter().filter(|outcome| !outcome.passed());
        let mut all: Vec<&str> = self.refusal.as_deref().into_iter().collect();
        for outcome in failed {
            if !all.contains(&outcome.advice.as_str()) {
                all.push(&outcome.advice);
            }
        }
        all
    }

    /// The measures as the dossier carries them.
    pub fn measures(&self) -> Vec<Measured> {
        let measured = self.outcomes.iter().filter_map(|outcome| {
            Some(Measured {
                name: Label::new(&outcome.name).ok()?,
                value: i64::from(outcome.value?) * 1000,
                limit: Some(Limit {
                    bound: Bound::AtLeast,
                    value: i64::from(outcome.limit) * 1000,
                }),
            })
        });
        measured.collect()
    }
}

impl fmt::Debug for PortraitCapture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PortraitCapture")
            .field("tries", &self.tries)
            .field("accepted", &self.accepted)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcome").finish_non_exhaustive()
    }
}

/// The limits that the centre set, the built-in ones where it set none.
pub fn limits(configuration: &Configuration) -> Limits {
    let mut limits = Limits::default();
    for measure in Measure::ALL {
        let threshold = Label::new(measure.name())
            .ok()
            .and_then(|label| configuration.threshold(Subject::Portrait, &label));
        match threshold.map(|one| &one.limit) {
            // Quality is 0 to 100: a limit beyond is the nearest of these.
            Some(limit) if limit.bound == Bound::AtLeast => {
                let least = (limit.value / 1000).clamp(0, i64::from(u8::MAX));
                limits.set(measure, u8::try_from(least).unwrap_or(u8::MAX));
            }
            Some(_) => tracing::error!(
                measure = measure.name(),
                "the configuration limits the quality of portraits from above; the built-in limit holds"
            ),
            None => {}
        }
    }
    limits
}

/// The JPEG inside a camera's ISO 19794-5 record.
pub fn of_record(record: &[u8]) -> Result<Vec<u8>, PortraitError> {
    let record = FaceRecord::parse(record).map_err(|_| PortraitError::Record)?;
    if record.data == ImageData::Jpeg {
        Ok(record.image)
    } else {
        Err(PortraitError::Record)
    }
}

/// Judges a picture; takes a tenth of a second of a core.
pub fn judge(
    check: &Check,
    limits: &Limits,
    source: Vec<u8>,
    camera: Camera,
    captured_at: Timestamp,
    tries: u32,
) -> Result<PortraitCapture, PortraitError> {
    let picture = picture::load(&source, &check.picture_limits)?.to_rgb8();
    let source = Blob::new(source).map_err(|_| PortraitError::Encode)?;
    let verdict = check.picture(&picture);
    let refusal = verdict.portrait.as_ref().err().map(Refusal::advice);
    let portrait = match &verdict.portrait {
        Ok(portrait) => Some(encode(portrait)?),
        Err(_) => None,
    };
    let outcomes = verdict.outcomes.iter().map(|outcome| Outcome {
        name: outcome.measure.name().to_owned(),
        value: outcome.value,
        limit: limits.least(outcome.measure),
        advice: outcome.advice.to_owned(),
    });
    let area = |area: Area| [area.left, area.top, area.width, area.height];
    let point = |point: Point| [point.x, point.y];
    Ok(PortraitCapture {
        portrait,
        outcomes: outcomes.collect(),
        refusal: refusal.map(str::to_owned),
        size: (verdict.overlay.width, verdict.overlay.height),
        face: verdict.overlay.face.map(area),
        frame: verdict.overlay.frame.map(area),
        eyes: verdict.overlay.eyes.map(|eyes| eyes.map(point)),
        source,
        camera,
        captured_at,
        tries,
        accepted: false,
        forced: None,
    })
}

fn encode(portrait: &image::RgbImage) -> Result<Blob<1, 4_194_304>, PortraitError> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY)
        .write_image(
            portrait.as_raw(),
            portrait.width(),
            portrait.height(),
            image::ExtendedColorType::Rgb8,
        )
        .map_err(|_| PortraitError::Encode)?;
    Blob::new(bytes).map_err(|_| PortraitError::Encode)
}

#[cfg(test)]
mod tests {
    use dossier::configuration::Threshold;

    use super::*;
    use crate::fixture;

    #[test]
    fn a_limit_from_above_or_beyond_quality_is_not_taken_for_another() {
        let measure = Measure::ALL[0];
        let built_in = Limits::default().least(measure);
        for (bound, value, least) in [
            (Bound::AtLeast, 33_000, 33),
            (Bound::AtLeast, 300_000, 100),
            (Bound::AtLeast, -5_000, 0),
            (Bound::AtMost, 33_000, built_in),
        ] {
            let mut configuration = fixture::configuration(1);
            configuration.thresholds = vec![Threshold {
                subject: Subject::Portrait,
                measure: Label::new(measure.name()).unwrap(),
                limit: Limit { bound, value },
                may_be_forced: true,
            }];
            assert_eq!(
                limits(&configuration).least(measure),
                least,
                "{bound:?} {value}"
            );
        }
    }
}
