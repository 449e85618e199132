//! What the centre asks to capture again is begun once, and says on every step what is wanted.

use axum::http::StatusCode;
use dossier::ApplicationId;

use super::bench::{House, LUC, MARIE};
use crate::edge;
use crate::outbox::{ApplicationState, Recapture, Task};

async fn asks(house: &House, since: i64) -> ApplicationId {
    let wanted = ApplicationId::from_bytes([9; 16]);
    let task = Task {
        application: wanted,
        state: ApplicationState::MoreNeeded,
        recapture: vec![Recapture::Fingers],
        appointment: None,
        since,
    };
    let kept = house
        .place
        .outbox
        .keep_tasks(&[task], b"", &mut edge::rng())
        .await;
    kept.unwrap();
    wanted
}

#[tokio::test]
async fn it_is_begun_once_and_says_what_is_wanted() {
    let house = House::open().await;
    let wanted = asks(&house, house.now()).await.to_string();
    let begin = async |who, number: &str| {
        let begun = house
            .post(who, "/applications", &[("recapture", number)])
            .await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER);
        begun.location
    };
    let offered = async || {
        let today = house.get(MARIE, "/today").await.body;
        today.contains(&format!("value=\"{wanted}\""))
    };
    assert_eq!(
        begin(MARIE, &"07".repeat(16)).await,
        "/today",
        "nobody asked for it"
    );
    assert!(offered().await);
    let page = begin(MARIE, &wanted).await;
    assert!(page.ends_with("/request"), "{page}");
    let step = house.get(MARIE, &page).await.body;
    assert!(
        step.contains("The centre asks to capture again: Fingers"),
        "{step}"
    );
    assert!(!offered().await);
    assert_eq!(begin(LUC, &wanted).await, "/today", "Marie has begun it");
}

#[tokio::test]
async fn what_was_sent_in_answer_is_not_offered_until_the_centre_asks_anew() {
    let house = House::open().await;
    let since = house.now();
    let wanted = asks(&house, since).await;
    let id = house
        .draft(|application| application.recapture_of = Some(wanted))
        .await;
    house.confirm(MARIE, id).await;
    let sent = house
        .post(MARIE, &format!("/applications/{id}/send"), &[])
        .await;
    assert_eq!(sent.location, "/receipt", "{}", sent.body);
    let open = async || house.place.outbox.unanswered_tasks().await.unwrap().len();
    assert_eq!(open().await, 0);
    asks(&house, since).await;
    assert_eq!(open().await, 0, "told once more");
    asks(&house, since + 60).await;
    assert_eq!(open().await, 1);
}
