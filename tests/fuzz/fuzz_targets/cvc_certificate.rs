//! Card-verifiable certificates: what parses is written back byte for byte, and nothing but its own signer verifies it.
#![cfg_attr(fuzzing, no_main)]

use icao9303::crypto::curve::CurveId;
use icao9303::cvc::{Certificate, MAX_LENGTH};

fuzz::target!(|data| {
    let Ok(read) = Certificate::parse(data) else {
        return;
    };
    assert!(data.len() <= MAX_LENGTH);
    assert_eq!(read.to_bytes(), data);
    let content = Certificate::parse_content(&read.content());
    assert!(content.is_ok_and(|content| content == read));
    let rebuilt = Certificate::assemble(read.body().clone(), read.signature());
    assert!(rebuilt.is_ok_and(|rebuilt| rebuilt.to_bytes() == data));
    let _ = read.verify_self_signed();
    let _ = read.body().key.on(Some(CurveId::BrainpoolP256r1));
    assert!(read.body().effective <= read.body().expiration);
    let _ = format!("{} {:?}", read.holder(), read.body().authorization);
});
