//! The files of a test document, signed by the vectors' document signer.

use std::collections::BTreeMap;

use der::asn1::ObjectIdentifier;
use icao9303::card_security;
use icao9303::crypto::curve::Point;
use icao9303::lds::{
    AtrInfo, Capabilities, DataGroup, Dg1, Dg2, Dg3, Dg7, Dg11, Dg12, Dg14, Dg15, EfCom, EfDir,
    ElementaryFile, ExtendedLength, Finger, LdsVersion, UnicodeVersion,
};
use icao9303::mrz::{Mrz, PartialDate};
use icao9303::oid;
use icao9303::security_info::{
    ActiveAuthenticationInfo, ChipAuthenticationInfo, ChipAuthenticationPublicKeyInfo, PaceInfo,
    SecurityInfo, SecurityInfos, SubjectPublicKey,
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

/// Which keys the chip has made, and whether it offers PACE.
pub struct Keys {
    /// Of chip authentication.
    pub chip: Option<Point>,
    /// Of active authentication, and how it signs.
    pub signing: Option<(SubjectPublicKey, Option<ObjectIdentifier>)>,
    /// EF.CardAccess and EF.CardSecurity are there.
    pub pace: bool,
}

fn chip_infos(keys: &Keys) -> SecurityInfos {
    let mut infos = if keys.pace { pace_infos() } else { Vec::new() };
    if let Some((_, Some(signature_algorithm))) = &keys.signing {
        infos.push(SecurityInfo::ActiveAuthentication(
            ActiveAuthenticationInfo {
                version: 1,
                signature_algorithm: *signature_algorithm,
            },
        ));
    }
    let Some(chip_key) = &keys.chip else {
        return SecurityInfos { infos };
    };
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

/// Every file of a document for a chip with these keys.
pub fn files(keys: &Keys, signer: &Signer) -> Files {
    let infos = chip_infos(keys);
    let mut files = data_groups(&infos);
    if infos.infos.is_empty() {
        files.remove(&ElementaryFile::DataGroup(DataGroup::DG14));
    }
    if let Some((public_key, _)) = &keys.signing {
        let public_key = public_key.clone();
        let file = ElementaryFile::DataGroup(DataGroup::DG15);
        files.insert(file, Dg15 { public_key }.encode());
    }
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
    if keys.pace {
        files.insert(ElementaryFile::CardSecurity, sign_infos(&infos, signer));
        let infos = pace_infos();
        files.insert(ElementaryFile::CardAccess, SecurityInfos { infos }.to_der());
    }
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
