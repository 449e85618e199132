//! The second ceremony of the country verifying CA, and what ceremonies leave and say.

#![allow(dead_code, reason = "each test target uses a part of it")]
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first fault"
)]

use std::{fs, path::PathBuf, process::Output};

use icao9303::cvc::Certificate;

use super::House;

/// A renewal of what the first ceremony of [`House`] made.
pub const RENEWAL: &str = r#"
name = "cvca-2"
output = "pki"
witnesses = ["Ada Example"]
country = "LU"
[country_verifying]
mnemonic = "CVCALUX"
sequence = 2
previous = 1
validity_months = 36
rights = ["DG3"]
[[document_verifier]]
label = "dv-2"
mnemonic = "DVLUX"
sequence = 2
previous = "dv-1"
validity_days = 90
rights = ["DG3"]
"#;

/// A certificate for terminal authentication that a ceremony published.
pub fn certificate(house: &House, name: &str) -> Certificate {
    let path = house.path("pki/trust").join(format!("{name}.cvcert"));
    Certificate::parse(&fs::read(path).unwrap()).unwrap()
}

/// The file of that ceremony.
pub fn renewal(house: &House, text: &str) -> PathBuf {
    let file = house.path("renewal.toml");
    fs::write(&file, text).unwrap();
    file
}

/// What the program said on standard error.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
