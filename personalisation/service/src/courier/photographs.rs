//! `POST /photographs/{shipment}/{photograph}`: a picture of damage, drawn anew: what the phone wrote beside it (place, device) is not
//! kept.

use std::io::Cursor;

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
};
use image::{DynamicImage, ImageFormat, ImageReader, Limits, codecs::jpeg::JpegEncoder};
use pages::http::Problem;
use personalisation_core::ids::{PhotographId, ShipmentId};
use personalisation_store::shipping::NewPhotograph;

use super::{
    Post,
    answers::{begin, failed, nothing_came},
    permissions::{Holder, Resource},
    routes::Routes,
};

/// Longest picture that a phone sends, bytes.
pub(super) const MAX_LENGTH: usize = 8 << 20;
/// Widest and highest one, pixels, and the memory that reading it may take, bytes.
const MAX_SIDE: u32 = 10_000;
const MAX_MEMORY: u64 = 200 << 20;
/// What is kept is at most so wide and so high, pixels.
const KEPT_SIDE: u32 = 1600;
const QUALITY: u8 = 80;

pub(super) fn add(routes: Routes) -> Routes {
    let path = "/photographs/{shipment}/{photograph}";
    routes.act_with_picture(path, Resource::Report, keep)
}

async fn keep(
    State(post): State<Post>,
    holder: Holder,
    Path((shipment, photograph)): Path<(String, String)>,
    picture: Bytes,
) -> Result<StatusCode, Problem> {
    let shipment: ShipmentId = shipment.parse().map_err(|_| Problem::NotFound)?;
    let id: PhotographId = photograph.parse().map_err(|_| Problem::NotFound)?;
    let Ok(_turn) = post.drawing.acquire().await else {
        return Err(Problem::Failed);
    };
    let drawn = tokio::task::spawn_blocking(move || drawn_anew(&picture));
    let Ok(Some(jpeg)) = drawn.await else {
        return Ok(StatusCode::UNPROCESSABLE_ENTITY);
    };
    let object = format!("shipment {shipment} photograph {id}");
    let act = begin(&post, &holder, "keep-photograph", &object).await?;
    let new = NewPhotograph {
        id,
        shipment,
        by: holder.person,
        jpeg: &jpeg,
    };
    let (mut rng, now) = (post.rng, holder.visit.now());
    let done = |is_new| {
        let said = if is_new {
            "kept"
        } else {
            "known, or one too many"
        };
        vec![act.outcome(now, said)]
    };
    match post.store.keep_photograph(&mut rng, &new, done, now).await {
        Ok(_) => Ok(StatusCode::NO_CONTENT),
        Err(error) => {
            nothing_came(&post, &holder, &act, "nothing was kept").await?;
            Err(failed(error))
        }
    }
}

/// The same picture as a JPEG of ours, turned as the phone was held; none where it is no JPEG or PNG, or too large.
pub fn drawn_anew(picture: &[u8]) -> Option<Vec<u8>> {
    if picture.len() > MAX_LENGTH {
        return None;
    }
    let mut reader = ImageReader::new(Cursor::new(picture))
        .with_guessed_format()
        .ok()?;
    if !matches!(reader.format()?, ImageFormat::Jpeg | ImageFormat::Png) {
        return None;
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let turned = image::ImageDecoder::orientation(&mut decoder).ok();
    let mut read = DynamicImage::from_decoder(decoder).ok()?;
    if let Some(turned) = turned {
        read.apply_orientation(turned);
    }
    let small = if read.width().max(read.height()) > KEPT_SIDE {
        read.thumbnail(KEPT_SIDE, KEPT_SIDE)
    } else {
        read
    };
    let mut jpeg = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut jpeg, QUALITY);
    small.into_rgb8().write_with_encoder(encoder).ok()?;
    Some(jpeg)
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::*;

    fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let picture = RgbImage::from_pixel(width, height, Rgb([200, 30, 40]));
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    /// A JPEG with an EXIF segment that tells where it was taken.
    fn with_exif() -> Vec<u8> {
        let plain = encoded(40, 30, ImageFormat::Jpeg);
        let said = b"Exif\0\0MM\0*\0\0\0\x08\0\0 unmistakable place";
        let length = u16::try_from(said.len() + 2).unwrap().to_be_bytes();
        [&plain[..2], &[0xFF, 0xE1], &length, said, &plain[2..]].concat()
    }

    #[test]
    fn a_picture_is_kept_without_what_the_phone_wrote_beside_it() {
        let sent = with_exif();
        let kept = drawn_anew(&sent).unwrap();
        let has = |bytes: &[u8]| bytes.windows(12).any(|part| part == b"unmistakable");
        assert!(has(&sent) && !has(&kept));
        let read = image::load_from_memory_with_format(&kept, ImageFormat::Jpeg).unwrap();
        assert_eq!((read.width(), read.height()), (40, 30));
    }

    #[test]
    fn large_ones_become_small_and_others_are_refused() {
        let kept = drawn_anew(&encoded(3200, 1000, ImageFormat::Png)).unwrap();
        let read = image::load_from_memory(&kept).unwrap();
        assert_eq!((read.width(), read.height()), (1600, 500));
        let wide = encoded(MAX_SIDE + 1, 1, ImageFormat::Png);
        for refused in [&wide[..], b"GIF89a", b"", &vec![0xFF; MAX_LENGTH + 1]] {
            assert!(drawn_anew(refused).is_none());
        }
    }
}
