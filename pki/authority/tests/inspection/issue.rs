//! What is issued: the chain from the country's trust point, and renewals.

use std::fs;

use icao9303::cvc::{Certificate, Rights, Role};
use wire::inspection::{ChainRequest, inspection_client::InspectionClient};

use crate::common::{House, Service};
use crate::inspection::terminal::{Key, ask, certificate};

#[tokio::test]
async fn a_first_certificate_and_its_successors_lead_back_to_the_country() {
    let house = House::new();
    let service = Service::start(&house.inspection_config(5, ""));
    let channel = house.channel(&service.address, "line").await;
    let mut line = InspectionClient::new(channel);
    let request = ChainRequest {
        holder: "LULINE1".into(),
    };
    let chain = line.chain(request.clone()).await.unwrap().into_inner();
    let registration = chain.registration.unwrap();
    assert_eq!((registration.days, registration.certificate.len()), (10, 0));
    assert!(registration.first_request_permitted);

    let first = Key::new("LULINE100001");
    let answer = ask(&mut line, first.first().to_bytes()).await.unwrap();
    assert!(!answer.repeated);
    // With nothing but the published trust point, as a chip does.
    let trust = fs::read(house.path("pki/trust/cvca-1.cvcert")).unwrap();
    let trust = Certificate::parse(&trust).unwrap();
    let authority = trust.verify_self_signed().unwrap();
    assert_eq!(chain.authorities, [trust.to_bytes()]);
    let verifier = Certificate::parse(&answer.document_verifier).unwrap();
    assert_eq!(chain.document_verifiers, [verifier.to_bytes()]);
    let issued = certificate(&answer);
    let key = issued
        .verify(&verifier.verify(&authority).unwrap())
        .unwrap();
    assert_eq!(key.point().as_bytes(), first.point());
    let body = issued.body();
    assert_eq!(body.authorization.role, Role::Terminal);
    assert_eq!(body.authorization.rights, Rights::READ_DG3);
    assert_eq!((body.expiration - body.effective).whole_days(), 9);

    // The same key again, with fresh signatures: the same certificate. The next key: a new one.
    let again = ask(&mut line, first.first().to_bytes()).await.unwrap();
    assert!(again.repeated);
    assert_eq!(again.certificate, answer.certificate);
    let second = Key::new("LULINE100002");
    let renewed = ask(&mut line, second.after(&first).to_bytes())
        .await
        .unwrap();
    assert!(!renewed.repeated);
    assert_eq!(certificate(&renewed).holder(), &second.holder);
    let chain = line.chain(request).await.unwrap().into_inner();
    let registration = chain.registration.unwrap();
    assert_eq!(registration.certificate, renewed.certificate);
    assert!(!registration.first_request_permitted);

    let audit = fs::read_to_string(house.path("pki-audit.jsonl")).unwrap();
    for said in ["signed, verified, issued", "issued again", "LULINE100002"] {
        assert!(audit.contains(said), "{said}: {audit}");
    }
}

#[tokio::test]
async fn a_lost_token_is_replaced_only_when_a_person_permits_it() {
    let house = House::new();
    let config = house.inspection_config(5, "");
    let service = Service::start(&config);
    let mut line = InspectionClient::new(house.channel(&service.address, "line").await);
    let lost = Key::new("LULINE100001");
    ask(&mut line, lost.first().to_bytes()).await.unwrap();
    let fresh = Key::new("LULINE100002");
    let refused = ask(&mut line, fresh.first().to_bytes()).await.unwrap_err();
    assert!(
        refused.message().starts_with("first_request_used"),
        "{refused:?}"
    );
    drop(service);
    let text = fs::read_to_string(&config).unwrap();
    fs::write(
        &config,
        text.replace("days = 10", "days = 10\nfirst_requests = 2"),
    )
    .unwrap();
    let service = Service::start(&config);
    let mut line = InspectionClient::new(house.channel(&service.address, "line").await);
    ask(&mut line, fresh.first().to_bytes()).await.unwrap();
    // The lost key, should it turn up elsewhere, vouches for nothing any more.
    let thief = Key::new("LULINE100003");
    let refused = ask(&mut line, thief.after(&lost).to_bytes())
        .await
        .unwrap_err();
    assert!(
        refused.message().starts_with("signer_superseded"),
        "{refused:?}"
    );
}
