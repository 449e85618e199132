//! A chip that refuses terminal authentication at each step, and the name that the reader gives it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests may panic as tests do"
)]

use std::convert::Infallible;
use std::io;

use crate::access::{Card, bytes, vectors};
use icao9303::apdu::StatusWord;
use icao9303::chip_authentication::{Agreement, ChipAuthenticationParameters};
use icao9303::crypto::cipher::{AesKey, pad};
use icao9303::cvc::{Certificate, Rights};
use icao9303::lds::EfCvca;
use icao9303::mrz::MrzInformation;
use icao9303::oid;
use icao9303::secure_messaging::{SecureMessaging, SecureTransport, SessionKeys};
use icao9303::security_info::{
    ChipAuthenticationInfo, ChipAuthenticationPublicKeyInfo, SecurityInfo, SecurityInfos,
    SubjectPublicKey,
};
use icao9303::terminal_authentication::{
    Chain, ChipName, Step, TerminalAuthenticationError, perform,
};
use icao9303::tlv;
use icao9303::transport::CardTransport;
use rand::SeedableRng;
use rand::rngs::StdRng;

fn keys() -> SessionKeys {
    let key = |byte| AesKey::from_bytes(&[byte; 16]).unwrap();
    SessionKeys {
        encryption: key(1),
        authentication: key(2),
    }
}

/// A chip that gives these answers in order, protected, whatever it is asked.
fn chip(answers: Vec<(u16, Vec<u8>)>) -> SecureTransport<impl CardTransport<Error = Infallible>> {
    let keys = keys();
    let mut counter = 0_u128;
    let mut answers = answers.into_iter();
    let card = Card(move |_: &[u8]| {
        let (status, data) = answers.next().expect("the reader goes on after a refusal");
        counter += 2;
        let mut body = Vec::new();
        if !data.is_empty() {
            let iv = keys
                .encryption
                .encrypt_block(&counter.to_be_bytes())
                .unwrap();
            let encrypted = keys.encryption.encrypt_cbc(&iv, &pad(&data)).unwrap();
            tlv::push(&mut body, 0x87, &[&[1][..], &encrypted].concat());
        }
        tlv::push(&mut body, 0x99, &status.to_be_bytes());
        let message = [&counter.to_be_bytes()[..], &pad(&body)].concat();
        let mac = keys.authentication.cmac8(&message).unwrap();
        tlv::push(&mut body, 0x8E, &mac);
        body.extend(status.to_be_bytes());
        body
    });
    SecureTransport::new(card, SecureMessaging::new(self::keys()))
}

/// The published chain: document verifier and inspection system, three commands each but the last.
fn chain() -> Chain {
    let file = vectors("eac_session.json");
    let certificate =
        |name: &str| Certificate::parse(&bytes(&file["cvc_chain"][name]["certificate"])).unwrap();
    let trusted = bytes(&file["cvc_chain"]["ef_cvca_one"]);
    let trusted = EfCvca::parse(&trusted).unwrap().trust_points;
    Chain::select(&trusted, &certificate("is"), &[certificate("dv_domestic")]).unwrap()
}

fn agreement() -> Agreement {
    let session = &vectors("eac_session.json")["session_pace_ca_ta"];
    let infos = SecurityInfos {
        infos: vec![
            SecurityInfo::ChipAuthentication(ChipAuthenticationInfo {
                protocol: oid::CA_ECDH_AES_128,
                version: 1,
                key_id: None,
            }),
            SecurityInfo::ChipAuthenticationPublicKey(ChipAuthenticationPublicKeyInfo {
                protocol: oid::CHIP_AUTHENTICATION_KEY_ECDH,
                public_key: SubjectPublicKey::standardised(
                    13,
                    &bytes(&session["ca_static_public"]),
                ),
                key_id: None,
            }),
        ],
    };
    let parameters = ChipAuthenticationParameters::select(&infos).unwrap();
    parameters.agree(&mut StdRng::seed_from_u64(3)).unwrap().0
}

const OK: u16 = 0x9000;

/// What comes of a chip that answers the first `good` commands well and the next one like this.
fn run(good: usize, last: u16, challenge: &[u8]) -> Result<Rights, TerminalAuthenticationError> {
    let mut answers = vec![(OK, vec![]); good];
    if let Some(fifth) = answers.get_mut(5) {
        fifth.1 = challenge.to_vec();
    }
    answers.push((
        last,
        if good == 5 {
            challenge.to_vec()
        } else {
            vec![]
        },
    ));
    let mut card = chip(answers);
    let mrz = MrzInformation::from_text("L898902C<369080619406236").unwrap();
    let name = ChipName::after_basic_access_control(&mrz);
    assert_eq!(name.as_bytes(), b"L898902C<3");
    let sign = |message: &[u8]| {
        assert!(message.starts_with(b"L898902C<3"));
        Ok::<_, Infallible>(vec![7; 64])
    };
    let result = perform(&mut card, &chain(), &name, &agreement(), sign);
    assert!(card.is_open(), "a refusal does not end the session");
    result
}

#[test]
fn every_refusal_has_its_name() {
    use TerminalAuthenticationError as Refusal;
    let refused = |good, status| run(good, status, &[9; 8]).unwrap_err();
    assert_eq!(run(6, OK, &[9; 8]).unwrap(), Rights::READ_DG3);
    for (good, holder) in [(0, "LUCVCALUX00001"), (2, "LUDVPOLIC1LU001")] {
        let error = refused(good, 0x6A88);
        assert!(
            matches!(&error, Refusal::UnknownAuthority { authority } if authority.to_string() == holder),
            "{error}"
        );
    }
    for (good, name) in [(1, "LUDVPOLIC1LU001"), (3, "LUISGATE01LU00A")] {
        for status in [0x6300, 0x6A80, 0x6985] {
            let error = refused(good, status);
            assert!(
                matches!(&error, Refusal::CertificateRefused { holder, status: StatusWord(found) }
                    if holder.to_string() == name && *found == status),
                "{error}"
            );
        }
    }
    assert!(matches!(
        refused(4, 0x6A88),
        Refusal::UnknownTerminal { .. }
    ));
    assert!(matches!(
        refused(6, 0x6300),
        Refusal::SignatureRefused { .. }
    ));
    let steps = [
        (0, Step::NameSigner),
        (1, Step::VerifyCertificate),
        (4, Step::NameTerminal),
        (5, Step::GetChallenge),
        (6, Step::Authenticate),
    ];
    for (good, expected) in steps {
        let error = refused(good, 0x6982);
        assert!(
            matches!(error, Refusal::NotAdmitted { step } if step == expected),
            "{error}"
        );
        if good != 1 {
            let error = refused(good, 0x6D00);
            assert!(
                matches!(error, Refusal::Refused { step, status: StatusWord(0x6D00) } if step == expected),
                "{error}"
            );
        }
    }
    for length in [0, 7, 9, 32] {
        let error = run(5, OK, &vec![9; length]).unwrap_err();
        assert!(
            matches!(error, Refusal::BadChallenge { found } if found == length),
            "{error}"
        );
    }
}

#[test]
fn a_torn_wire_and_a_silent_token_are_told_apart() {
    use TerminalAuthenticationError as Refusal;
    let mut answers = vec![(OK, vec![]); 5];
    answers.push((OK, vec![9; 8]));
    let mut card = chip(answers);
    let name = ChipName::after_basic_access_control(
        &MrzInformation::from_text("L898902C<369080619406236").unwrap(),
    );
    let failing = |_: &[u8]| Err(io::Error::other("no token"));
    let result = perform(&mut card, &chain(), &name, &agreement(), failing);
    assert!(matches!(result, Err(Refusal::Signer(_))));
    // A chip whose answers have no MAC.
    let mute = Card(|_: &[u8]| vec![0x90, 0x00]);
    let mut card = SecureTransport::new(mute, SecureMessaging::new(keys()));
    let sign = |_: &[u8]| Ok::<_, Infallible>(vec![7; 64]);
    let result = perform(&mut card, &chain(), &name, &agreement(), sign);
    assert!(matches!(result, Err(Refusal::Exchange(_))));
    assert!(!card.is_open());
}

/// EF.CVCA of the vectors, and what it may not be.
#[test]
fn ef_cvca_of_the_vectors() {
    let file = vectors("eac_session.json");
    for (name, count) in [("ef_cvca_one", 1), ("ef_cvca_two_trust_points", 2)] {
        let raw = bytes(&file["cvc_chain"][name]);
        let read = EfCvca::parse(&raw).unwrap();
        assert_eq!((read.trust_points.len(), read.encode()), (count, raw));
    }
    let two = bytes(&file["cvc_chain"]["ef_cvca_two_trust_points"]);
    assert_eq!(
        EfCvca::parse(&two).unwrap().trust_points[0].to_string(),
        "LUCVCALUX00002"
    );
    let three = [&two[..32], &two[..16]].concat();
    let mut padded = two.clone();
    *padded.last_mut().unwrap() = 1;
    for wrong in [
        &[][..],
        &[0; 36],
        &two[..20],
        &three,
        &padded,
        &[0x42, 1, 0x41],
    ] {
        assert!(EfCvca::parse(wrong).is_err(), "{wrong:02X?}");
    }
}
