//! JPEG 2000: any bytes give an error or a picture of the size that the header promised, within the limits.
#![cfg_attr(fuzzing, no_main)]

use biometrics::jpeg2000::{DecodeLimits, decode, header};

const LIMITS: DecodeLimits = DecodeLimits {
    max_bytes: 65_536,
    max_pixels: 40_000,
};

fuzz::target!(|data| {
    if let Ok(picture) = decode(data, &LIMITS) {
        let promised = header(data).expect("a picture that decodes has a header");
        assert_eq!(
            (picture.width(), picture.height()),
            (promised.width, promised.height)
        );
        assert!(picture.width() as usize * picture.height() as usize <= LIMITS.max_pixels);
    }
});
