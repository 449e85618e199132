//! Faces: our interpreter beside Google's, the standard's formulas beside published values, generated people with faults.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests may panic")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "drawn values are small"
)]

mod approximations;
mod crop;
mod interpreter;
mod mappings;
mod people;
mod places;

use std::sync::OnceLock;

use biometrics::face::check::{Check, Limits, Verdict};
use biometrics::face::measure::Measure;
use hardware_sim::people::identity::Identity;
use hardware_sim::people::portrait::{self, Fault};
use image::RgbImage;

/// The check with its default limits, loaded once.
fn check() -> &'static Check {
    static CHECK: OnceLock<Check> = OnceLock::new();
    CHECK.get_or_init(|| Check::new(Limits::default()).unwrap())
}

/// Somebody's portrait, drawn.
fn draw(seed: u64, fault: Fault) -> RgbImage {
    portrait::draw_faulty(seed, &Identity::draw(seed), fault)
}

/// Draws people on both cores.
fn draw_all(seeds: std::ops::Range<u64>, fault: Fault) -> Vec<RgbImage> {
    let half = |part: u64| {
        let seeds = seeds.clone().filter(move |seed| seed % 2 == part);
        move || {
            seeds
                .map(|seed| (seed, draw(seed, fault)))
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
    all.into_iter().map(|(_, picture)| picture).collect()
}

/// Measures that did not pass.
fn failed(verdict: &Verdict) -> Vec<Measure> {
    let outcomes = verdict.outcomes.iter();
    outcomes
        .filter(|outcome| !outcome.passed)
        .map(|outcome| outcome.measure)
        .collect()
}
