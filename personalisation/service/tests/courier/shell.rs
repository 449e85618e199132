//! The page that a phone keeps, and its files.

use axum::http::StatusCode;
use dossier::staff::Role;

use super::place::Place;

#[tokio::test]
async fn the_page_is_the_same_for_everybody_and_says_nothing_of_anybody() {
    let place = Place::new().await;
    let carl = place.somebody("carl", Role::Courier).await;
    let cookie = place.session(carl).await;
    let anybody = place.call(("GET", "/"), None, false, "").await;
    let signed_in = place.call(("GET", "/"), Some(&cookie), false, "").await;
    assert_eq!(anybody.status, StatusCode::OK);
    assert_eq!(anybody.text, signed_in.text);
    assert!(!anybody.text.contains("data-token"));
    let policy = anybody.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("require-trusted-types-for 'script'; trusted-types service-worker"));
    assert!(policy.contains("script-src 'self';"), "{policy}");
}

#[tokio::test]
async fn every_file_that_the_worker_keeps_is_there() {
    let place = Place::new().await;
    let worker = place.call(("GET", "/worker.js"), None, false, "").await;
    assert_eq!(
        worker.headers["content-type"],
        "text/javascript; charset=utf-8"
    );
    let list = worker.text.split("const FILES = ").nth(1).unwrap();
    let files: Vec<String> = serde_json::from_str(list.split(';').next().unwrap()).unwrap();
    assert_eq!(files.len(), 11);
    let page = place.call(("GET", "/"), None, false, "").await.text;
    for file in &files {
        let answer = place.call(("GET", file), None, false, "").await;
        assert_eq!(answer.status, StatusCode::OK, "{file}");
        // The font is named by the style sheet as well.
        assert!(page.contains(file), "{file} is not of the page");
    }
    let manifest = place.call(("GET", "/manifest.webmanifest"), None, false, "");
    let manifest = manifest.await;
    let said: serde_json::Value = serde_json::from_str(&manifest.text).unwrap();
    assert_eq!(
        (&said["display"], &said["start_url"]),
        (&"standalone".into(), &"/".into())
    );
    let icon = said["icons"][0]["src"].as_str().unwrap();
    let icon = place.call(("GET", icon), None, false, "").await;
    assert_eq!(icon.status, StatusCode::OK);
}
