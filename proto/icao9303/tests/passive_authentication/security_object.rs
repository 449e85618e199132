//! Security objects that are missing, malformed, or name their signer in another way.

use std::collections::BTreeSet;

use crate::passive_authentication::case::{Case, NOW, certificate, default_store, files};
use crate::support::forge::{self, Key};
use crate::support::pki;
use icao9303::cms::{self, SignerReference};
use icao9303::lds::DataGroup;
use icao9303::passive_authentication::{Evidence, Failure, FileState, Step, Verdict, authenticate};
use icao9303::sod;
use icao9303::tlv;
use icao9303::x509::HashAlgorithm;

#[test]
fn no_security_object() {
    let files = files();
    let mut evidence = Evidence::default();
    for (group, file) in &files {
        evidence.data_groups.insert(*group, FileState::Read(file));
    }
    let no_sod = BTreeSet::from([Failure::NoSod]);
    for (state, verdict) in [
        (FileState::Absent, Verdict::NotGenuine(no_sod.clone())),
        (FileState::Denied, Verdict::NoVerdict(no_sod.clone())),
        (FileState::NotRead, Verdict::NoVerdict(no_sod)),
    ] {
        evidence.security_object = state;
        let report = authenticate(&evidence, &default_store(), NOW);
        assert_eq!(report.verdict(), &verdict);
        assert!(
            report
                .steps()
                .iter()
                .all(|result| !result.outcome.is_good())
        );
    }
}

#[test]
fn security_objects_that_cannot_be_read() {
    let good = Case::good().sod;
    let other_tag = [&[0x6F], &good[1..]].concat();
    let data = tlv::encode(0x77, &good[4..24]);
    for bad in [
        vec![],
        vec![0x77],
        vec![0x77, 0],
        other_tag,
        data,
        good[..good.len() - 1].to_vec(),
    ] {
        Case::with_sod(bad).fails(Step::SecurityObject, Failure::BadCms);
    }
}

#[test]
fn content_of_the_wrong_type_or_hash() {
    let card_security = tlv::encode(0x77, &pki("ef_card_security"));
    Case::with_sod(card_security).fails(Step::Content, Failure::BadContent);

    // The list of hashes by SHA-1.
    let (signer, key) = (certificate("ds"), Key::of_vectors("ds"));
    let sha1 = [0x30, 7, 6, 5, 0x2B, 0x0E, 3, 2, 0x1A];
    let entry = |number| {
        let hash = tlv::encode(0x04, &[number; 20]);
        tlv::encode_constructed(0x30, &[&[2, 1, number], &hash])
    };
    let list = tlv::encode(0x30, &[entry(1), entry(2)].concat());
    let content = tlv::encode_constructed(0x30, &[&[2, 1, 0], &sha1, &list]);
    let prepared = cms::prepare(sod::LDS_SECURITY_OBJECT, content, &signer, key.hash, None);
    let object = sod::assemble(&prepared, &key.sign(prepared.signed_attributes()));
    Case::with_sod(object).fails(Step::Content, Failure::BadContent);

    // A byte of a hash value: the signed digest is of another content.
    let mut changed = Case::good().sod;
    let hash = HashAlgorithm::Sha256.digest(&files()[&DataGroup::DG11]);
    let at = changed
        .windows(32)
        .position(|window| window == hash)
        .unwrap();
    changed[at] ^= 1;
    Case::with_sod(changed).fails(Step::Content, Failure::BadContent);
}

/// Takes a security object apart at the signerInfos and puts it together again.
fn with_signer_infos(sod: &[u8], change: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let object = tlv::parse_exact(sod, 0x77).unwrap();
    let mut info = tlv::Reader::new(tlv::parse_exact(object, 0x30).unwrap());
    let oid = info.expect_element(0x06).unwrap().raw;
    let body = tlv::parse_exact(info.expect(0xA0).unwrap(), 0x30).unwrap();
    let mut reader = tlv::Reader::new(body);
    let mut parts = Vec::new();
    while let Some(element) = reader.next_element().unwrap() {
        parts.push(if element.tag == 0x31 && parts.len() > 1 {
            tlv::encode(0x31, &change(element.value))
        } else {
            element.raw.to_vec()
        });
    }
    let body = tlv::encode(0xA0, &tlv::encode(0x30, &parts.concat()));
    tlv::encode(0x77, &tlv::encode_constructed(0x30, &[oid, &body]))
}

#[test]
fn not_exactly_one_signer() {
    let sod = Case::good().sod;
    assert_eq!(with_signer_infos(&sod, <[u8]>::to_vec), sod);
    let twice = with_signer_infos(&sod, |info| [info, info].concat());
    Case::with_sod(twice).fails(Step::Content, Failure::BadContent);
    let none = with_signer_infos(&sod, |_| Vec::new());
    Case::with_sod(none).fails(Step::Content, Failure::BadContent);
}

/// Readers accept the digest algorithm with NULL parameters, which many issuers write.
#[test]
fn null_parameters_are_accepted() {
    let sod = Case::good().sod;
    let null = with_signer_infos(&sod, |infos| {
        let plain = HashAlgorithm::Sha256.identifier();
        let with_null = [&[0x30, 0x0D], &plain[2..], &[5, 0]].concat();
        let info = tlv::parse_exact(infos, 0x30).unwrap();
        let at = info
            .windows(plain.len())
            .position(|window| window == plain)
            .unwrap();
        let info = [&info[..at], &with_null, &info[at + plain.len()..]].concat();
        tlv::encode(0x30, &info)
    });
    assert_ne!(null, sod);
    Case::with_sod(null).is_genuine();
}

#[test]
fn a_security_object_without_its_signers_certificate() {
    let object = Case::good().sod;
    let certificates = tlv::encode(0xA0, &pki("ds"));
    let at = object
        .windows(certificates.len())
        .position(|window| window == certificates)
        .unwrap();
    let rest = object[4..].to_vec();
    let inner = [&rest[..at - 4], &rest[at - 4 + certificates.len()..]].concat();
    // The three lengths around the certificates, all of the form 82 xx xx.
    let shorten = |mut bytes: Vec<u8>| {
        for at in [2, 17, 21] {
            let length = u16::from_be_bytes([bytes[at], bytes[at + 1]]);
            let short = length - u16::try_from(certificates.len()).unwrap();
            bytes[at..at + 2].copy_from_slice(&short.to_be_bytes());
        }
        bytes
    };
    let mut case = Case::with_sod(tlv::encode(0x77, &shorten(inner)));
    case.is_open(Step::Signer, Failure::NoDs);
    // Bilaterally exchanged, it is found.
    case.trust.add_signer(certificate("ds"));
    case.is_genuine();
}

/// The signer named by its key identifier instead of issuer and number.
#[test]
fn signer_identified_by_key() {
    let (signer, key) = (certificate("ds"), Key::of_vectors("ds"));
    let prepared = sod::prepare(&forge::hashes_of(&files()), &signer, key.hash, None);
    let signature = key.sign(prepared.signed_attributes());
    let object = prepared.assemble(SignerReference::SubjectKey, &signature, &[]);
    Case::with_sod(tlv::encode(0x77, &object)).is_genuine();
}
