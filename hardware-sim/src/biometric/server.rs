//! The service of one device: a port of 127.0.0.1, the protocol's verbs, and the admin's.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, header};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::album::Album;
use super::answer::{self, Body};
use super::capture::{self, Scene};
use super::control::{Behaviour, Control};
use super::discovery::{self, Plate};
use super::fault::Fault;
use super::maker::Maker;
use super::question::{Question, StreamQuestion};
use super::{BiometricError, Clock, Kind, Options, PORTS, stream};

/// Most bytes of a question.
const LONGEST_QUESTION: usize = 64 << 10;
/// Pieces of a huge answer, and the bytes of each.
const HUGE: (usize, usize) = (64, 1 << 20);

/// A device that listens; it stops when this is dropped.
#[derive(Debug)]
pub struct Running {
    port: u16,
    serial: String,
    task: JoinHandle<()>,
}

impl Running {
    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its serial number.
    pub fn serial(&self) -> &str {
        &self.serial
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One device.
pub(super) struct Service {
    pub plate: Plate,
    pub control: Control,
    pub album: Album,
    maker: Arc<Maker>,
    clock: Clock,
}

/// The connection is to be dropped without a word.
#[derive(Debug, thiserror::Error)]
#[error("the cable is out")]
struct Unplugged;

/// Starts a device on its port.
pub async fn start(options: Options, maker: Arc<Maker>) -> Result<Running, BiometricError> {
    if options.people.is_empty() {
        return Err(BiometricError::Nobody);
    }
    let listener = listen(options.port).await?;
    let port = listener
        .local_addr()
        .map_err(BiometricError::Listen)?
        .port();
    let plate = Plate::new(options.kind, port, options.environment);
    let serial = plate.serial.clone();
    let service = Arc::new(Service {
        plate,
        control: Control::new(options.people, options.population),
        album: Album::default(),
        maker,
        clock: options.clock,
    });
    prepare(&service);
    let task = tokio::spawn(async move {
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                // Out of descriptors, mostly.
                sleep(Duration::from_millis(100)).await;
                continue;
            };
            let service = service.clone();
            tokio::spawn(async move {
                let answer = service_fn(move |request| respond(service.clone(), request));
                // Broken connections are wanted here.
                let _ = http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), answer)
                    .await;
            });
        }
    });
    Ok(Running { port, serial, task })
}

/// Draws the person at the device beside everything else: nobody shall wait for it later.
fn prepare(service: &Arc<Service>) {
    let service = service.clone();
    tokio::task::spawn_blocking(move || {
        let subject = service.control.lock().subject.clone();
        service
            .album
            .prepare(&subject, service.plate.kind == Kind::Finger);
    });
}

async fn listen(port: Option<u16>) -> Result<TcpListener, BiometricError> {
    let bind = |port: u16| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    if let Some(port) = port {
        if !PORTS.contains(&port) {
            return Err(BiometricError::Port(port));
        }
        return bind(port).await.map_err(BiometricError::Listen);
    }
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for port in PORTS {
        match bind(port).await {
            Ok(listener) => return Ok(listener),
            Err(error) => last = error,
        }
    }
    Err(BiometricError::Listen(last))
}

async fn respond(
    service: Arc<Service>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Unplugged> {
    let verb = request.method().as_str().to_owned();
    let path = request.uri().path().to_owned();
    let body = Limited::new(request.into_body(), LONGEST_QUESTION).collect();
    let Ok(body) = body.await else {
        return Ok(answer::json(&json!({ "error": answer::error(101) })));
    };
    let body = body.to_bytes();
    if path.starts_with("/admin/") {
        return Ok(admin(&service, &verb, path, body).await);
    }
    let behaviour = service.control.lock().clone();
    if behaviour.unplugged {
        return Err(Unplugged);
    }
    if behaviour.delayed.is_empty() || behaviour.delayed.contains(&verb) {
        sleep(behaviour.delay).await;
    }
    if verb != "OPTIONS"
        && let Some(response) = disturbed(behaviour.fault, &verb).await
    {
        return Ok(response);
    }
    let now = (service.clock)();
    Ok(match (&*verb, &*path) {
        ("OPTIONS", _) => options(),
        ("MOSIPDISC", "/device") => {
            let wanted: Value = serde_json::from_slice(&body).unwrap_or_default();
            let wanted = wanted["type"].as_str().unwrap_or_default();
            answer::json(&discovery::discover(
                &service.plate,
                wanted,
                &behaviour,
                now,
            ))
        }
        ("MOSIPDINFO", "/info") => {
            match discovery::info(&service.plate, &service.maker, &behaviour, now) {
                Ok(info) => answer::json(&info),
                Err(_) => failed(),
            }
        }
        ("RCAPTURE", "/capture") => capture(service, &body).await,
        // Authentication is not what this station's devices are registered for.
        ("CAPTURE", "/capture") => answer::json(&capture::refuse(109)),
        ("STREAM", "/stream") => match serde_json::from_slice::<StreamQuestion>(&body) {
            Ok(question) => stream::start(&service, &question),
            Err(_) => answer::json(&json!({ "error": answer::error(101) })),
        },
        _ => answer::whole(StatusCode::NOT_FOUND, "text/plain", Bytes::new()),
    })
}

/// What CORS asks before a page may call a device.
fn options() -> Response<Body> {
    let mut response = answer::whole(StatusCode::OK, "text/plain", Bytes::new());
    let headers = [
        (
            header::ACCESS_CONTROL_ALLOW_METHODS,
            "MOSIPDISC, MOSIPDINFO, RCAPTURE, CAPTURE, STREAM, OPTIONS",
        ),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "Content-Type, EXT"),
    ];
    for (name, value) in headers {
        let value = header::HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    }
    response
}

/// Answers that have nothing to do with the question.
async fn disturbed(fault: Fault, verb: &str) -> Option<Response<Body>> {
    // A device that cannot be found cannot disturb captures either.
    if verb == "MOSIPDISC" && !matches!(fault, Fault::Garbage) {
        return None;
    }
    match fault {
        Fault::Garbage => {
            let noise: Vec<u8> = (0u32..4096)
                .map(|i| i.wrapping_mul(2_654_435_761).to_be_bytes()[0])
                .collect();
            Some(answer::whole(
                StatusCode::OK,
                "application/json",
                noise.into(),
            ))
        }
        Fault::HttpError => Some(answer::whole(
            StatusCode::INTERNAL_SERVER_ERROR,
            "text/plain",
            Bytes::from_static(b"out of order"),
        )),
        Fault::Endless => {
            std::future::pending::<()>().await;
            None
        }
        Fault::HugeAnswer => {
            let (response, pieces) = answer::flowing("application/json");
            tokio::spawn(async move {
                let piece = Bytes::from(vec![b' '; HUGE.1]);
                for _ in 0..HUGE.0 {
                    if pieces.send(Ok(Frame::data(piece.clone()))).await.is_err() {
                        return;
                    }
                }
            });
            Some(response)
        }
        _ => None,
    }
}

fn failed() -> Response<Body> {
    answer::json(&capture::refuse(500))
}

/// Captures, one at a time.
async fn capture(service: Arc<Service>, body: &[u8]) -> Response<Body> {
    let Ok(question) = serde_json::from_slice::<Question>(body) else {
        return answer::json(&capture::refuse(101));
    };
    let Some(behaviour) = begin(&service.control) else {
        return answer::json(&capture::refuse(111));
    };
    let fault = behaviour.fault;
    let _end = Capturing(service.clone());
    if let Some(code) = capture::refusal(&service.plate, &behaviour, &question) {
        return answer::json(&capture::refuse(code));
    }
    let device = service.clone();
    let taken = tokio::task::spawn_blocking(move || {
        let scene = Scene {
            plate: &device.plate,
            maker: &device.maker,
            album: &device.album,
            behaviour,
            now: (device.clock)(),
        };
        capture::take(&scene, &question)
    });
    let Ok(Ok(taken)) = taken.await else {
        return failed();
    };
    if fault == Fault::UnplugMidCapture {
        return unplug(&service, &taken).await;
    }
    answer::json(&taken)
}

/// Half of the answer, then nothing: not now, and not later.
async fn unplug(service: &Arc<Service>, taken: &Value) -> Response<Body> {
    let text = taken.to_string().into_bytes();
    let (response, pieces) = answer::flowing("application/json");
    let half = Bytes::from(text[..text.len() / 2].to_vec());
    let _ = pieces.send(Ok(Frame::data(half))).await;
    let _ = pieces.send(Err(io::ErrorKind::BrokenPipe.into())).await;
    service.control.lock().unplugged = true;
    response
}

/// The behaviour at the beginning of a capture; `None` while another one is made.
fn begin(control: &Control) -> Option<Behaviour> {
    let mut now = control.lock();
    if now.capturing {
        return None;
    }
    now.capturing = true;
    let behaviour = now.clone();
    now.captures += 1;
    if now.once {
        (now.fault, now.once) = (Fault::None, false);
    }
    Some(behaviour)
}

/// A capture that is being made; it ends with this, also when the client went away.
struct Capturing(Arc<Service>);

impl Drop for Capturing {
    fn drop(&mut self) {
        self.0.control.lock().capturing = false;
    }
}

async fn admin(service: &Arc<Service>, verb: &str, path: String, body: Bytes) -> Response<Body> {
    if verb == "POST" {
        let orders = service.clone();
        // Looking through a register takes a second.
        let done = tokio::task::spawn_blocking(move || orders.control.order(&path, &body));
        let done = done
            .await
            .unwrap_or_else(|_| Err("the order failed".into()));
        if let Err(error) = done {
            return answer::whole(StatusCode::BAD_REQUEST, "text/plain", error.into());
        }
        prepare(service);
    } else if verb != "GET" || path != "/admin/state" {
        return answer::whole(StatusCode::NOT_FOUND, "text/plain", Bytes::new());
    }
    answer::json(&service.control.report())
}
