//! Finished cards inspected by the real program, each step timed by its own report.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::encoder::{Made, Station};
use super::{Figure, MeasureError, lower_quartile, number};
use crate::house::{Centre, HouseError, Pki};

/// Looks at each card.
const TIMES: usize = 3;
/// How long a card may take to be seen by the daemon.
const PATIENCE: Duration = Duration::from_secs(3);

/// Who looks at a card.
#[derive(Clone, Copy)]
enum Inspector {
    /// An officer elsewhere: the trust anchors and the CAN.
    Anybody,
    /// The line's own inspection system, which may read the fingers.
    MayReadFingers,
}

/// How long one inspection took, in milliseconds.
struct Inspection {
    /// All steps of the report.
    steps: f64,
    /// The program from start to exit.
    program: f64,
}

/// How long the inspections of all cards took.
pub(super) struct Inspections {
    without_fingers: Vec<Inspection>,
    with_fingers: Vec<Inspection>,
}

/// Puts each card into the reader again and inspects it.
pub(super) fn inspect_all(
    station: &Station,
    made: &[Made],
    pki: &Pki,
) -> Result<Inspections, MeasureError> {
    let mut inspections = Inspections {
        without_fingers: Vec::new(),
        with_fingers: Vec::new(),
    };
    for card in made {
        station.change(Some(&card.times.chip_file))?;
        // The first look only waits until the daemon has seen the card.
        let seen = Instant::now();
        while let Err(error) = look(station, card, pki, Inspector::Anybody) {
            if seen.elapsed() > PATIENCE {
                return Err(error.into());
            }
        }
        for _ in 0..TIMES {
            let (anybody, terminal) = (Inspector::Anybody, Inspector::MayReadFingers);
            let without = time(station, card, pki, anybody)?;
            inspections.without_fingers.push(without);
            inspections
                .with_fingers
                .push(time(station, card, pki, terminal)?);
        }
    }
    Ok(inspections)
}

/// One inspection, which must find the card genuine and read what its inspector may read.
fn time(
    station: &Station,
    card: &Made,
    pki: &Pki,
    inspector: Inspector,
) -> Result<Inspection, MeasureError> {
    let begin = Instant::now();
    let report = look(station, card, pki, inspector)?;
    let program = begin.elapsed().as_secs_f64() * 1000.0;
    let number_of_card = || card.document.number.clone();
    if report["verdict"] != "genuine" {
        return Err(MeasureError::NotGenuine {
            number: number_of_card(),
            summary: report["summary"].to_string(),
        });
    }
    let fingers = &report["fingers"]["state"];
    let expected = match inspector {
        Inspector::Anybody => "locked",
        Inspector::MayReadFingers => "readable",
    };
    if fingers != expected {
        return Err(MeasureError::Fingers {
            number: number_of_card(),
            found: fingers.to_string(),
            expected,
        });
    }
    let steps = report["timings"].as_array().into_iter().flatten();
    let steps = steps
        .map(|step| number(step, "milliseconds", "the inspection's timings"))
        .sum::<Result<f64, _>>()?;
    Ok(Inspection { steps, program })
}

fn look(
    station: &Station,
    card: &Made,
    pki: &Pki,
    inspector: Inspector,
) -> Result<Value, HouseError> {
    let dump = card.times.chip_file.with_extension("read");
    let (floor, reader, can) = (&station.floor, station.reader(), &card.document.can);
    match inspector {
        Inspector::Anybody => Centre::inspect(floor, reader, can, &pki.trust(), &dump),
        Inspector::MayReadFingers => {
            let centre = &station.centre;
            centre.inspect_fingers(floor, reader, can, pki, &dump)
        }
    }
}

pub(super) fn figures(inspections: &Inspections) -> [Figure; 4] {
    let Inspections {
        without_fingers,
        with_fingers,
    } = inspections;
    [
        steps("inspection_no_link", without_fingers, 100.0),
        program("inspection_no_link_program", without_fingers),
        steps(
            "inspection_with_terminal_authentication",
            with_fingers,
            150.0,
        ),
        program(
            "inspection_with_terminal_authentication_program",
            with_fingers,
        ),
    ]
}

fn steps(name: &'static str, inspections: &[Inspection], limit: f64) -> Figure {
    let count = inspections.len();
    Figure {
        name,
        value: lower_quartile(inspections, |one| one.steps),
        unit: "ms",
        limit: Some(limit),
        against: format!("the requirement; all steps of {count} inspections"),
    }
}

fn program(name: &'static str, inspections: &[Inspection]) -> Figure {
    Figure {
        name,
        value: lower_quartile(inspections, |one| one.program),
        unit: "ms",
        limit: None,
        against: "reported only; from the program's start to its exit".to_owned(),
    }
}
