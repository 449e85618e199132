//! From a ceremony to signed objects that an independent program verifies, and everything that is
//! refused on the way.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first fault"
)]

use std::fs;

use crate::common::{House, Service, files, now, openssl_tool, security_infos};
use evidence::{
    entry::{Entry, Phase},
    ticket::{SignedTicket, Ticket},
};
use icao9303::{card_security::CardSecurity, sod::DocumentSecurityObject, tlv, x509::Certificate};
use openssl::sha::sha256;
use pki_authority::serve::config::ServeConfig;
use tonic::Code;
use wire::signing::{HealthRequest, KeyState, SignRequest, sign_request::Object};

fn der(request: &SignRequest) -> Vec<u8> {
    match request.object.clone().unwrap() {
        Object::LdsSecurityObject(der) | Object::CardSecurityInfos(der) => der,
    }
}

#[tokio::test]
async fn signed_objects_verify_with_openssl() {
    let mut house = House::new();
    let service = house.serve(5);
    let mut line = house.caller(&service, "line").await;

    let request = house.security_object(1);
    let answer = line.sign(request.clone()).await.unwrap().into_inner();
    assert!(!answer.repeated);
    let signer = fs::read(house.path("pki/trust/ds-1.cer")).unwrap();
    assert_eq!(answer.document_signer_certificate, signer);
    let object = DocumentSecurityObject::parse(&answer.signed_object).unwrap();
    assert_eq!(object.security_object().unwrap().to_der(), der(&request));
    assert!(object.signed_data().signing_time().is_some());
    let cms = tlv::parse_exact(&answer.signed_object, 0x77).unwrap();
    assert_eq!(verified_by_openssl(&house, cms), der(&request));

    let request = house.card_security(1);
    let answer = line.sign(request.clone()).await.unwrap().into_inner();
    let object = CardSecurity::parse(&answer.signed_object).unwrap();
    assert_eq!(object.security_infos().unwrap(), der(&request));
    assert_eq!(
        verified_by_openssl(&house, &answer.signed_object),
        der(&request)
    );

    let health = line.health(HealthRequest {}).await.unwrap().into_inner();
    assert!(health.ready);
    assert_eq!((health.signatures, health.alarms), (2, 0));
    assert_eq!(health.keys[0].state(), KeyState::Ready);
    let serial = Certificate::parse(&signer).unwrap().serial_hex();
    assert_eq!(health.keys[0].certificate_serial, serial);
}

/// The content, when the `openssl` program finds the signature good.
fn verified_by_openssl(house: &House, cms: &[u8]) -> Vec<u8> {
    let (input, output) = (house.path("cms.der"), house.path("content.der"));
    fs::write(&input, cms).unwrap();
    let verified = openssl_tool(&[
        "cms",
        "-verify",
        "-binary",
        "-inform",
        "DER",
        "-noverify",
        "-in",
        input.to_str().unwrap(),
        "-out",
        output.to_str().unwrap(),
    ]);
    assert!(
        verified.status.success(),
        "{}",
        String::from_utf8_lossy(&verified.stderr)
    );
    fs::read(output).unwrap()
}

#[tokio::test]
async fn a_retry_gets_the_same_bytes_and_other_bytes_are_an_alarm() {
    let mut house = House::new();
    let service = house.serve(5);
    let mut line = house.caller(&service, "line").await;
    let request = house.security_object(1);
    let first = line.sign(request.clone()).await.unwrap().into_inner();
    let second = line.sign(request.clone()).await.unwrap().into_inner();
    assert!(second.repeated);
    assert_eq!(second.signed_object, first.signed_object);
    // A fresh ticket for the same content is the same request.
    let mut renewed = request.clone();
    renewed.ticket = house.ticket([1; 16], &files(1)).encode();
    assert_eq!(
        line.sign(renewed).await.unwrap().into_inner().signed_object,
        first.signed_object
    );

    let mut alarms = 0;
    let mut alarm = async |request: SignRequest, expected: &str| {
        let refused = line.sign(request).await.unwrap_err();
        assert_eq!(refused.code(), Code::AlreadyExists, "{refused:?}");
        assert!(refused.message().contains(expected), "{refused:?}");
        alarms += 1;
        let health = line.health(HealthRequest {}).await.unwrap().into_inner();
        assert_eq!(health.alarms, alarms);
    };
    // DG14 is not in the ticket, so the ticket permits this, but the permit was used.
    let mut changed = request.clone();
    let mut object = der(&request);
    let last_hash = object.len() - 40;
    object[last_hash] ^= 1;
    changed.object = Some(Object::LdsSecurityObject(object));
    alarm(changed, "other bytes").await;

    let mut other_number = request.clone();
    other_number.document_number = "LUX999999".into();
    alarm(other_number, "another document number or chip").await;
    let mut other_chip = request.clone();
    other_chip.chip_serial = vec![9; 10];
    alarm(other_chip, "another document number or chip").await;

    let mut number_of_another = house.security_object(2);
    number_of_another.document_number = request.document_number.clone();
    alarm(number_of_another, "document number belongs to another").await;
    let mut chip_of_another = house.security_object(2);
    chip_of_another.chip_serial = request.chip_serial.clone();
    alarm(chip_of_another, "chip belongs to another").await;
    let mut next_attempt = request.clone();
    next_attempt.attempt = 2;
    alarm(next_attempt.clone(), "document number belongs to another").await;
    // A new attempt has a new number and a new chip.
    next_attempt.document_number = "LUX000777".into();
    next_attempt.chip_serial = vec![77; 10];
    assert!(!line.sign(next_attempt).await.unwrap().into_inner().repeated);
}

#[tokio::test]
async fn a_document_signer_signs_only_what_its_certificate_lists() {
    // Its certificate lists `ID` alone.
    let mut house = House::new();
    let mut permit = house.security_object(1);
    let card = SignedTicket::decode(&permit.ticket).unwrap();
    let key = fs::read(house.path("pki/public/tickets.spki")).unwrap();
    let ticket = Ticket {
        signing_profile: "residence-permit".into(),
        ..card.verify(&key, now()).unwrap().clone()
    };
    permit.ticket = house.seal(ticket).encode();
    let config = house.config(5);
    let mut service = Service::start(&config);
    let mut line = house.caller(&service, "line").await;
    let refused = line.sign(permit.clone()).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition, "{refused:?}");
    let told = "lists the document code IR of the profile residence-permit";
    assert!(refused.message().contains(told), "{refused:?}");
    line.sign(house.security_object(2)).await.unwrap();
    service.kill();

    // A State whose permits have a code of the list.
    let text = fs::read_to_string(&config).unwrap();
    let unknown = format!("document_codes = {{ passport = \"P\" }}\n{text}");
    fs::write(&config, unknown).unwrap();
    let refused = ServeConfig::read(&config).unwrap_err().to_string();
    assert!(refused.contains("names a signing profile"), "{refused}");
    let text = format!("document_codes = {{ residence-permit = \"ID\" }}\n{text}");
    fs::write(&config, text).unwrap();
    let service = Service::start(&config);
    let mut line = house.caller(&service, "line").await;
    assert!(!line.sign(permit).await.unwrap().into_inner().repeated);
}

#[tokio::test]
async fn nothing_is_signed_without_a_good_ticket() {
    let mut house = House::new();
    let service = house.serve(5);
    let mut line = house.caller(&service, "line").await;
    let good = house.security_object(1);
    let ticket = |change: &dyn Fn(&mut Ticket)| {
        let content = files(1)
            .iter()
            .filter(|(number, _)| [2, 3, 11].contains(*number))
            .map(|(number, file)| (*number, sha256(file)))
            .collect();
        let mut ticket = Ticket {
            order: [1; 16],
            signing_profile: "identity-card".into(),
            content,
            issued_at: now() - 60,
            expires_at: now() + 3600,
        };
        change(&mut ticket);
        ticket
    };
    let cases: [(&str, Ticket); 8] = [
        ("ended", ticket(&|ticket| ticket.expires_at = now() - 1)),
        (
            "holds only from",
            ticket(&|ticket| ticket.issued_at = now() + 600),
        ),
        ("another order", ticket(&|ticket| ticket.order = [2; 16])),
        (
            "profile that does not exist",
            ticket(&|ticket| ticket.signing_profile = "passport".into()),
        ),
        (
            "data group 2",
            ticket(&|ticket| ticket.content.extend([(2, [0; 32])])),
        ),
        (
            "data group 3",
            ticket(&|ticket| ticket.content.extend([(3, [0; 32])])),
        ),
        (
            "other data groups",
            ticket(&|ticket| ticket.content.retain(|number, _| *number != 3)),
        ),
        (
            "other data groups",
            ticket(&|ticket| ticket.content.extend([(7, [0; 32])])),
        ),
    ];
    for (reason, ticket) in cases {
        let mut request = good.clone();
        request.ticket = house.seal(ticket).encode();
        let refused = line.sign(request).await.unwrap_err();
        assert_eq!(
            refused.code(),
            Code::PermissionDenied,
            "{reason}: {refused:?}"
        );
        assert!(refused.message().contains(reason), "{reason}: {refused:?}");
    }
    // None of it used the permit up.
    assert!(!line.sign(good).await.unwrap().into_inner().repeated);
}

#[tokio::test]
async fn a_forged_ticket_permits_nothing() {
    let mut house = House::new();
    let service = house.serve(5);
    let mut line = house.caller(&service, "line").await;
    let good = house.security_object(1);
    // Forged: the right content, sealed by nobody of ours.
    let forged = SignedTicket::decode(&good.ticket).unwrap();
    let content = forged.verify(
        &fs::read(house.path("pki/public/tickets.spki")).unwrap(),
        now(),
    );
    let forged = content.unwrap().clone().seal(vec![0x55; 64]);
    let mut request = good;
    request.ticket = forged.encode();
    let refused = line.sign(request).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);
    assert!(
        refused.message().contains("not the issuer's"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn nothing_is_signed_that_the_profile_does_not_allow() {
    let mut house = House::new();
    let service = house.serve(5);
    let mut line = house.caller(&service, "line").await;
    let good = house.security_object(1);
    let mut refused = async |object: Object, code: Code, reason: &str| {
        let mut request = good.clone();
        request.object = Some(object);
        let refused = line.sign(request).await.unwrap_err();
        assert_eq!(refused.code(), code, "{reason}: {refused:?}");
        assert!(refused.message().contains(reason), "{reason}: {refused:?}");
    };
    let lds = |der: Vec<u8>| Object::LdsSecurityObject(der);
    let denied = Code::PermissionDenied;
    let mut trailing = der(&good);
    trailing.push(0);
    refused(lds(trailing), denied, "malformed").await;
    refused(lds(vec![]), Code::InvalidArgument, "object").await;
    refused(lds(vec![0x30; 70_000]), Code::InvalidArgument, "object").await;
    refused(
        lds(vec![0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF]),
        denied,
        "malformed",
    )
    .await;
    // LDS 1.7 has no version information.
    refused(lds(without(&good, None)), denied, "LDS 1.8").await;
    for group in [1, 2, 14] {
        refused(lds(without(&good, Some(group))), denied, "data groups").await;
    }
}

#[tokio::test]
async fn no_chip_gets_other_protocols_than_the_profile_allows() {
    let mut house = House::new();
    let service = house.serve(5);
    let mut line = house.caller(&service, "line").await;
    let good = house.card_security(1);
    let mut refused = async |object: Object, reason: &str| {
        let mut request = good.clone();
        request.object = Some(object);
        let refused = line.sign(request).await.unwrap_err();
        assert_eq!(
            refused.code(),
            Code::PermissionDenied,
            "{reason}: {refused:?}"
        );
        assert!(refused.message().contains(reason), "{reason}: {refused:?}");
    };
    let infos = |change: &dyn Fn(&mut icao9303::security_info::SecurityInfos)| {
        let mut infos = security_infos();
        change(&mut infos);
        Object::CardSecurityInfos(infos.to_der())
    };
    refused(
        infos(&|infos| drop(infos.infos.remove(3))),
        "key is missing",
    )
    .await;
    refused(
        infos(&|infos| drop(infos.infos.remove(2))),
        "authentication is missing",
    )
    .await;
    refused(
        infos(&|infos| drop(infos.infos.drain(..2))),
        "PACE is missing",
    )
    .await;
    refused(
        infos(&|infos| infos.infos.push(infos.infos[0].clone())),
        "twice",
    )
    .await;
    // The same infos in the other order: not DER.
    let mut elements: Vec<_> = security_infos()
        .infos
        .iter()
        .map(icao9303::security_info::SecurityInfo::to_der)
        .collect();
    elements.sort();
    elements.reverse();
    let unsorted = tlv::encode(0x31, &elements.concat());
    refused(Object::CardSecurityInfos(unsorted), "malformed").await;
    // A point that is not on the curve.
    let off_curve = infos(&|infos| {
        for info in &mut infos.infos {
            if let icao9303::security_info::SecurityInfo::ChipAuthenticationPublicKey(key) = info {
                *key.public_key.key.last_mut().unwrap() ^= 1;
            }
        }
    });
    refused(off_curve, "not on the profile's curve").await;
}

/// The security object of a request without one data group, or as LDS 1.7.
fn without(request: &SignRequest, group: Option<u8>) -> Vec<u8> {
    use icao9303::sod::LdsSecurityObject;
    let object = LdsSecurityObject::parse(&der(request)).unwrap();
    let mut hashes = object.hashes().clone();
    let version = match group {
        None => None,
        Some(number) => {
            hashes.retain(|group, _| group.number() != number);
            object.version_info()
        }
    };
    LdsSecurityObject::new(object.hash_algorithm(), hashes, version)
        .unwrap()
        .to_der()
}

#[tokio::test]
async fn every_act_has_its_intent_and_outcome_in_the_audit() {
    let mut house = House::new();
    let service = house.serve(5);
    let mut line = house.caller(&service, "line").await;
    line.sign(house.security_object(1)).await.unwrap();
    line.sign(house.security_object(1)).await.unwrap();
    let mut refused = house.security_object(1);
    refused.document_number = "LUX999999".into();
    line.sign(refused).await.unwrap_err();
    let mut expired = house.security_object(2);
    expired.ticket = house.ticket([3; 16], &files(2)).encode();
    line.sign(expired).await.unwrap_err();
    drop(service);

    let text = fs::read_to_string(house.path("pki-audit.jsonl")).unwrap();
    let entries: Vec<_> = text
        .lines()
        .map(|line| Entry::parse(line).unwrap())
        .collect();
    assert_eq!(entries.len(), 8);
    for pair in entries.chunks(2) {
        assert_eq!(
            (pair[0].phase, pair[1].phase),
            (Phase::Intent, Phase::Outcome)
        );
        assert_eq!(
            (&pair[0].id, &pair[0].object),
            (&pair[1].id, &pair[1].object)
        );
    }
    let details: Vec<_> = entries
        .iter()
        .filter_map(|entry| entry.detail.as_deref())
        .collect();
    assert_eq!(
        details[..2],
        ["signed, verified, released", "released again"]
    );
    assert!(details[2].starts_with("ALARM"), "{details:?}");
    assert!(details[3].contains("another order"), "{details:?}");
    // Neither the document number nor a hash of content.
    assert!(!text.contains("LUX9") && !text.contains("LUX0"));
}
