//! What stations get of the staff, and what the console's acts leave in database and audit.

use axum::http::StatusCode;
use dossier::{
    Body as _,
    issue::Issue,
    staff::{Role, StaffList},
};
use personalisation::{edge, staff::NewMember};
use zeroize::Zeroizing;

use crate::console::place::Place;

async fn at_office(place: &Place, login: &str, office: &str) -> dossier::PersonId {
    let member = NewMember {
        login: login.to_owned(),
        name: Zeroizing::new(format!("Somebody {login}")),
        role: Role::Clerk,
        office: Some(office.parse().unwrap()),
    };
    let (person, secret) = place.staffing.add(&member, edge::now()).await.unwrap();
    let found = place.store().enrolment(&secret, edge::now()).await.unwrap();
    let found = found.unwrap();
    let phc = pages::sign_in::Password::new("corner shop horse", [3; 16]).unwrap();
    let enrolled = place
        .staffing
        .enrol(&secret, &found, phc.as_phc(), edge::now());
    assert!(enrolled.await.unwrap());
    person
}

#[tokio::test]
async fn an_office_gets_its_own_people_and_nobody_elses() {
    let place = Place::new().await;
    let here = at_office(&place, "here", "L-0304").await;
    let there = at_office(&place, "there", "L-0105").await;
    place.somebody("centre", Role::Reviewer).await;
    let office = "L-0304".parse().unwrap();
    let people = place.store().staff_of_office(&office, edge::now()).await;
    let people = people.unwrap();
    let ids: Vec<_> = people.iter().map(|member| member.person).collect();
    assert_eq!(ids, [here]);
    assert_eq!(people[0].roles, [Role::Clerk]);
    assert!(people[0].password.is_some() && people[0].totp.is_some());

    // What the centre signs is a list that stations take.
    let list = StaffList {
        version: dossier::Version,
        issue: Issue {
            number: 1,
            from: dossier::Timestamp::from_seconds(1_700_000_000).unwrap(),
            until: dossier::Timestamp::from_seconds(1_800_000_000).unwrap(),
        },
        office: office.clone(),
        people,
    };
    assert!(list.encode().is_ok());

    let now = edge::now();
    place.staffing.set_active(here, false, now).await.unwrap();
    let people = place.store().staff_of_office(&office, now).await.unwrap();
    assert!(people.is_empty(), "who left is on no list");
    let role = place.store().roles_of(there).await.unwrap()[0].id;
    place.staffing.end(there, role, now).await.unwrap();
    let office = "L-0105".parse().unwrap();
    let people = place.store().staff_of_office(&office, now).await.unwrap();
    assert!(people.is_empty(), "whose role ended is on no list");
}

#[tokio::test]
async fn an_administrator_adds_somebody_and_the_link_is_shown_once() {
    let place = Place::new().await;
    let person = place.somebody("weber", Role::Administrator).await;
    let cookie = place.session(person).await;
    let form = Place::form("name=Anna+Muster&login=Anna.Muster&role=reviewer&office=");
    let path = "/staff/new";
    let answer = place.call("POST", path, Some(&cookie), Some(&form)).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.text.contains("http://localhost:8600/enrol/"));
    let added = place.store().person_by_login("anna.muster").await.unwrap();
    let added = added.unwrap();
    assert_eq!(added.name.as_str(), "Anna Muster");
    let answer = place.call("POST", path, Some(&cookie), Some(&form)).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("This user name is taken"));
    let lines = place.audit().await;
    let by = format!("personalisation/console person {person}");
    let adds: Vec<_> = lines
        .iter()
        .filter(|line| line.contains("\"add-person\"") && line.contains(&by))
        .collect();
    // One that took place and one that did not: an intent and an outcome each.
    assert_eq!(adds.len(), 4, "{adds:?}");
    assert!(adds.iter().any(|line| line.contains("nothing was changed")));
    assert!(lines.iter().all(|line| !line.contains("Muster")));
}

#[tokio::test]
async fn a_read_without_a_case_is_written_down_before_anything_is_shown() {
    let place = Place::new().await;
    let reviewer = place.somebody("weber", Role::Reviewer).await;
    let cookie = place.session(reviewer).await;
    let short = Place::form("what=00112233445566778899aabbccddeeff&reason=curious");
    let answer = place
        .call("POST", "/search", Some(&cookie), Some(&short))
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(place.store().broken_glass(9).await.unwrap().is_empty());

    let form = Place::form(
        "what=00112233445566778899aabbccddeeff&reason=Letter+of+the+applicant+of+today",
    );
    let answer = place
        .call("POST", "/search", Some(&cookie), Some(&form))
        .await;
    assert_eq!(answer.status, StatusCode::OK);
    let glasses = place.store().broken_glass(9).await.unwrap();
    assert_eq!(glasses.len(), 1);
    assert_eq!((glasses[0].person, glasses[0].found), (reviewer, 0));
    let lines = place.audit().await;
    let reads = lines.iter().filter(|line| line.contains("\"break-glass\""));
    assert_eq!(reads.count(), 2);
    assert!(lines.iter().all(|line| !line.contains("Letter")));

    let auditor = place.somebody("audit", Role::Auditor).await;
    let cookie = place.session(auditor).await;
    let path = format!("/oversight/{}", glasses[0].id);
    let shown = place.call("GET", &path, Some(&cookie), None).await;
    assert!(shown.text.contains("Letter of the applicant"));
    let form = Place::form("verdict=justified&remark=Letter+seen");
    let answer = place.call("POST", &path, Some(&cookie), Some(&form)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let again = place.call("POST", &path, Some(&cookie), Some(&form)).await;
    assert_eq!(again.status, StatusCode::FORBIDDEN, "looked at once");
    assert_eq!(place.store().count_unreviewed_glass().await.unwrap(), 0);
}
