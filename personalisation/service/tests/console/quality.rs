//! Trends of quality: who sees them, and that they are what the store counts.

use axum::http::StatusCode;
use dossier::staff::Role;

use crate::console::place::Place;

#[tokio::test]
async fn inspectors_see_trends_and_clerks_do_not() {
    let place = Place::new().await;
    let inspector = place.somebody("hansen", Role::Inspector).await;
    let cookie = place.session(inspector).await;
    let answer = place.call("GET", "/quality", Some(&cookie), None).await;
    assert_eq!(answer.status, StatusCode::OK);
    // Thirty days, each in the table behind the plot, and nothing in any of them.
    assert!(answer.text.contains("Rejections by day"));
    assert!(answer.text.contains("No card was inspected in these days."));
    assert!(!answer.text.contains("Rejections by machine"));
    let clerk = place.somebody("clerk", Role::Reviewer).await;
    let cookie = place.session(clerk).await;
    let answer = place.call("GET", "/quality", Some(&cookie), None).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}
