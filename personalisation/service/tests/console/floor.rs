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

/// Where nobody works.
const WARNING: &str = "Cards are made here and nobody is signed on";

#[tokio::test]
async fn a_machine_with_cards_and_nobody_signed_on_says_so() {
    let place = Place::new().await;
    let operator = place.somebody("klein", Role::Operator).await;
    let cookie = place.session(operator).await;
    let page = async || place.call("GET", "/floor", Some(&cookie), None).await.text;
    let mut idle = machine("SN-1", None, edge::now());
    idle.cards = 0;
    place.store().machine_seen(&idle).await.unwrap();
    assert!(!page().await.contains(WARNING), "it makes none");
    let busy = machine("SN-1", None, edge::now());
    place.store().machine_seen(&busy).await.unwrap();
    assert!(page().await.contains(WARNING));
    let form = Place::form("since=0");
    let begin = "/floor/SN-1/sign-on/begin";
    let signed = place.call("POST", begin, Some(&cookie), Some(&form)).await;
    assert_eq!(signed.status, StatusCode::SEE_OTHER);
    assert!(!page().await.contains(WARNING), "somebody is");
}

#[tokio::test]
async fn a_supervisor_enters_who_worked_at_a_machine_and_an_operator_does_not() {
    let place = Place::new().await;
    let operator = place.somebody("klein", Role::Operator).await;
    let operator = place.session(operator).await;
    let supervisor = place.somebody("muller", Role::Supervisor).await;
    let supervisor = place.session(supervisor).await;
    let page = async |cookie: &String| {
        let path = "/floor/SN-1/sign-on";
        place.call("GET", path, Some(cookie), None).await.text
    };
    assert!(!page(&operator).await.contains("Enter this work"));
    let shown = page(&supervisor).await;
    assert!(shown.contains("Enter this work"), "{shown}");
    // Three days ago at a full hour, as the page offers it.
    let three_days = edge::now() - Duration::days(3);
    let hour = three_days.unix_timestamp() / 3600 * 3600;
    assert!(shown.contains(&format!("value=\"{hour}\"")), "{shown}");
    let enter = async |cookie: &String, fields: &str| {
        let (path, form) = ("/floor/SN-1/sign-on/enter", Place::form(fields));
        place.call("POST", path, Some(cookie), Some(&form)).await
    };
    let fields = format!("login=klein&from={hour}&hours=8");
    let refused = enter(&operator, &fields).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let done = enter(&supervisor, &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let now = edge::now().unix_timestamp();
    for (fields, why) in [
        (fields, "over and is not entered yet"),
        (
            format!("login=klein&from={hour}&hours=13"),
            "over and is not entered yet",
        ),
        (
            format!("login=klein&from={}&hours=1", now + 60),
            "over and is not entered yet",
        ),
        (
            format!("login=nobody&from={hour}&hours=1"),
            "Nobody has this login",
        ),
    ] {
        let again = enter(&supervisor, &fields).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields}");
        assert!(again.text.contains(why), "{fields}: {}", again.text);
    }
    let lines = place.audit().await;
    let entered = lines.iter().filter(|line| line.contains("\"enter-work\""));
    // Three acts, each begun and ended: done, known already; a wrong time or login is none.
    assert_eq!(entered.count(), 4);
}
