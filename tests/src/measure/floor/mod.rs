//! What a floor of machines costs and keeps: the line's own processor time a card, eight machines at their nominal pace, and
//! thousands of cards in a row. Real programs, daemon and tokens; the machines are simulated, beside them in a process of theirs.

mod hall;
mod invariants;
mod line;

use std::{fs, path::Path};

use serde_json::{Value, json};

pub use self::hall::FloorError;
use self::{
    hall::{Hall, HallPlan},
    line::Run,
};

/// A chip's link at full speed, as in a machine.
const LINK: &str = "bit_rate = 848, key_generation_millis = 150";
/// What a machine makes in an hour by its maker: 3.6 s a card.
const NOMINAL: f64 = 1_000.0;
/// Cards before the first hundred: what is drawn and loaded once is over.
const WARM: usize = 20;
/// So many cards at the beginning and at the end are compared.
const HUNDRED: usize = 100;

/// How much is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// What the requirements ask for: the better part of an hour.
    Full,
    /// A few cards, to see it work; its figures have no limits.
    Quick,
}

impl Size {
    const fn of(self, full: usize, quick: usize) -> usize {
        match self {
            Self::Full => full,
            Self::Quick => quick,
        }
    }

    fn figure(
        self,
        name: &str,
        (value, unit): (f64, &str),
        limit: Option<(f64, bool)>,
        against: &str,
    ) -> Value {
        let limit = limit.filter(|_| self == Self::Full);
        json!({
            "name": name, "value": value, "unit": unit, "limit": limit.map(|(limit, _)| limit),
            "met": limit.is_none_or(|(_, met)| met), "against": against,
        })
    }
}

/// One of the measurements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The line's own processor time.
    Cost,
    /// Machines at their nominal pace.
    Pace,
    /// Thousands of cards.
    Many,
}

impl Part {
    /// All of them, with their names on the command line.
    pub const ALL: [(&'static str, Self); 3] = [
        ("cost", Self::Cost),
        ("pace", Self::Pace),
        ("many", Self::Many),
    ];
}

/// Measures in `work`, an empty folder with a short path on a disk, and hands over each figure.
pub fn run(
    work: &Path,
    (parts, size): (&[Part], Size),
    mut tell: impl FnMut(Value),
) -> Result<(), FloorError> {
    for part in parts {
        let place = work.join(format!("{part:?}").to_lowercase());
        let failed = |source| FloorError::System {
            what: place.display().to_string(),
            source,
        };
        fs::create_dir(&place).map_err(failed)?;
        match part {
            Part::Cost => cost(&place, size, &mut tell)?,
            Part::Pace => pace(&place, size, &mut tell)?,
            Part::Many => many(&place, size, &mut tell)?,
        }
        // Gigabytes, which the next part may need.
        fs::remove_dir_all(&place).map_err(failed)?;
    }
    Ok(())
}

/// What the line's process spends on a card. Printing, signing and the chips' link are other processes; the threads that draw the
/// faces ahead and look at the exit pictures, which has a limit of its own, tell their own time, and so does whoever calls PC/SC.
fn cost(place: &Path, size: Size, tell: &mut impl FnMut(Value)) -> Result<(), FloorError> {
    let cards = size.of(200, 20);
    let plan = HallPlan {
        machines: 2,
        cards,
        people: size.of(50, 3),
        time_factor: 20,
        link: None,
    };
    let hall = Hall::open(place, &plan)?;
    let run = Run::of(&hall, |_| Ok(()))?;
    run.demand((cards, plan.machines))?;
    let warm = WARM.min(cards / 4);
    let spent = run.between(warm, cards);
    let each = |seconds: f64| seconds * 1e3 / number(cards - warm);
    let own = each(spent.own());
    let setting = format!(
        "the process's processor time from card {warm} to card {cards}, two machines at twenty times their pace, less what its \
         threads spent on drawing faces ahead ({:.1} ms a card), talking with machines and chips through PC/SC ({:.1} ms) and \
         looking at exit pictures ({:.1} ms); secure messaging, inspection of the chip, database and the tokens' calls are in it",
        each(spent.drawing),
        each(spent.talking),
        each(spent.looking),
    );
    tell(size.figure(
        "floor_own_time",
        (own, "ms"),
        Some((10.0, own <= 10.0)),
        &setting,
    ));
    Ok(())
}

/// Whether machines wait for their line: cards an hour of the slowest of them, as a share of what its maker promises.
fn pace(place: &Path, size: Size, tell: &mut impl FnMut(Value)) -> Result<(), FloorError> {
    let machines = size.of(8, 2);
    let each = size.of(40, 10);
    let cards = machines * each;
    let plan = HallPlan {
        machines,
        cards,
        people: size.of(50, 3),
        time_factor: 1,
        link: Some(LINK),
    };
    let hall = Hall::open(place, &plan)?;
    let run = Run::of(&hall, |_| Ok(()))?;
    run.demand((cards, plan.machines))?;
    let paces = run.paces();
    let slowest = paces.values().copied().fold(f64::INFINITY, f64::min) / NOMINAL;
    let mean = paces.values().sum::<f64>() / number(paces.len());
    tell(size.figure(
        "floor_pace_of_slowest",
        (slowest, "ratio"),
        Some((0.95, slowest >= 0.95)),
        &format!(
            "of {machines} machines that make 1,000 cards an hour by their maker, {each} cards each, link at 848 kbit/s; mean {mean:.0} \
             an hour"
        ),
    ));
    Ok(())
}

/// Thousands of cards in a row: nothing grows, nothing is lost.
fn many(place: &Path, size: Size, tell: &mut impl FnMut(Value)) -> Result<(), FloorError> {
    let cards = size.of(4_000, 60);
    let plan = HallPlan {
        machines: size.of(8, 2),
        cards,
        people: size.of(200, 3),
        time_factor: 20,
        link: None,
    };
    let hall = Hall::open(place, &plan)?;
    // Trays take 500 cards.
    let run = Run::of(&hall, |documents| {
        if documents.is_multiple_of(HUNDRED) {
            hall.empty_trays()?;
        }
        Ok(())
    })?;
    run.demand((cards, plan.machines))?;
    let minutes = run.seconds() / 60.0;
    tell(size.figure(
        "floor_many_cards",
        (minutes, "min"),
        Some((30.0, minutes <= 30.0)),
        &format!(
            "{cards} cards on {} machines, from the start of the line to its end",
            plan.machines
        ),
    ));
    let few = HUNDRED.min((cards - WARM) / 3);
    let (first, last) = (
        run.between(WARM, WARM + few),
        run.between(cards - few, cards),
    );
    let growth = last.own() / first.own();
    tell(size.figure(
        "floor_cost_of_last_hundred",
        (growth, "ratio"),
        Some((1.1, growth <= 1.1)),
        &format!(
            "processor time of the line without drawing, links and looking at pictures: cards {} to {cards} ({:.1} ms each) by cards {WARM} to {} \
             ({:.1} ms each)",
            cards - few,
            last.own() * 1e3 / number(few),
            WARM + few,
            first.own() * 1e3 / number(few),
        ),
    ));
    let grown = run.at(cards).memory - run.at(cards / 10).memory;
    tell(size.figure(
        "floor_memory_growth",
        (grown, "MiB"),
        Some((32.0, grown <= 32.0)),
        &format!(
            "resident memory at the last card less that after a tenth of them ({:.0} MiB)",
            run.at(cards / 10).memory
        ),
    ));
    let wrong = invariants::check(&hall, &run)?;
    for what in &wrong {
        eprintln!("measure_floor: {what}");
    }
    tell(size.figure(
        "floor_broken_invariants",
        (number(wrong.len()), "findings"),
        Some((0.0, wrong.is_empty())),
        "orders, documents, numbers, trays, blanks, books and audit, after the last card",
    ));
    Ok(())
}

/// A count as a figure has it.
fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}
