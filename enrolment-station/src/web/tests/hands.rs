//! Whose hands an application went through: four eyes are two people's.

use axum::http::StatusCode;
use dossier::PersonId;
use dossier::dossier::Source;

use super::bench::{House, LUC, MARIE};
use crate::capture::Application;

/// Typed by hand: the configuration wants a second person, and the papers prove it.
fn by_hand(application: &mut Application) {
    let person = application.identity.as_mut().unwrap();
    person.identity.surname.source = Source::Manual;
    let seen = &mut application.papers.as_mut().unwrap().seen;
    let mut passport = seen[0].clone();
    passport.kind = dossier::dossier::DocumentKind::Passport;
    seen.push(passport);
}

#[tokio::test]
async fn who_saved_any_step_is_not_the_second_person() {
    let house = House::open().await;
    // Luc pressed "New application" and left; Marie captured; Luc opens the approval at his screen.
    let id = house
        .draft(|application| {
            by_hand(application);
            application.begun_by = PersonId::from_bytes([LUC; 16]).to_string();
            application.handled_by.clear();
        })
        .await;
    assert_eq!(house.confirm(MARIE, id).await.status, StatusCode::SEE_OTHER);
    let refused = house.vouch(LUC, "marie", id).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains("must be somebody else"),
        "{}",
        refused.body
    );
    assert!(house.application(id).await.approval.is_none());
}

#[tokio::test]
async fn the_second_person_does_not_send_and_somebody_else_does() {
    let house = House::open().await;
    let id = house.draft(by_hand).await;
    house.confirm(MARIE, id).await;
    let approved = house.vouch(MARIE, "luc", id).await;
    assert_eq!(approved.status, StatusCode::SEE_OTHER, "{}", approved.body);
    let page = format!("/applications/{id}/send");
    for answer in [
        house.get(LUC, &page).await,
        house.post(LUC, &page, &[]).await,
    ] {
        assert!(
            answer.body.contains("may not send it too"),
            "{}",
            answer.body
        );
    }
    assert!(house.place.outbox.rows().await.unwrap().is_empty());
    let sent = house.post(MARIE, &page, &[]).await;
    assert_eq!(sent.location, "/receipt", "{}", sent.body);
    let dossier = house.sent(id).await;
    let record = dossier.second_person.unwrap();
    let second = record.danger_unverified().unwrap().sign_in.person;
    assert_ne!(second, dossier.clerk.person);
}
