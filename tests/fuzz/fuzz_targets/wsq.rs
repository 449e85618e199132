//! WSQ: any bytes give an error or a picture of the size that the header promised, and that can be encoded again.
#![cfg_attr(fuzzing, no_main)]

use biometrics::wsq::{DecodeLimits, WsqParameters, decode, dimensions, encode};

const LIMITS: DecodeLimits = DecodeLimits {
    max_bytes: 65_536,
    max_pixels: 40_000,
};

fuzz::target!(|data| {
    if let Ok(decoded) = decode(data, &LIMITS) {
        let (width, height) = dimensions(data).expect("a stream that decodes has a frame header");
        assert_eq!(decoded.image.dimensions(), (width.into(), height.into()));
        assert!(decoded.image.len() <= LIMITS.max_pixels);
        let parameters = WsqParameters {
            max_bytes: None,
            ..WsqParameters::default()
        };
        if let Ok(again) = encode(&decoded.image, &parameters) {
            assert!(decode(&again, &LIMITS).is_ok());
        }
    }
});
