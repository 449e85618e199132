//! Bad orders: each is refused by name, and nothing is left of it.

use std::fs;
use std::path::Path;

use e2e::house::House;
use e2e::house::people::Person;
use e2e::privacy;
use toml::Table;

use crate::order::changes::{house, set};
use crate::order::wrong::{make_bad_pictures, wrong_pictures, wrong_words};

/// The refusal of an order: exit status 1, one error that is named, nothing else, nobody's data.
fn is_refused(house: &House, file: &Path, words: &str, secrets: &[String]) {
    let ended = house
        .centre_says(&["order", "add", file.to_str().unwrap()])
        .unwrap();
    let what = format!("{}: {}{}", file.display(), ended.output, ended.errors);
    assert_eq!(ended.status, Some(1), "{what}");
    assert_eq!(ended.output, "", "{what}");
    assert!(ended.errors.contains("error: "), "{what}");
    assert!(
        ended.errors.contains(words),
        "{words:?} is not said by {what}"
    );
    assert!(!ended.errors.contains("panicked"), "{what}");
    assert_eq!(privacy::found_in(&ended.errors, secrets), [""; 0], "{what}");
}

#[test]
fn bad_orders_are_refused_by_name_and_leave_nothing() {
    let (house, _place) = house(1, 1);
    let person: &Person = house.people.first().unwrap();
    make_bad_pictures(person.folder());
    let secrets: Vec<String> = house
        .people
        .iter()
        .flat_map(privacy::secrets_of)
        .chain(["Παπα", "王小明", "Muster", "muster"].map(str::to_owned))
        .collect();
    let mut refused = 0;
    for (name, change, words) in wrong_words().into_iter().chain(wrong_pictures()) {
        let file = person.write_order(name, change).unwrap();
        is_refused(&house, &file, words, &secrets);
        refused += 1;
    }
    for (name, bytes, words) in [
        ("no-text.toml", vec![0xFF, 0xFE, 0x00], "not UTF-8"),
        (
            "no-toml.toml",
            b"[identity\nsurname = \"Schmit\"".to_vec(),
            "(line ",
        ),
        ("empty.toml", Vec::new(), "missing field"),
        ("endless.toml", vec![b'#'; 1 << 20], "are allowed"),
    ] {
        let file = person.folder().join(name);
        fs::write(&file, bytes).unwrap();
        is_refused(&house, &file, words, &secrets);
        refused += 1;
    }
    is_refused(
        &house,
        &person.folder().join("none.toml"),
        "check the path",
        &secrets,
    );
    assert!(refused > 50, "{refused}");

    let list = house.centre_says(&["order", "list"]).unwrap();
    assert_eq!(
        (list.status, list.output.as_str()),
        (Some(0), ""),
        "{}",
        list.errors
    );
    let audit = house.centre.audit(&house.floor).unwrap();
    assert!(
        audit.contains("receive-delivery") && !audit.contains("add-order"),
        "{audit}"
    );
    house.floor.insert(0, &house.floor.blanks()[0]).unwrap();
    let line = house.line().unwrap().finish().unwrap();
    assert_eq!(
        (line.status, line.named("bound").len()),
        (Some(0), 0),
        "{}",
        line.errors
    );
    // The order that was spoilt fifty times is good.
    let file = person.write_order("good", |_| ()).unwrap();
    house.centre.add_order(&file, &house.floor).unwrap();
}

#[test]
fn nobody_is_ordered_a_second_card_with_their_number_or_without_it() {
    let (house, _place) = house(1, 1);
    let person: &Person = house.people.first().unwrap();
    let secrets = privacy::secrets_of(person);
    let file = person.write_order("first", |_| ()).unwrap();
    let first = house.centre.add_order(&file, &house.floor).unwrap();
    let without_number = |order: &mut Table| {
        let identity = order["identity"].as_table_mut().unwrap();
        identity.remove("national_number");
    };
    let renamed = |order: &mut Table| set(order, "identity", "surname", "Arkfreith");
    let again = person.write_order("again", |_| ()).unwrap();
    let unnumbered = person.write_order("unnumbered", without_number).unwrap();
    let renamed = person.write_order("renamed", renamed).unwrap();
    let words = format!("order cancel {first}");
    for file in [&again, &unnumbered, &renamed] {
        is_refused(&house, file, &words, &secrets);
    }
    // A homonym with a number of their own is somebody else.
    let homonym = person.homonym(1).write_order("homonym", |_| ()).unwrap();
    house.centre.add_order(&homonym, &house.floor).unwrap();
    let cancelled = house.centre_says(&["order", "cancel", &first]).unwrap();
    assert_eq!(cancelled.status, Some(0), "{}", cancelled.errors);
    house.centre.add_order(&renamed, &house.floor).unwrap();
    // Whom the second homonym without a number is, nobody can tell.
    is_refused(&house, &unnumbered, "has order", &secrets);
}
