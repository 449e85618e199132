//! The gallery's pictures: a face drawn in a few strokes, so that nobody's is needed.

use axum::http::header;
use axum::response::{IntoResponse, Response};

const PORTRAIT: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 311 400">
<rect width="311" height="400" fill="#dfe3ea"/>
<path d="M20 400c6-78 58-104 135-104s130 26 136 104z" fill="#3c4d63"/>
<path d="M126 262h58v44c0 22-58 22-58 0z" fill="#d9a884"/>
<ellipse cx="155" cy="188" rx="74" ry="98" fill="#e8bd9b"/>
<path d="M78 190c-10-74 26-116 78-116s88 42 76 116c-6-40-20-60-44-70-30 12-66 12-84 4-14 14-22 34-26 66z" fill="#4b3426"/>
<path d="M108 168q18-10 34 0M168 168q18-10 34 0" fill="none" stroke="#4b3426" stroke-width="5" stroke-linecap="round"/>
<ellipse cx="126" cy="188" rx="13" ry="8" fill="#fff"/><circle cx="126" cy="188" r="6.5" fill="#3a2d26"/>
<ellipse cx="185" cy="188" rx="13" ry="8" fill="#fff"/><circle cx="185" cy="188" r="6.5" fill="#3a2d26"/>
<path d="M155 190c-3 18-8 26-10 34 4 6 16 6 20 0" fill="none" stroke="#b98561" stroke-width="4" stroke-linecap="round"/>
<path d="M132 250q23 10 46 0" fill="none" stroke="#a9584e" stroke-width="6" stroke-linecap="round"/>
</svg>"##;

/// `GET /pictures/portrait.svg`.
pub async fn portrait() -> Response {
    ([(header::CONTENT_TYPE, "image/svg+xml")], PORTRAIT).into_response()
}
