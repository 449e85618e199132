//! The portrait and the handwritten signature.

use serde::{Deserialize, Serialize, Serializer};

use super::Measure;
use crate::{Blob, Text, Timestamp, cbor::alternative};

/// The portrait as captured; the chip's form is made at the centre.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Portrait {
    /// 0: JPEG, the capture crop of 1244 × 1600.
    pub picture: Blob<1, 4_194_304>,
    /// 1: at most 64, each name once.
    pub measures: Vec<Measure>,
    /// 2
    pub camera: Camera,
    /// 3: why it was taken although a measure missed its limit; review sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forced: Option<Text<1, 500>>,
    /// 4: by the station's clock.
    pub captured_at: Timestamp,
}

/// What took a picture.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub enum Camera {
    /// 0: a device of the biometric-device protocol: its signed digital identity.
    Device(Blob<1, 16_384>),
    /// 1: a camera in the clerk's browser, by the name it gives itself.
    Webcam(Text<1, 200>),
}

impl Serialize for Camera {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Device(identity) => alternative(serializer, 0, identity),
            Self::Webcam(name) => alternative(serializer, 1, name),
        }
    }
}

/// The applicant's signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// 0: PNG, dark ink on a light ground.
    pub picture: Blob<1, 524_288>,
    /// 1
    pub device: SignatureDevice,
}

/// What a signature was written with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub enum SignatureDevice {
    /// 0: a signature pad, by the name it gives itself.
    Pad(Text<1, 200>),
    /// 1: a mouse or finger in the clerk's browser.
    Pointer,
}

impl Serialize for SignatureDevice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Pad(name) => alternative(serializer, 0, name),
            Self::Pointer => serializer.serialize_u8(1),
        }
    }
}
