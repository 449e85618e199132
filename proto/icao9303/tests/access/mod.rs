//! What the protocol tests share: vectors, scripted cards, and randomness that gives published keys.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests stop at the first fault"
)]

pub mod chip;

use std::collections::VecDeque;
use std::convert::Infallible;

use icao9303::transport::CardTransport;
use rand::{TryCryptoRng, TryRng};
use serde_json::Value;

/// A vector file of the repository's `tests/vectors`.
pub fn vectors(name: &str) -> Value {
    let path = format!("{}/../../tests/vectors/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The bytes of a hexadecimal field.
pub fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap_or_else(|| panic!("no text: {value}"))).unwrap()
}

/// Upper-case hexadecimal, as the vectors write it.
pub fn text(bytes: &[u8]) -> String {
    hex::encode_upper(bytes)
}

/// A card that knows one script: each APDU in must be the next of the script, in order.
#[derive(Debug, Default)]
pub struct Script {
    steps: VecDeque<(Vec<u8>, Vec<u8>)>,
}

impl Script {
    /// Command and response pairs, in hexadecimal.
    pub fn new<'a>(steps: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let decode = |hex: &str| hex::decode(hex).unwrap();
        Self {
            steps: steps
                .into_iter()
                .map(|(c, r)| (decode(c), decode(r)))
                .collect(),
        }
    }

    /// The `capdu` and `rapdu` fields of a list.
    pub fn from_steps(steps: &Value) -> Self {
        let pairs = steps.as_array().unwrap().iter();
        Self {
            steps: pairs
                .map(|step| (bytes(&step["capdu"]), bytes(&step["rapdu"])))
                .collect(),
        }
    }

    /// Steps not yet played.
    pub fn left(&self) -> usize {
        self.steps.len()
    }
}

impl CardTransport for Script {
    type Error = Infallible;

    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, Infallible> {
        let (expected, response) = self.steps.pop_front().expect("the script has ended");
        assert_eq!(
            text(command),
            text(&expected),
            "{} steps left",
            self.steps.len()
        );
        Ok(response)
    }
}

/// A card that is a function.
pub struct Card<F>(pub F);

impl<F: FnMut(&[u8]) -> Vec<u8>> CardTransport for Card<F> {
    type Error = Infallible;

    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, Infallible> {
        Ok((self.0)(command))
    }
}

/// "Randomness" that is a list of published keys.
#[derive(Debug)]
pub struct Published {
    bytes: VecDeque<u8>,
}

impl Published {
    /// Gives out these bytes in order, and panics when they end.
    pub fn new(parts: &[Vec<u8>]) -> Self {
        Self {
            bytes: parts.concat().into(),
        }
    }
}

impl TryRng for Published {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        unreachable!("only whole keys are drawn")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        unreachable!("only whole keys are drawn")
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        for byte in out {
            *byte = self
                .bytes
                .pop_front()
                .expect("the published keys have ended");
        }
        Ok(())
    }
}

impl TryCryptoRng for Published {}
