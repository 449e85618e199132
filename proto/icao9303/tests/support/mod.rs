//! The published vectors, as the tests of this room read them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests stop at the first fault"
)]

pub mod forge;

use icao9303::lds::DataGroup;
use serde_json::Value;

fn value(json: &str, path: &str) -> Value {
    let file: Value = serde_json::from_str(json).unwrap();
    file.pointer(&format!("/{path}"))
        .unwrap_or_else(|| panic!("no vector {path}"))
        .clone()
}

fn bytes(json: &str, path: &str) -> Vec<u8> {
    hex::decode(value(json, path).as_str().unwrap()).unwrap()
}

/// A value of the test PKI (`pki.json`).
pub fn pki(path: &str) -> Vec<u8> {
    bytes(include_str!("../../../../tests/vectors/pki.json"), path)
}

/// A value of the test files (`lds.json`).
pub fn lds(path: &str) -> Vec<u8> {
    bytes(include_str!("../../../../tests/vectors/lds.json"), path)
}

/// The data group hashes that the test PKI's security objects list.
pub fn pki_data_group_hashes() -> Vec<(DataGroup, Vec<u8>)> {
    let groups = value(
        include_str!("../../../../tests/vectors/pki.json"),
        "data_groups",
    );
    let groups = groups.as_object().unwrap().iter();
    groups
        .map(|(number, hash)| {
            (
                DataGroup::from_number(number.parse().unwrap()).unwrap(),
                hex::decode(hash.as_str().unwrap()).unwrap(),
            )
        })
        .collect()
}
