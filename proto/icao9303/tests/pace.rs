//! PACE against 9303-11 appendices G.1 and I.1 and BSI's worked example, and against chips that misbehave.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests may panic as tests do"
)]

use crate::access::chip::{Fault, PaceChip};
use crate::access::{Card, Published, Script, bytes, text, vectors};
use icao9303::apdu::StatusWord;
use icao9303::crypto::cipher::AesSize;
use icao9303::crypto::curve::{Curve, CurveId};
use icao9303::pace::protocol::Start;
use icao9303::pace::{
    self, ChipProofError, Established, Mapping, NotSupported, PaceError, PaceParameters, Password,
    PasswordKind, Step,
};
use icao9303::security_info::{PaceInfo, SecurityInfo, SecurityInfos};
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::Value;

fn card_access(infos: &[&str]) -> SecurityInfos {
    SecurityInfos::parse(
        &hex::decode(format!(
            "31{:02X}{}",
            infos.concat().len() / 2,
            infos.concat()
        ))
        .unwrap(),
    )
    .unwrap()
}

fn info(mapping: u8, cipher: u8, id: Option<u64>) -> PaceInfo {
    let oid = format!("0.4.0.127.0.7.2.2.4.{mapping}.{cipher}");
    PaceInfo {
        protocol: oid.parse().unwrap(),
        version: 2,
        parameter_id: id,
    }
}

fn infos(list: &[PaceInfo]) -> SecurityInfos {
    SecurityInfos {
        infos: list.iter().copied().map(SecurityInfo::Pace).collect(),
    }
}

fn assert_keys(established: &Established, vector: &Value) {
    let keys = established.keys();
    assert_eq!(
        text(keys.encryption.as_bytes()),
        vector["ks_enc"].as_str().unwrap()
    );
    assert_eq!(
        text(keys.authentication.as_bytes()),
        vector["ks_mac"].as_str().unwrap()
    );
    assert_eq!(
        text(established.chip_key().as_bytes()),
        vector["ka_c_pub"].as_str().unwrap()
    );
}

/// Appendix G.1: all APDUs, with the MRZ as password.
#[test]
fn generic_mapping_of_icao() {
    let vector = &vectors("access_icao.json")["pace_ecdh_gm_aes128"];
    let parameters = PaceParameters::best(&card_access(&[vector["paceinfo"].as_str().unwrap()]));
    let password = Password::mrz_information(vector["mrz_password"].as_str().unwrap()).unwrap();
    assert_eq!(text(password.secret()), vector["K"].as_str().unwrap());
    let key = password.key(AesSize::Aes128).unwrap();
    assert_eq!(text(key.as_bytes()), vector["k_pi"].as_str().unwrap());
    let nonce = key
        .decrypt_cbc(&[0; 16], &bytes(&vector["nonce_z"]))
        .unwrap();
    assert_eq!(text(&nonce), vector["nonce_s"].as_str().unwrap());

    let list = |name: &str| {
        vector[name]
            .as_array()
            .unwrap()
            .iter()
            .map(|v| v.as_str().unwrap())
    };
    let mut card = Script::new(list("apdus").zip(list("responses")));
    let mut rng = Published::new(&[bytes(&vector["map_t_priv"]), bytes(&vector["ka_t_priv"])]);
    let established = pace::perform(&mut card, &parameters.unwrap(), &password, &mut rng).unwrap();
    assert_eq!(card.left(), 0);
    assert_keys(&established, vector);
    assert!(established.proof().is_none());
}

/// The intermediate values of G.1 and I.1, one by one.
#[test]
fn intermediate_values() {
    let file = vectors("access_icao.json");
    for name in ["pace_ecdh_gm_aes128", "pace_ecdh_cam_aes128"] {
        let vector = &file[name];
        let is =
            |bytes: &[u8], field: &str| assert_eq!(text(bytes), vector[field].as_str().unwrap());
        let curve = Curve::new(CurveId::BrainpoolP256r1).unwrap();
        let private = curve.decode_scalar(&bytes(&vector["map_t_priv"])).unwrap();
        is(
            curve.multiply_generator(&private).unwrap().as_bytes(),
            "map_t_pub",
        );
        let theirs = curve.decode_point(&bytes(&vector["map_c_pub"])).unwrap();
        let shared = curve.multiply(&theirs, &private).unwrap();
        is(shared.as_bytes(), "H");
        let generator = curve
            .map_generic(&bytes(&vector["nonce_s"]), &shared)
            .unwrap();
        is(generator.as_bytes(), "mapped_G");
        let ephemeral = curve.decode_scalar(&bytes(&vector["ka_t_priv"])).unwrap();
        is(
            curve.multiply(&generator, &ephemeral).unwrap().as_bytes(),
            "ka_t_pub",
        );
        let theirs = curve.decode_point(&bytes(&vector["ka_c_pub"])).unwrap();
        let secret = curve.multiply(&theirs, &ephemeral).unwrap();
        is(secret.x(), "shared_secret");
        let keys = icao9303::secure_messaging::SessionKeys::derive(secret.x(), AesSize::Aes128);
        let mac = keys.unwrap().authentication;
        is(
            &mac.cmac8(&bytes(&vector["token_input_ifd"])).unwrap(),
            "t_ifd",
        );
        is(
            &mac.cmac8(&bytes(&vector["token_input_ic"])).unwrap(),
            "t_ic",
        );
    }
}

/// Appendix I.1: the example has no APDUs, so its values are put into the answers.
#[test]
fn chip_authentication_mapping_of_icao() {
    let vector = &vectors("access_icao.json")["pace_ecdh_cam_aes128"];
    let field = |name: &str| vector[name].as_str().unwrap().to_owned();
    let parameters = PaceParameters::from_info(&info(6, 2, Some(13))).unwrap();
    assert_eq!(text(parameters.oid().as_bytes()), field("oid"));
    let password = Password::mrz_information(&field("mrz_password")).unwrap();
    assert_eq!(text(password.secret()), field("K"));
    let steps = [
        (
            format!("0022C1A40F800A{}830101", field("oid")),
            "9000".to_owned(),
        ),
        (
            "10860000027C0000".to_owned(),
            format!("7C128010{}9000", field("nonce_z")),
        ),
        (
            format!("10860000457C438141{}00", field("map_t_pub")),
            format!("7C438241{}9000", field("map_c_pub")),
        ),
        (
            format!("10860000457C438341{}00", field("ka_t_pub")),
            format!("7C438441{}9000", field("ka_c_pub")),
        ),
        (
            format!("008600000C7C0A8508{}00", field("t_ifd")),
            format!(
                "7C3C8608{}8A30{}9000",
                field("t_ic"),
                field("encrypted_ca_data")
            ),
        ),
    ];
    let mut card = Script::new(steps.iter().map(|(c, r)| (c.as_str(), r.as_str())));
    let mut rng = Published::new(&[bytes(&vector["map_t_priv"]), bytes(&vector["ka_t_priv"])]);
    let established = pace::perform(&mut card, &parameters, &password, &mut rng).unwrap();
    assert_keys(&established, vector);
    let proof = established.proof().unwrap();
    assert_eq!(text(proof.as_bytes()), field("ca_data"));
    proof
        .verify_with(&card_access(&[&field("ca_pubkeyinfo")]))
        .unwrap();

    let curve = Curve::new(CurveId::BrainpoolP256r1).unwrap();
    let other = curve
        .multiply_generator(&curve.decode_scalar(&[9]).unwrap())
        .unwrap();
    assert!(matches!(
        proof.verify(&other),
        Err(ChipProofError::NotTheSignedKey)
    ));
    let empty = SecurityInfos::default();
    assert!(matches!(
        proof.verify_with(&empty),
        Err(ChipProofError::NoKey { parameter_id: 13 })
    ));
}

/// BSI's worked example as OpenPACE ships it (its PIN has the same key as a CAN).
#[test]
fn worked_example_of_bsi() {
    let example = vectors("bsi_eac_worked_example.json");
    let file = vectors("eac_bsi.json");
    let field = |name: &str| bytes(&file["pace"][name]);
    // EF.CardAccess also holds infos of version 2 of the other protocols.
    let offered = SecurityInfos::parse(&bytes(&example["tc_ecdh_ef_cardaccess"])).unwrap();
    let parameters = PaceParameters::best(&offered).unwrap();
    assert_eq!(
        (parameters.mapping(), parameters.curve()),
        (Mapping::Generic, CurveId::BrainpoolP256r1)
    );
    let start = Start::new(&parameters, &Password::can("123456").unwrap()).unwrap();
    let mut rng = Published::new(&[field("map_pcd_priv"), field("pcd_priv")[1..].to_vec()]);
    let answer = |tag: u8, value: &[u8]| {
        let object = icao9303::tlv::encode(tag.into(), value);
        icao9303::tlv::encode(0x7C, &object)
    };
    let (mapping, command) = start
        .receive_nonce(&answer(0x80, &field("nonce_enc")), &mut rng)
        .unwrap();
    assert_eq!(
        command.data,
        answer(0x81, &bytes(&example["tc_ecdh_map_pcd_pub_key"]))
    );
    let (agreement, command) = mapping
        .receive_mapping_key(&answer(0x82, &field("map_picc_pub")), &mut rng)
        .unwrap();
    assert_eq!(command.data, answer(0x83, &field("pcd_pub")));
    let (authentication, command) = agreement
        .receive_ephemeral_key(&answer(0x84, &field("picc_pub")))
        .unwrap();
    assert_eq!(command.data, answer(0x85, &field("token_pcd")));
    let established = authentication
        .receive_token(&answer(0x86, &field("token_picc")))
        .unwrap();
    assert_eq!(established.keys().encryption.as_bytes(), field("k_enc"));
    assert_eq!(established.keys().authentication.as_bytes(), field("k_mac"));
}

fn run(
    parameters: PaceParameters,
    fault: Fault,
    wrong_password: bool,
) -> (
    Result<Established, PaceError>,
    icao9303::crypto::curve::Point,
) {
    let password = Password::can("271828").unwrap();
    let chip_password = Password::can(if wrong_password { "314159" } else { "271828" }).unwrap();
    let mut chip = PaceChip::new(parameters, &chip_password, fault, StdRng::seed_from_u64(1));
    let key = chip.static_public();
    let mut card = Card(|command: &[u8]| chip.answer(command));
    (
        pace::perform(
            &mut card,
            &parameters,
            &password,
            &mut StdRng::seed_from_u64(2),
        ),
        key,
    )
}

#[test]
fn every_variant() {
    for id in 10..=18 {
        for mapping in [2, 6] {
            for cipher in 2..=4 {
                let parameters =
                    PaceParameters::from_info(&info(mapping, cipher, Some(id))).unwrap();
                for nonce in [16, 32] {
                    let (outcome, key) = run(parameters, Fault::NonceLength(nonce), false);
                    let established = outcome.unwrap();
                    if mapping == 6 {
                        established.proof().unwrap().verify(&key).unwrap();
                    }
                }
            }
        }
    }
}

#[test]
fn wrong_password_is_no_protocol_error() {
    let parameters = PaceParameters::from_info(&info(2, 2, Some(13))).unwrap();
    let (outcome, _) = run(parameters, Fault::None, true);
    let password = PasswordKind::Can;
    assert!(
        matches!(outcome, Err(PaceError::WrongPassword { password: p, tries_left: None }) if p == password)
    );
    for (status, tries) in [(0x63C2_u16, Some(2)), (0x6300, None)] {
        let password = Password::can("271828").unwrap();
        let mut chip = PaceChip::new(parameters, &password, Fault::None, StdRng::seed_from_u64(1));
        let mut step = 0;
        let mut card = Card(|command: &[u8]| {
            step += 1;
            if step == 5 {
                status.to_be_bytes().to_vec()
            } else {
                chip.answer(command)
            }
        });
        let outcome = pace::perform(
            &mut card,
            &parameters,
            &password,
            &mut StdRng::seed_from_u64(2),
        );
        assert!(
            matches!(outcome, Err(PaceError::WrongPassword { tries_left, .. }) if tries_left == tries)
        );
    }
}

#[test]
fn chips_that_misbehave() {
    let generic = PaceParameters::from_info(&info(2, 2, Some(13))).unwrap();
    let fault = |fault| run(generic, fault, false).0.unwrap_err();
    assert!(matches!(
        fault(Fault::ReflectMappingKey),
        PaceError::ReflectedKey {
            step: Step::Mapping
        }
    ));
    assert!(matches!(
        fault(Fault::ReflectEphemeralKey),
        PaceError::ReflectedKey {
            step: Step::KeyAgreement
        }
    ));
    assert!(matches!(
        fault(Fault::MappingKeyOffCurve),
        PaceError::BadChipKey {
            step: Step::Mapping,
            ..
        }
    ));
    assert!(matches!(
        fault(Fault::EphemeralKeyInfinite),
        PaceError::BadChipKey {
            step: Step::KeyAgreement,
            ..
        }
    ));
    assert!(matches!(
        fault(Fault::WrongToken),
        PaceError::WrongChipToken { .. }
    ));
    for length in [0, 8, 15, 17, 80] {
        assert!(
            matches!(fault(Fault::NonceLength(length)), PaceError::BadNonce { length: l } if l == length)
        );
    }
    for (step, name) in [
        (1, Step::Nonce),
        (2, Step::Mapping),
        (3, Step::KeyAgreement),
        (4, Step::Authentication),
    ] {
        assert!(
            matches!(fault(Fault::Truncate(step)), PaceError::Malformed { step, .. } if step == name)
        );
    }
    let cam = PaceParameters::from_info(&info(6, 2, Some(13))).unwrap();
    let (outcome, key) = run(cam, Fault::ForeignProof, false);
    let error = outcome.unwrap().proof().unwrap().verify(&key).unwrap_err();
    assert!(matches!(error, ChipProofError::NotTheSignedKey));
}

#[test]
fn every_step_can_be_refused() {
    let parameters = PaceParameters::from_info(&info(2, 2, Some(13))).unwrap();
    let password = Password::can("271828").unwrap();
    let steps = [
        Step::SetAuthenticationTemplate,
        Step::Nonce,
        Step::Mapping,
        Step::KeyAgreement,
        Step::Authentication,
    ];
    for (refused, name) in steps.into_iter().enumerate() {
        let mut chip = PaceChip::new(parameters, &password, Fault::None, StdRng::seed_from_u64(1));
        let mut step = 0;
        let mut card = Card(|command: &[u8]| {
            step += 1;
            if step == refused + 1 {
                vec![0x69, 0x85]
            } else {
                chip.answer(command)
            }
        });
        let error = pace::perform(
            &mut card,
            &parameters,
            &password,
            &mut StdRng::seed_from_u64(2),
        )
        .unwrap_err();
        let expected = StatusWord::CONDITIONS_NOT_SATISFIED;
        assert!(
            matches!(error, PaceError::Refused { step, status } if step == name && status == expected)
        );
    }
}

#[test]
fn the_best_variant_is_chosen_and_the_rest_named() {
    let offered = infos(&[
        info(2, 2, Some(13)),
        info(4, 4, Some(13)),
        info(6, 2, Some(13)),
        info(2, 4, Some(16)),
    ]);
    let variants = PaceParameters::supported(&offered).unwrap();
    let order: Vec<_> = variants
        .iter()
        .map(|v| (v.mapping(), v.cipher(), v.curve()))
        .collect();
    assert_eq!(
        order,
        [
            (
                Mapping::ChipAuthentication,
                AesSize::Aes128,
                CurveId::BrainpoolP256r1
            ),
            (Mapping::Generic, AesSize::Aes256, CurveId::BrainpoolP384r1),
            (Mapping::Generic, AesSize::Aes128, CurveId::BrainpoolP256r1),
        ]
    );
    assert!(variants[0].is_ambiguous());
    let start = Start::new(&variants[0], &Password::can("123456").unwrap()).unwrap();
    let command = start.set_authentication_template().encode().unwrap();
    assert_eq!(
        text(&command),
        "0022C1A412800A04007F0007020204060283010284010D"
    );

    let reason = |list: &[PaceInfo]| PaceParameters::supported(&infos(list)).unwrap_err();
    assert_eq!(reason(&[]), NotSupported::NoPace);
    assert!(matches!(
        reason(&[info(1, 2, Some(0))]),
        NotSupported::Mapping { .. }
    ));
    assert!(matches!(
        reason(&[info(3, 2, Some(0))]),
        NotSupported::Mapping { .. }
    ));
    assert!(matches!(
        reason(&[info(4, 2, Some(13))]),
        NotSupported::Mapping { .. }
    ));
    assert_eq!(reason(&[info(2, 1, Some(13))]), NotSupported::Cipher);
    assert!(matches!(
        reason(&[info(6, 1, Some(13))]),
        NotSupported::Protocol { .. }
    ));
    assert!(matches!(
        reason(&[info(5, 2, Some(13))]),
        NotSupported::Protocol { .. }
    ));
    assert!(matches!(
        reason(&[info(2, 5, Some(13))]),
        NotSupported::Protocol { .. }
    ));
    for id in [None, Some(0), Some(9), Some(19), Some(13 + 256)] {
        assert_eq!(
            reason(&[info(2, 2, id)]),
            NotSupported::DomainParameters { id }
        );
    }
    let version = PaceInfo {
        version: 1,
        ..info(2, 2, Some(13))
    };
    assert_eq!(reason(&[version]), NotSupported::Version { version: 1 });
}
