//! What must hold after the last card, by the programs' own words and the chips' own places.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    hall::{FloorError, Hall},
    line::Run,
};

/// Where finished cards lie: in the exit tray, or in what it was emptied into.
const GOOD: [&str; 2] = ["exit", "taken"];

/// Everything that does not hold, in words.
pub(super) fn check(hall: &Hall, run: &Run) -> Result<Vec<String>, FloorError> {
    let mut wrong = Vec::new();
    let mut demand = |holds: bool, what: String| {
        if !holds {
            wrong.push(what);
        }
    };
    let listed = hall.centre.run(&["order", "list"], &hall.floor)?;
    for line in listed.lines() {
        let done = line.ends_with(" quality_passed");
        demand(done, format!("an order is not made: {line}"));
    }
    let ordered: BTreeSet<_> = hall.orders.iter().collect();
    let made: BTreeSet<_> = run.made.iter().map(|made| &made.order).collect();
    demand(ordered == made, "orders and documents differ".to_owned());
    let numbers: BTreeSet<_> = run.made.iter().map(|made| &made.number).collect();
    demand(
        numbers.len() == run.made.len(),
        "a number is used twice".to_owned(),
    );
    for (what, holds) in [
        ("blanks do not add up", blanks(hall, run.made.len())?),
        ("the books of the stock do not agree", books(hall)?),
        ("an act has no outcome, or two", audit(hall)?),
    ] {
        demand(holds, what.to_owned());
    }
    for what in cards(hall, run)? {
        demand(false, what);
    }
    Ok(wrong)
}

/// Every document is in a tray of good cards, nothing else is, and no machine has lost one.
fn cards(hall: &Hall, run: &Run) -> Result<Vec<String>, FloorError> {
    let mut wrong = Vec::new();
    let (machines, count) = hall.machines();
    let mut good = BTreeSet::new();
    for machine in 0..count {
        if machines.status(machine)?["adds_up"] != true {
            wrong.push(format!("machine {machine} has lost a card"));
        }
        for chip in GOOD.iter().flat_map(|place| machines.chips(machine, place)) {
            let name = chip.file_stem().and_then(|name| name.to_str());
            // HANDLE-SERIAL.
            let serial = name.and_then(|name| name.rsplit('-').next());
            if !good.insert(serial.unwrap_or_default().to_uppercase()) {
                wrong.push(format!("{} is in two trays", chip.display()));
            }
        }
    }
    let made: BTreeSet<_> = run
        .made
        .iter()
        .map(|made| made.chip.to_uppercase())
        .collect();
    if made != good {
        let (documents, lying) = (made.len(), good.len());
        wrong.push(format!(
            "{documents} documents, {lying} cards in trays of good cards"
        ));
    }
    Ok(wrong)
}

fn blanks(hall: &Hall, documents: usize) -> Result<bool, FloorError> {
    let counted = hall.centre.run(&["blanks", "count"], &hall.floor)?;
    let count = |state: &str| {
        let line = counted.lines().find_map(|line| line.strip_prefix(state));
        line.and_then(|rest| rest.trim().parse::<usize>().ok())
            .unwrap_or(0)
    };
    let all = counted
        .lines()
        .filter_map(|line| line.rsplit(' ').next()?.parse::<usize>().ok());
    let received = hall.floor.blanks().len();
    Ok(count("document ") == documents && count("line ") == 0 && all.sum::<usize>() == received)
}

fn books(hall: &Hall) -> Result<bool, FloorError> {
    let said = hall.centre.run(&["stock", "check"], &hall.floor)?;
    Ok(said.contains("the books agree"))
}

fn audit(hall: &Hall) -> Result<bool, FloorError> {
    let mut open: BTreeMap<String, i32> = BTreeMap::new();
    for line in hall.centre.audit(&hall.floor)?.lines() {
        let entry: Value = serde_json::from_str(line).unwrap_or(Value::Null);
        let id = entry["id"].as_str().unwrap_or_default().to_owned();
        *open.entry(id).or_default() += if entry["phase"] == "intent" { 1 } else { -1 };
    }
    Ok(!open.is_empty() && open.values().all(|count| *count == 0))
}
