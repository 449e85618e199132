//! Whole journeys, from the first click to the receipt.

use crate::capture::clerk::{Clerk, code};
use crate::capture::counter::Counter;
use crate::capture::issues::PASSWORD;

#[test]
fn a_first_document_goes_into_the_outbox_and_nothing_of_it_is_readable_on_the_disk() {
    let counter = Counter::open(0, &[7]);
    let clerk = Clerk::arrives(&counter, &[]);
    clerk.sign_in("marie", 0);
    clerk.begin("first");
    let number = counter.number("ordinary adult with a valid document");
    clerk.identify(&number);
    clerk.portrait();
    clerk.fingers();
    clerk.signature();
    clerk.papers("birth-certificate");
    clerk.payment();
    clerk.wait_at("summary");
    let name = clerk
        .text("return document.querySelector('dl.summary dd span').textContent")
        .unwrap();
    assert!(!name.is_empty());
    clerk.confirm();
    clerk.send();
    assert!(clerk.main().contains("14.00"), "{}", clerk.main());
    clerk.open("/today");
    assert!(
        clerk.main().contains("Waiting to be sent"),
        "{}",
        clerk.main()
    );
    assert!(
        clerk.main().contains("Nothing is waiting here"),
        "{}",
        clerk.main()
    );
    let birth = &number[..8];
    nothing_readable(
        &counter,
        &[number.as_bytes(), birth.as_bytes(), b"RF18 5390 0754"],
    );
}

/// The database and its log, as they lie there. A JPEG is known by more than its first bytes, which chance makes too.
fn nothing_readable(counter: &Counter, said: &[&[u8]]) {
    let database = std::fs::read(counter.path("data/station.sqlite")).unwrap();
    assert!(database.starts_with(b"SQLite format 3"));
    // The log is cut off after an erasure, and may not be there.
    let log = std::fs::read(counter.path("data/station.sqlite-wal")).unwrap_or_default();
    for (file, bytes) in [("database", database), ("log", log)] {
        for text in said.iter().copied().chain([&b"JFIF\0\x01"[..]]) {
            let found = bytes.windows(text.len()).any(|part| part == text);
            assert!(!found, "{file}: {}", String::from_utf8_lossy(text));
        }
    }
}

#[test]
fn a_station_that_is_killed_goes_on_where_it_was() {
    let counter = Counter::open(1, &[8]);
    let number = counter.number("ordinary adult with a valid document");
    let (address, surname) = {
        let clerk = Clerk::arrives(&counter, &[]);
        clerk.sign_in("marie", 0);
        clerk.begin("first");
        clerk.identify(&number);
        clerk.portrait();
        clerk.wait_at("fingers");
        clerk.finger("right");
        let name = clerk
            .text("return document.querySelector('.above').textContent")
            .unwrap();
        let surname = name
            .rsplit(" · ")
            .next()
            .unwrap()
            .split(',')
            .next()
            .unwrap();
        let address = clerk.text("return location.pathname").unwrap();
        (address, surname.to_owned())
    };
    counter.kill();
    // The draft holds identity, portrait and a finger now.
    nothing_readable(
        &counter,
        &[
            number.as_bytes(),
            &number.as_bytes()[..8],
            surname.as_bytes(),
        ],
    );
    counter.start();
    let clerk = Clerk::arrives(&counter, &[]);
    // A code serves once, also over a restart: the next one.
    clerk.sign_in("marie", 1);
    clerk.open(address.trim_end_matches("/fingers"));
    clerk.wait_at("fingers");
    assert!(clerk.has("section.hand .finger img"), "{}", clerk.main());
    clerk.finger("left");
}

#[test]
fn without_the_register_identity_is_typed_and_a_second_person_looks() {
    let mut counter = Counter::open(2, &[9]);
    counter.stop_register();
    let clerk = Clerk::arrives(&counter, &[]);
    clerk.sign_in("marie", 0);
    clerk.begin_by_hand("Žukauskaitė");
    let approve = |login: &str, later: i64| {
        clerk
            .run("document.getElementById('login').value = ''")
            .unwrap();
        clerk.type_into("#login", login).unwrap();
        clerk.type_into("#password", PASSWORD).unwrap();
        clerk.type_into("#code", &code(login, later)).unwrap();
        clerk.go_on();
    };
    approve("marie", 1);
    clerk
        .wait_for("document.querySelector('.error-summary')")
        .unwrap();
    assert!(clerk.main().contains("somebody else"), "{}", clerk.main());
    approve("luc", 0);
    clerk.send();
}

#[test]
fn nobody_applies_for_the_dead_and_no_operator_enrols() {
    let counter = Counter::open(3, &[7]);
    let clerk = Clerk::arrives(&counter, &[]);
    clerk.sign_in("odile", 0);
    clerk.open("/today");
    assert!(
        !clerk.has("form[action='/applications']"),
        "{}",
        clerk.main()
    );
    clerk.open("/language/en?back=/today");
    clerk.click("form[action='/sign-out'] button").unwrap();
    clerk.sign_in("marie", 0);
    clerk.begin("first");
    clerk
        .type_into("#number", &counter.number("deceased"))
        .unwrap();
    clerk.go_on();
    clerk
        .wait_for("document.querySelector('.notification.bad')")
        .unwrap();
    assert!(!clerk.has("main .acts .primary"), "{}", clerk.main());
}
