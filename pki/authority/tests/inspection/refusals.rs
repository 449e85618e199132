//! Every refusal, by its name.

use icao9303::cvc::{CertificateReference, Request, SuccessiveRequest};
use openssl::nid::Nid;
use tonic::{Code, Status, transport::Channel};
use wire::inspection::{CertifyRequest, ChainRequest, Right, inspection_client::InspectionClient};

use crate::common::{House, Service};
use crate::inspection::terminal::{Key, ask, wire};

/// A second registration, whose rights no document verifier has.
const IRIS: &str = r#"
[[inspection.system]]
role = "line"
holder = "LUIRIS"
rights = ["DG3", "DG4"]
days = 1
"#;

fn named(refused: &Status, code: Code, name: &str) {
    assert_eq!(refused.code(), code, "{name}: {refused:?}");
    assert!(refused.message().starts_with(name), "{name}: {refused:?}");
}

async fn refuse(caller: &mut InspectionClient<Channel>, request: CertifyRequest, name: &str) {
    let refused = caller.certify(request).await.unwrap_err();
    named(&refused, Code::PermissionDenied, name);
}

/// The request with another signature inside.
fn with_signature(request: &Request, signature: &[u8]) -> Request {
    Request::assemble(request.body().clone(), signature).unwrap()
}

#[tokio::test]
async fn first_requests_are_refused_by_name() {
    let house = House::new();
    let service = Service::start(&house.inspection_config(5, IRIS));
    let mut line = InspectionClient::new(house.channel(&service.address, "line").await);
    let mut intake = InspectionClient::new(house.channel(&service.address, "intake").await);
    let (fingers, both) = ([Right::ReadDg3], [Right::ReadDg3, Right::ReadDg4]);
    let key = Key::new("LULINE100001");
    let good = key.first().to_bytes();

    // Another role, another holder.
    refuse(&mut intake, wire(good.clone(), &fingers), "not_registered").await;
    let stranger = Key::new("LUOTHER00001").first().to_bytes();
    refuse(&mut line, wire(stranger, &fingers), "not_registered").await;
    // Escalated rights: beyond the registration, and beyond the document verifier.
    refuse(
        &mut line,
        wire(good.clone(), &both),
        "rights_beyond_registration",
    )
    .await;
    let iris = Key::new("LUIRIS00001").first().to_bytes();
    refuse(&mut line, wire(iris, &both), "rights_beyond_verifier").await;
    // Signatures and keys.
    let other = Key::new("LULINE100001");
    let stolen = with_signature(&key.first(), &other.sign(&key.body().to_bytes().unwrap()));
    refuse(
        &mut line,
        wire(stolen.to_bytes(), &fingers),
        "inner_signature",
    )
    .await;
    let small = Key::on(Nid::X9_62_PRIME256V1, "LULINE100001").first();
    refuse(&mut line, wire(small.to_bytes(), &fingers), "key").await;
    // Somebody else's document verifier.
    let mut body = key.body();
    body.authority = Some("DEDVLUX00001".parse().unwrap());
    let signature = key.sign(&body.to_bytes().unwrap());
    let elsewhere = Request::assemble(body, &signature).unwrap().to_bytes();
    refuse(&mut line, wire(elsewhere, &fingers), "other_authority").await;
    // None of this used the one first request up.
    line.certify(wire(good, &fingers)).await.unwrap();
    let second = Key::new("LULINE100002").first().to_bytes();
    refuse(&mut line, wire(second, &fingers), "first_request_used").await;
    let refused = ask(&mut line, other.first().to_bytes()).await.unwrap_err();
    named(&refused, Code::AlreadyExists, "reference_used");
}

#[tokio::test]
async fn successive_requests_are_refused_by_name() {
    let house = House::new();
    let service = Service::start(&house.inspection_config(5, ""));
    let mut line = InspectionClient::new(house.channel(&service.address, "line").await);
    let fingers = [Right::ReadDg3];
    let [first, second, third] = ["LULINE100001", "LULINE100002", "LULINE100003"].map(Key::new);
    // Nothing was issued yet.
    let early = second.after(&first).to_bytes();
    refuse(&mut line, wire(early, &fingers), "unknown_signer").await;
    ask(&mut line, first.first().to_bytes()).await.unwrap();
    // Signed by a key that only has the name of the certified one.
    let impostor = Key::new("LULINE100001");
    let forged = second.after(&impostor).to_bytes();
    refuse(&mut line, wire(forged, &fingers), "outer_signature").await;
    // The outer signature is over another request.
    let (genuine, moved) = (second.after(&first), third.first());
    let signer: CertificateReference = genuine.signer().clone();
    let message = SuccessiveRequest::to_be_signed(genuine.request(), &signer);
    let moved = SuccessiveRequest::assemble(moved, signer, &first.sign(&message)).to_bytes();
    refuse(&mut line, wire(moved, &fingers), "outer_signature").await;
    let renewal = genuine.to_bytes();
    let renewed = ask(&mut line, renewal.clone()).await.unwrap();
    // A replay gets what was issued then, never anything fresh.
    let replayed = ask(&mut line, renewal).await.unwrap();
    assert!(replayed.repeated);
    assert_eq!(replayed.certificate, renewed.certificate);
    // The first key vouched once.
    let twice = third.after(&first).to_bytes();
    refuse(&mut line, wire(twice, &fingers), "signer_superseded").await;
    ask(&mut line, third.after(&second).to_bytes())
        .await
        .unwrap();
}

#[tokio::test]
async fn malformed_fields_are_named_and_strangers_learn_nothing() {
    let house = House::new();
    let service = Service::start(&house.inspection_config(5, ""));
    let mut line = InspectionClient::new(house.channel(&service.address, "line").await);
    let good = Key::new("LULINE100001").first().to_bytes();
    let mut torn = good.clone();
    torn.truncate(good.len() - 1);
    for (request, rights, field) in [
        (Vec::new(), vec![1], "request"),
        (torn, vec![1], "request"),
        (vec![0x7F; 3000], vec![1], "request"),
        (good.clone(), vec![], "rights"),
        (good.clone(), vec![1, 1], "rights"),
        (good.clone(), vec![0], "rights"),
        (good, vec![77], "rights"),
    ] {
        let refused = line.certify(CertifyRequest { request, rights }).await;
        named(&refused.unwrap_err(), Code::InvalidArgument, field);
    }
    let long = ChainRequest {
        holder: "LU1234567890".into(),
    };
    named(
        &line.chain(long).await.unwrap_err(),
        Code::InvalidArgument,
        "holder",
    );
    // Another role hears of nobody's registration.
    let mut intake = InspectionClient::new(house.channel(&service.address, "intake").await);
    let asked = ChainRequest {
        holder: "LULINE1".into(),
    };
    assert!(
        intake
            .chain(asked)
            .await
            .unwrap()
            .into_inner()
            .registration
            .is_none()
    );
}
