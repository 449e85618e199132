//! One impression of a finger: the device's record, and the plain measure of its ridges. (No score of any standard.)

use biometrics::finger::check::Limit as FingerLimit;
use biometrics::finger::{self, FingerError, Limits, Measure as Ridge};
use biometrics::iso19794::finger::FingerRecord;
use biometrics::wsq::{self, DecodeLimits};
use dossier::configuration::{Configuration, Subject};
use dossier::dossier::{Bound, Finger, Limit, Measure};
use dossier::{Blob, Label, Timestamp};
use image::{GrayImage, ImageEncoder, codecs::png::PngEncoder};
use thiserror::Error;

use super::fingers::FingerCapture;

/// Resolution that the records of ISO/IEC 19794-4 have here.
pub const PPI: u16 = 500;

/// Why an impression cannot be judged. For the clerk.
#[derive(Debug, Error)]
pub enum ImpressionError {
    /// The record or its picture cannot be read.
    #[error("the scanner's picture cannot be read; capture again, or use another scanner")]
    Unreadable,
    /// Its picture is not one of a finger.
    #[error(transparent)]
    Finger(#[from] FingerError),
}

/// The limits that the centre set, the built-in ones where it set none.
pub fn limits(configuration: &Configuration) -> Limits {
    let mut limits = Limits::default();
    for measure in Ridge::ALL {
        let label = Label::new(measure.name()).ok();
        let threshold = label.and_then(|label| configuration.threshold(Subject::Finger, &label));
        if let Some(threshold) = threshold {
            let value = thousandths(threshold.limit.value);
            limits.set(
                measure,
                Some(match threshold.limit.bound {
                    Bound::AtLeast => FingerLimit::AtLeast(value),
                    Bound::AtMost => FingerLimit::AtMost(value),
                }),
            );
        }
    }
    limits
}

/// Judges a device's record of a finger.
pub fn judge(
    record: &[u8],
    finger: Finger,
    signed_identity: &str,
    limits: &Limits,
    captured_at: Timestamp,
) -> Result<FingerCapture, ImpressionError> {
    let picture = picture(record)?;
    let ridges = finger::measure(&picture, PPI)?;
    let verdict = limits.judge(&ridges);
    let measures = verdict.outcomes.iter().filter_map(|outcome| {
        Some(Measure {
            name: Label::new(outcome.measure.name()).ok()?,
            value: in_thousandths(outcome.value?),
            limit: outcome.limit.map(|limit| match limit {
                FingerLimit::AtLeast(value) => Limit {
                    bound: Bound::AtLeast,
                    value: in_thousandths(value),
                },
                FingerLimit::AtMost(value) => Limit {
                    bound: Bound::AtMost,
                    value: in_thousandths(value),
                },
            }),
        })
    });
    let unmeasured = verdict
        .outcomes
        .iter()
        .filter(|outcome| outcome.value.is_none());
    let unmeasured = unmeasured
        .filter(|outcome| outcome.limit.is_some())
        .filter_map(|outcome| Label::new(outcome.measure.name()).ok());
    // One that passes before one that does not, then the larger clear area.
    let passed = if verdict.passed() { 1_000_000_000 } else { 0 };
    Ok(FingerCapture {
        finger,
        record: Blob::new(record.to_vec()).map_err(|_| ImpressionError::Unreadable)?,
        measures: measures.collect(),
        unmeasured: unmeasured.collect(),
        rank: passed + in_thousandths(ridges.clear_area),
        device: Blob::new(signed_identity.as_bytes().to_vec())
            .map_err(|_| ImpressionError::Unreadable)?,
        captured_at,
        advice: verdict.advice().map(str::to_owned),
        forced: None,
    })
}

/// The picture in a record.
pub fn picture(record: &[u8]) -> Result<GrayImage, ImpressionError> {
    let record = FingerRecord::parse(record).map_err(|_| ImpressionError::Unreadable)?;
    let decoded = wsq::decode(&record.wsq, &DecodeLimits::default());
    Ok(decoded.map_err(|_| ImpressionError::Unreadable)?.image)
}

/// The picture in a record as PNG, for the page.
pub fn png(record: &[u8]) -> Result<Vec<u8>, ImpressionError> {
    let picture = picture(record)?;
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes)
        .write_image(
            picture.as_raw(),
            picture.width(),
            picture.height(),
            image::ExtendedColorType::L8,
        )
        .map_err(|_| ImpressionError::Unreadable)?;
    Ok(bytes)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "areas, levels and shares are far below the limits of the type"
)]
fn in_thousandths(value: f64) -> i64 {
    (value * 1000.0).round() as i64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "limits are far below what a double holds exactly"
)]
fn thousandths(value: i64) -> f64 {
    value as f64 / 1000.0
}
