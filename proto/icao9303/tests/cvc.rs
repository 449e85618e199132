//! Card-verifiable certificates against the vectors: the Luxembourg chain with its link and its
//! request, the chain of the BSI's worked example, and everything that is wrong with one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests may panic as tests do"
)]

use icao9303::crypto::curve::{Curve, CurveId};
use icao9303::cvc::{
    Body, Certificate, CertificateReference, CvcError, HolderAuthorization, PublicKey,
    ReceivedRequest, Request, RequestBody, Rights, Role, SuccessiveRequest, TerminalType,
    VerificationKey,
};
use icao9303::tlv::{self, TlvError};
use icao9303::x509::HashAlgorithm;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey, EcPoint};
use openssl::ecdsa::EcdsaSig;
use openssl::pkey::Private;
use serde_json::Value;
use time::{Date, Month};

fn vectors(name: &str) -> Value {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/");
    serde_json::from_str(&std::fs::read_to_string(format!("{folder}{name}")).unwrap()).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

/// A certificate of the Luxembourg chain.
fn luxembourg(name: &str) -> Certificate {
    let file = vectors("eac_session.json");
    Certificate::parse(&bytes(&file["cvc_chain"][name]["certificate"])).unwrap()
}

fn digits(date: Date) -> String {
    let (year, month, day) = (date.year() - 2000, u8::from(date.month()), date.day());
    format!("{year:02}{month:02}{day:02}")
}

#[test]
fn the_luxembourg_chain_verifies_and_is_written_as_it_was_read() {
    let file = vectors("eac_session.json");
    let root = luxembourg("cvca_self_signed");
    let first = root.verify_self_signed().unwrap();
    let link = luxembourg("cvca_link").verify(&first).unwrap();
    let dv = luxembourg("dv_domestic").verify(&first).unwrap();
    let is = luxembourg("is").verify(&dv).unwrap();
    for (name, key) in [
        ("cvca_self_signed", first),
        ("cvca_link", link),
        ("dv_domestic", dv),
        ("is", is),
    ] {
        let published = &file["cvc_chain"][name];
        let certificate = luxembourg(name);
        let body = certificate.body();
        assert_eq!(body.authority.to_string(), published["CAR"], "{name}");
        assert_eq!(body.holder.to_string(), published["CHR"]);
        assert_eq!(digits(body.effective), published["effective"]);
        assert_eq!(digits(body.expiration), published["expiration"]);
        assert_eq!(
            body.authorization.template(),
            bytes(&published["chat_byte"])
        );
        assert_eq!(body.key.point, bytes(&published["public_point"]));
        assert_eq!(body.to_bytes().unwrap(), bytes(&published["body_7F4E"]));
        assert_eq!(key.curve(), CurveId::BrainpoolP256r1);
        assert_eq!(key.hash(), HashAlgorithm::Sha256);
        let built = Certificate::assemble(body.clone(), certificate.signature()).unwrap();
        assert_eq!(built.to_bytes(), bytes(&published["certificate"]));
        assert_eq!(Certificate::parse_content(&built.content()).unwrap(), built);
    }
}

#[test]
fn the_successive_request_verifies_and_is_written_as_it_was_read() {
    let file = vectors("eac_session.json");
    let raw = bytes(&file["cvc_chain"]["dv_successive_request"]["authenticated_request"]);
    let ReceivedRequest::Successive(read) = ReceivedRequest::parse(&raw).unwrap() else {
        panic!("object 67 is a successive request");
    };
    let root = luxembourg("cvca_self_signed").verify_self_signed().unwrap();
    let dv = luxembourg("dv_domestic").verify(&root).unwrap();
    let new = read.verify(&dv).unwrap();
    assert_eq!(read.signer(), luxembourg("dv_domestic").holder());
    let body = read.request().body().clone();
    assert_eq!(body.holder.to_string(), "LUDVPOLIC1LU002");
    assert_eq!(
        body.authority.as_ref(),
        Some(luxembourg("dv_domestic").authority())
    );
    assert_eq!(new.point().as_bytes(), body.key.point);
    assert_eq!(
        body.to_bytes().unwrap(),
        bytes(&file["cvc_chain"]["dv_successive_request"]["inner_body"])
    );
    assert_eq!(read.to_bytes(), raw);
    // Another holder's key did not sign it.
    let is = luxembourg("is").verify(&dv).unwrap();
    assert!(matches!(
        read.verify(&is),
        Err(CvcError::WrongSignature { .. })
    ));
    // Without its curve the inner signature cannot be judged.
    assert!(matches!(
        read.request().verify(None),
        Err(CvcError::NoParameters)
    ));
}

/// brainpoolP512r1, SHA-512, authentication terminals.
#[test]
fn the_chain_of_the_bsi_verifies() {
    let ta = &vectors("eac_bsi.json")["ta"];
    let parse = |name: &str| Certificate::parse(&bytes(&ta[name])).unwrap();
    let root = parse("cvca").verify_self_signed().unwrap();
    assert_eq!(
        (root.curve(), root.hash()),
        (CurveId::BrainpoolP512r1, HashAlgorithm::Sha512)
    );
    let dv = parse("dv").verify(&root).unwrap();
    let terminal = parse("at");
    let key = terminal.verify(&dv).unwrap();
    assert_eq!(
        terminal.holder().to_string(),
        ta["at_chr"].as_str().unwrap()
    );
    assert_eq!(terminal.body().authorization.role, Role::Terminal);
    let message = bytes(&ta["signed_message"]);
    assert!(
        key.is_signature(&message, &bytes(&ta["signature"]))
            .unwrap()
    );
    assert!(!dv.is_signature(&message, &bytes(&ta["signature"])).unwrap());
    for name in ["cvca", "dv", "at"] {
        assert_eq!(parse(name).to_bytes(), bytes(&ta[name]), "{name}");
    }
}

/// The example files that OpenPACE ships: rights of five bytes; RSA keys are named as not supported.
#[test]
fn authentication_terminals_of_openpace() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/cvc/");
    let read = |file: &str| std::fs::read(format!("{folder}{file}.cvcert")).unwrap();
    for file in ["at_cert_19a_ecdh", "dv_cert_19_ecdh"] {
        let certificate = Certificate::parse(&read(file)).unwrap();
        assert_eq!(certificate.to_bytes(), read(file), "{file}");
        let authorization = certificate.body().authorization;
        assert_eq!(authorization.terminal, TerminalType::AuthenticationTerminal);
        assert_eq!(authorization.template().len(), 5);
    }
    for file in ["at_cert_19a", "dv_cert_19"] {
        let error = Certificate::parse(&read(file)).unwrap_err();
        assert!(matches!(error, CvcError::Algorithm), "{file}: {error}");
    }
}

struct Signer {
    private: EcKey<Private>,
    key: VerificationKey,
}

impl Signer {
    fn new(curve: CurveId, hash: HashAlgorithm) -> Self {
        let group = EcGroup::from_curve_name(curve.nid()).unwrap();
        let private = EcKey::generate(&group).unwrap();
        let mut context = openssl::bn::BigNumContext::new().unwrap();
        let form = openssl::ec::PointConversionForm::UNCOMPRESSED;
        let point = private.public_key().to_bytes(&group, form, &mut context);
        let point = Curve::new(curve).unwrap().decode_point(&point.unwrap());
        let key = VerificationKey::new(curve, hash, point.unwrap());
        Self { private, key }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature = EcdsaSig::sign(&self.key.hash().digest(message), &self.private).unwrap();
        let half = i32::try_from(self.key.signature_length() / 2).unwrap();
        let padded = |number: &openssl::bn::BigNumRef| number.to_vec_padded(half).unwrap();
        [padded(signature.r()), padded(signature.s())].concat()
    }
}

fn day(year: i32, month: Month, day: u8) -> Date {
    Date::from_calendar_date(year, month, day).unwrap()
}

fn name(text: &str) -> CertificateReference {
    text.parse().unwrap()
}

fn root_body(key: PublicKey) -> Body {
    Body {
        authority: name("UTCVCAUTO00001"),
        key,
        holder: name("UTCVCAUTO00001"),
        authorization: HolderAuthorization::inspection(Role::Cvca, Rights::READ_DG3),
        effective: day(2026, Month::January, 1),
        expiration: day(2028, Month::December, 31),
        extensions: None,
    }
}

/// Every curve with every hash: built, signed, read again, verified; changed, refused.
#[test]
fn every_curve_and_hash_makes_certificates_and_requests() {
    for curve in CurveId::ALL {
        for hash in HashAlgorithm::ALL {
            let signer = Signer::new(curve, hash);
            let body = root_body(signer.key.to_public_key(true));
            let signature = signer.sign(&body.to_bytes().unwrap());
            let root = Certificate::assemble(body, &signature).unwrap();
            let read = Certificate::parse(&root.to_bytes()).unwrap();
            assert_eq!(read.verify_self_signed().unwrap(), signer.key);

            let new = Signer::new(curve, hash);
            let body = RequestBody {
                authority: None,
                key: new.key.to_public_key(false),
                holder: name("UTDVUTO00001"),
            };
            let signature = new.sign(&body.to_bytes().unwrap());
            let request = Request::assemble(body, &signature).unwrap();
            let read = ReceivedRequest::parse(&request.to_bytes()).unwrap();
            assert_eq!(read.request(), &request);
            assert_eq!(read.request().verify(Some(curve)).unwrap(), new.key);
            let outer = SuccessiveRequest::to_be_signed(&request, root.holder());
            let outer = signer.sign(&outer);
            let successive = SuccessiveRequest::assemble(request, root.holder().clone(), &outer);
            let read = SuccessiveRequest::parse(&successive.to_bytes()).unwrap();
            assert_eq!(read.verify(&signer.key).unwrap(), new.key);
            assert!(read.verify(&new.key).is_err());
        }
    }
}

#[test]
fn a_changed_bit_is_malformed_or_a_wrong_signature() {
    let root = luxembourg("cvca_self_signed").verify_self_signed().unwrap();
    let dv = luxembourg("dv_domestic").to_bytes();
    for bit in 0..dv.len() * 8 {
        let mut changed = dv.clone();
        changed[bit / 8] ^= 0x80 >> (bit % 8);
        let verified = Certificate::parse(&changed).and_then(|read| read.verify(&root));
        assert!(verified.is_err(), "bit {bit}");
    }
    for end in 0..dv.len() {
        assert!(
            matches!(Certificate::parse(&dv[..end]), Err(CvcError::Tlv(_))),
            "{end}"
        );
    }
}

/// The certificate's body with one object's value replaced, signature kept.
fn altered(certificate: &Certificate, path: &[u16], value: &[u8]) -> Vec<u8> {
    fn walk(content: &[u8], path: &[u16], value: &[u8]) -> Vec<u8> {
        let mut reader = tlv::Reader::new(content);
        let mut out = Vec::new();
        while let Some(element) = reader.next_element().unwrap() {
            match path {
                [tag] if *tag == element.tag => tlv::push(&mut out, *tag, value),
                [tag, rest @ ..] if *tag == element.tag => {
                    tlv::push(&mut out, *tag, &walk(element.value, rest, value));
                }
                _ => out.extend_from_slice(element.raw),
            }
        }
        out
    }
    walk(&certificate.to_bytes(), path, value)
}

#[test]
fn each_thing_that_is_wrong_has_its_name() {
    let dv = luxembourg("dv_domestic");
    let parse = |path: &[u16], value: &[u8]| {
        let path = [&[0x7F21, 0x7F4E], path].concat();
        Certificate::parse(&altered(&dv, &path, value)).unwrap_err()
    };
    assert!(matches!(parse(&[0x5F29], &[1]), CvcError::Profile));
    assert!(matches!(
        parse(&[0x42], b"lux"),
        CvcError::Reference { tag: 0x42, .. }
    ));
    assert!(matches!(
        parse(&[0x5F20], b"LU"),
        CvcError::Reference { tag: 0x5F20, .. }
    ));
    assert!(matches!(
        parse(&[0x5F25], &[2, 6, 1, 3, 0, 1]),
        CvcError::Date { tag: 0x5F25 }
    ));
    assert!(matches!(
        parse(&[0x5F24], &[2, 5, 0, 1, 0, 1]),
        CvcError::DatesReversed { .. }
    ));
    assert!(matches!(
        parse(&[0x7F4C, 0x53], &[0xC1]),
        CvcError::DomainParameters { .. }
    ));
    assert!(matches!(
        parse(&[0x7F4C, 0x53], &[0, 0]),
        CvcError::Authorization
    ));
    assert!(matches!(
        parse(&[0x7F4C, 0x06], &[4, 0]),
        CvcError::Authorization
    ));
    let protocol = |arcs: &[u8]| [&[4, 0, 0x7F, 0, 7, 2, 2, 2], arcs].concat();
    let algorithm = |arcs: &[u8]| parse(&[0x7F49, 0x06], &protocol(arcs));
    assert!(matches!(
        algorithm(&[2, 1]),
        CvcError::Weak { name: "SHA-1" }
    ));
    assert!(matches!(algorithm(&[1, 4]), CvcError::Algorithm));
    assert!(matches!(algorithm(&[2, 6]), CvcError::Algorithm));
}

#[test]
fn wrong_keys_and_signatures_have_their_names() {
    let dv = luxembourg("dv_domestic");
    // A point off the curve shows when the curve is known.
    let mut point = dv.body().key.point.clone();
    point[40] ^= 1;
    let off = altered(&dv, &[0x7F21, 0x7F4E, 0x7F49, 0x86], &point);
    let off = Certificate::parse(&off).unwrap();
    let curve = Some(CurveId::BrainpoolP256r1);
    assert!(matches!(off.body().key.on(curve), Err(CvcError::Key(_))));

    let root = luxembourg("cvca_self_signed");
    let path = [0x7F21, 0x7F4E, 0x7F49];
    for (tag, value, is_unknown) in [
        (0x83, &[7; 32][..], true),
        (0x87, &[2], true),
        (0x86, &[4; 65], false),
    ] {
        let altered = altered(&root, &[&path[..], &[tag]].concat(), value);
        let error = Certificate::parse(&altered).unwrap_err();
        assert_eq!(
            matches!(error, CvcError::UnknownCurve),
            is_unknown,
            "{tag:X}: {error}"
        );
        assert!(is_unknown || matches!(error, CvcError::Key(_)));
    }

    let issuer = root.verify_self_signed().unwrap();
    let short = altered(&dv, &[0x7F21, 0x5F37], &[1; 63]);
    let error = Certificate::parse(&short)
        .unwrap()
        .verify(&issuer)
        .unwrap_err();
    assert!(matches!(
        error,
        CvcError::SignatureLength {
            expected: 64,
            found: 63
        }
    ));
    for zero in [[0; 64], [0xFF; 64]] {
        let forged = altered(&dv, &[0x7F21, 0x5F37], &zero);
        let error = Certificate::parse(&forged)
            .unwrap()
            .verify(&issuer)
            .unwrap_err();
        assert!(matches!(error, CvcError::WrongSignature { .. }), "{error}");
    }
}

#[test]
fn one_meaning_has_one_encoding() {
    let dv = luxembourg("dv_domestic").to_bytes();
    // 7F21 81 E2 … becomes 7F21 82 00E2 …
    let long = [&[0x7F, 0x21, 0x82, 0x00], &dv[3..]].concat();
    assert!(matches!(
        Certificate::parse(&long),
        Err(CvcError::NotCanonical)
    ));
    let trailing = [&dv[..], &[0]].concat();
    assert!(matches!(
        Certificate::parse(&trailing),
        Err(CvcError::Tlv(TlvError::Trailing { .. }))
    ));
    let huge = vec![0; icao9303::cvc::MAX_LENGTH + 1];
    for error in [
        Certificate::parse(&huge).unwrap_err(),
        Certificate::parse_content(&huge).unwrap_err(),
        ReceivedRequest::parse(&huge).unwrap_err(),
    ] {
        assert!(matches!(error, CvcError::TooLong { length: 2049 }));
    }
}

#[test]
fn what_may_not_be_written_is_not() {
    let signer = Signer::new(CurveId::BrainpoolP256r1, HashAlgorithm::Sha256);
    let mut body = root_body(signer.key.to_public_key(false));
    assert!(matches!(
        body.to_bytes(),
        Err(CvcError::DomainParameters { role: Role::Cvca })
    ));
    body.key = signer.key.to_public_key(true);
    body.authorization.role = Role::Terminal;
    assert!(matches!(
        body.to_bytes(),
        Err(CvcError::DomainParameters { .. })
    ));
    body.authorization.role = Role::Cvca;
    body.expiration = day(2100, Month::January, 1);
    assert!(matches!(
        body.to_bytes(),
        Err(CvcError::Year { year: 2100 })
    ));
    body.expiration = day(2025, Month::January, 1);
    assert!(matches!(
        body.to_bytes(),
        Err(CvcError::DatesReversed { .. })
    ));
}

/// The published private keys are those of the published certificates.
#[test]
fn published_keys_sign_for_their_certificates() {
    let keys = &vectors("eac_session.json")["cvc_chain"]["keys"];
    let group = EcGroup::from_curve_name(CurveId::BrainpoolP256r1.nid()).unwrap();
    let number = BigNum::from_slice(&bytes(&keys["dv"])).unwrap();
    let mut point = EcPoint::new(&group).unwrap();
    let mut context = openssl::bn::BigNumContext::new().unwrap();
    point.mul_generator2(&group, &number, &mut context).unwrap();
    let private = EcKey::from_private_components(&group, &number, &point).unwrap();
    let root = luxembourg("cvca_self_signed").verify_self_signed().unwrap();
    let key = luxembourg("dv_domestic").verify(&root).unwrap();
    let dv = Signer { private, key };
    let is = luxembourg("is");
    let signature = dv.sign(&is.body().to_bytes().unwrap());
    let again = Certificate::assemble(is.body().clone(), &signature).unwrap();
    assert!(again.verify(&dv.key).is_ok());
}
