//! The floor's page: what machines do and wait for, in words; and its stream.

use axum::http::StatusCode;
use dossier::staff::Role;
use personalisation::edge;
use personalisation_store::line::MachineSeen;
use time::{Duration, OffsetDateTime};

use crate::console::place::Place;

fn machine(serial: &str, task: Option<(&str, &str)>, seen_at: OffsetDateTime) -> MachineSeen {
    MachineSeen {
        serial: serial.to_owned(),
        line: "line-1".to_owned(),
        task: task.map(|(task, place)| (task.to_owned(), Some(place.to_owned()))),
        cards: 1,
        seen_at,
    }
}

#[tokio::test]
async fn whoever_stands_before_a_machine_is_told_what_to_do() {
    let place = Place::new().await;
    let operator = place.somebody("klein", Role::Operator).await;
    let cookie = place.session(operator).await;
    let page = async || place.call("GET", "/floor", Some(&cookie), None).await.text;
    assert!(page().await.contains("No line has told of a machine"));
    let now = edge::now();
    let seen = [
        machine("SN-1", None, now),
        machine("SN-2", Some(("free_jam", "printer")), now),
        machine(
            "SN-3",
            Some(("empty_tray", "exit")),
            now - Duration::minutes(5),
        ),
    ];
    for seen in &seen {
        place.store().machine_seen(seen).await.unwrap();
    }
    let page = page().await;
    for said in [
        "free the card at the printer",
        "1 card inside",
        "Needs somebody",
        "Look whether the program of line-1 runs",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    // What an old report asked for may be done long since.
    assert!(!page.contains("Empty the"), "{page}");
    let places = ["SN-2", "SN-3", "SN-1"].map(|serial| page.find(serial).unwrap());
    assert!(places.is_sorted(), "who waits for somebody stands first");
    assert!(page.contains("data-live=\"/floor/live\""), "{page}");
}

#[tokio::test]
async fn clerks_have_no_business_on_the_floor() {
    let place = Place::new().await;
    let clerk = place.somebody("weber", Role::Clerk).await;
    let cookie = place.session(clerk).await;
    for path in ["/floor", "/floor/live"] {
        let answer = place.call("GET", path, Some(&cookie), None).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
}
