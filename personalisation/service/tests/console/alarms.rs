//! Alarms of the fleet: counted on the start page, listed in words, settled once with a note, by administrators alone.

use axum::http::StatusCode;
use dossier::{StationId, staff::Role};
use personalisation::edge;
use personalisation_core::ids::AlarmId;
use personalisation_store::fleet::{AlarmKind, NewAlarm, NewStation};

use crate::console::place::Place;

const WORDS: &str = "A one-time code came again with other keys";
const NOTE: &str = "the+clerk+of+Esch+set+it+up+twice";

/// An alarm of a station at an office.
async fn raised(place: &Place) -> AlarmId {
    let (store, now) = (place.store(), edge::now());
    let station = StationId::from_bytes([1; 16]);
    let new = NewStation {
        id: station,
        office: "L-0304".parse().unwrap(),
        replaces: None,
        certificates: &[],
    };
    store.take_in(&new, &[], now).await.unwrap();
    let alarm = NewAlarm {
        kind: AlarmKind::CodeUsedAgain,
        station: Some(station),
        at: now,
    };
    let mut rng = edge::rng();
    let raised = store.raise_fleet_alarm(&mut rng, &alarm, &[]);
    raised.await.unwrap()
}

/// The figure of a tile on the start page.
async fn tile(place: &Place, cookie: &str) -> String {
    let start = place.call("GET", "/", Some(cookie), None).await.text;
    let (before, after) = start.split_once("\"/fleet/alarms\"").unwrap();
    let (name, _) = after.split_once('<').unwrap();
    assert_eq!(name, ">Alarms of the fleet to look at");
    let (_, figure) = before.rsplit_once("tile-figure\">").unwrap();
    figure.split('<').next().unwrap().to_owned()
}

#[tokio::test]
async fn an_alarm_waits_until_an_administrator_says_what_was_found_and_done() {
    let place = Place::new().await;
    let id = raised(&place).await;
    let administrator = place.somebody("klein", Role::Administrator).await;
    let cookie = place.session(administrator).await;
    assert_eq!(tile(&place, &cookie).await, "1");
    let fleet = place.call("GET", "/fleet", Some(&cookie), None).await;
    assert!(fleet.text.contains("1 alarm of the fleet"));
    let list = place.call("GET", "/fleet/alarms", Some(&cookie), None);
    let list = list.await.text;
    for said in [WORDS, "L-0304", "To be looked at"] {
        assert!(list.contains(said), "{said}: {list}");
    }
    let page = format!("/fleet/alarms/{id}");
    let shown = place.call("GET", &page, Some(&cookie), None).await;
    assert!(shown.text.contains("Ask the office") && shown.text.contains("<textarea"));

    let post = async |note: &str| {
        let form = Place::form(&format!("note={note}"));
        let answer = place.call("POST", &page, Some(&cookie), Some(&form));
        answer.await.status
    };
    for bad in ["", "+++", &"x".repeat(501)] {
        assert_eq!(post(bad).await, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(tile(&place, &cookie).await, "1");
    assert_eq!(post(NOTE).await, StatusCode::SEE_OTHER);
    // Settled once, for ever.
    assert_ne!(post("something+else").await, StatusCode::SEE_OTHER);
    let shown = place.call("GET", &page, Some(&cookie), None).await.text;
    for said in [&NOTE.replace('+', " "), "klein", "Settled by"] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    assert!(!shown.contains("<textarea") && !shown.contains("something else"));
    assert_eq!(tile(&place, &cookie).await, "0");
    let list = place.call("GET", "/fleet/alarms", Some(&cookie), None);
    let list = list.await.text;
    assert!(list.contains("Settled") && !list.contains("To be looked at"));

    // The intent before, the outcome with the change, and not a word of the note.
    let lines = place.audit().await;
    let about = lines.iter().filter(|line| line.contains("settle-alarm"));
    let phases: Vec<_> = about
        .map(|line| {
            (
                line.contains("\"intent\""),
                line.contains("code_used_again"),
            )
        })
        .collect();
    let refused = [(true, false), (false, false)];
    assert_eq!(phases[..2], [(true, false), (false, true)]);
    assert_eq!(phases[2..], refused);
    assert!(!lines.iter().any(|line| line.contains("Esch")));
}

#[tokio::test]
async fn who_only_sees_the_fleet_reads_an_alarm_and_does_not_settle_it() {
    let place = Place::new().await;
    let page = format!("/fleet/alarms/{}", raised(&place).await);
    for (login, role) in [("muller", Role::Auditor), ("weber", Role::Supervisor)] {
        let person = place.somebody(login, role).await;
        let cookie = place.session(person).await;
        let shown = place.call("GET", &page, Some(&cookie), None).await;
        assert_eq!(shown.status, StatusCode::OK);
        assert!(shown.text.contains(WORDS) && !shown.text.contains("<textarea"));
        let form = Place::form(&format!("note={NOTE}"));
        let denied = place.call("POST", &page, Some(&cookie), Some(&form)).await;
        assert_eq!(denied.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(place.store().count_fleet_alarms().await.unwrap(), 1);
}
