//! Measures the exit inspection: time, false alarms, faults that were missed; one JSON object a figure.
//!
//! ```text
//! cargo run --release -p personalisation --example exit_rate [CARDS]
//! ```
//!
//! Generated people's cards, by default forty, through the simulator's camera at its documented worst: each as it should be under
//! four positions of the camera, and with each fault of `tests/quality/defects.rs`; every second card engraved by a laser.
#![expect(clippy::unwrap_used, reason = "an example that cannot go on ends")]

#[path = "../tests/quality/cards.rs"]
mod cards;
#[path = "../tests/quality/defects.rs"]
mod defects;

use std::{collections::BTreeMap, time::Instant};

use hardware_sim::machine::{
    build::{Build, Marking},
    camera::Camera,
};
use personalisation::quality::exit::{self, Face};
use serde_json::json;

/// Milliseconds for both faces on one core.
const LIMIT: f64 = 60.0;
/// Positions of the camera for each card without a fault.
const POSITIONS: u64 = 4;

#[derive(Default)]
struct Sums {
    good: u32,
    alarms: u32,
    misread: u32,
    worst_cell: f64,
    least_portrait: f64,
    least_character: f64,
    farthest: f64,
    turn: f64,
    ink: (f64, f64),
    /// Faults by their names: how many, and how many were not found.
    faults: BTreeMap<String, (u32, u32)>,
    shortest: f64,
}

fn main() {
    let count = std::env::args()
        .nth(1)
        .map_or(40, |count| count.parse().unwrap());
    let mut sums = Sums {
        least_portrait: 1.0,
        least_character: 1.0,
        ink: (1.0, 1.0),
        shortest: f64::INFINITY,
        ..Sums::default()
    };
    cards::each(2026, count, |number, card| sums.card(number, card));
    let missed: u32 = sums.faults.values().map(|fault| fault.1).sum();
    let faults: u32 = sums.faults.values().map(|fault| fault.0).sum();
    let figure = |name: &str, value: f64, unit: &str, limit: Option<f64>, against: &str| {
        let met = limit.is_none_or(|limit| value <= limit);
        println!(
            "{}",
            json!({ "name": name, "value": value, "unit": unit, "limit": limit, "met": met, "against": against })
        );
    };
    figure(
        "exit_inspection",
        sums.shortest,
        "ms",
        Some(LIMIT),
        "the requirement; both faces on one core, JPEG decoded; what was ordered is prepared before",
    );
    figure(
        "exit_false_alarms",
        f64::from(sums.alarms + sums.misread),
        "cards",
        Some(0.0),
        &format!("of {} good cards", sums.good),
    );
    figure(
        "exit_missed_faults",
        f64::from(missed),
        "cards",
        Some(0.0),
        &format!("of {faults} with a fault"),
    );
    for (name, value) in [
        ("exit_worst_cell", sums.worst_cell),
        ("exit_least_portrait", sums.least_portrait),
        ("exit_least_character", sums.least_character),
        ("exit_farthest_mm", sums.farthest),
        ("exit_turn_degrees", sums.turn),
        ("exit_least_ink", sums.ink.0),
        ("exit_most_ink", sums.ink.1),
    ] {
        figure(name, value, "", None, "reported only; of all good cards");
    }
    for (name, (_, missed)) in sums.faults.iter().filter(|(_, fault)| fault.1 > 0) {
        eprintln!("not found: {missed} times {name}");
    }
}

impl Sums {
    fn card(&mut self, number: u32, card: &cards::Card) {
        let marking = if number.is_multiple_of(2) {
            Marking::Ribbon
        } else {
            Marking::Laser
        };
        let build = Build::new(marking, "1".to_owned());
        let number = u64::from(number);
        for position in 0..POSITIONS {
            let camera = Camera {
                seed: number * 1_000 + position,
                ..Camera::default()
            };
            let printed = defects::print(&build, card, None);
            let [front, back] = defects::photographs(&build, &camera, number, &printed);
            let marking = match marking {
                Marking::Ribbon => exit::Marking::Ribbon,
                Marking::Laser => exit::Marking::Laser,
            };
            let ordered = defects::ordered(&card.faces);
            let begin = Instant::now();
            let found = exit::inspect(marking, &ordered, &front, &back).unwrap();
            self.shortest = self.shortest.min(begin.elapsed().as_secs_f64() * 1000.0);
            self.good += 1;
            self.alarms += u32::from(!found.passed());
            self.misread += u32::from(!found.reads(&card.mrz));
            for finding in found.findings() {
                eprintln!("false alarm, card {number} position {position}: {finding}");
            }
            self.measures(&found);
        }
        for fault in defects::of(marking) {
            let camera = Camera {
                seed: number,
                ..Camera::default()
            };
            let found = defects::look(&build, &camera, number, card, Some(fault));
            let entry = self.faults.entry(format!("{fault:?}")).or_default();
            entry.0 += 1;
            entry.1 += u32::from(found.passed());
        }
    }

    fn measures(&mut self, found: &exit::ExitFindings) {
        for face in Face::ALL {
            let measures = found.measures(face);
            self.worst_cell = self.worst_cell.max(measures.worst_cell);
            self.least_portrait = self.least_portrait.min(measures.portrait);
            self.least_character = self.least_character.min(measures.least_character);
            let (x, y) = measures.offset_mm;
            self.farthest = self.farthest.max(x.hypot(y));
            self.turn = self.turn.max(measures.turn.abs());
            for ink in measures.ink {
                self.ink = (self.ink.0.min(ink), self.ink.1.max(ink));
            }
        }
    }
}
