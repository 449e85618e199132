//! Fingers: the plain measure on drawn and spoilt prints, minutiae and comparison beside NIST's programs.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests may panic")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "drawn values are small"
)]

mod comparison;
mod measures;
mod minutiae;
mod spoil;

use hardware_sim::people::finger::{Class, Finger};

/// Grows fingers on both cores, all classes in turn.
fn grow(seeds: std::ops::Range<u64>) -> Vec<Finger> {
    let half = |part: u64| {
        let seeds = seeds.clone().filter(move |seed| seed % 2 == part);
        move || {
            seeds
                .map(|seed| (seed, Finger::grow(seed, Class::ALL[(seed % 5) as usize])))
                .collect::<Vec<_>>()
        }
    };
    let mut all = std::thread::scope(|scope| {
        let others = scope.spawn(half(1));
        let mut all = half(0)();
        all.extend(others.join().unwrap());
        all
    });
    all.sort_by_key(|(seed, _)| *seed);
    all.into_iter().map(|(_, finger)| finger).collect()
}
