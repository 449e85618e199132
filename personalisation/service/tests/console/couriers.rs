//! Devices and discrepancies at the console, without a phone: who makes codes and for whom, and what has to be said.

use axum::http::StatusCode;
use dossier::staff::Role;

use crate::console::place::Place;

#[tokio::test]
async fn a_dispatcher_makes_codes_for_others_who_carry_or_dispatch() {
    let place = Place::new().await;
    let dora = place.somebody("dora", Role::Dispatcher).await;
    place.somebody("carl", Role::Courier).await;
    place.somebody("clerk", Role::Clerk).await;
    let cookie = place.session(dora).await;
    let make = async |login: &str| {
        let form = Place::form(&format!("login={login}"));
        let to = "/shipping/devices";
        place.call("POST", to, Some(&cookie), Some(&form)).await
    };
    for (login, why) in [
        ("nobody", "Nobody has this login"),
        ("dora", "A colleague makes the code"),
        ("clerk", "neither courier nor dispatcher"),
    ] {
        let answer = make(login).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{login}");
        assert!(answer.text.contains(why), "{login}: {}", answer.text);
    }
    let answer = make("carl").await;
    assert_eq!(answer.status, StatusCode::OK);
    let code = answer.text.split("id=\"code\">").nth(1).unwrap();
    let code = code.split('<').next().unwrap();
    assert_eq!(code.len(), 9, "{code}");
    let lines = place.audit().await;
    let of_code = |line: &&String| line.contains("\"make-device-code\"");
    assert_eq!(lines.iter().filter(of_code).count(), 2);
    assert!(!lines.iter().any(|line| line.contains(code)));
}

#[tokio::test]
async fn an_auditor_looks_and_a_discrepancy_names_a_seal_and_a_kind() {
    let place = Place::new().await;
    let auditor = place.somebody("auditor", Role::Auditor).await;
    let cookie = place.session(auditor).await;
    for path in ["/shipping/devices", "/shipping/discrepancies"] {
        let answer = place.call("GET", path, Some(&cookie), None).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(!answer.text.contains("form class=\"fields\""), "{path}");
    }
    let dora = place.somebody("dora", Role::Dispatcher).await;
    let cookie = place.session(dora).await;
    let form = Place::form("seal=CTIE-4711&kind=lost&words=");
    let to = "/shipping/discrepancies";
    let answer = place.call("POST", to, Some(&cookie), Some(&form)).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for wrong in [
        "No container was closed with this seal",
        "Say what is wrong",
        "Say it in 1 to 1000 characters",
    ] {
        assert!(answer.text.contains(wrong), "{wrong}");
    }
    let none = "0123456789abcdef0123456789abcdef";
    for path in ["discrepancies", "devices"] {
        let path = format!("/shipping/{path}/{none}");
        let answer = place.call("GET", &path, Some(&cookie), None).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
}
