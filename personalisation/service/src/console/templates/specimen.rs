//! The specimen of a template version: what those who approve it look at.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Response},
};
use image::{codecs::jpeg::JpegEncoder, imageops::FilterType};
use maud::{Markup, html};
use pages::{
    Id, Speech,
    component::{Compare, Picture},
    http::Problem,
};
use personalisation_core::template::TemplateKey;

use super::{Seen, find};
use crate::{
    console::{Desk, permissions::Staffer},
    faces::Faces,
};

/// Pixels across a specimen on the page: 300 dpi.
const ACROSS: u32 = 1011;
/// Of JPEG.
const QUALITY: u8 = 88;

/// Front and back as JPEG.
type Pair = Arc<[Vec<u8>; 2]>;

/// Draws specimens, each once.
#[derive(Debug, Default)]
pub(in crate::console) struct Specimens {
    faces: Faces,
    drawn: Mutex<BTreeMap<TemplateKey, Pair>>,
}

impl Specimens {
    /// Draws, unless it was drawn before: half a second of work, not for a thread that serves others.
    fn pair(&self, key: &TemplateKey) -> Result<Pair, String> {
        let known = |drawn: &BTreeMap<TemplateKey, Pair>| drawn.get(key).cloned();
        if let Some(pair) = known(&self.drawn.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(pair);
        }
        let drawn = self
            .faces
            .specimen(key)
            .map_err(|error| error.to_string())?;
        let pair = Arc::new([smaller(&drawn.front)?, smaller(&drawn.back)?]);
        let mut all = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(key.clone(), Arc::clone(&pair));
        Ok(pair)
    }
}

fn smaller(png: &[u8]) -> Result<Vec<u8>, String> {
    let told = |error: image::ImageError| error.to_string();
    let face = image::load_from_memory(png).map_err(told)?;
    let small = face
        .resize(ACROSS, u32::MAX, FilterType::Lanczos3)
        .into_rgb8();
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY)
        .encode_image(&small)
        .map_err(told)?;
    Ok(jpeg)
}

/// Both faces on the page of a version that this program has.
pub(super) fn section(speech: Speech<'_>, seen: &Seen) -> Markup {
    if seen.ours.is_none() {
        return Markup::default();
    }
    let face = |name: &str, text: Id| Picture {
        source: format!("{}/specimen/{name}", seen.path()),
        alternative: speech.text(text),
        caption: speech.text(text),
    };
    html! {
        h2 { (speech.text("template-specimen")) }
        p { (speech.text("template-specimen-about")) }
        (Compare::new([
            face("front", Id("template-specimen-front")),
            face("back", Id("template-specimen-back")),
        ]))
    }
}

pub(super) async fn show(
    State(desk): State<Desk>,
    _: Staffer,
    Path((state, document, version, face)): Path<(String, String, String, String)>,
) -> Result<Response, Problem> {
    let face = match &*face {
        "front" => 0,
        "back" => 1,
        _ => return Err(Problem::NotFound),
    };
    let seen = find(&desk, &(state, document, version)).await?;
    let ours = seen.ours.ok_or(Problem::NotFound)?;
    let (specimens, key) = (Arc::clone(&desk.specimens), ours.key.clone());
    let drawn = tokio::task::spawn_blocking(move || specimens.pair(&key)).await;
    let pair = drawn.map_err(|_| Problem::Failed)?.map_err(|error| {
        tracing::error!(error, "drawing a specimen");
        Problem::Failed
    })?;
    let headers = [
        (header::CONTENT_TYPE, "image/jpeg"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, pair[face].clone()).into_response())
}
