//! Finished cards inspected by the real program, each step timed by its own report.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::encoder::{Made, Station};
use super::{Figure, MeasureError, lower_quartile, number};
use crate::house::{Centre, HouseError};

/// Looks at each card.
const TIMES: usize = 3;
/// How long a card may take to be seen by the daemon.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long one inspection took, in milliseconds.
pub(super) struct Inspection {
    /// All steps of the report.
    steps: f64,
    /// The program from start to exit.
    program: f64,
}

/// Puts each card into the reader again and inspects it.
pub(super) fn inspect_all(
    station: &Station,
    made: &[Made],
    trust: &Path,
) -> Result<Vec<Inspection>, MeasureError> {
    let mut inspections = Vec::new();
    for card in made {
        station.change(Some(&card.times.chip_file))?;
        // The first look only waits until the daemon has seen the card.
        let seen = Instant::now();
        while let Err(error) = look(station, card, trust) {
            if seen.elapsed() > PATIENCE {
                return Err(error.into());
            }
        }
        for _ in 0..TIMES {
            let begin = Instant::now();
            let report = look(station, card, trust)?;
            let program = begin.elapsed().as_secs_f64() * 1000.0;
            if report["verdict"] != "genuine" {
                return Err(MeasureError::NotGenuine {
                    number: card.document.number.clone(),
                    summary: report["summary"].to_string(),
                });
            }
            let steps = report["timings"].as_array().into_iter().flatten();
            let steps = steps
                .map(|step| number(step, "milliseconds", "the inspection's timings"))
                .sum::<Result<f64, _>>()?;
            inspections.push(Inspection { steps, program });
        }
    }
    Ok(inspections)
}

fn look(station: &Station, card: &Made, trust: &Path) -> Result<Value, HouseError> {
    let dump = card.times.chip_file.with_extension("read");
    let floor = &station.floor;
    Centre::inspect(floor, station.reader(), &card.document.can, trust, &dump)
}

pub(super) fn figures(inspections: &[Inspection]) -> [Figure; 2] {
    let count = inspections.len();
    [
        Figure {
            name: "inspection_no_link",
            value: lower_quartile(inspections, |one| one.steps),
            unit: "ms",
            limit: Some(100.0),
            against: format!("the requirement; all steps of {count} inspections"),
        },
        Figure {
            name: "inspection_no_link_program",
            value: lower_quartile(inspections, |one| one.program),
            unit: "ms",
            limit: None,
            against: "reported only; from the program's start to its exit".to_owned(),
        },
    ]
}
