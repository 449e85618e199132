//! What the health RPC tells of document verifiers and inspection certificates as days pass.

use tonic::transport::Channel;
use wire::{
    inspection::inspection_client::InspectionClient,
    signing::{CertificateHealth, HealthRequest, KeyState, signing_client::SigningClient},
};

use crate::common::{House, now};
use crate::inspection::{
    clock::serve_by_a_clock,
    terminal::{DV, Key, ask},
};

const DAY: i64 = 24 * 3600;

/// The one document verifier, and the one inspection system.
async fn told(caller: &mut SigningClient<Channel>) -> [CertificateHealth; 2] {
    let health = caller.health(HealthRequest {}).await.unwrap().into_inner();
    assert!(health.alarms == 0 && health.keys.len() == 1);
    let [verifier] = health.document_verifiers.try_into().unwrap();
    let [system] = health.inspection_systems.try_into().unwrap();
    [verifier, system]
}

#[tokio::test]
async fn health_tells_how_long_verifiers_and_inspection_certificates_last() {
    let house = House::new();
    let (address, days) = serve_by_a_clock(&house).await;
    let mut caller = house.caller_at(&address, "line").await;
    let [verifier, system] = told(&mut caller).await;
    assert_eq!(
        (verifier.holder.as_str(), verifier.key.as_str()),
        (DV, "dv-1")
    );
    assert_eq!(
        (verifier.state(), verifier.days_left),
        (KeyState::Ready, 89)
    );
    assert_eq!(verifier.remedy, "");
    // The first second after the last of ninety days, of which this is the first.
    assert_eq!(verifier.valid_until % DAY, 0);
    assert_eq!((verifier.valid_until - now()) / DAY, 89);
    assert_eq!(system.holder, "LULINE1");
    assert_eq!(
        (system.state(), system.valid_until),
        (KeyState::KeyUnusable, 0)
    );
    assert!(system.remedy.contains("no certificate was issued"));

    let mut line = InspectionClient::new(house.channel(&address, "line").await);
    let key = Key::new("LULINE100001");
    ask(&mut line, key.first().to_bytes()).await.unwrap();
    for (after, state, left) in [
        (0, KeyState::Ready, 9),
        (9, KeyState::Ready, 0),
        (10, KeyState::OutOfPeriod, -1),
    ] {
        days(after);
        let [_, system] = told(&mut caller).await;
        assert_eq!(system.holder, "LULINE100001");
        assert_eq!((system.state(), system.days_left), (state, left), "{after}");
        assert_eq!(system.remedy.is_empty(), state == KeyState::Ready);
    }
    for (after, state, left, remedy) in [
        (74, KeyState::Ready, 15, ""),
        (75, KeyState::Ready, 14, "ends soon; hold a ceremony"),
        (89, KeyState::Ready, 0, "ends soon; hold a ceremony"),
        (
            90,
            KeyState::OutOfPeriod,
            -1,
            "not valid today; hold a ceremony",
        ),
    ] {
        days(after);
        let [verifier, _] = told(&mut caller).await;
        assert_eq!(
            (verifier.state(), verifier.days_left),
            (state, left),
            "{after}"
        );
        assert!(verifier.remedy.contains(remedy), "{}", verifier.remedy);
        assert_eq!(verifier.remedy.is_empty(), remedy.is_empty());
    }
    // Without its token, that is what is told.
    let away = house.take_tokens_away();
    let [verifier, _] = told(&mut caller).await;
    assert_eq!(verifier.state(), KeyState::TokenAbsent);
    away.bring_back();
}
