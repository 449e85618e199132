//! The style sheet, fonts, icon and scripts, embedded. Their names carry a hash, so browsers keep them for ever.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use openssl::sha::sha256;

/// A file that pages need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asset {
    /// Its name, such as `forms.js`.
    pub name: &'static str,
    /// Its media type.
    pub media_type: &'static str,
    /// What is in it.
    pub bytes: &'static [u8],
}

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

macro_rules! asset {
    ($name:literal, $media_type:expr) => {
        Asset {
            name: $name,
            media_type: $media_type,
            bytes: include_bytes!(concat!("../assets/", $name)),
        }
    };
}

/// The style sheet.
pub const STYLE: Asset = asset!("style.css", "text/css; charset=utf-8");
/// The font for what Western European languages need.
pub const FONT: Asset = asset!("atkinson-latin.woff2", "font/woff2");
/// The same font for the rest of the Latin letters; loaded where a name needs it.
pub const FONT_MORE: Asset = asset!("atkinson-latin-ext.woff2", "font/woff2");
/// The mark in the browser's tab.
pub const ICON: Asset = asset!("icon.svg", "image/svg+xml");
/// Error summary, national number, unsaved work, printing.
pub const FORMS: Asset = asset!("forms.js", JAVASCRIPT);
/// The idle lock.
pub const SESSION: Asset = asset!("session.js", JAVASCRIPT);
/// Passkeys: registration, sign-in, unlocking.
pub const PASSKEY: Asset = asset!("passkey.js", JAVASCRIPT);

/// Forms whose answers single keys choose.
pub const KEYS: Asset = asset!("keys.js", JAVASCRIPT);
/// Live views.
pub const LIVE: Asset = asset!("live.js", JAVASCRIPT);

const ALL: [Asset; 9] = [
    STYLE, FONT, FONT_MORE, ICON, FORMS, SESSION, PASSKEY, KEYS, LIVE,
];

/// Each asset's path and bytes; the style sheet names the fonts, so its hash covers theirs.
static SERVED: LazyLock<Vec<(Asset, String, Vec<u8>)>> = LazyLock::new(|| {
    let mut served: Vec<(Asset, String, Vec<u8>)> = Vec::new();
    for asset in ALL.iter().filter(|asset| **asset != STYLE) {
        served.push((*asset, path(asset.name, asset.bytes), asset.bytes.to_vec()));
    }
    let mut style = String::from_utf8_lossy(STYLE.bytes).into_owned();
    for (asset, path, _) in &served {
        style = style.replace(&format!("url({})", asset.name), &format!("url({path})"));
    }
    served.push((
        STYLE,
        path(STYLE.name, style.as_bytes()),
        style.into_bytes(),
    ));
    served
});

fn path(name: &str, bytes: &[u8]) -> String {
    let hash = hex::encode(&sha256(bytes)[..6]);
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    format!("/assets/{stem}-{hash}.{extension}")
}

impl Asset {
    /// Where pages find it.
    pub fn href(&self) -> &'static str {
        SERVED
            .iter()
            .find(|(asset, ..)| asset.name == self.name)
            .map_or("", |(_, path, _)| path)
    }
}

/// Serves all of them.
pub(crate) fn router() -> Router {
    Router::new().route("/assets/{name}", get(serve))
}

async fn serve(Path(name): Path<String>) -> Response {
    let found = SERVED
        .iter()
        .find(|(_, path, _)| path.strip_prefix("/assets/") == Some(&name));
    match found {
        Some((asset, _, bytes)) => {
            let headers = [
                (header::CONTENT_TYPE, asset.media_type),
                (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
            ];
            (headers, bytes.as_slice()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
