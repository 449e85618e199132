//! The files of a test document, signed by the vectors' document signer.

use std::collections::BTreeMap;

use icao9303::card_security;
use icao9303::crypto::curve::Point;
use icao9303::lds::{
    AtrInfo, Capabilities, DataGroup, Dg1, Dg2, Dg3, Dg7, Dg11, Dg12, Dg14, EfCom, EfDir,
    ElementaryFile, ExtendedLength, Finger, LdsVersion, UnicodeVersion,
};
use icao9303::mrz::{Mrz, PartialDate};
use icao9303::oid;
use icao9303::security_info::{
    ChipAuthenticationInfo, ChipAuthenticationPublicKeyInfo, PaceInfo, SecurityInfo, SecurityInfos,
    SubjectPublicKey,
};
use icao9303::sod::{self, LdsSecurityObject, LdsVersionInfo};
use icao9303::x509::HashAlgorithm;
use time::macros::date;

use super::Signer;

/// TD1 of the test document.
pub const MRZ: &str =
    "IDLUXC7X9HZ4T13<<<<<<<<<<<<<<<9005145F3609301LUX<<<<<<<<<<<6MUSTER<<ANNA<MARIA<<<<<<<<<<<<";

/// Standardised domain parameter id of brainpoolP256r1.
const CURVE: u8 = 13;

/// File contents by file.
pub type Files = BTreeMap<ElementaryFile, Vec<u8>>;

/// What the chip offers: PACE with both mappings, chip authentication.
pub fn pace_infos() -> Vec<SecurityInfo> {
    let pace = |protocol| {
        SecurityInfo::Pace(PaceInfo {
            protocol,
            version: 2,
            parameter_id: Some(CURVE.into()),
        })
    };
    vec![
        pace(oid::PACE_ECDH_GM_AES_128),
        pace(oid::PACE_ECDH_CAM_AES_128),
    ]
}

fn chip_infos(chip_key: &Point) -> SecurityInfos {
    let mut infos = pace_infos();
    infos.push(SecurityInfo::ChipAuthentication(ChipAuthenticationInfo {
        protocol: oid::CA_ECDH_AES_128,
        version: 1,
        key_id: Some(CURVE.into()),
    }));
    infos.push(SecurityInfo::ChipAuthenticationPublicKey(
        ChipAuthenticationPublicKeyInfo {
            protocol: oid::CHIP_AUTHENTICATION_KEY_ECDH,
            public_key: SubjectPublicKey::standardised(CURVE, chip_key.as_bytes()),
            key_id: Some(CURVE.into()),
        },
    ));
    SecurityInfos { infos }
}

/// Every file of a document for a chip whose key is `chip_key`.
pub fn files(chip_key: &Point, signer: &Signer) -> Files {
    let infos = chip_infos(chip_key);
    let mut files = data_groups(&infos);
    let groups: Vec<_> = files
        .keys()
        .filter_map(|file| match file {
            ElementaryFile::DataGroup(group) => Some(*group),
            _ => None,
        })
        .collect();
    let common = EfCom {
        lds_version: LdsVersion::V1_8,
        unicode_version: UnicodeVersion::V4_0_0,
        data_groups: groups,
    };
    files.insert(ElementaryFile::Com, common.encode());
    files.insert(ElementaryFile::Sod, sign(&files, signer));
    files.insert(ElementaryFile::CardSecurity, sign_infos(&infos, signer));
    files.insert(
        ElementaryFile::CardAccess,
        SecurityInfos {
            infos: pace_infos(),
        }
        .to_der(),
    );
    let lengths = ExtendedLength {
        command: 4096,
        response: 4096,
    };
    let info = AtrInfo {
        capabilities: Some(Capabilities::OURS),
        extended_length: Some(lengths),
    };
    files.insert(ElementaryFile::AtrInfo, info.encode());
    let directory = EfDir::emrtd();
    files.insert(ElementaryFile::Dir, directory.encode());
    files
}

/// EF.SOD over the data groups among `files`.
pub fn sign(files: &Files, signer: &Signer) -> Vec<u8> {
    let groups = files.iter().filter_map(|(file, content)| match file {
        ElementaryFile::DataGroup(group) => Some((*group, content.as_slice())),
        _ => None,
    });
    let version = Some(LdsVersionInfo::LDS_1_8);
    let object = LdsSecurityObject::over(HashAlgorithm::Sha256, groups, version).unwrap();
    let prepared = sod::prepare(
        &object,
        &signer.certificate,
        HashAlgorithm::Sha256,
        Some(super::NOW),
    );
    sod::assemble(&prepared, &signer.sign(&prepared.digest()))
}

fn sign_infos(infos: &SecurityInfos, signer: &Signer) -> Vec<u8> {
    let hash = HashAlgorithm::Sha256;
    let prepared =
        card_security::prepare(&infos.to_der(), &signer.certificate, hash, Some(super::NOW))
            .unwrap();
    card_security::assemble(&prepared, &signer.sign(&prepared.digest()))
}

fn data_groups(infos: &SecurityInfos) -> Files {
    let codestream = [
        &hex::decode("FF4FFF51002F00000000026E0000032000000000000000000000").unwrap()[..],
        &vec![0x5A; 17_000],
    ]
    .concat();
    let face = face_record(&codestream);
    let finger = [b"FIR\x00010\x00", &[3; 10_000][..]].concat();
    let signature = [
        &hex::decode("FFD8FFC0001108006401F401").unwrap()[..],
        &[1; 2_000],
    ]
    .concat();
    let dg11 = Dg11 {
        full_name: Some(icao9303::lds::FullName::from_visual("Müster", "Anna Maria").unwrap()),
        personal_number: Some("1990051412345".to_owned()),
        place_of_birth: vec!["Esch-sur-Alzette".to_owned()],
        ..Dg11::default()
    };
    let dg12 = Dg12 {
        issuing_authority: Some("Ministère de l'Intérieur".to_owned()),
        date_of_issue: Some(PartialDate::Full(date!(2026 - 10 - 01))),
        ..Dg12::default()
    };
    let groups = [
        (
            DataGroup::DG1,
            Dg1 {
                mrz: Mrz::parse(MRZ).unwrap(),
            }
            .encode(),
        ),
        (DataGroup::DG2, Dg2::iso19794(&face).encode().unwrap()),
        (
            DataGroup::DG3,
            Dg3::iso19794(&[(Finger::LeftIndex, &finger), (Finger::RightIndex, &finger)])
                .encode()
                .unwrap(),
        ),
        (DataGroup::DG7, Dg7::new(&signature).encode().unwrap()),
        (DataGroup::DG11, dg11.encode().unwrap()),
        (DataGroup::DG12, dg12.encode().unwrap()),
        (
            DataGroup::DG14,
            Dg14 {
                security_infos: infos.clone(),
            }
            .encode(),
        ),
    ];
    groups
        .into_iter()
        .map(|(group, content)| (ElementaryFile::DataGroup(group), content))
        .collect()
}

/// ISO/IEC 19794-5:2005 without feature points; only the places that are looked at are filled.
fn face_record(image: &[u8]) -> Vec<u8> {
    let mut record = vec![0; 46];
    record[..8].copy_from_slice(b"FAC\x00010\x00");
    record.extend_from_slice(image);
    record
}
