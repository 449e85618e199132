//! `STREAM`: a preview as JPEG frames in one multipart answer, five a second.

use std::sync::Arc;
use std::time::Duration;

use hyper::Response;
use hyper::body::{Bytes, Frame};
use tokio::time::{Instant, sleep};

use super::answer::{self, Body, Pieces};
use super::fault::Fault;
use super::question::StreamQuestion;
use super::server::Service;

/// Time between two frames.
const PACE: Duration = Duration::from_millis(200);
/// How long a stream stands still when it is told to.
const STILL: Duration = Duration::from_mins(10);
/// How long a preview is shown where the client does not say.
const SHOWN: u64 = 300_000;
/// As the reference simulator writes it: the dashes are part of the value.
const KIND: &str = "multipart/x-mixed-replace; boundary=--BoundaryString";

/// Starts a preview that runs until its time is over or nobody listens any more.
pub(super) fn start(service: &Arc<Service>, question: &StreamQuestion) -> Response<Body> {
    let status = service.control.lock().status.code();
    let unknown = !question.device_id.is_empty() && question.device_id != service.plate.serial;
    let code = if unknown { 106 } else { status };
    if code != 0 {
        return answer::json(&serde_json::json!({ "error": answer::error(code) }));
    }
    let shown = match question.timeout {
        0 => SHOWN,
        milliseconds => milliseconds.min(SHOWN),
    };
    let (response, pieces) = answer::flowing(KIND);
    let service = service.clone();
    tokio::spawn(async move {
        let end = Instant::now() + Duration::from_millis(shown);
        // Whoever stops listening ends it.
        let _ = flow(&service, &pieces, end).await;
    });
    response
}

async fn flow(service: &Arc<Service>, pieces: &Pieces, end: Instant) -> Option<()> {
    while Instant::now() < end {
        let subject = service.control.lock().subject.clone();
        let frames = {
            let (service, subject) = (service.clone(), subject.clone());
            let finger = service.plate.kind == super::Kind::Finger;
            tokio::task::spawn_blocking(move || service.album.frames(&subject, finger))
                .await
                .ok()?
        };
        // Until somebody else stands there.
        for frame in frames.iter().cycle() {
            let (fault, there, capturing, unplugged) = {
                let now = service.control.lock();
                (
                    now.fault,
                    now.subject == subject,
                    now.capturing,
                    now.unplugged,
                )
            };
            if unplugged {
                let _ = pieces
                    .send(Err(std::io::ErrorKind::BrokenPipe.into()))
                    .await;
                return None;
            }
            if !there || Instant::now() >= end {
                break;
            }
            // No frames while a capture is made.
            if !capturing {
                pieces.send(Ok(Frame::data(part(frame)))).await.ok()?;
            }
            let pause = if fault == Fault::SlowStream {
                STILL
            } else {
                PACE
            };
            tokio::select! {
                () = sleep(pause) => {}
                () = pieces.closed() => return None,
            }
        }
    }
    let last = Bytes::from_static(b"--BoundaryString--\r\n");
    pieces.send(Ok(Frame::data(last))).await.ok()
}

fn part(frame: &[u8]) -> Bytes {
    let head = format!(
        "--BoundaryString\r\nContent-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n",
        frame.len()
    );
    [head.as_bytes(), frame, b"\r\n"].concat().into()
}
