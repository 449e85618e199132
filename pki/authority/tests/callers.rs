//! Who may call: every RPC refuses a caller without a certificate, of another CA, of another role,
//! and of an older TLS.

use std::fs;

use crate::common::{House, openssl_tool};
use tonic::{Code, transport::Identity};
use wire::signing::{HealthRequest, SignRequest};

#[tokio::test]
async fn no_rpc_answers_a_caller_without_a_certificate_of_ours() {
    let server = "[[program]]\nname = \"register\"\nrole = \"line\"\nside = \"server\"\n";
    let house = House::planned(|text| text + server);
    let service = house.serve(1);
    // A certificate of somebody else's CA: another ceremony's.
    let other = House::new();
    let foreign = |name: &str| fs::read(other.path("pki/operations").join(name)).unwrap();
    let foreign = Identity::from_pem(foreign("line.pem"), foreign("line.key"));
    // A certificate of our CA that is for servers.
    let ours = |name: &str| fs::read(house.path("pki/operations").join(name)).unwrap();
    let server = Identity::from_pem(ours("register.pem"), ours("register.key"));
    for identity in [None, Some(foreign), Some(server)] {
        // TLS 1.3 tells a client that it is refused only after its first message.
        let Ok(mut caller) = house.connect(&service.address, identity).await else {
            continue;
        };
        assert!(caller.sign(SignRequest::default()).await.is_err());
        assert!(caller.health(HealthRequest {}).await.is_err());
    }
}

#[tokio::test]
async fn another_role_may_ask_for_health_but_not_sign() {
    let mut house = House::new();
    let service = house.serve(1);
    let mut intake = house.caller(&service, "intake").await;
    let refused = intake.sign(house.security_object(1)).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied, "{refused:?}");
    assert!(
        refused.message().contains("the role intake may not sign"),
        "{refused:?}"
    );
    assert!(
        intake
            .health(HealthRequest {})
            .await
            .unwrap()
            .into_inner()
            .ready
    );
}

/// Spoils one field.
type Change<'a> = &'a dyn Fn(&mut SignRequest);

#[tokio::test]
async fn malformed_fields_are_named() {
    let mut house = House::new();
    let service = house.serve(1);
    let mut line = house.caller(&service, "line").await;
    let good = house.security_object(1);
    let cases: [(&str, Change); 9] = [
        ("ticket", &|request| request.ticket.clear()),
        ("ticket", &|request| request.ticket = vec![0; 5000]),
        ("order", &|request| request.order.truncate(15)),
        ("attempt", &|request| request.attempt = 0),
        ("document_number", &|request| {
            request.document_number = "LUX0000011".into();
        }),
        ("document_number", &|request| {
            request.document_number = "lux000001".into();
        }),
        ("chip_serial", &|request| request.chip_serial.push(0)),
        ("object", &|request| request.object = None),
        ("document_number", &|request| {
            request.document_number = String::new();
        }),
    ];
    for (field, change) in cases {
        let mut request = good.clone();
        change(&mut request);
        let refused = line.sign(request).await.unwrap_err();
        assert_eq!(
            refused.code(),
            Code::InvalidArgument,
            "{field}: {refused:?}"
        );
        assert!(refused.message().starts_with(field), "{field}: {refused:?}");
    }
    // More than the message limit never reaches the program's own checks.
    let mut huge = good.clone();
    huge.ticket = vec![0; 200_000];
    assert_eq!(line.sign(huge).await.unwrap_err().code(), Code::OutOfRange);
    line.sign(good).await.unwrap();
}

#[test]
fn only_tls_1_3_is_spoken() {
    let house = House::new();
    let service = house.serve(1);
    let file = |name: &str| {
        house
            .path("pki/operations")
            .join(name)
            .display()
            .to_string()
    };
    let (certificate, key, ca) = (
        file("line.pem"),
        file("line.key"),
        file("operations-ca.pem"),
    );
    let shake = |version: &str| {
        openssl_tool(&[
            "s_client",
            "-connect",
            &service.address,
            "-cert",
            &certificate,
            "-key",
            &key,
            "-CAfile",
            &ca,
            "-verify_return_error",
            "-alpn",
            "h2",
            version,
        ])
    };
    assert!(shake("-tls1_3").status.success());
    let old = shake("-tls1_2");
    assert!(!old.status.success());
    assert!(String::from_utf8_lossy(&old.stderr).contains("protocol version"));
}
