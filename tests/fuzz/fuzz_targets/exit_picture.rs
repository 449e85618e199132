//! Exit pictures: any bytes give an error or findings that hold numbers and nothing of the holder.
#![cfg_attr(fuzzing, no_main)]

#[path = "../src/exit.rs"]
#[allow(
    dead_code,
    reason = "the pictures are made by the example that writes seeds"
)]
mod exit;

use std::sync::LazyLock;

use personalisation::{
    faces::Dots,
    quality::exit::{Marking, Ordered, inspect},
};

static FACES: LazyLock<Option<Ordered>> = LazyLock::new(|| {
    let [front, back] = exit::faces();
    Ordered::of(&Dots { front, back }).ok()
});

fuzz::target!(|data| {
    let Some((length, pictures)) = data.split_first_chunk::<4>() else {
        return;
    };
    let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
    let (front, back) = pictures.split_at(length.min(pictures.len()));
    let ordered = FACES.as_ref().expect("our own faces can be compared");
    for marking in [Marking::Ribbon, Marking::Laser] {
        if let Ok(found) = inspect(marking, ordered, front, back) {
            for finding in found.findings() {
                assert!(finding.measured.is_finite(), "{finding}");
            }
            assert!(!format!("{found:?}").contains("ERIKSSON"));
        }
    }
});
