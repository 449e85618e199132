//! A security object with any one bit flipped is never genuine: every bit of the file, exhaustively.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

use std::collections::BTreeMap;

use crate::support::{lds, pki};
use icao9303::crl::RevocationList;
use icao9303::lds::DataGroup;
use icao9303::passive_authentication::{
    Evidence, FileState, Verdict, authenticate, authenticate_card_security,
};
use icao9303::x509::{Certificate, TrustStore};
use time::macros::{date, datetime};

const NOW: time::OffsetDateTime = datetime!(2026-10-01 0:00 UTC);

fn trust() -> TrustStore {
    let mut trust = TrustStore::new();
    trust
        .add_authority(Certificate::parse(&pki("csca_root")).unwrap())
        .unwrap();
    trust.add_list(RevocationList::parse(&pki("crl_empty")).unwrap());
    trust
}

/// Every bit of the half of the file whose bytes have the given parity, so that two tests share the
/// work of two cores.
fn flip_security_object(name: &str, parity: usize) {
    let groups: BTreeMap<DataGroup, Vec<u8>> = BTreeMap::from([
        (DataGroup::DG1, lds("dg1/hex")),
        (DataGroup::DG2, lds("dg2_19794_5_jpeg/hex")),
        (DataGroup::DG3, lds("dg3_19794_4_two_index/hex")),
        (DataGroup::DG11, lds("dg11/hex")),
        (DataGroup::DG12, lds("dg12/hex")),
        (DataGroup::DG14, lds("dg14/hex")),
    ]);
    let trust = trust();
    let verdict = |file: &[u8]| {
        let evidence = Evidence {
            security_object: FileState::Read(file),
            data_groups: groups
                .iter()
                .map(|(group, file)| (*group, FileState::Read(file)))
                .collect(),
            issue_date: Some(date!(2026 - 09 - 15)),
            ..Evidence::default()
        };
        authenticate(&evidence, &trust, NOW).verdict().clone()
    };
    let good = pki(name);
    assert_eq!(verdict(&good), Verdict::Genuine);
    for at in (parity..good.len()).step_by(2) {
        for bit in 0..8 {
            let mut bad = good.clone();
            bad[at] ^= 1 << bit;
            assert_ne!(
                verdict(&bad),
                Verdict::Genuine,
                "{name} byte {at} bit {bit}"
            );
        }
    }
}

#[test]
fn security_object_even_bytes() {
    flip_security_object("sod_lds_v1", 0);
}

#[test]
fn security_object_odd_bytes() {
    flip_security_object("sod_lds_v1", 1);
}

#[test]
fn card_security() {
    let trust = trust();
    let verdict = |file: &[u8]| {
        let issued = Some(date!(2026 - 09 - 15));
        authenticate_card_security(file, &trust, NOW, issued)
            .verdict()
            .clone()
    };
    let good = pki("ef_card_security");
    assert_eq!(verdict(&good), Verdict::Genuine);
    for at in 0..good.len() {
        // Outside the certificate, every bit; inside, one a byte: it is the same one as above.
        let certificate = 469..469 + 1103;
        for bit in if certificate.contains(&at) {
            at % 8..at % 8 + 1
        } else {
            0..8
        } {
            let mut bad = good.clone();
            bad[at] ^= 1 << bit;
            assert_ne!(verdict(&bad), Verdict::Genuine, "byte {at} bit {bit}");
        }
    }
}

/// Cut anywhere, it is an error, never a panic.
#[test]
fn every_prefix() {
    let trust = trust();
    let good = pki("sod_lds_v1");
    for end in 0..good.len() {
        let evidence = Evidence {
            security_object: FileState::Read(&good[..end]),
            ..Evidence::default()
        };
        let report = authenticate(&evidence, &trust, NOW);
        assert!(
            matches!(report.verdict(), Verdict::NotGenuine(_)),
            "prefix of {end}"
        );
    }
    for name in ["ds", "crl_ds_revoked", "ef_card_security", "master_list"] {
        let good = pki(name);
        for end in 0..good.len() {
            let cut = &good[..end];
            assert!(Certificate::parse(cut).is_err());
            assert!(RevocationList::parse(cut).is_err());
            assert!(icao9303::cms::SignedData::parse(cut).is_err());
        }
    }
}

/// The BSI's worked examples are published cut off after their first kilobyte: real files of other
/// makers, and a real national CA certificate, that must be refused by name.
#[test]
fn published_fragments_of_other_makers() {
    let json: serde_json::Value = serde_json::from_str(include_str!(
        "../../../tests/vectors/bsi_eac_worked_example.json"
    ))
    .unwrap();
    for name in [
        "tc_ecdh_ef_cardsecurity",
        "tc_dh_ef_cardsecurity",
        "ef_cardsecurity_dan",
    ] {
        let file = hex::decode(json[name].as_str().unwrap()).unwrap();
        let report = authenticate_card_security(&file, &trust(), NOW, None);
        assert!(matches!(report.verdict(), Verdict::NotGenuine(_)), "{name}");
    }
}
