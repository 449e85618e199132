//! What devices say, as they write it: numbers as numbers or strings, one thing or a list of it.
//!
//! Nothing here is verified; `search` and `capture` decide.

pub mod capture;
pub mod discovery;
pub mod info;
pub mod scalar;

use serde::Deserialize;

use super::Problem;

/// `error` of an answer; absent, null or code 0 is success.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorBlock {
    /// The code, 0 for success.
    #[serde(default, deserialize_with = "scalar::number")]
    pub error_code: u16,
}

impl ErrorBlock {
    /// Fails where the block reports an error. Its text is not read: it is the device's, in any words.
    pub fn check(block: Option<&Self>) -> Result<(), Problem> {
        let code = block.map_or(0, |block| block.error_code);
        Problem::from_code(code).map_or(Ok(()), Err)
    }
}

/// An answer that is nothing but an error, as devices send where they cannot make the right one.
#[derive(Debug, Deserialize)]
pub(super) struct ErrorOnly {
    pub error: Option<ErrorBlock>,
}

/// Reads JSON; where it is not the expected one, an error that stands alone is told as such.
pub(super) fn read<'a, T: Deserialize<'a>>(
    bytes: &'a [u8],
    what: &'static str,
) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|_| {
        let alone: Result<ErrorOnly, _> = serde_json::from_slice(bytes);
        let reported = alone.map(|alone| ErrorBlock::check(alone.error.as_ref()));
        match reported {
            Ok(Err(problem)) => problem,
            _ => Problem::Garbled(what),
        }
    })
}
