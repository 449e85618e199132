//! What is sent is what was confirmed, under a configuration and a key that hold when it is sent.

use axum::http::StatusCode;

use super::bench::{House, MARIE, configuration, fee};

#[tokio::test]
async fn a_newer_configuration_that_says_the_same_does_not_spoil_what_was_confirmed() {
    let house = House::open().await;
    let id = house.draft(|_| ()).await;
    house.confirm(MARIE, id).await;
    house.wait(3600);
    let newer = configuration(house.now(), 2);
    house.take(&newer).await;
    let sent = house
        .post(MARIE, &format!("/applications/{id}/send"), &[])
        .await;
    assert_eq!(sent.location, "/receipt", "{}", sent.body);
    let dossier = house.sent(id).await;
    // What intake demands (`personalisation/service/src/intake/verify.rs`).
    assert_eq!(dossier.configuration, 2);
    assert!(newer.issue.from <= dossier.made_at && dossier.made_at < newer.issue.until);
    assert!(dossier.summary.confirmed_at < newer.issue.from);
}

#[tokio::test]
async fn another_fee_is_paid_and_confirmed_again() {
    let house = House::open().await;
    let id = house.draft(|_| ()).await;
    house.confirm(MARIE, id).await;
    let mut newer = configuration(house.now(), 2);
    newer.fees = vec![fee(1700)];
    house.take(&newer).await;
    let send = format!("/applications/{id}/send");
    let back = house.post(MARIE, &send, &[]).await;
    assert!(back.location.ends_with("/payment"), "{}", back.location);
    let shown = house.get(MARIE, &back.location).await;
    assert!(shown.body.contains("17.00") && shown.body.contains("T-2026-000123"));
    let paid = [("reference", "T-2"), ("collection", "L-0304")];
    let next = house.post(MARIE, &back.location, &paid).await;
    assert!(next.location.ends_with("/summary"), "{}", next.location);
    house.confirm(MARIE, id).await;
    assert_eq!(house.post(MARIE, &send, &[]).await.location, "/receipt");
    assert_eq!(house.sent(id).await.payment.fee, 1700);
}

#[tokio::test]
async fn nothing_is_confirmed_or_sent_after_the_configuration_ended() {
    let house = House::open().await;
    let (confirmed, fresh) = (house.draft(|_| ()).await, house.draft(|_| ()).await);
    house.confirm(MARIE, confirmed).await;
    // The office's list still holds.
    let mut ended = configuration(house.now(), 2);
    ended.issue.until = dossier::Timestamp::from_seconds(house.now() + 60).unwrap();
    house.take(&ended).await;
    house.wait(120);
    let paths = [
        format!("/applications/{confirmed}/send"),
        format!("/applications/{fresh}/summary"),
    ];
    for path in paths {
        for answer in [
            house.get(MARIE, &path).await,
            house.post(MARIE, &path, &[]).await,
        ] {
            assert!(
                answer.body.contains("no longer valid"),
                "{path}: {}",
                answer.body
            );
        }
    }
    assert!(house.place.outbox.rows().await.unwrap().is_empty());
    assert!(house.application(fresh).await.summary.is_none());
}

#[tokio::test]
async fn typing_the_identity_asks_for_its_papers_and_forgets_the_other_person() {
    let house = House::open().await;
    let id = house.draft(|_| ()).await;
    let typed = [
        ("act", "manual"),
        ("number", ""),
        ("surname", "Weber"),
        ("given", "Jean"),
        ("sex", "M"),
        ("birth-day", "2"),
        ("birth-month", "9"),
        ("birth-year", "1981"),
        ("nationality", "LUX"),
    ];
    let path = format!("/applications/{id}/identity");
    let saved = house.post(MARIE, &path, &typed).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let application = house.application(id).await;
    assert!(application.papers.is_none() && application.payment.is_none());
    assert!(application.identity.unwrap().register.is_none());
    let confirmed = house.post(MARIE, &path, &[("act", "confirm")]).await;
    assert!(
        confirmed.location.ends_with("/papers"),
        "{}",
        confirmed.location
    );
}

#[tokio::test]
async fn papers_do_not_suffice_for_an_identity_that_was_typed_since() {
    let house = House::open().await;
    let id = house
        .draft(|application| {
            let person = application.identity.as_mut().unwrap();
            person.identity.surname.source = dossier::dossier::Source::Manual;
        })
        .await;
    let on = house.get(MARIE, &format!("/applications/{id}")).await;
    assert!(on.location.ends_with("/papers"), "{}", on.location);
}
