//! A whole session replayed: PACE with the CAN, secure messaging, chip authentication, terminal authentication.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests may panic as tests do"
)]

use std::convert::Infallible;

use crate::access::{Card, Published, Script, bytes, text, vectors};
use icao9303::apdu::{Command, StatusWord};
use icao9303::chip_authentication::{self, ChipAuthenticationError, ChipAuthenticationParameters};
use icao9303::crypto::cipher::AesKey;
use icao9303::crypto::curve::{Curve, CurveId};
use icao9303::crypto::public_key::PublicKey;
use icao9303::cvc::{Certificate, Rights};
use icao9303::exchange::exchange;
use icao9303::lds::{EMRTD_AID, EfCvca};
use icao9303::oid;
use icao9303::pace::{self, PaceParameters, Password};
use icao9303::reading;
use icao9303::secure_messaging::{SecureMessaging, SecureTransport, SessionKeys};
use icao9303::security_info::{
    ChipAuthenticationInfo, ChipAuthenticationPublicKeyInfo, SecurityInfo, SecurityInfos,
    SubjectPublicKey,
};
use icao9303::terminal_authentication::{self, Chain, ChipName};
use icao9303::x509::explicit_parameters;
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::Value;

fn dg14(point: &[u8], key_id: Option<u64>) -> SecurityInfos {
    let protocol = oid::CA_ECDH_AES_128;
    let public_key = SubjectPublicKey::standardised(13, point);
    let key = ChipAuthenticationPublicKeyInfo {
        protocol: oid::CHIP_AUTHENTICATION_KEY_ECDH,
        public_key,
        key_id,
    };
    SecurityInfos {
        infos: vec![
            SecurityInfo::ChipAuthentication(ChipAuthenticationInfo {
                protocol,
                version: 1,
                key_id,
            }),
            SecurityInfo::ChipAuthenticationPublicKey(key),
        ],
    }
}

fn replay(card: &mut SecureTransport<Script>, step: &Value) {
    let command = Command::parse(&bytes(&step["plain_capdu"])).unwrap();
    let answer = exchange(card, &command).unwrap();
    assert_eq!(answer.status, StatusWord::OK, "{}", step["step"]);
    assert_eq!(
        text(&answer.data),
        step["plain_rdata"].as_str().unwrap(),
        "{}",
        step["step"]
    );
}

/// All 18 APDUs of the session, in order.
#[test]
fn pace_then_chip_and_terminal_authentication() {
    let file = vectors("eac_session.json");
    let session = &file["session_pace_ca_ta"];
    let steps = session["steps"].as_array().unwrap();
    let mut card = Script::from_steps(&session["steps"]);
    let infos =
        SecurityInfos::parse(&hex::decode("31143012060A04007F0007020204020202010202010D").unwrap());
    let parameters = PaceParameters::best(&infos.unwrap()).unwrap();
    let password = Password::can(session["can"].as_str().unwrap()).unwrap();
    let mut rng = Published::new(&[
        bytes(&session["map_t"]),
        bytes(&session["ka_t"]),
        bytes(&session["ca_ephemeral_private"]),
    ]);
    let established = pace::perform(&mut card, &parameters, &password, &mut rng).unwrap();
    assert_eq!(
        text(established.keys().encryption.as_bytes()),
        session["ks_enc_pace"].as_str().unwrap()
    );
    assert_eq!(
        text(established.keys().authentication.as_bytes()),
        session["ks_mac_pace"].as_str().unwrap()
    );
    assert_eq!(
        text(established.chip_key().x()),
        session["ta_id_ic"].as_str().unwrap()
    );

    let mut card = SecureTransport::new(card, established.secure_messaging());
    reading::select_application(&mut card, &EMRTD_AID).unwrap();
    replay(&mut card, &steps[6]);
    let infos = dg14(&bytes(&session["ca_static_public"]), None);
    let parameters = ChipAuthenticationParameters::select(&infos).unwrap();
    let agreement = chip_authentication::perform(&mut card, &parameters, &mut rng).unwrap();
    assert_eq!(
        text(agreement.keys().encryption.as_bytes()),
        session["ks_enc_ca"].as_str().unwrap()
    );
    assert_eq!(
        text(agreement.keys().authentication.as_bytes()),
        session["ks_mac_ca"].as_str().unwrap()
    );
    assert_eq!(
        text(agreement.ephemeral_key().as_bytes()),
        session["ca_ephemeral_public"].as_str().unwrap()
    );
    assert_eq!(
        text(agreement.ephemeral_key().x()),
        session["ta_comp"].as_str().unwrap()
    );
    let command = Command::parse(&bytes(&steps[9]["plain_capdu"])).unwrap();
    let cvca = exchange(&mut card, &command).unwrap();
    let cvca = EfCvca::parse(&cvca.data).unwrap();
    let certificate = |name: &str| {
        let bytes = bytes(&file["cvc_chain"][name]["certificate"]);
        Certificate::parse(&bytes).unwrap()
    };
    let known = ["cvca_self_signed", "cvca_link", "dv_domestic"].map(certificate);
    let chain = Chain::select(&cvca.trust_points, &certificate("is"), &known).unwrap();
    let chip = ChipName::after_pace(&established);
    let sign = |message: &[u8]| {
        assert_eq!(text(message), session["ta_message"].as_str().unwrap());
        Ok::<_, Infallible>(bytes(&session["ta_signature"]))
    };
    let rights = terminal_authentication::perform(&mut card, &chain, &chip, &agreement, sign);
    assert_eq!(rights.unwrap(), Rights::READ_DG3);
    replay(&mut card, &steps[17]);
    assert_eq!(card.into_card().left(), 0);
}

fn plain_keys() -> SessionKeys {
    let key = || AesKey::from_bytes(&[1; 16]).unwrap();
    SessionKeys {
        encryption: key(),
        authentication: key(),
    }
}

#[test]
fn key_ids_and_variants() {
    let curve = Curve::new(CurveId::BrainpoolP256r1).unwrap();
    let point = curve
        .multiply_generator(&curve.decode_scalar(&[3]).unwrap())
        .unwrap();
    let point = point.as_bytes();
    let command = |infos: &SecurityInfos| {
        let parameters = ChipAuthenticationParameters::select(infos).unwrap();
        text(&parameters.set_authentication_template().encode().unwrap())
    };
    assert_eq!(
        command(&dg14(point, Some(13))),
        "002241A40F800A04007F0007020203020284010D"
    );
    assert_eq!(
        command(&dg14(point, Some(0x0102))),
        "002241A410800A04007F0007020203020284020102"
    );
    assert_eq!(
        command(&dg14(point, Some(0))),
        "002241A40F800A04007F00070202030202840100"
    );

    let mut longer = dg14(point, Some(13));
    longer
        .infos
        .push(SecurityInfo::ChipAuthentication(ChipAuthenticationInfo {
            protocol: oid::CA_ECDH_AES_256,
            version: 1,
            key_id: Some(13),
        }));
    assert!(command(&longer).contains("04007F00070202030204"));

    let refused = |infos: &SecurityInfos| ChipAuthenticationParameters::select(infos).unwrap_err();
    let mut without_key = dg14(point, Some(13));
    without_key.infos.pop();
    for infos in [&SecurityInfos::default(), &without_key] {
        assert!(matches!(
            refused(infos),
            ChipAuthenticationError::NotSupported { .. }
        ));
    }
    for protocol in [
        "0.4.0.127.0.7.2.2.3.2.1",
        "0.4.0.127.0.7.2.2.3.1.2",
        "0.4.0.127.0.7.2.2.3.2.9",
    ] {
        let mut infos = dg14(point, None);
        let protocol = protocol.parse().unwrap();
        infos.infos[0] = SecurityInfo::ChipAuthentication(ChipAuthenticationInfo {
            protocol,
            version: 1,
            key_id: None,
        });
        assert!(
            matches!(
                refused(&infos),
                ChipAuthenticationError::NotSupported { .. }
            ),
            "{protocol}"
        );
    }
    let mut off_curve = point.to_vec();
    off_curve[64] ^= 1;
    assert!(matches!(
        refused(&dg14(&off_curve, None)),
        ChipAuthenticationError::BadKey(_)
    ));
}

/// A refusal leaves the session of PACE standing; the chip's answer itself is protected.
#[test]
fn refusals_keep_the_old_session() {
    let curve = Curve::new(CurveId::BrainpoolP256r1).unwrap();
    let point = curve
        .multiply_generator(&curve.decode_scalar(&[3]).unwrap())
        .unwrap();
    let parameters = ChipAuthenticationParameters::select(&dg14(point.as_bytes(), None)).unwrap();
    let keys = plain_keys();
    let mut counter = 0_u128;
    let mut card = SecureTransport::new(
        Card(move |_: &[u8]| {
            counter += 2;
            let body = [0x99, 0x02, 0x6A, 0x80];
            let message = [
                &counter.to_be_bytes()[..],
                &icao9303::crypto::cipher::pad(&body),
            ]
            .concat();
            let mac = keys.authentication.cmac8(&message).unwrap();
            [&body[..], &[0x8E, 0x08], &mac, &[0x6A, 0x80]].concat()
        }),
        SecureMessaging::new(plain_keys()),
    );
    let mut rng = StdRng::seed_from_u64(5);
    let error = chip_authentication::perform(&mut card, &parameters, &mut rng).unwrap_err();
    assert!(matches!(
        error,
        ChipAuthenticationError::Refused {
            status: StatusWord(0x6A80),
            ..
        }
    ));
    assert!(card.is_open());
}

/// Named, explicit and standardised parameters lead to the same key, on every curve.
#[test]
fn public_keys_in_every_form() {
    for id in CurveId::ALL {
        let curve = Curve::new(id).unwrap();
        let point = curve
            .multiply_generator(&curve.decode_scalar(&[0x25]).unwrap())
            .unwrap();
        let key = PublicKey { curve: id, point };
        let explicit = key.to_explicit().unwrap();
        assert_eq!(PublicKey::from_subject(&explicit).unwrap(), key);
        assert_eq!(
            PublicKey::from_subject(&key.to_standardised()).unwrap(),
            key
        );
        let named = SubjectPublicKey {
            parameters: icao9303::tlv::encode(0x06, id.oid()),
            ..explicit.clone()
        };
        assert_eq!(PublicKey::from_subject(&named).unwrap(), key);
        // OpenSSL reads what we write.
        let read = openssl::pkey::PKey::public_key_from_der(&explicit.to_der()).unwrap();
        assert!(read.ec_key().unwrap().check_key().is_ok());
        // A generator or coefficient that differs is another curve.
        for index in (0..explicit.parameters.len()).step_by(7) {
            let mut parameters = explicit.parameters.clone();
            parameters[index] ^= 1;
            let changed = SubjectPublicKey {
                parameters,
                ..explicit.clone()
            };
            let read = PublicKey::from_subject(&changed);
            assert!(read.is_err(), "{id:?} {index}");
        }
    }
    // The explicit form of the DG14 vector, byte for byte.
    let dg14 = vectors("lds.json");
    let all = dg14.to_string();
    let explicit = explicit_parameters(CurveId::BrainpoolP256r1).unwrap();
    assert!(all.contains(&text(&explicit)));
}
