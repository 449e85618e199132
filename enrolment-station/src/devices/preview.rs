//! The live picture: JPEG frames, one after the other, each in time and none too large.

use std::fmt;
use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use serde_json::json;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::http::{self, Answer};
use super::message::{self, ErrorBlock, ErrorOnly};
use super::multipart::{FrameReader, MultipartError};
use super::{Device, DeviceError, DeviceName, Devices, Problem};

/// How long a device shows its preview, in milliseconds (sbi.md, STREAM).
const SHOWN: u32 = 300_000;
/// First bytes of a JPEG.
const JPEG: [u8; 3] = [0xFF, 0xD8, 0xFF];

/// One picture of the preview, wiped after use.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame(Zeroizing<Vec<u8>>);

impl Frame {
    /// The JPEG.
    pub fn jpeg(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frame({} bytes)", self.0.len())
    }
}

/// A preview that runs until it is dropped, the device ends it, or something is wrong with it.
#[derive(Debug)]
pub struct Preview {
    answer: Answer,
    reader: FrameReader,
    /// How long the next frame may take: the first one waits for the sensor to wake up.
    patience: Duration,
    /// How long each frame after it may take.
    pace: Duration,
    device: DeviceName,
}

impl Devices {
    /// Starts the preview of a device.
    pub async fn preview(&self, device: &Device) -> Result<Preview, DeviceError> {
        self.open_preview(device)
            .await
            .map_err(|problem| device.error(problem))
    }

    async fn open_preview(&self, device: &Device) -> Result<Preview, Problem> {
        let question = json!({
            "deviceId": device.inside,
            "deviceSubId": "0",
            "timeout": SHOWN.to_string(),
        });
        let limits = self.settings.limits;
        let call = self.call(device.address, "STREAM", "/stream");
        let opening = http::open(call, question.to_string().into_bytes(), limits.connect);
        let answer = timeout(limits.info, opening)
            .await
            .map_err(|_| Problem::TimedOut {
                seconds: limits.info.as_secs(),
            })??;
        match FrameReader::new(&answer.content_type, limits.frame_bytes) {
            Ok(reader) => Ok(Preview {
                answer,
                reader,
                patience: limits.info,
                pace: limits.frame,
                device: device.name(),
            }),
            Err(_) => Err(refusal(answer, limits.frame).await),
        }
    }
}

/// What a device says instead of a stream.
async fn refusal(answer: Answer, patience: Duration) -> Problem {
    let body = Limited::new(answer.body, 4096).collect();
    let Ok(Ok(body)) = timeout(patience, body).await else {
        return Problem::Garbled("a preview");
    };
    let said: Result<ErrorOnly, Problem> = message::read(&body.to_bytes(), "a preview");
    match said.and_then(|said| ErrorBlock::check(said.error.as_ref())) {
        Ok(()) => Problem::Garbled("a preview"),
        Err(problem) => problem,
    }
}

impl Preview {
    /// The next picture; `None` when the device ended the preview.
    pub async fn next(&mut self) -> Result<Option<Frame>, DeviceError> {
        let found = timeout(self.patience, self.find())
            .await
            .unwrap_or(Err(Problem::StreamStalled));
        self.patience = self.pace;
        found.map_err(|problem| DeviceError {
            device: self.device.clone(),
            problem,
        })
    }

    async fn find(&mut self) -> Result<Option<Frame>, Problem> {
        loop {
            let frame = self.reader.next_frame().map_err(|error| match error {
                MultipartError::FrameTooLong => Problem::FrameTooLong,
                MultipartError::Boundary | MultipartError::Header => Problem::Garbled("a preview"),
            })?;
            if let Some(frame) = frame {
                let frame = Zeroizing::new(frame);
                if frame.starts_with(&JPEG) {
                    return Ok(Some(Frame(frame)));
                }
                return Err(Problem::Garbled("a preview"));
            }
            let Some(bytes) = self.answer.body.frame().await else {
                return Ok(None);
            };
            let bytes = bytes.map_err(|_| Problem::Unplugged)?;
            if let Ok(bytes) = bytes.into_data() {
                self.reader.push(&bytes);
            }
        }
    }
}
