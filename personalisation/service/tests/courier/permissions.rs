//! Every route for those signed in: without a session, with each role that may not, without the token, without a device. The list is made
//! by what builds the router, so that no route is missing from it.

use axum::http::StatusCode;
use dossier::staff::Role;
use personalisation::courier::permissions::may;
use personalisation_store::staff::role_name;

use super::{phone::Phone, place::Place};

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

/// An address of the route; nothing is there.
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
        let answer = place.call((route.method, &path), None, true, "{}").await;
        let expected = if route.method == "GET" {
            StatusCode::UNAUTHORIZED
        } else {
            StatusCode::FORBIDDEN
        };
        assert_eq!(answer.status, expected, "{route:?}");
    }
}

#[tokio::test]
async fn each_role_gets_where_the_table_says_and_a_tour_takes_a_device() {
    let place = Place::new().await;
    for role in ROLES {
        let login = role_name(role).replace('_', "-");
        let person = place.somebody(&login, role).await;
        let cookie = place.session(person).await;
        for route in place.routes() {
            let path = address(route.path);
            let call = (route.method, &*path);
            let answer = place.call(call, Some(&cookie), true, "{}").await;
            let denied = answer.status == StatusCode::FORBIDDEN;
            let expected = !may(role, route.needs) || route.needs.by_device();
            assert_eq!(denied, expected, "{role:?} {route:?}");
        }
    }
    for role in [Role::Courier, Role::Dispatcher] {
        let login = format!("{}-2", role_name(role));
        let device = 1 + u8::from(role == Role::Courier);
        let phone = Phone::registered(&place, &login, (role, device)).await;
        for route in place.routes() {
            let path = address(route.path);
            let call = (route.method, &*path);
            let answer = place.call(call, Some(&phone.cookie), true, "{}").await;
            assert_ne!(answer.status, StatusCode::FORBIDDEN, "{role:?} {route:?}");
            let failed = answer.status.is_server_error();
            assert!(!failed, "{role:?} {route:?} {}", answer.text);
        }
    }
}

#[tokio::test]
async fn nothing_counts_without_the_sessions_token() {
    let place = Place::new().await;
    let phone = Phone::registered(&place, "carl", (Role::Courier, 1)).await;
    for route in place.routes().iter().filter(|one| one.method == "POST") {
        let path = address(route.path);
        let call = (route.method, &*path);
        let answer = place.call(call, Some(&phone.cookie), false, "{}").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{route:?}");
    }
}
