//! Requests for card-verifiable certificates: what parses is written back byte for byte.
#![cfg_attr(fuzzing, no_main)]

use icao9303::crypto::curve::CurveId;
use icao9303::cvc::{MAX_LENGTH, ReceivedRequest, SuccessiveRequest};

fuzz::target!(|data| {
    let Ok(read) = ReceivedRequest::parse(data) else {
        return;
    };
    assert!(data.len() <= MAX_LENGTH);
    let curve = CurveId::BrainpoolP256r1;
    let key = read.request().verify(Some(curve));
    let written = match &read {
        ReceivedRequest::First(request) => request.to_bytes(),
        ReceivedRequest::Successive(successive) => {
            let message =
                SuccessiveRequest::to_be_signed(successive.request(), successive.signer());
            assert!(data.windows(message.len()).any(|window| window == message));
            if let Ok(key) = &key {
                let _ = successive.verify(key);
            }
            successive.to_bytes()
        }
    };
    assert_eq!(written, data);
});
