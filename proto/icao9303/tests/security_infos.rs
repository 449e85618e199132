//! EF.CardAccess, DG14 and the content of EF.CardSecurity, from published and own vectors.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

use icao9303::oid;
use icao9303::security_info::{
    ChipAuthenticationInfo, ChipAuthenticationPublicKeyInfo, FileId, PaceInfo, SecurityInfo,
    SecurityInfoError, SecurityInfos, SubjectPublicKey, TerminalAuthenticationInfo,
};
use serde_json::Value;

fn lds() -> Value {
    serde_json::from_str(include_str!("../../../tests/vectors/lds.json")).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

fn pace(protocol: der::asn1::ObjectIdentifier, parameter_id: u64) -> SecurityInfo {
    SecurityInfo::Pace(PaceInfo {
        protocol,
        version: 2,
        parameter_id: Some(parameter_id),
    })
}

#[test]
fn card_access_both_ways() {
    let lds = lds();
    let vectors = &lds["ef_cardaccess"];
    for (key, infos) in [
        ("gm_aes128_bp256", vec![pace(oid::PACE_ECDH_GM_AES_128, 13)]),
        (
            // Given out of order: the set is sorted when written.
            "gm_and_cam_aes128_bp256",
            vec![
                pace(oid::PACE_ECDH_CAM_AES_128, 13),
                pace(oid::PACE_ECDH_GM_AES_128, 13),
            ],
        ),
        ("gm_aes256_bp384", vec![pace(oid::PACE_ECDH_GM_AES_256, 16)]),
    ] {
        let expected = bytes(&vectors[key]);
        let built = SecurityInfos { infos };
        assert_eq!(hex::encode(built.to_der()), hex::encode(&expected), "{key}");
        let read = SecurityInfos::parse(&expected).unwrap();
        assert!(
            read.contains_all(&built) && built.contains_all(&read),
            "{key}"
        );
        assert_eq!(read.to_der(), expected, "{key}");
    }
}

#[test]
fn dg14_content_both_ways() {
    let lds = lds();
    let elements = &lds["dg14"]["elements"];
    let file = bytes(&lds["dg14"]["hex"]);
    let content = icao9303::tlv::parse_exact(&file, 0x6E).unwrap();
    let read = SecurityInfos::parse(content).unwrap();
    assert_eq!(read.to_der(), content);

    let keys: Vec<_> = read.chip_authentication_keys().collect();
    let [key] = keys[..] else { panic!("one key") };
    assert_eq!(key.protocol, oid::CHIP_AUTHENTICATION_KEY_ECDH);
    assert_eq!(key.public_key.standardised_parameter_id(), None);
    assert_eq!((key.public_key.key.len(), key.public_key.key[0]), (65, 4));

    let ca = ChipAuthenticationInfo {
        protocol: oid::CA_ECDH_AES_128,
        version: 1,
        key_id: None,
    };
    let ta = TerminalAuthenticationInfo {
        version: 1,
        ef_cvca: None,
    };
    let built = SecurityInfos {
        infos: vec![
            pace(oid::PACE_ECDH_GM_AES_128, 13),
            pace(oid::PACE_ECDH_CAM_AES_128, 13),
            SecurityInfo::ChipAuthentication(ca),
            SecurityInfo::ChipAuthenticationPublicKey(key.clone()),
            SecurityInfo::TerminalAuthentication(ta),
        ],
    };
    for (info, name) in
        built
            .infos
            .iter()
            .zip(["paceinfo", "paceinfo_cam", "cainfo", "capubkey", "tainfo"])
    {
        assert_eq!(info.to_der(), bytes(&elements[name]), "{name}");
    }
    assert_eq!(built.to_der(), content);

    // EF.CardAccess may list nothing that DG14 does not.
    let access = bytes(&lds["ef_cardaccess"]["gm_and_cam_aes128_bp256"]);
    assert!(built.contains_all(&SecurityInfos::parse(&access).unwrap()));
    let weaker = bytes(&lds["ef_cardaccess"]["gm_aes256_bp384"]);
    assert!(!built.contains_all(&SecurityInfos::parse(&weaker).unwrap()));
}

/// 9303-11 Appendix I.1: a key on standardised domain parameters.
#[test]
fn icao_key_with_standardised_parameters() {
    let der = hex::decode(concat!(
        "3062060904007F0007020201023052300C060704007F0007010202010D034200041872709494399E7470A643",
        "1BE25E83EEE24FEA568C2ED28DB48E05DB3A610DC884D256A40E35EFCB59BF6753D3A489D28C7A4D973C2DA1",
        "38A6E7A4A08F68E16F02010D"
    ))
    .unwrap();
    let set = icao9303::tlv::encode(0x31, &der);
    let read = SecurityInfos::parse(&set).unwrap();
    let key = read.chip_authentication_keys().next().unwrap();
    assert_eq!(key.key_id, Some(13));
    assert_eq!(key.public_key.standardised_parameter_id(), Some(13));
    let built = ChipAuthenticationPublicKeyInfo {
        protocol: oid::CHIP_AUTHENTICATION_KEY_ECDH,
        public_key: SubjectPublicKey::standardised(13, &key.public_key.key),
        key_id: Some(13),
    };
    assert_eq!(
        SecurityInfo::ChipAuthenticationPublicKey(built).to_der(),
        der
    );
}

/// Active authentication with ECDSA announces its algorithm.
#[test]
fn active_authentication_info() {
    let lds = lds();
    let der = bytes(&lds["dg15"]["active_authentication_info_for_dg14_ecdsa_plain_sha256"]);
    // The vector is the SEQUENCE alone.
    let read = SecurityInfos::parse(&icao9303::tlv::encode(0x31, &der)).unwrap();
    let [SecurityInfo::ActiveAuthentication(info)] = read.infos[..] else {
        panic!("{read:?}")
    };
    assert_eq!(
        (info.version, info.signature_algorithm),
        (1, oid::ECDSA_PLAIN_SHA256)
    );
    assert_eq!(read.infos[0].to_der(), der);
}

/// EF.CardAccess files of test cards in circulation, with infos of BSI TR-03110 that ICAO does not
/// have, some out of order: all is kept.
#[test]
fn card_access_of_other_issuers() {
    let vectors: Value = serde_json::from_str(include_str!(
        "../../../tests/vectors/card_access_others.json"
    ))
    .unwrap();
    let files = vectors["files"].as_object().unwrap();
    assert_eq!(files.len(), 6);
    for (name, file) in files {
        let file = bytes(file);
        let read = SecurityInfos::parse_file(&file).unwrap_or_else(|e| panic!("{name}: {e}"));
        let again = SecurityInfos::parse(&read.to_der()).unwrap();
        assert!(
            again.contains_all(&read) && read.contains_all(&again),
            "{name}"
        );
        let whole = icao9303::tlv::parse_padded(&file, 0x31).unwrap().raw;
        assert_eq!(read.to_der().len(), whole.len(), "{name}: nothing is lost");
        let count = usize::try_from(vectors["pace_infos"][name].as_u64().unwrap()).unwrap();
        assert_eq!(read.pace().count(), count, "{name}");
    }
    let slovenia = SecurityInfos::parse_file(&bytes(&files["slovenia"])).unwrap();
    let expected = TerminalAuthenticationInfo {
        version: 1,
        ef_cvca: Some(FileId {
            fid: 0x011A,
            sfi: Some(0x1A),
        }),
    };
    assert!(
        slovenia
            .infos
            .contains(&SecurityInfo::TerminalAuthentication(expected))
    );
}

#[test]
fn malformed_infos_name_their_protocol() {
    let pace = "300D060A04007F00070202040202";
    for (data, why) in [
        ("0201FF", "negative version"),
        ("0400", "no version"),
        ("02010202010D0500", "something after the parameter id"),
        ("0209010000000000000000", "a version of 65 bits"),
    ] {
        let body = format!("{}{data}", &pace[4..]);
        let der = icao9303::tlv::encode(0x30, &hex::decode(body).unwrap());
        let result = SecurityInfos::parse(&icao9303::tlv::encode(0x31, &der));
        let protocol = oid::PACE_ECDH_GM_AES_128;
        assert_eq!(
            result,
            Err(SecurityInfoError::Malformed { protocol }),
            "{why}"
        );
    }
    let empty_oid = hex::decode("310430020600").unwrap();
    assert_eq!(
        SecurityInfos::parse(&empty_oid),
        Err(SecurityInfoError::ObjectIdentifier)
    );
}

#[test]
fn no_damage_makes_it_panic() {
    let lds = lds();
    let file = bytes(&lds["dg14"]["hex"]);
    let whole = &file[4..];
    for end in 0..whole.len() {
        assert!(
            SecurityInfos::parse(&whole[..end]).is_err(),
            "prefix of {end}"
        );
    }
    let mut damaged = whole.to_vec();
    for place in 0..whole.len() {
        for bit in 0..8 {
            damaged[place] ^= 1 << bit;
            // Whatever is still accepted can be written and read again.
            if let Ok(infos) = SecurityInfos::parse(&damaged) {
                assert!(
                    SecurityInfos::parse(&infos.to_der()).is_ok(),
                    "byte {place}"
                );
            }
            damaged[place] ^= 1 << bit;
        }
    }
}
