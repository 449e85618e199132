//! What the register does wrong, and the orders that say so: `POST /admin/fault` over HTTP.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::time::sleep;

/// Most bytes of an order.
const LONGEST_ORDER: usize = 4096;

/// Misbehaviour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// None.
    #[default]
    None,
    /// Connections are dropped, questions get UNAVAILABLE.
    Down,
    /// Answers come later; see `milliseconds`.
    Slow,
    /// The answer is about somebody else.
    WrongPerson,
    /// The answer is without a person.
    Empty,
    /// The date of birth is in month 13.
    Malformed,
    /// Everybody died since yesterday.
    Died,
    /// Every caller's role is refused.
    Refuse,
}

/// What the register does wrong now.
#[derive(Debug, Default)]
pub struct Trouble(Mutex<(Fault, Duration)>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    fault: Fault,
    #[serde(default)]
    milliseconds: u64,
}

impl Trouble {
    /// Changes it; the time is that of [`Fault::Slow`].
    pub fn set(&self, fault: Fault, slow: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (fault, slow);
    }

    pub(super) fn now(&self) -> (Fault, Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes orders for ever.
pub(super) async fn serve(listener: TcpListener, trouble: Arc<Trouble>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        let trouble = trouble.clone();
        tokio::spawn(async move {
            let answer = service_fn(move |request| order(trouble.clone(), request));
            // A caller that went away needs no answer.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), answer)
                .await;
        });
    }
}

async fn order(
    trouble: Arc<Trouble>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let known = request.method() == Method::POST && request.uri().path() == "/admin/fault";
    let body = Limited::new(request.into_body(), LONGEST_ORDER)
        .collect()
        .await;
    let (status, text) = match body.map(http_body_util::Collected::to_bytes) {
        _ if !known => (StatusCode::NOT_FOUND, "POST /admin/fault".to_owned()),
        Err(_) => (StatusCode::BAD_REQUEST, "an order is shorter".to_owned()),
        Ok(body) => match serde_json::from_slice::<Order>(&body) {
            Ok(order) => {
                trouble.set(order.fault, Duration::from_millis(order.milliseconds));
                (StatusCode::OK, format!("{:?}", order.fault))
            }
            Err(error) => (StatusCode::BAD_REQUEST, error.to_string()),
        },
    };
    let mut response = Response::new(Full::new(text.into()));
    *response.status_mut() = status;
    Ok(response)
}
