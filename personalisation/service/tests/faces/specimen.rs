//! Specimens: every version of every template is drawn for an invented person, as large as a card, each in its own way.

use std::collections::BTreeSet;

use image::{Rgb, RgbImage};
use openssl::sha::sha256;
use personalisation::faces::{Faces, templates};

/// Whether a dot has the red of the word SPECIMEN over paper.
fn is_red(dot: Rgb<u8>) -> bool {
    let [red, green, blue] = dot.0.map(i32::from);
    red > 150 && red - green > 40 && red - blue > 30
}

fn red(face: &RgbImage) -> usize {
    face.pixels().filter(|dot| is_red(**dot)).count()
}

#[test]
fn every_version_has_a_specimen_of_its_own_with_the_word_across_it() {
    let faces = Faces::new();
    let mut different = BTreeSet::new();
    for template in templates() {
        let drawn = faces.specimen(&template.key).unwrap();
        for (side, png) in [("front", &drawn.front), ("back", &drawn.back)] {
            let face = image::load_from_memory(png).unwrap().into_rgb8();
            assert_eq!(face.dimensions(), (2022, 1275));
            let what = format!("{:?} {side}", template.key);
            assert!(red(&face) > 2_000, "{what}: {} red dots", red(&face));
            assert!(different.insert(sha256(png)), "{what} is another one's");
        }
    }
    assert_eq!(different.len(), 2 * templates().len());
}
