//! Pictures of damage as phones send them: any bytes are refused, or become a JPEG of ours within its limits.
#![cfg_attr(fuzzing, no_main)]

use personalisation::courier::drawn_anew;

fuzz::target!(|data| {
    if let Some(kept) = drawn_anew(data) {
        let read = image::load_from_memory_with_format(&kept, image::ImageFormat::Jpeg)
            .expect("what we drew can be read");
        assert!(read.width().max(read.height()) <= 1600);
    }
});
