//! HTTP answers: JSON with the protocol's headers, and bodies that flow or break off.

use std::io;

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame};
use hyper::{Response, StatusCode, header};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

/// A body; its errors break the connection.
pub(super) type Body = UnsyncBoxBody<Bytes, io::Error>;
/// Takes the pieces of a body that flows.
pub(super) type Pieces = mpsc::Sender<Result<Frame<Bytes>, io::Error>>;

/// What the protocol calls an error.
pub(super) fn error(code: u16) -> Value {
    let info = match code {
        0 => "Success",
        100 => "Device not registered",
        101 => "Unable to detect a biometric object",
        105 => "Image orientation error",
        106 => "Device not found",
        107 => "Device public key expired",
        109 => "Requested number of biometric not supported",
        110 => "Device is not ready",
        111 => "Device is busy",
        112 => "Invalid transaction id",
        _ => "Error of the device",
    };
    json!({ "errorCode": code.to_string(), "errorInfo": info })
}

/// JSON with status 200, whatever it says.
pub(super) fn json(value: &Value) -> Response<Body> {
    whole(StatusCode::OK, "application/json", value.to_string().into())
}

/// A complete answer.
pub(super) fn whole(status: StatusCode, kind: &'static str, body: Bytes) -> Response<Body> {
    with_headers(
        status,
        kind,
        Full::new(body)
            .map_err(|never| match never {})
            .boxed_unsync(),
    )
}

/// An answer whose body comes piece by piece.
pub(super) fn flowing(kind: &'static str) -> (Response<Body>, Pieces) {
    let (pieces, receiver) = mpsc::channel(2);
    let body = StreamBody::new(ReceiverStream::new(receiver)).boxed_unsync();
    (with_headers(StatusCode::OK, kind, body), pieces)
}

fn with_headers(status: StatusCode, kind: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONNECTION, "close"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    for (name, value) in headers {
        response
            .headers_mut()
            .insert(name, header::HeaderValue::from_static(value));
    }
    response
}
