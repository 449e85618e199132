//! One-time links, and what happens to somebody who does not work here any more.

use axum::http::StatusCode;
use dossier::staff::Role;
use pages::{http::Surroundings, sign_in::Staff as _};
use personalisation::{
    edge,
    staff::{Accounts, page_person},
};

use crate::console::place::Place;

fn accounts(place: &Place) -> Accounts {
    let surroundings = Surroundings::new(edge::now, edge::rng());
    Accounts::new(
        place.store().clone(),
        "localhost",
        surroundings,
        edge::rng(),
    )
}

#[tokio::test]
async fn a_link_works_once_and_gives_password_and_codes() {
    let place = Place::new().await;
    let person = place.somebody("weber", Role::Reviewer).await;
    let secret = place.staffing.reset(person, edge::now()).await.unwrap();
    let path = format!("/enrol/{}", *secret);
    let shown = place.call("GET", &path, None, None).await;
    assert_eq!(shown.status, StatusCode::OK);
    for part in ["id=\"secret\"", "svg class=\"qr-code\"", "href=\"otpauth:"] {
        assert!(shown.text.contains(part), "{part}: {}", shown.text);
    }

    let cookie = place.session(person).await;
    let short = Place::form("password=short&again=short");
    let answer = place.call("POST", &path, Some(&cookie), Some(&short)).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let differ = Place::form("password=corner+shop+horse&again=corner+shop+house");
    let answer = place
        .call("POST", &path, Some(&cookie), Some(&differ))
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);

    let right = Place::form("password=corner+shop+horse&again=corner+shop+horse");
    let answer = place.call("POST", &path, Some(&cookie), Some(&right)).await;
    assert_eq!(answer.status, StatusCode::OK);
    let answer = place.call("POST", &path, Some(&cookie), Some(&right)).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND, "used twice");
    let account = accounts(&place).by_login("weber").await.unwrap().unwrap();
    assert!(account.password.is_some() && account.totp.is_some());

    let lines = place.audit().await;
    let about = |act: &str| lines.iter().filter(|line| line.contains(act)).count();
    assert_eq!(about("\"enrol-person\""), 2, "intent and outcome");
    assert!(lines.iter().all(|line| !line.contains(&**secret)));
    assert!(lines.iter().all(|line| !line.contains("Somebody")));
}

#[tokio::test]
async fn who_leaves_is_signed_out_and_not_found_any_more() {
    let place = Place::new().await;
    let person = place.somebody("weber", Role::Reviewer).await;
    let cookie = place.session(person).await;
    let answer = place.call("GET", "/", Some(&cookie), None).await;
    assert_eq!(answer.status, StatusCode::OK);
    place
        .staffing
        .set_active(person, false, edge::now())
        .await
        .unwrap();
    let answer = place.call("GET", "/", Some(&cookie), None).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "signed out");
    let accounts = accounts(&place);
    assert!(accounts.by_login("weber").await.unwrap().is_none());
    let who = page_person(person);
    assert!(accounts.by_person(who).await.unwrap().is_none());
}

#[tokio::test]
async fn who_works_at_an_office_alone_does_not_sign_in_here() {
    let place = Place::new().await;
    let member = personalisation::staff::NewMember {
        login: "clerk".to_owned(),
        name: zeroize::Zeroizing::new("Somebody".to_owned()),
        role: Role::Clerk,
        office: Some("L-0304".parse().unwrap()),
    };
    place.staffing.add(&member, edge::now()).await.unwrap();
    let found = accounts(&place).by_login("clerk").await.unwrap();
    assert!(found.is_none());
}

#[tokio::test]
async fn nobody_changes_their_own_roles() {
    let place = Place::new().await;
    let person = place.somebody("weber", Role::Administrator).await;
    let cookie = place.session(person).await;
    let form = Place::form("role=reviewer&office=&until-day=&until-month=&until-year=");
    let path = format!("/staff/{person}/role");
    let answer = place.call("POST", &path, Some(&cookie), Some(&form)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(place.store().roles_of(person).await.unwrap().len(), 1);
}
