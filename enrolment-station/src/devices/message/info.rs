//! `MOSIPDINFO /info`: what a device is, signed.

use serde::Deserialize;

use super::super::Problem;
use super::{ErrorBlock, scalar};

/// One entry of the answer.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InfoEntry {
    /// JWS of a [`DeviceInfoBlock`].
    #[serde(default, deserialize_with = "scalar::text")]
    pub device_info: String,
    /// Whether the device is in order.
    pub error: Option<ErrorBlock>,
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Answer(#[serde(deserialize_with = "scalar::list")] Vec<InfoEntry>);

/// The device's data, inside their signature.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviceInfoBlock {
    /// Versions that the device speaks; the first one is used.
    #[serde(default, deserialize_with = "scalar::list")]
    pub spec_version: Vec<String>,
    /// `Staging`, `Developer`, `Pre-Production` or `Production`.
    #[serde(default, deserialize_with = "scalar::text")]
    pub env: String,
    /// JWS of a [`DigitalIdBlock`].
    #[serde(default, deserialize_with = "scalar::text")]
    pub digital_id: String,
    /// Name of the device inside its service.
    #[serde(default, deserialize_with = "scalar::text")]
    pub device_id: String,
    /// `Ready`, `Busy`, `Not Ready` or `Not Registered`.
    #[serde(default, deserialize_with = "scalar::text")]
    pub device_status: String,
    /// `Auth`, `Registration` or empty.
    #[serde(default, deserialize_with = "scalar::text")]
    pub purpose: String,
    /// Version of the device's firmware.
    #[serde(default, deserialize_with = "scalar::text")]
    pub firmware: String,
    /// `L0` or `L1`.
    #[serde(default, deserialize_with = "scalar::text")]
    pub certification: String,
    /// Parts of the device: 1 left, 2 right, 3 thumbs, 0 unknown.
    #[serde(default, deserialize_with = "scalar::list")]
    pub device_sub_id: Vec<serde_json::Value>,
}

/// The digital identity, inside its signature.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct DigitalIdBlock {
    /// Serial number.
    #[serde(default, deserialize_with = "scalar::text")]
    pub serial_no: String,
    /// Brand.
    #[serde(default, deserialize_with = "scalar::text")]
    pub make: String,
    /// Model.
    #[serde(default, deserialize_with = "scalar::text")]
    pub model: String,
    /// `Finger`, `Face` or `Iris`.
    #[serde(default, rename = "type", deserialize_with = "scalar::text")]
    pub kind: String,
    /// `Slap`, `Single`, `Touchless`, `Full face`, …
    #[serde(default, deserialize_with = "scalar::text")]
    pub device_sub_type: String,
    /// Who answers for the device.
    #[serde(default, deserialize_with = "scalar::text")]
    pub device_provider: String,
}

/// Reads an answer to `MOSIPDINFO`.
pub fn read(bytes: &[u8]) -> Result<Vec<InfoEntry>, Problem> {
    let Answer(entries) = super::read(bytes, "device data")?;
    Ok(entries)
}
