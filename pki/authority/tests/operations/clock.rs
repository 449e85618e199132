//! A clock that was ahead, and was put right. The operations CA runs in this process, under a clock that the
//! test sets.

use std::{
    fs,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use icao9303::crl::RevocationList;
use pki_authority::{
    operations::{config::OperationsConfig, serve},
    surroundings::Surroundings,
};
use rand::{SeedableRng as _, rngs::StdRng};
use time::OffsetDateTime;
use tokio::sync::oneshot;
use tonic::Code;
use wire::{
    operations::{
        RevocationListRequest, RevocationReason, RevokeProgramRequest,
        operations_client::OperationsClient,
    },
    signing::HealthRequest,
};

use crate::common::{House, now};
use crate::operations::bench::Bench;

const LIST: &str = "pki/operations/operations.crl";

/// Serves with a clock that is so many seconds ahead; the address, and how to set it.
async fn serve_ahead(house: &House, seconds: i64) -> (String, Arc<AtomicI64>) {
    let config = OperationsConfig::read(&house.path("operations.toml")).unwrap();
    let ahead = Arc::new(AtomicI64::new(seconds));
    let clock = Arc::clone(&ahead);
    let surroundings = Surroundings::new(
        move || OffsetDateTime::from_unix_timestamp(now() + clock.load(Ordering::SeqCst)).unwrap(),
        StdRng::seed_from_u64(1),
    );
    let (listening, address) = oneshot::channel::<SocketAddr>();
    // A thread of its own: it ends with the test's process.
    std::thread::spawn(move || {
        let told = |address| listening.send(address).unwrap();
        let served = serve::run(&config, surroundings, told, std::future::pending());
        tokio::runtime::Runtime::new()
            .unwrap()
            .block_on(served)
            .unwrap();
    });
    (address.await.unwrap().to_string(), ahead)
}

#[tokio::test]
async fn a_list_signed_while_the_clock_was_ahead_hides_no_later_revocation() {
    let house = Bench::house("");
    // Half of the first list's life is over by that clock: another one is signed at the start.
    let (address, ahead) = serve_ahead(&house, 5 * 86_400).await;
    let early = fs::read(house.path(LIST)).unwrap();
    let this_update = |list: &[u8]| RevocationList::parse(list).unwrap().this_update();
    assert!(this_update(&early).unix_timestamp() > now());
    // A reader who has it in use.
    let service = house.serve(1);
    let mut line = house.caller(&service, "line").await;
    line.health(HealthRequest {}).await.unwrap();

    ahead.store(0, Ordering::SeqCst);
    let mut fleet = OperationsClient::new(house.channel(&address, "fleet").await);
    let put_right = fleet.revocation_list(RevocationListRequest {}).await;
    let put_right = put_right.unwrap().into_inner().revocation_list;
    assert!(this_update(&put_right).unix_timestamp() <= now());
    let request = RevokeProgramRequest {
        certificate: fs::read(house.path("pki/operations/line.cer")).unwrap(),
        reason: RevocationReason::KeyCompromise.into(),
    };
    fleet.revoke_program(request).await.unwrap();
    let refused = line.health(HealthRequest {}).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated, "{refused}");
    // Put back, it undoes nothing, though its time is later.
    fs::write(house.path(LIST), early).unwrap();
    let refused = line.health(HealthRequest {}).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated, "{refused}");
}
