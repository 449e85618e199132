//! Times the drawing of people who do not exist and prints one JSON object a figure.
//!
//! ```text
//! cargo run --release -p hardware-sim --example people_rate
//! ```

use std::error::Error;
use std::time::Instant;

use hardware_sim::people::finger::{Class, Finger};
use hardware_sim::people::identity::Identity;
use hardware_sim::people::{portrait, register as population};
use hardware_sim::register::RegisterFile;
use serde_json::json;

/// Different people, with different hair.
const PORTRAITS: u64 = 24;
/// Impressions of each of the five fingers.
const TOUCHES: u64 = 12;

/// People of the register.
const POPULATION: u32 = 100_000;

fn main() -> Result<(), Box<dyn Error>> {
    let portraits: Vec<f64> = (0..PORTRAITS)
        .map(|seed| {
            let identity = Identity::draw(seed);
            best_of_three(|| drop(portrait::draw(seed, &identity)))
        })
        .collect();
    report(
        "portrait_drawn_slowest",
        most(&portraits),
        Some(300.0),
        "the requirement; 1244 x 1600, one core",
    );
    report(
        "portrait_drawn_mean",
        mean(&portraits),
        None,
        "reported only",
    );

    let mut grown = Vec::new();
    let mut impressions = Vec::new();
    for (seed, class) in (0..).zip(Class::ALL) {
        let begin = Instant::now();
        let finger = Finger::grow(seed, class);
        grown.push(milliseconds(begin));
        impressions.extend((0..TOUCHES).map(|touch| best_of_three(|| drop(finger.touch(touch)))));
    }
    report(
        "impression_drawn_slowest",
        most(&impressions),
        Some(60.0),
        "the requirement; 416 x 560, one core",
    );
    report(
        "impression_drawn_mean",
        mean(&impressions),
        None,
        "reported only",
    );
    report(
        "finger_grown_mean",
        mean(&grown),
        None,
        "reported only; once a finger",
    );
    registers()
}

/// A population written, and read by the simulated register.
fn registers() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("register.csv");
    let begin = Instant::now();
    population::write(&file, 1, POPULATION, |_| ())?;
    let against = "reported only; 100,000 people";
    report("population_written", milliseconds(begin), None, against);
    let begin = Instant::now();
    let read = RegisterFile::read(&file)?;
    report("population_read", milliseconds(begin), None, against);
    if read.len() == POPULATION as usize {
        Ok(())
    } else {
        Err("the register was not read whole".into())
    }
}

/// The best of three tries, in milliseconds: the others were disturbed.
fn best_of_three(draw: impl Fn()) -> f64 {
    let time = || {
        let begin = Instant::now();
        draw();
        milliseconds(begin)
    };
    (0..3).map(|_| time()).fold(f64::INFINITY, f64::min)
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

fn most(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}

#[expect(clippy::cast_precision_loss, reason = "few values")]
fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn report(name: &str, value: f64, limit: Option<f64>, against: &str) {
    let met = limit.is_none_or(|limit| value <= limit);
    let figure = json!({ "name": name, "value": value, "unit": "ms", "limit": limit, "met": met, "against": against });
    println!("{figure}");
}
