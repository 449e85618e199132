//! The packing table without cards: who may open containers, what scans lead to, and what a seal asks for. (Cards, seals and
//! manifests: `tests/tests/shipping`.)

use axum::http::StatusCode;
use dossier::staff::Role;

use crate::console::place::Place;

const ID: &str = "0123456789abcdef0123456789abcdef";

/// A bag for a commune, opened by a dispatcher; the cookie of their session.
async fn opened(place: &Place) -> String {
    let dora = place.somebody("dora", Role::Dispatcher).await;
    let cookie = place.session(dora).await;
    let form = Place::form(&format!("shipment={ID}&container=bag"));
    // Sent twice, it opens one.
    for _ in 0..2 {
        let to = "/shipping/to/L-0304";
        let answer = place.call("POST", to, Some(&cookie), Some(&form)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        assert_eq!(answer.location, format!("/shipping/{ID}"));
    }
    let open = place.store().shipments(true, None, 9).await.unwrap();
    assert_eq!(open.len(), 1);
    cookie
}

#[tokio::test]
async fn a_dispatcher_opens_a_container_and_an_auditor_only_looks() {
    let place = Place::new().await;
    let cookie = opened(&place).await;
    let path = format!("/shipping/{ID}");
    let page = place.call("GET", &path, Some(&cookie), None).await.text;
    assert!(page.contains("Scan a card or its cover"), "{page}");
    assert!(page.contains("Nothing is inside."), "{page}");
    let auditor = place.somebody("auditor", Role::Auditor).await;
    let cookie = place.session(auditor).await;
    for path in ["/shipping", "/shipping/to/L-0304", &path] {
        let answer = place.call("GET", path, Some(&cookie), None).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(!answer.text.contains("form class=\"fields\""), "{path}");
    }
    let courier = place.somebody("courier", Role::Courier).await;
    let cookie = place.session(courier).await;
    let answer = place.call("GET", &path, Some(&cookie), None).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn scans_wait_for_their_other_half_and_strangers_are_refused() {
    let place = Place::new().await;
    let cookie = opened(&place).await;
    let path = format!("/shipping/{ID}/scan");
    let scan = async |held: &str, scan: &str| {
        let form = Place::form(&format!("held={held}&scan={scan}"));
        place.call("POST", &path, Some(&cookie), Some(&form)).await
    };
    let first = scan("", "c3f7k9t21").await;
    assert_eq!(first.status, StatusCode::OK);
    assert!(first.text.contains("Card C3F7K9T21. Now its cover."));
    assert!(first.text.contains("name=\"held\" value=\"C3F7K9T21\""));
    // A second card instead of the cover.
    let other = scan("C3F7K9T21", "C3F7K9T22").await;
    assert!(other.text.contains("Card C3F7K9T22. Now its cover."));
    let unread = scan("C3F7K9T21", "4711").await;
    assert_eq!(unread.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unread.text.contains("Card C3F7K9T21. Now its cover."));
    let stranger = scan("COVERC3F7K9T21", "C3F7K9T21").await;
    assert_eq!(stranger.status, StatusCode::CONFLICT);
    assert!(stranger.text.contains("STOP. No card of this number"));
    assert!(stranger.text.contains("name=\"held\" value=\"\""));
}

#[tokio::test]
async fn a_seal_asks_for_its_number_a_count_and_somebody_else() {
    let place = Place::new().await;
    let cookie = opened(&place).await;
    let path = format!("/shipping/{ID}/seal");
    let page = place.call("GET", &path, Some(&cookie), None).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("Login of the second person"));
    let form = Place::form("seal=x&count=two");
    let answer = place.call("POST", &path, Some(&cookie), Some(&form)).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("Scan the number of the seal"));
    assert!(answer.text.contains("Type the count in digits"));
    for part in ["manifest", "signed"] {
        let path = format!("/shipping/{ID}/{part}");
        let answer = place.call("GET", &path, Some(&cookie), None).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{part}");
    }
    let lines = place.audit().await;
    assert!(!lines.iter().any(|line| line.contains("seal-shipment")));
}
