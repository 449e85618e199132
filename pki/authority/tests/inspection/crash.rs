//! The service dies between intent and outcome, or its token is away.

use std::fs;

use sqlx::Connection as _;
use tonic::Code;
use wire::inspection::inspection_client::InspectionClient;

use crate::common::{House, Service};
use crate::inspection::terminal::{Key, ask, certificate};

#[tokio::test]
async fn a_crash_between_intent_and_outcome_continues() {
    let house = House::new();
    let config = house.inspection_config(30, "");
    let mut service = Service::start(&config);
    let channel = house.channel(&service.address, "line").await;
    let away = house.take_tokens_away();
    let key = Key::new("LULINE100001");
    let request = key.first().to_bytes();
    let mut stuck = InspectionClient::new(channel);
    let asked = request.clone();
    let stuck = tokio::spawn(async move { ask(&mut stuck, asked).await });
    let audit = house.path("pki-audit.jsonl");
    house.audit_reaches(1).await;
    service.kill();
    stuck.await.unwrap().unwrap_err();
    away.bring_back();

    let service = Service::start(&config);
    let mut line = InspectionClient::new(house.channel(&service.address, "line").await);
    // Another key under the reference that was intended is refused.
    let other = Key::new("LULINE100001").first().to_bytes();
    let refused = ask(&mut line, other).await.unwrap_err();
    assert_eq!(refused.code(), Code::AlreadyExists, "{refused:?}");
    let first = ask(&mut line, request.clone()).await.unwrap();
    assert!(!first.repeated);
    assert_eq!(certificate(&first).body().key.point, key.point());
    let second = ask(&mut line, request).await.unwrap();
    assert!(second.repeated);
    assert_eq!(first.certificate, second.certificate);
    // Each intent has its outcome; the one of the dead process was closed at the next start.
    let audit = fs::read_to_string(&audit).unwrap();
    let count = |what: &str| audit.lines().filter(|line| line.contains(what)).count();
    assert_eq!(count("\"intent\""), count("\"outcome\""));
    assert_eq!(count("interrupted"), 1);
}

#[tokio::test]
async fn an_absent_token_is_told_and_the_request_continues_later() {
    let house = House::new();
    let service = Service::start(&house.inspection_config(1, ""));
    let mut line = InspectionClient::new(house.channel(&service.address, "line").await);
    let away = house.take_tokens_away();
    let request = Key::new("LULINE100001").first().to_bytes();
    let failed = ask(&mut line, request.clone()).await.unwrap_err();
    assert_eq!(failed.code(), Code::Unavailable, "{failed:?}");
    assert!(
        failed.message().contains("document-verifying"),
        "{failed:?}"
    );
    away.bring_back();
    assert!(!ask(&mut line, request).await.unwrap().repeated);
}

#[tokio::test]
async fn a_damaged_certificate_is_named_and_is_not_the_caller_s_fault() {
    let house = House::new();
    let config = house.inspection_config(1, "");
    let service = Service::start(&config);
    let mut line = InspectionClient::new(house.channel(&service.address, "line").await);
    let first = Key::new("LULINE100001");
    ask(&mut line, first.first().to_bytes()).await.unwrap();
    // Its last byte is lost.
    let store = house.path("pki.sqlite");
    let store = format!("sqlite:{}", store.display());
    let mut store = sqlx::SqliteConnection::connect(&store).await.unwrap();
    let damage = "UPDATE inspection_certificate SET certificate = \
                  substr(certificate, 1, length(certificate) - 1) WHERE holder = 'LULINE100001'";
    let damaged = sqlx::query(damage).execute(&mut store).await.unwrap();
    assert_eq!(damaged.rows_affected(), 1);
    let next = Key::new("LULINE100002").after(&first).to_bytes();
    let refused = ask(&mut line, next).await.unwrap_err();
    assert_eq!(refused.code(), Code::Internal, "{refused:?}");
    let said = refused.message();
    assert!(
        said.contains("LULINE100001 is damaged in the store"),
        "{said}"
    );
    assert!(!said.contains("unknown_signer"), "{said}");
}
