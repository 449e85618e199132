//! Crashes and absences of the real service: nothing is lost, nothing is signed twice differently.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first fault"
)]

use crate::common;
use std::{collections::BTreeMap, fs, time::Duration};

use crate::common::{Away, House, Service};
use evidence::entry::{Entry, Phase};
use tokio::{
    task::JoinHandle,
    time::{sleep, timeout},
};
use tonic::{
    Code,
    transport::{Channel, Identity},
};
use wire::signing::{
    HealthRequest, KeyState, SignRequest, SignResponse, signing_client::SigningClient,
};

async fn health(line: &mut SigningClient<Channel>) -> wire::signing::HealthResponse {
    line.health(HealthRequest {}).await.unwrap().into_inner()
}

type Answer = Result<tonic::Response<SignResponse>, tonic::Status>;

/// A request that stops exactly between its durable intent and the signature: the token is away.
async fn stuck(
    house: &House,
    line: &SigningClient<Channel>,
    request: &SignRequest,
) -> (Away, JoinHandle<Answer>) {
    let away = house.take_tokens_away();
    let (mut line, request) = (line.clone(), request.clone());
    let call = tokio::spawn(async move { line.sign(request).await });
    house.audit_reaches(1).await;
    (away, call)
}

#[tokio::test]
async fn requests_wait_for_a_token_that_comes_back() {
    let mut house = House::new();
    let service = house.serve(20);
    let mut line = house.caller(&service, "line").await;
    line.sign(house.security_object(1)).await.unwrap();
    for round in 0..2 {
        let away = house.take_tokens_away();
        let state = health(&mut line).await;
        assert!(!state.ready);
        assert_eq!(state.keys[0].state(), KeyState::TokenAbsent);
        assert!(
            state.keys[0].remedy.contains("connect it again"),
            "{:?}",
            state.keys[0].remedy
        );
        let request = house.security_object(2 + round);
        let (mut waiting, before) = (line.clone(), house.audited());
        let waiting = tokio::spawn(async move { waiting.sign(request).await });
        house.audit_reaches(before + 1).await;
        assert!(!waiting.is_finished());
        // What was signed before needs no token.
        assert!(
            line.sign(house.security_object(1))
                .await
                .unwrap()
                .into_inner()
                .repeated
        );
        away.bring_back();
        let answer = timeout(Duration::from_secs(10), waiting)
            .await
            .unwrap()
            .unwrap()
            .unwrap();
        assert!(!answer.into_inner().repeated);
        assert!(health(&mut line).await.ready);
    }
}

#[tokio::test]
async fn a_request_fails_clearly_when_the_token_stays_away_and_continues_later() {
    let mut house = House::new();
    let service = house.serve(1);
    let mut line = house.caller(&service, "line").await;
    let away = house.take_tokens_away();
    let failed = line.sign(house.security_object(1)).await.unwrap_err();
    assert_eq!(failed.code(), Code::Unavailable, "{failed:?}");
    assert!(
        failed.message().contains("the token signing is absent"),
        "{failed:?}"
    );
    away.bring_back();
    assert!(
        !line
            .sign(house.security_object(1))
            .await
            .unwrap()
            .into_inner()
            .repeated
    );
    let text = fs::read_to_string(house.path("pki-audit.jsonl")).unwrap();
    assert!(
        text.contains("not signed: the token signing is absent"),
        "{text}"
    );
}

#[tokio::test]
async fn a_service_starts_without_its_token() {
    let mut house = House::new();
    let away = house.take_tokens_away();
    let service = house.serve(1);
    // Its TLS key is in the token too: until that comes nobody shakes hands with it.
    let file = |name: &str| fs::read(house.path("pki/operations").join(name)).unwrap();
    let identity = || Identity::from_pem(file("line.pem"), file("line.key"));
    assert!(
        house
            .connect(&service.address, Some(identity()))
            .await
            .is_err()
    );
    away.bring_back();
    // It is looked for again after a moment.
    let mut line = loop {
        match house.connect(&service.address, Some(identity())).await {
            Ok(line) => break line,
            Err(_) => sleep(Duration::from_millis(50)).await,
        }
    };
    line.sign(house.security_object(1)).await.unwrap();
    assert_eq!(health(&mut line).await.keys[0].state(), KeyState::Ready);
}

#[tokio::test]
async fn a_crash_between_intent_and_outcome_continues() {
    let mut house = House::new();
    let config = house.config(30);
    let mut service = Service::start(&config);
    let line = house.caller(&service, "line").await;
    let request = house.security_object(1);
    let (away, call) = stuck(&house, &line, &request).await;
    service.kill();
    assert!(call.await.unwrap().is_err());
    away.bring_back();

    let service = Service::start(&config);
    let mut line = house.caller(&service, "line").await;
    // Other bytes are an alarm: the permit is bound to what was intended.
    let mut other = request.clone();
    other.object = house.security_object(2).object;
    other.ticket = house.ticket([1; 16], &common::files(2)).encode();
    assert_eq!(
        line.sign(other).await.unwrap_err().code(),
        Code::AlreadyExists
    );
    let first = line.sign(request.clone()).await.unwrap().into_inner();
    assert!(!first.repeated);
    let second = line.sign(request).await.unwrap().into_inner();
    assert!(second.repeated);
    assert_eq!(first.signed_object, second.signed_object);
}

#[tokio::test]
async fn a_caller_that_hangs_up_leaves_no_intent_without_its_outcome() {
    let mut house = House::new();
    let config = house.config(30);
    let service = Service::start(&config);
    let mut line = house.caller(&service, "line").await;
    let request = house.security_object(1);
    let (away, call) = stuck(&house, &line, &request).await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    // On the same connection: what is answered after it, the service read after the hang-up.
    assert!(!health(&mut line).await.ready);
    away.bring_back();
    house.audit_reaches(2).await;
    // Who asks again gets what was signed.
    assert!(line.sign(request).await.unwrap().into_inner().repeated);
}

#[tokio::test]
async fn an_act_during_which_the_service_was_killed_is_closed_by_the_next_one() {
    let mut house = House::new();
    let config = house.config(30);
    let mut service = Service::start(&config);
    let line = house.caller(&service, "line").await;
    let request = house.security_object(1);
    let (away, call) = stuck(&house, &line, &request).await;
    let audit = house.path("pki-audit.jsonl");
    service.kill();
    call.await.unwrap().unwrap_err();
    away.bring_back();

    let service = Service::start(&config);
    let mut line = house.caller(&service, "line").await;
    line.sign(request).await.unwrap();
    let text = fs::read_to_string(&audit).unwrap();
    let entries: Vec<_> = text
        .lines()
        .map(|line| Entry::parse(line).unwrap())
        .collect();
    assert_eq!(entries.len(), 4, "{text}");
    assert_eq!(entries[0].id, entries[1].id);
    let detail = entries[1].detail.as_deref().unwrap();
    assert!(
        detail.starts_with("interrupted; nothing was released"),
        "{detail}"
    );
    assert_eq!(entries[2].id, entries[3].id);
    assert_eq!(
        entries[3].detail.as_deref(),
        Some("signed, verified, released")
    );
}

#[tokio::test]
async fn a_service_killed_under_load_gives_one_signature_a_permit() {
    let mut house = House::new();
    let config = house.config(5);
    let requests: Vec<_> = (1..=60).map(|card| house.security_object(card)).collect();
    let mut released = vec![None; requests.len()];
    for round in 0..4 {
        let mut service = Service::start(&config);
        let line = house.caller(&service, "line").await;
        let before = house.audited();
        let calls: Vec<_> = requests
            .iter()
            .map(|request| {
                let (mut line, request) = (line.clone(), request.clone());
                tokio::spawn(async move { line.sign(request).await })
            })
            .collect();
        // The last round runs to its end.
        if round < 3 {
            // In the middle: some intents are there, and not all outcomes.
            house.audit_reaches(before + 1 + 8 * round).await;
            service.kill();
        }
        for (call, released) in calls.into_iter().zip(&mut released) {
            let Ok(answer) = call.await.unwrap() else {
                continue;
            };
            let object = answer.into_inner().signed_object;
            // Whoever got an answer once gets the same one ever after.
            assert_eq!(*released.get_or_insert(object.clone()), object);
        }
    }
    assert!(released.iter().all(Option::is_some));

    // The audit survived too: whole lines, and each release is told.
    let text = fs::read_to_string(house.path("pki-audit.jsonl")).unwrap();
    let entries: Vec<_> = text
        .lines()
        .map(|line| Entry::parse(line).unwrap())
        .collect();
    for number in 1..=60_u8 {
        let order = hex::encode([number; 16]);
        let told = entries.iter().filter(|entry| {
            entry.object.contains(&order)
                && entry.detail.as_deref() == Some("signed, verified, released")
        });
        assert_eq!(told.count(), 1, "order {order}");
    }
    // What the killed ones had begun was closed by the next: nothing is open, nothing closed twice.
    let mut acts = BTreeMap::<_, i32>::new();
    for entry in &entries {
        let step = if entry.phase == Phase::Intent { 1 } else { -1 };
        *acts.entry(&entry.id).or_default() += step;
    }
    assert!(acts.values().all(|open| *open == 0), "{acts:?}");
}

#[tokio::test]
async fn a_torn_audit_line_is_mended_and_a_second_service_refused() {
    let mut house = House::new();
    let config = house.config(5);
    let mut service = Service::start(&config);
    let mut line = house.caller(&service, "line").await;
    line.sign(house.security_object(1)).await.unwrap();
    let second = std::process::Command::new(common::binary())
        .args(["serve", "--config"])
        .arg(&config)
        .output()
        .unwrap();
    assert!(!second.status.success());
    assert!(String::from_utf8_lossy(&second.stderr).contains("another pki-authority uses it"));
    service.kill();

    let audit = house.path("pki-audit.jsonl");
    let whole = fs::read(&audit).unwrap();
    fs::write(&audit, &whole[..whole.len() - 25]).unwrap();
    drop(Service::start(&config));
    assert_eq!(fs::read(&audit).unwrap(), whole);
    // Lost altogether: written anew from the store.
    fs::remove_file(&audit).unwrap();
    drop(Service::start(&config));
    assert_eq!(fs::read(&audit).unwrap(), whole);
    fs::write(&audit, b"{\"foreign\":1}\n").unwrap();
    let foreign = std::process::Command::new(common::binary())
        .args(["serve", "--config"])
        .arg(&config)
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&foreign.stderr).contains("not of this store"));
}
