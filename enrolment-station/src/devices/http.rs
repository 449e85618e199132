//! One request to one device, with limits of time and size.

use std::error::Error as _;
use std::io;
use std::time::Duration;

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::{Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::{DeviceAddress, Problem};

/// Times and sizes that no answer of a device may exceed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Until a port answers that it is open.
    pub connect: Duration,
    /// Until the answer to a discovery is complete.
    pub discovery: Duration,
    /// Until the device data are complete.
    pub info: Duration,
    /// What a capture may take beyond the time that it asks for.
    pub capture_margin: Duration,
    /// Until the next frame of a preview.
    pub frame: Duration,
    /// Most bytes of an answer but a capture.
    pub answer_bytes: usize,
    /// Most bytes of a capture.
    pub capture_bytes: usize,
    /// Most bytes of a frame.
    pub frame_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_millis(500),
            discovery: Duration::from_secs(2),
            info: Duration::from_secs(5),
            capture_margin: Duration::from_secs(3),
            frame: Duration::from_secs(2),
            answer_bytes: 256 << 10,
            capture_bytes: 16 << 20,
            frame_bytes: 1 << 20,
        }
    }
}

/// One request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call<'a> {
    pub address: DeviceAddress,
    /// A verb of the protocol, for example `RCAPTURE`.
    pub verb: &'static str,
    pub path: &'static str,
    /// Name of this program.
    pub application: &'a str,
}

/// How long and how much.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub connect: Duration,
    pub whole: Duration,
    pub bytes: usize,
}

/// An answer whose body still flows. The connection ends with it.
#[derive(Debug)]
pub(super) struct Answer {
    pub content_type: String,
    pub body: Incoming,
    _connection: Connection,
}

/// The task that drives a connection; stopped with its owner.
#[derive(Debug)]
struct Connection(JoinHandle<()>);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The whole answer to a request. It may hold a picture: the copy here is wiped, those of the HTTP
/// library are not.
pub(super) async fn exchange(
    call: Call<'_>,
    body: Vec<u8>,
    bounds: Bounds,
) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let seconds = bounds.whole.as_secs();
    let whole = async {
        let answer = open(call, body, bounds.connect).await?;
        let body = Limited::new(answer.body, bounds.bytes);
        let bytes = body.collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                Problem::TooLong {
                    limit: bounds.bytes,
                }
            } else {
                Problem::Unplugged
            }
        })?;
        Ok(Zeroizing::new(bytes.to_bytes().to_vec()))
    };
    timeout(bounds.whole, whole)
        .await
        .unwrap_or(Err(Problem::TimedOut { seconds }))
}

/// Sends a request and waits for the head of its answer.
pub(super) async fn open(
    call: Call<'_>,
    body: Vec<u8>,
    connect: Duration,
) -> Result<Answer, Problem> {
    let stream = timeout(connect, TcpStream::connect(call.address.socket()))
        .await
        .map_err(|_| Problem::Unreachable)?
        .map_err(|_| Problem::Unreachable)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| classify(&error))?;
    let connection = Connection(tokio::spawn(async move {
        // Its end is seen by whoever waits for the answer.
        let _ = connection.await;
    }));
    let method = Method::from_bytes(call.verb.as_bytes()).unwrap_or_default();
    let request = Request::builder()
        .method(method)
        .uri(call.path)
        .header(header::HOST, call.address.to_string())
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONNECTION, "close")
        .header("EXT", call.application)
        .body(Full::new(Bytes::from(body)))
        .map_err(|_| Problem::Garbled("a request of this station"))?;
    let response = sender
        .send_request(request)
        .await
        .map_err(|error| classify(&error))?;
    if response.status() != StatusCode::OK {
        return Err(Problem::HttpStatus(response.status().as_u16()));
    }
    let content_type = response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    Ok(Answer {
        content_type,
        body: response.into_body(),
        _connection: connection,
    })
}

/// What a failure of HTTP means for the clerk.
pub(super) fn classify(error: &hyper::Error) -> Problem {
    let refused = error
        .source()
        .and_then(|source| source.downcast_ref::<io::Error>())
        .is_some_and(|source| source.kind() == io::ErrorKind::ConnectionRefused);
    if error.is_parse() {
        Problem::Garbled("HTTP")
    } else if refused {
        Problem::Unreachable
    } else {
        Problem::Unplugged
    }
}
