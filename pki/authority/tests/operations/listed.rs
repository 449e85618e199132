//! The revocation list where it counts: whoever is on it is refused at the next connection.

use std::{fs, path::PathBuf};

use tonic::{Code, transport::Identity};
use wire::{operations::RevocationListRequest, signing::HealthRequest};

use crate::common::{House, Service};
use crate::operations::bench::Bench;

const LIST: &str = "pki/operations/operations.crl";

/// Whether the signing service lets a program in now.
async fn is_let_in(house: &House, service: &Service, program: &str) -> bool {
    let file = |end: &str| {
        let name = format!("pki/operations/{program}.{end}");
        fs::read(house.path(&name)).unwrap()
    };
    let identity = Identity::from_pem(file("pem"), file("key"));
    // TLS 1.3 tells a client that it is refused only after its first message.
    match house.connect(&service.address, Some(identity)).await {
        Ok(mut caller) => caller.health(HealthRequest {}).await.is_ok(),
        Err(_) => false,
    }
}

/// The list of another operations CA.
fn foreign_list() -> Vec<u8> {
    fs::read(House::new().path(LIST)).unwrap()
}

#[tokio::test]
async fn a_revoked_program_is_refused_at_its_next_connection_and_the_others_go_on() {
    let bench = Bench::new();
    let house = &bench.house;
    let service = house.serve(1);
    assert!(is_let_in(house, &service, "line").await);
    assert_eq!(bench.revoke_program("line").await.unwrap(), 1);
    assert!(!is_let_in(house, &service, "line").await);
    assert!(is_let_in(house, &service, "intake").await);
    // Again: nothing becomes revoked. Who calls the operations CA is judged by the same list.
    assert_eq!(bench.revoke_program("line").await.unwrap(), 0);
    assert_eq!(bench.revoke_program("fleet").await.unwrap(), 1);
    let file = |name: &str| fs::read(house.path("pki/operations").join(name)).unwrap();
    let fleet = Identity::from_pem(file("fleet.pem"), file("fleet.key"));
    let channel = house.connect(&bench.service.address, Some(fleet)).await;
    assert!(match channel {
        Ok(mut caller) =>
            caller.health(HealthRequest {}).await.unwrap_err().code() != Code::Unimplemented,
        Err(_) => true,
    });
    let audit = bench.audit("revoke-program");
    assert_eq!(audit.len(), 6, "{audit:?}");
    assert!(audit[1].contains("revoked (key compromise)"), "{audit:?}");
}

#[tokio::test]
async fn a_revoked_program_s_next_call_is_refused_also_on_an_open_connection() {
    let bench = Bench::new();
    let service = bench.house.serve(1);
    let mut line = bench.house.caller(&service, "line").await;
    let mut intake = bench.house.caller(&service, "intake").await;
    let mut fleet = bench.client("fleet").await;
    line.health(HealthRequest {}).await.unwrap();
    let asked = RevocationListRequest {};
    fleet.revocation_list(asked).await.unwrap();
    // Its own last.
    for program in ["line", "fleet"] {
        assert_eq!(bench.revoke_program(program).await.unwrap(), 1);
    }
    let refused = line.health(HealthRequest {}).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated, "{refused}");
    let refused = fleet.revocation_list(asked).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated, "{refused}");
    intake.health(HealthRequest {}).await.unwrap();
}

#[tokio::test]
async fn only_programs_of_this_house_are_revoked_by_certificate() {
    let bench = Bench::new();
    let other = House::new();
    fs::copy(
        other.path("pki/operations/line.cer"),
        bench.house.path("pki/operations/foreign.cer"),
    )
    .unwrap();
    fs::write(
        bench.house.path("pki/operations/garbage.cer"),
        b"no certificate",
    )
    .unwrap();
    for program in ["foreign", "garbage", "operations-ca"] {
        let refused = bench.revoke_program(program).await.unwrap_err();
        assert_eq!(
            refused.code(),
            Code::InvalidArgument,
            "{program}: {refused}"
        );
        assert!(refused.message().starts_with("not-a-program"), "{refused}");
    }
}

#[tokio::test]
async fn nobody_is_let_in_without_a_list_that_holds() {
    let house = House::new();
    let (list, away): (PathBuf, PathBuf) = (house.path(LIST), house.path("away.crl"));
    fs::rename(&list, &away).unwrap();
    let service = house.serve(1);
    assert!(!is_let_in(&house, &service, "line").await);
    // Neither a foreign one nor garbage is one.
    for wrong in [foreign_list(), b"garbage".to_vec(), vec![]] {
        fs::write(&list, wrong).unwrap();
        assert!(!is_let_in(&house, &service, "line").await);
    }
    fs::rename(&away, &list).unwrap();
    assert!(is_let_in(&house, &service, "line").await);
    // Once there is one, whatever spoils the file changes nothing before its end.
    fs::write(&list, b"garbage").unwrap();
    assert!(is_let_in(&house, &service, "line").await);
    fs::remove_file(&list).unwrap();
    assert!(is_let_in(&house, &service, "line").await);
}

#[tokio::test]
async fn a_list_that_is_put_back_does_not_undo_a_revocation() {
    let bench = Bench::new();
    let house = &bench.house;
    let service = house.serve(1);
    let before = fs::read(house.path(LIST)).unwrap();
    // Lists have whole seconds.
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    bench.revoke_program("line").await.unwrap();
    assert!(!is_let_in(house, &service, "line").await);
    fs::write(house.path(LIST), before).unwrap();
    assert!(!is_let_in(house, &service, "line").await);
    assert!(is_let_in(house, &service, "intake").await);
}
