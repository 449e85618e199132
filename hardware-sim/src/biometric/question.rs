//! What clients ask, in every form that the protocol's users write it.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error};
use serde_json::Value;

/// Most pairs of `customOpts`.
const MOST_OPTIONS: usize = 50;

/// `RCAPTURE`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Question {
    #[serde(default)]
    pub env: String,
    #[serde(default)]
    pub purpose: String,
    #[serde(default)]
    pub spec_version: String,
    #[serde(default, deserialize_with = "number")]
    pub timeout: u64,
    #[serde(default)]
    pub transaction_id: String,
    #[serde(default)]
    pub bio: Vec<Wish>,
    /// Read for its form only.
    #[serde(default, rename = "customOpts")]
    _custom_opts: Options,
}

/// One entry of `bio`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wish {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default, deserialize_with = "number")]
    pub count: u64,
    #[serde(default)]
    pub bio_sub_type: Option<Vec<String>>,
    #[serde(default)]
    pub exception: Option<Vec<String>>,
    #[serde(default, deserialize_with = "number")]
    pub requested_score: u64,
    #[serde(default)]
    pub device_id: String,
    #[serde(default)]
    pub previous_hash: Option<String>,
}

/// `STREAM`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StreamQuestion {
    #[serde(default)]
    pub device_id: String,
    #[serde(default, deserialize_with = "number")]
    pub timeout: u64,
}

/// `customOpts`: an object, or a list of objects. Nothing in it means anything here.
#[derive(Default)]
pub(super) struct Options;

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Options")
    }
}

impl<'de> Deserialize<'de> for Options {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let pairs = match Value::deserialize(deserializer)? {
            Value::Null => 0,
            Value::Object(pairs) => pairs.len(),
            Value::Array(list) => list
                .iter()
                .map(|entry| entry.as_object().map(serde_json::Map::len))
                .sum::<Option<usize>>()
                .ok_or_else(|| D::Error::custom("customOpts is a list of something else"))?,
            _ => return Err(D::Error::custom("customOpts is neither object nor list")),
        };
        if pairs > MOST_OPTIONS {
            return Err(D::Error::custom("customOpts has more than 50 pairs"));
        }
        Ok(Self)
    }
}

/// A number or a string of one; absent and empty are 0.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(0),
        Value::String(text) if text.trim().is_empty() => Ok(0),
        Value::String(text) => text.trim().parse().map_err(D::Error::custom),
        Value::Number(number) => number
            .as_u64()
            .ok_or_else(|| D::Error::custom("a number is negative or a fraction")),
        _ => Err(D::Error::custom("not a number")),
    }
}

/// Whether a transaction id is one: 4 to 50 of `[A-Za-z0-9-]`.
pub(super) fn is_transaction(id: &str) -> bool {
    (4..=50).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_understood() {
        for text in [
            r#"{"timeout":"100","bio":[{"type":"Finger","count":"2","bioSubType":null}],"customOpts":[{"a":"b"}]}"#,
            r#"{"timeout":100,"bio":[{"type":"Finger","count":2}],"customOpts":{"a":"b"}}"#,
            r#"{"timeout":100,"bio":[{"type":"Finger","count":2}],"customOpts":null}"#,
        ] {
            let question: Question = serde_json::from_str(text).unwrap();
            assert_eq!((question.timeout, question.bio[0].count), (100, 2));
        }
        for text in [
            r#"{"timeout":-1}"#,
            r#"{"customOpts":[1]}"#,
            r#"{"customOpts":"a"}"#,
        ] {
            assert!(serde_json::from_str::<Question>(text).is_err(), "{text}");
        }
        assert!(is_transaction("abc-") && !is_transaction("abc") && !is_transaction("a b c"));
    }
}
