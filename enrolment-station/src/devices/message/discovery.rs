//! `MOSIPDISC /device`: which devices a service has.

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;

use super::super::Problem;
use super::info::DigitalIdBlock;
use super::{ErrorBlock, scalar};

/// Base64url with or without padding.
pub(in super::super) const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
/// Most devices of one service.
const MOST_DEVICES: usize = 16;

/// One device of a discovery answer. Nothing of it is signed.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Discovered {
    /// Name of the device inside its service.
    #[serde(default, deserialize_with = "scalar::text")]
    pub device_id: String,
    /// `Ready`, `Busy`, `Not Ready` or `Not Registered`.
    #[serde(default, deserialize_with = "scalar::text")]
    pub device_status: String,
    /// Base URL that takes precedence over the port that answered; empty where the device has none.
    #[serde(default, deserialize_with = "scalar::text")]
    pub callback_id: String,
    /// Base64url of a digital identity.
    #[serde(default, deserialize_with = "scalar::text")]
    digital_id: String,
    /// Whether the device is in order.
    pub error: Option<ErrorBlock>,
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Answer(#[serde(deserialize_with = "scalar::list")] Vec<Discovered>);

/// Reads an answer to `MOSIPDISC`.
pub fn read(bytes: &[u8]) -> Result<Vec<Discovered>, Problem> {
    let Answer(devices) = super::read(bytes, "a discovery answer")?;
    if devices.len() > MOST_DEVICES {
        return Err(Problem::Garbled("a discovery answer"));
    }
    Ok(devices)
}

impl Discovered {
    /// The identity that the device claims, unsigned.
    pub fn claimed_identity(&self) -> Result<DigitalIdBlock, Problem> {
        let garbled = || Problem::Garbled("a discovery answer");
        // A service that already signs it here sends a JWS: its payload is the same block.
        let text = match self.digital_id.split('.').collect::<Vec<_>>()[..] {
            [_, payload, _] => payload,
            _ => &self.digital_id,
        };
        let json = LENIENT.decode(text).map_err(|_| garbled())?;
        serde_json::from_slice(&json).map_err(|_| garbled())
    }
}
