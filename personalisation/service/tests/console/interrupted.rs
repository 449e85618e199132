//! A browser that hangs up, a console that is killed, a path that somebody typed: what stands in the audit.

use std::time::Duration;

use dossier::staff::Role;
use evidence::entry::{Act, Entry, Phase};
use personalisation::edge;

use crate::console::place::Place;

/// Polls a request once, as far as it gets without waiting, and drops it: the browser is gone.
async fn hang_up(place: &Place, method: &str, path: &str, cookie: &str, form: Option<&str>) {
    let call = place.call(method, path, Some(cookie), form);
    let gone = tokio::time::timeout(Duration::ZERO, call).await;
    assert!(
        gone.is_err(),
        "it was answered before anybody could hang up"
    );
}

/// Waits until an act has both its entries.
async fn whole(place: &Place, act: &str) -> bool {
    for _ in 0..200 {
        let lines = place.audit().await;
        let about = lines.iter().filter(|line| line.contains(act));
        if about.count() == 2 {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    false
}

#[tokio::test]
async fn what_was_begun_ends_also_when_the_browser_hangs_up() {
    let place = Place::new().await;
    let administrator = place.somebody("weber", Role::Administrator).await;
    let other = place.somebody("muster", Role::Reviewer).await;
    let cookie = place.session(administrator).await;
    hang_up(&place, "GET", "/staff", &cookie, None).await;
    assert!(whole(&place, "\"read-staff\"").await, "a reading");
    let form = Place::form("x=y");
    let path = format!("/staff/{other}/leave");
    hang_up(&place, "POST", &path, &cookie, Some(&form)).await;
    assert!(whole(&place, "\"deactivate-person\"").await, "an act");
    let person = place.store().person(other).await.unwrap().unwrap();
    assert!(!person.active);
}

#[tokio::test]
async fn acts_that_a_kill_interrupted_get_their_outcome_and_those_under_way_do_not() {
    let place = Place::new().await;
    let now = edge::now();
    let act = |id, actor| Act::new([id; 16], actor, "revoke-station", "station 1");
    let console = "personalisation/console person 7";
    let old = now - time::Duration::hours(1);
    let (done, under_way) = (act(1, console), act(2, console));
    let (interrupted, lines) = (act(3, console), act(4, "personalisation/line"));
    let entries = [
        done.intent(old),
        done.outcome(old, "revoked"),
        under_way.intent(now),
        interrupted.intent(old),
        lines.intent(old),
    ];
    place.store().audit(&entries).await.unwrap();
    let period = (
        now - time::Duration::days(1),
        now - time::Duration::minutes(15),
    );
    let actors = ["personalisation/console"];
    let store = place.store();
    assert_eq!(
        store.close_interrupted(&actors, period, now).await.unwrap(),
        1
    );
    assert_eq!(
        store.close_interrupted(&actors, period, now).await.unwrap(),
        0
    );
    let lines = place.audit().await;
    let entries = lines.iter().map(|line| Entry::parse(line).unwrap());
    let outcomes: Vec<_> = entries
        .filter(|entry| entry.phase == Phase::Outcome && entry.act == "revoke-station")
        .map(|entry| (entry.id[..2].to_owned(), entry.detail.unwrap_or_default()))
        .collect();
    let expected = [("01", "revoked"), ("03", "interrupted")];
    assert_eq!(
        outcomes,
        expected.map(|(id, why)| (id.to_owned(), why.to_owned()))
    );
}

#[tokio::test]
async fn nothing_that_a_browser_typed_into_a_path_gets_into_the_audit() {
    let place = Place::new().await;
    let reviewer = place.somebody("weber", Role::Reviewer).await;
    let administrator = place.somebody("admin", Role::Administrator).await;
    let paths = [
        (reviewer, "/review/1990010112385"),
        (reviewer, "/review/1990010112385/portrait"),
        (reviewer, "/review/1990010112385/previous"),
        (administrator, "/staff/1990010112385"),
    ];
    for (person, path) in paths {
        let cookie = place.session(person).await;
        let answer = place.call("GET", path, Some(&cookie), None).await;
        assert_eq!(answer.status, axum::http::StatusCode::NOT_FOUND, "{path}");
        place.end_session(person).await;
    }
    let lines = place.audit().await;
    assert!(lines.iter().all(|line| !line.contains("1990010112385")));
}

#[tokio::test]
async fn a_session_that_outlived_its_person_opens_nothing() {
    let place = Place::new().await;
    let person = place.somebody("weber", Role::Administrator).await;
    place
        .staffing
        .set_active(person, false, edge::now())
        .await
        .unwrap();
    // Made after the others were ended: by a sign-in that was under way.
    let cookie = place.session(person).await;
    for path in ["/", "/staff", "/fleet"] {
        let answer = place.call("GET", path, Some(&cookie), None).await;
        assert_eq!(answer.status, axum::http::StatusCode::FORBIDDEN, "{path}");
    }
}
