//! Host and Origin: a page of somebody else's, or a name that was made to point at us (DNS rebinding), gets nothing.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Shield;
use super::settings::Settings;

/// Whether a method changes nothing (RFC 9110 §9.2.1).
pub(super) fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// The layer. Plain text: whoever is refused here is not at one of our pages.
pub(super) async fn layer(State(shield): State<Shield>, request: Request, next: Next) -> Response {
    let settings = shield.settings();
    if !host_is_ours(&request, settings) {
        return (
            StatusCode::MISDIRECTED_REQUEST,
            "this host is not served here\n",
        )
            .into_response();
    }
    if !is_safe(request.method()) && !origin_is_ours(request.headers(), settings) {
        return (
            StatusCode::FORBIDDEN,
            "this form is not on a page of ours\n",
        )
            .into_response();
    }
    next.run(request).await
}

fn host_is_ours(request: &Request, settings: &Settings) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    // HTTP/2 and absolute-form requests name the host in the target.
    let target = request
        .uri()
        .authority()
        .map(axum::http::uri::Authority::as_str);
    let named = match (hosts.next(), target) {
        (Some(host), None) => host.to_str().ok(),
        (None, Some(target)) => Some(target),
        (Some(host), Some(target)) => host.to_str().ok().filter(|host| *host == target),
        (None, None) => None,
    };
    hosts.next().is_none() && named.is_some_and(|host| settings.knows_host(host))
}

/// Browsers send `Origin` with every unsafe method; who does not is no browser.
fn origin_is_ours(headers: &HeaderMap, settings: &Settings) -> bool {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let ours = origins
        .next()
        .and_then(|origin| origin.to_str().ok())
        .is_some_and(|origin| settings.origins.iter().any(|known| known == origin));
    ours && origins.next().is_none()
}
