//! Pictures of an order become data groups: portrait to DG2, fingers to DG3, signature to DG7.

use biometrics::{
    iso19794::{
        face::{ColourSpace, FaceRecord, ImageData},
        finger::{FingerPosition, FingerRecord},
    },
    picture, portrait, signature,
    wsq::{self, DecodeLimits, WsqParameters},
};
use icao9303::lds::{Dg2, Dg3, Dg7};
use rand::CryptoRng;
use zeroize::Zeroizing;

use super::{OrderError, PictureOf, parts::GivenFinger};

/// First bytes of a WSQ stream.
const WSQ_START: [u8; 2] = [0xFF, 0xA0];
/// NFIQ 2 value of a finger whose quality was not measured.
const QUALITY_UNKNOWN: u8 = 255;
const BEST_QUALITY: u8 = 100;

/// EF.DG2 from a photograph.
pub(super) fn portrait(file: &[u8]) -> Result<Zeroizing<Vec<u8>>, OrderError> {
    let photograph = load(file, PictureOf::Portrait)?;
    let prepared = portrait::prepare(&photograph)?;
    if let Some(warning) = &prepared.warning {
        tracing::warn!(?warning, "the portrait is smaller than it should be");
    }
    let image = portrait::encode_for_chip(&prepared)?;
    let side = |pixels: u32| u16::try_from(pixels).unwrap_or(u16::MAX);
    let (width, height) = prepared.image.dimensions();
    let record = FaceRecord::full_frontal(
        side(width),
        side(height),
        ColourSpace::Rgb24,
        ImageData::Jpeg2000,
        image,
    );
    let record = Zeroizing::new(record.encode()?);
    Dg2::iso19794(&record)
        .encode()
        .map(Zeroizing::new)
        .map_err(OrderError::File)
}

/// EF.DG3 from fingers; the form without fingers where there are none.
pub(super) fn fingers(
    fingers: &[GivenFinger],
    rng: &mut impl CryptoRng,
) -> Result<Zeroizing<Vec<u8>>, OrderError> {
    let mut records = Vec::with_capacity(fingers.len());
    for finger in fingers {
        let of = PictureOf::Finger(finger.name);
        let stream = wsq_stream(&finger.picture, of)?;
        let quality = finger.quality.filter(|quality| *quality <= BEST_QUALITY);
        let position = FingerPosition::ALL[usize::from(finger.finger.position() - 1)];
        let record = FingerRecord::from_wsq(position, quality.unwrap_or(QUALITY_UNKNOWN), stream)
            .and_then(|record| record.encode())
            .map_err(|source| OrderError::Finger { of, source })?;
        records.push((finger.finger, Zeroizing::new(record)));
    }
    let dg3 = if records.is_empty() {
        Dg3::without_fingers(rng)
    } else {
        let records: Vec<_> = records
            .iter()
            .map(|(finger, record)| (*finger, &record[..]))
            .collect();
        return Dg3::iso19794(&records)
            .encode()
            .map(Zeroizing::new)
            .map_err(OrderError::File);
    };
    dg3.encode().map(Zeroizing::new).map_err(OrderError::File)
}

/// EF.DG7 from a picture of the signature.
pub(super) fn signature(file: &[u8]) -> Result<Zeroizing<Vec<u8>>, OrderError> {
    let prepared = signature::prepare(&load(file, PictureOf::Signature)?)?;
    let image = signature::encode_for_chip(&prepared)?;
    Dg7::new(&image)
        .encode()
        .map(Zeroizing::new)
        .map_err(OrderError::File)
}

/// A finger as WSQ: ready streams are checked and taken as they are, pictures are compressed.
fn wsq_stream(bytes: &[u8], of: PictureOf) -> Result<Vec<u8>, OrderError> {
    if bytes.starts_with(&WSQ_START) {
        if bytes.len() > wsq::MAX_FINGER_BYTES {
            return Err(OrderError::FingerTooLong {
                of,
                bytes: bytes.len(),
            });
        }
        // Decoded once, so that no damaged stream gets onto a chip.
        wsq::decode(bytes, &DecodeLimits::default())
            .map_err(|source| OrderError::FingerStream { of, source })?;
        return Ok(bytes.to_vec());
    }
    let picture = picture::load(bytes, &picture::PictureLimits::default())
        .map_err(|source| OrderError::Picture { of, source })?;
    wsq::encode(&picture.to_luma8(), &WsqParameters::default())
        .map_err(|source| OrderError::FingerEncoding { of, source })
}

fn load(file: &[u8], of: PictureOf) -> Result<image::DynamicImage, OrderError> {
    picture::load(file, &picture::PictureLimits::default())
        .map_err(|source| OrderError::Picture { of, source })
}
