//! How fast the house makes and reads cards, and answers with pages: real programs, daemon and token, one reader.
//!
//! Each figure is the lower quartile of several cards, so that a busy machine disturbs it little, and is
//! printed as one JSON object (docs/bench.md).

pub mod claim;
mod encoder;
pub mod floor;
mod inspector;
pub mod intake;
mod pages;

use std::fmt;
use std::path::Path;

use encoder::{Made, Station};
use serde_json::{Value, json};

use crate::house::{HouseError, Pki, people};

/// People whose cards are made; the demo's, so that they are drawn once.
const PEOPLE: u16 = 3;
/// Cards of each person without a link model.
const ROUNDS: u32 = 3;
/// The link at full speed. A page takes no time to write: the wire alone is the yardstick.
const LINK: &str = "bit_rate = 848\nkey_generation_millis = 150";

/// Why a measurement could not be made.
#[derive(Debug, thiserror::Error)]
pub enum MeasureError {
    /// A part of the house.
    #[error(transparent)]
    House(#[from] HouseError),
    /// The counter, or a page of it.
    #[error(transparent)]
    Counter(#[from] crate::demo::DemoError),
    /// Not every order became a document.
    #[error("{made} of {ordered} orders became documents; the line said last: {last}")]
    Incomplete {
        /// Orders.
        ordered: usize,
        /// Documents.
        made: usize,
        /// What the line said last that was no step.
        last: String,
    },
    /// A document that was made is not found genuine.
    #[error("the inspection does not find document {number} genuine: {summary}")]
    NotGenuine {
        /// Its number.
        number: String,
        /// The report's summary.
        summary: String,
    },
    /// An inspector reads more or less than his right.
    #[error(
        "the fingers of document {number} are {found} to an inspector to whom they are {expected}"
    )]
    Fingers {
        /// The document's number.
        number: String,
        /// What the report says of the fingers.
        found: String,
        /// What it should say.
        expected: &'static str,
    },
    /// A number is missing where one was expected.
    #[error("no number {name} in {where_from}")]
    Missing {
        /// The field.
        name: String,
        /// What it was looked for in.
        where_from: &'static str,
    },
}

/// One figure, printed as JSON.
#[derive(Debug, Clone)]
pub struct Figure {
    name: &'static str,
    value: f64,
    unit: &'static str,
    limit: Option<f64>,
    against: String,
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let met = self.limit.is_none_or(|limit| self.value <= limit);
        let figure = json!({
            "name": self.name, "value": self.value, "unit": self.unit, "limit": self.limit, "met": met,
            "against": self.against,
        });
        write!(f, "{figure}")
    }
}

/// Makes all measurements in `work`, an empty folder with a short path, and hands over each figure.
pub fn run(work: &Path, mut tell: impl FnMut(Figure)) -> Result<(), MeasureError> {
    let people = people::draw(PEOPLE, &work.join("people"), &people::cache())?;
    // Of every person so many cards, each for a homonym of theirs.
    let order = |round: u32| {
        let name = format!("order-{round}");
        let write = move |person: &people::Person| person.homonym(round).write_order(&name, |_| ());
        people.iter().map(write)
    };
    let cards = (0..ROUNDS).flat_map(order).collect::<Result<Vec<_>, _>>()?;
    let mut pki = Pki::hold_ceremony(&work.join("pki"))?;
    pki.serve()?;

    let fast = Station::open(&work.join("fast"), &pki, cards.len(), None)?;
    let made = fast.make(&cards)?;
    personalising(&made).into_iter().for_each(&mut tell);
    let inspections = inspector::inspect_all(&fast, &made, &pki)?;
    inspector::figures(&inspections)
        .into_iter()
        .for_each(&mut tell);
    drop(fast);

    let linked = Station::open(&work.join("linked"), &pki, cards.len(), Some(LINK))?;
    over_the_link(&linked.make(&cards)?)
        .into_iter()
        .for_each(&mut tell);
    drop(linked);
    tell(pages::slowest(&work.join("counter"), &pki, &people)?);
    Ok(())
}

fn personalising(made: &[Made]) -> Vec<Figure> {
    let reported = |name, value| Figure {
        name,
        value,
        unit: "s",
        limit: None,
        against: "reported only".to_owned(),
    };
    vec![
        Figure {
            name: "personalising_no_link",
            value: lower_quartile(made, |card| card.times.total),
            unit: "s",
            limit: Some(0.25),
            against: format!("the requirement; read-back included, {} cards", made.len()),
        },
        reported(
            "personalising_no_link_read_back",
            lower_quartile(made, |card| card.times.read_back),
        ),
        reported(
            "personalising_no_link_slowest",
            made.iter().map(|card| card.times.total).fold(0.0, f64::max),
        ),
    ]
}

/// What the encoder takes at 848 kbit/s beyond what its APDUs take on the air.
fn over_the_link(made: &[Made]) -> Vec<Figure> {
    let wire = lower_quartile(made, |card| card.times.wire);
    let reported = |name, value, against: &str| Figure {
        name,
        value,
        unit: "s",
        limit: None,
        against: against.to_owned(),
    };
    vec![
        Figure {
            name: "personalising_848_kbit",
            value: lower_quartile(made, |card| card.times.to_wire()),
            unit: "ratio",
            limit: Some(1.05),
            against: format!("wire time of APDUs and answers, framing included: {wire:.3} s"),
        },
        reported(
            "personalising_848_kbit_key_generation",
            lower_quartile(made, |card| card.times.chip),
            "listed apart; the chip model's own time",
        ),
        reported(
            "personalising_848_kbit_read_back",
            lower_quartile(made, |card| card.times.read_back),
            "listed apart",
        ),
        reported(
            "personalising_848_kbit_total",
            lower_quartile(made, |card| card.times.total),
            "reported only",
        ),
    ]
}

/// The number that three quarters are not below.
fn lower_quartile<T>(of: &[T], number: impl Fn(&T) -> f64) -> f64 {
    let mut numbers: Vec<f64> = of.iter().map(number).collect();
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 4).copied().unwrap_or(f64::NAN)
}

fn number(from: &Value, name: &str, where_from: &'static str) -> Result<f64, MeasureError> {
    let missing = || MeasureError::Missing {
        name: name.to_owned(),
        where_from,
    };
    from[name].as_f64().ok_or_else(missing)
}
