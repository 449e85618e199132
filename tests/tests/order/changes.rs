//! A house to order in, and changes to an order that is good.

use e2e::house::{FloorPlan, House, HousePlan};
use tempfile::TempDir;
use toml::{Table, Value};

pub fn house(readers: usize, blanks: usize) -> (House, TempDir) {
    let place = tempfile::tempdir().unwrap();
    let floor = FloorPlan {
        readers,
        blanks,
        link: None,
    };
    let plan = HousePlan {
        floor,
        people: 3,
        line: "idle_seconds = 30\n",
    };
    (House::start(place.path(), &plan).unwrap(), place)
}

pub fn set(order: &mut Table, table: &str, field: &str, value: impl Into<Value>) {
    let entry = order.entry(table).or_insert_with(|| Table::new().into());
    entry
        .as_table_mut()
        .unwrap()
        .insert(field.into(), value.into());
}

pub fn missing(order: &mut Table, hand: &str, reason: &str) {
    let entry = Table::from_iter([
        ("hand".to_owned(), Value::from(hand)),
        ("reason".to_owned(), reason.into()),
    ]);
    let all = order
        .entry("missing_fingers")
        .or_insert_with(|| Value::Array(Vec::new()));
    all.as_array_mut().unwrap().push(entry.into());
}

pub fn without_finger(number: usize) -> impl Fn(&mut Table) {
    move |order| drop(order["fingers"].as_array_mut().unwrap().remove(number))
}
