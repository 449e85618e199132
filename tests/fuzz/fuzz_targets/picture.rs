//! Photographs and scans: any bytes give an error or a picture within the limits.
#![cfg_attr(fuzzing, no_main)]

use biometrics::picture::{PictureLimits, load};

const LIMITS: PictureLimits = PictureLimits {
    max_bytes: 65_536,
    max_pixels: 250_000,
};

fuzz::target!(|data| {
    if let Ok(picture) = load(data, &LIMITS) {
        let pixels = u64::from(picture.width()) * u64::from(picture.height());
        assert!(pixels <= LIMITS.max_pixels);
    }
});
