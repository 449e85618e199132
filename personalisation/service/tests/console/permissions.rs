//! Every route of the console: without a session, with each role that may not, with a role that may but without the
//! form's token. The list is made by what builds the router, so that no route is missing from it.

use axum::http::StatusCode;
use dossier::staff::Role;
use personalisation::console::permissions::may;
use personalisation_store::staff::role_name;

use crate::console::place::Place;

const ROLES: [Role; 10] = [
    Role::Clerk,
    Role::Supervisor,
    Role::Reviewer,
    Role::Operator,
    Role::Inspector,
    Role::StockKeeper,
    Role::Dispatcher,
    Role::Courier,
    Role::Auditor,
    Role::Administrator,
];

/// An address of the route; nothing is there, but who may not must not learn that.
fn address(path: &str) -> String {
    let id = "0123456789abcdef0123456789abcdef";
    path.split('/')
        .map(|part| if part.starts_with('{') { id } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

#[tokio::test]
async fn nobody_without_a_session_gets_anywhere() {
    let place = Place::new().await;
    for route in place.routes() {
        let path = address(route.path);
        let answer = place.call(route.method, &path, None, None).await;
        if route.method == "GET" {
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{route:?}");
            assert!(answer.location.starts_with("/sign-in?back="), "{route:?}");
        } else {
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{route:?}");
        }
    }
}

#[tokio::test]
async fn each_role_gets_where_the_table_says_and_nowhere_else() {
    let place = Place::new().await;
    let mut refused = 0;
    for role in ROLES {
        let person = place
            .somebody(&role_name(role).replace('_', "-"), role)
            .await;
        let cookie = place.session(person).await;
        for route in place.routes() {
            let Some((resource, action)) = route.needs else {
                continue;
            };
            let path = address(route.path);
            let form = (route.method == "POST").then(|| Place::form("x=y"));
            let answer = place.call(route.method, &path, Some(&cookie), form.as_deref());
            let answer = answer.await;
            let denied = answer.status == StatusCode::FORBIDDEN
                && answer.text.contains("This page is not for your role");
            assert_eq!(denied, !may(role, resource, action), "{role:?} {route:?}");
            assert!(
                answer.status != StatusCode::INTERNAL_SERVER_ERROR,
                "{role:?} {route:?}"
            );
            refused += u32::from(denied);
        }
    }
    assert!(refused > 200, "{refused} refusals only");
}

#[tokio::test]
async fn no_form_counts_without_its_token() {
    let place = Place::new().await;
    for role in ROLES {
        let person = place
            .somebody(&role_name(role).replace('_', "-"), role)
            .await;
        let cookie = place.session(person).await;
        for route in place.routes().iter().filter(|one| one.method == "POST") {
            let path = address(route.path);
            for form in ["x=y", "token=0000&x=y"] {
                let answer = place.call("POST", &path, Some(&cookie), Some(form)).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{role:?} {route:?}");
                let stale = answer.text.contains("This page was open for too long");
                assert!(stale, "{role:?} {route:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_role_that_ended_or_is_held_elsewhere_opens_nothing() {
    let place = Place::new().await;
    let person = place.somebody("weber", Role::Administrator).await;
    let cookie = place.session(person).await;
    let answer = place.call("GET", "/staff", Some(&cookie), None).await;
    assert_eq!(answer.status, StatusCode::OK);

    let now = personalisation::edge::now();
    let held = place.store().roles_of(person).await.unwrap();
    place.staffing.end(person, held[0].id, now).await.unwrap();
    let office = Some("L-0304".parse().unwrap());
    place
        .staffing
        .grant(person, Role::Administrator, office, (now, None), now)
        .await
        .unwrap();
    let answer = place.call("GET", "/staff", Some(&cookie), None).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}
