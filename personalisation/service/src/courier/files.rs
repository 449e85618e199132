//! The page's own files: scripts, the service worker that keeps them for the time without a line, and what makes the page one that can
//! be installed.

use std::sync::LazyLock;

use axum::{Json, Router, http::header, response::IntoResponse, routing::get};
use openssl::sha::sha256;
use pages::{Language, Visit, assets};
use serde_json::json;

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// A script of the page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Script {
    /// Where it is.
    pub(super) path: &'static str,
    text: &'static str,
}

macro_rules! script {
    ($name:literal) => {
        Script {
            path: concat!("/courier/", $name),
            text: include_str!(concat!("../../assets/courier/", $name)),
        }
    };
}

/// In the order in which they run.
pub(super) const SCRIPTS: [Script; 6] = [
    script!("qr.js"),
    script!("keep.js"),
    script!("sign.js"),
    script!("queue.js"),
    script!("scan.js"),
    script!("page.js"),
];
const WORKER: &str = include_str!("../../assets/courier/worker.js");

/// The service worker with what it keeps. Another version of any file is another worker, which fetches all anew.
static WORKER_WITH_FILES: LazyLock<String> = LazyLock::new(|| {
    let ours = SCRIPTS.iter().map(|script| script.path);
    let theirs = [
        assets::STYLE,
        assets::FONT,
        assets::ICON,
        assets::FORMS,
        assets::PASSKEY,
    ];
    let files: Vec<&str> = ours.chain(theirs.iter().map(assets::Asset::href)).collect();
    let all = SCRIPTS.iter().flat_map(|script| script.text.bytes());
    let all: Vec<u8> = all.chain(WORKER.bytes()).collect();
    let version = hex::encode(&sha256(&all)[..6]);
    format!(
        "const FILES = {};\nconst VERSION = {};\n{WORKER}",
        json!(files),
        json!(version)
    )
});

pub(super) fn routes() -> Router {
    let routes = Router::new()
        .route("/worker.js", get(async || script(&WORKER_WITH_FILES)))
        .route("/manifest.webmanifest", get(manifest));
    SCRIPTS.iter().fold(routes, |routes, one| {
        routes.route(one.path, get(async || script(one.text)))
    })
}

/// Asked for anew each time; the service worker keeps them.
fn script(text: &'static str) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, JAVASCRIPT),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, text)
}

/// Web application manifest (W3C), in the visitor's language.
async fn manifest(visit: Visit) -> impl IntoResponse {
    let speech = visit.speech();
    let language: Language = speech.language();
    let manifest = json!({
        "name": speech.text("courier-service"),
        "short_name": "Stempel",
        "lang": language.tag(),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#37309a",
        "icons": [{ "src": assets::ICON.href(), "sizes": "any", "type": "image/svg+xml", "purpose": "any" }],
    });
    let headers = [(header::CONTENT_TYPE, "application/manifest+json")];
    (headers, Json(manifest).0.to_string())
}
