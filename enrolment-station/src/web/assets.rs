//! The station's own script: camera and signature. Its name carries its hash, so that browsers keep it.

use axum::Router;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use openssl::sha::sha256;

/// A script.
#[derive(Debug)]
pub struct Script {
    name: &'static str,
    text: &'static str,
}

/// Camera and signature.
pub const CAPTURE: Script = Script {
    name: "capture",
    text: include_str!("../../assets/capture.js"),
};

impl Script {
    /// Where pages find it.
    pub fn href(&self) -> String {
        let hash = hex::encode(&sha256(self.text.as_bytes())[..6]);
        format!("/station/{}-{hash}.js", self.name)
    }
}

/// Serves it to everybody: it holds nothing.
pub fn routes() -> Router {
    Router::new().route("/station/{name}", get(serve))
}

async fn serve(Path(name): Path<String>) -> Response {
    if CAPTURE.href() != format!("/station/{name}") {
        return StatusCode::NOT_FOUND.into_response();
    }
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, CAPTURE.text).into_response()
}
