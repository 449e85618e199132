//! `RCAPTURE /capture`: what is asked, and what is answered.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::super::Problem;
use super::{ErrorBlock, scalar};

/// Most biometrics of one answer: ten fingers.
const MOST_BIOMETRICS: usize = 10;

/// The question. Every scalar is a string, as the reference devices want it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct Question<'a> {
    pub env: &'a str,
    pub purpose: &'a str,
    pub spec_version: &'a str,
    pub timeout: String,
    pub capture_time: String,
    pub transaction_id: &'a str,
    pub bio: [Wish<'a>; 1],
    pub custom_opts: Empty,
}

/// An object without content.
#[derive(Debug, Serialize)]
pub(in super::super) struct Empty {}

/// What is to be captured.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct Wish<'a> {
    #[serde(rename = "type")]
    pub kind: &'a str,
    pub count: String,
    pub bio_sub_type: Vec<&'a str>,
    pub exception: Vec<&'a str>,
    pub requested_score: String,
    pub device_id: &'a str,
    pub device_sub_id: String,
    pub previous_hash: String,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(deserialize_with = "scalar::list")]
    biometrics: Vec<BiometricEntry>,
}

/// One biometric of the answer.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BiometricEntry {
    /// Version of the protocol.
    #[serde(default, deserialize_with = "scalar::text")]
    pub spec_version: String,
    /// JWS of a [`BiometricBlock`].
    #[serde(default, deserialize_with = "scalar::secret")]
    pub data: Zeroizing<String>,
    /// The chain's hash after this biometric.
    #[serde(default, deserialize_with = "scalar::text")]
    pub hash: String,
    /// Whether the capture worked.
    pub error: Option<ErrorBlock>,
}

/// One biometric, inside its signature.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BiometricBlock {
    /// JWS of the device's digital identity.
    #[serde(default, deserialize_with = "scalar::text")]
    pub digital_id: String,
    /// `Finger`, `Face` or `Iris`.
    #[serde(default, deserialize_with = "scalar::text")]
    pub bio_type: String,
    /// Which finger; empty for a face.
    #[serde(default, deserialize_with = "scalar::text")]
    pub bio_sub_type: String,
    /// `Registration` here.
    #[serde(default, deserialize_with = "scalar::text")]
    pub purpose: String,
    /// The environment.
    #[serde(default, deserialize_with = "scalar::text")]
    pub env: String,
    /// Base64url of the ISO record.
    #[serde(default, deserialize_with = "scalar::secret")]
    pub bio_value: Zeroizing<String>,
    /// The transaction of the question.
    #[serde(default, deserialize_with = "scalar::text")]
    pub transaction_id: String,
    /// The device's clock.
    #[serde(default, deserialize_with = "scalar::text")]
    pub timestamp: String,
    /// 0 to 100.
    #[serde(default, deserialize_with = "scalar::optional_score")]
    pub quality_score: Option<u8>,
}

/// Reads an answer to `RCAPTURE`.
pub fn read(bytes: &[u8]) -> Result<Vec<BiometricEntry>, Problem> {
    let Answer { biometrics } = super::read(bytes, "a capture")?;
    if biometrics.len() > MOST_BIOMETRICS {
        return Err(Problem::Garbled("a capture"));
    }
    Ok(biometrics)
}

/// Reads the signed part of one biometric.
pub fn read_block(payload: &[u8]) -> Result<BiometricBlock, Problem> {
    serde_json::from_slice(payload).map_err(|_| Problem::Garbled("a capture"))
}

impl std::fmt::Debug for BiometricEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BiometricEntry({} bytes)", self.data.len())
    }
}

impl std::fmt::Debug for BiometricBlock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BiometricBlock({} bytes)", self.bio_value.len())
    }
}
