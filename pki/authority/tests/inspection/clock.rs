//! Days that pass: expired document verifiers, expired certificates. The service runs in this process,
//! under a clock that the test sets.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use pki_authority::{
    serve::{self, config::ServeConfig},
    surroundings::Surroundings,
};
use rand::{SeedableRng as _, rngs::StdRng};
use time::{Date, OffsetDateTime};
use tokio::sync::oneshot;
use tonic::Code;
use wire::inspection::{ChainRequest, inspection_client::InspectionClient};

use crate::common::{House, now};
use crate::inspection::terminal::{Key, ask, certificate};

const DAY: i64 = 24 * 3600;

fn today_after(days: i64) -> Date {
    OffsetDateTime::from_unix_timestamp(now() + days * DAY)
        .unwrap()
        .date()
}

/// A service whose clock is moved to so many days from now, and its address.
pub async fn serve_by_a_clock(house: &House) -> (String, impl Fn(i64)) {
    let config = ServeConfig::read(&house.inspection_config(5, "")).unwrap();
    let clock = Arc::new(AtomicI64::new(now()));
    let days = {
        let clock = Arc::clone(&clock);
        move |days: i64| clock.store(now() + days * DAY, Ordering::SeqCst)
    };
    let surroundings = Surroundings::new(
        move || OffsetDateTime::from_unix_timestamp(clock.load(Ordering::SeqCst)).unwrap(),
        StdRng::seed_from_u64(1),
    );
    let signers = serve::signers(&config).unwrap();
    let (listening, address) = oneshot::channel::<SocketAddr>();
    // A thread of its own: it ends with the test's process.
    std::thread::spawn(move || {
        let told = |address| listening.send(address).unwrap();
        let served = serve::run(&config, signers, surroundings, told, std::future::pending());
        tokio::runtime::Runtime::new()
            .unwrap()
            .block_on(served)
            .unwrap();
    });
    (address.await.unwrap().to_string(), days)
}

#[tokio::test]
async fn certificates_end_with_their_document_verifier_and_vouch_only_while_valid() {
    let house = House::new();
    let (address, days) = serve_by_a_clock(&house).await;
    let mut line = InspectionClient::new(house.channel(&address, "line").await);

    let first = Key::new("LULINE100001");
    ask(&mut line, first.first().to_bytes()).await.unwrap();
    // On its tenth day it still vouches; on the eleventh no more.
    days(10);
    let second = Key::new("LULINE100002");
    let refused = ask(&mut line, second.after(&first).to_bytes())
        .await
        .unwrap_err();
    assert!(
        refused.message().starts_with("signer_expired"),
        "{refused:?}"
    );
    days(9);
    ask(&mut line, second.after(&first).to_bytes())
        .await
        .unwrap();
    // Ten days from the 85th would be too long: the verifier's 90 days end before.
    let mut before = second;
    for (sequence, day) in (3_u32..).zip((18..=81).step_by(9)) {
        days(day);
        let next = Key::new(&format!("LULINE1{sequence:05}"));
        ask(&mut line, next.after(&before).to_bytes())
            .await
            .unwrap();
        before = next;
    }
    days(85);
    let last = Key::new("LULINE100099");
    let answer = ask(&mut line, last.after(&before).to_bytes())
        .await
        .unwrap();
    let body = certificate(&answer).body().clone();
    assert_eq!(body.effective, today_after(85));
    assert_eq!(body.expiration, today_after(89));

    days(90);
    let late = Key::new("LULINE100100");
    let refused = ask(&mut line, late.after(&last).to_bytes())
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition, "{refused:?}");
    assert!(
        refused.message().contains("no document verifier"),
        "{refused:?}"
    );
    let chain = line
        .chain(ChainRequest::default())
        .await
        .unwrap()
        .into_inner();
    assert!(chain.document_verifiers.is_empty());
}
