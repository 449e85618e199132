//! Certificates, lists and signed objects of the published test PKI: every one parses, every
//! signature verifies, every profile holds.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

use crate::support;
use crate::support::pki;
use icao9303::card_security::CardSecurity;
use icao9303::crl::RevocationList;
use icao9303::crypto::curve::CurveId;
use icao9303::lds::LdsVersion;
use icao9303::sod::{DocumentSecurityObject, LdsSecurityObject};
use icao9303::x509::{
    Certificate, CertificateKind, HashAlgorithm, ParameterEncoding, Rule, SignatureAlgorithm,
    check_profile,
};
use time::macros::datetime;

fn certificate(name: &str) -> Certificate {
    Certificate::parse(&pki(name)).unwrap()
}

#[test]
fn certificates_of_the_test_pki() {
    let root = certificate("csca_root");
    assert_eq!(root.version(), 3);
    assert_eq!(root.serial_hex(), "1A2B3C4D5E6F7081");
    assert_eq!(root.subject().country().as_deref(), Some("LU"));
    assert_eq!(
        root.subject().common_name().as_deref(),
        Some("Test CSCA 001")
    );
    assert_eq!(root.not_before(), datetime!(2026-01-05 0:00 UTC));
    assert_eq!(root.not_after(), datetime!(2039-04-05 0:00 UTC));
    assert_eq!(root.public_key().curve(), Some(CurveId::BrainpoolP384r1));
    assert_eq!(
        root.public_key().parameter_encoding(),
        Some(ParameterEncoding::Explicit)
    );
    assert_eq!(
        root.signature_algorithm(),
        SignatureAlgorithm::Ecdsa(HashAlgorithm::Sha384)
    );
    assert_eq!(root.mrz_country_codes(), ["LUX"]);
    let ds = certificate("ds");
    assert_eq!(
        ds.extensions().document_types().unwrap().unwrap(),
        ["ID", "IR"]
    );
    let period = ds.extensions().private_key_usage_period().unwrap().unwrap();
    assert_eq!(period.not_before, Some(datetime!(2026-09-01 0:00 UTC)));
    assert_eq!(period.not_after, Some(datetime!(2026-12-01 0:00 UTC)));
}

#[test]
fn every_certificate_is_signed_by_its_issuer_and_by_nobody_else() {
    let (root, new_root) = (certificate("csca_root"), certificate("csca_new_root"));
    for (name, issuer, stranger) in [
        ("csca_root", &root, &new_root),
        ("csca_link", &root, &new_root),
        ("ds", &root, &new_root),
        ("master_list_signer", &root, &new_root),
        ("csca_new_root", &new_root, &root),
    ] {
        let certificate = certificate(name);
        assert!(
            certificate.is_signed_by(issuer.public_key()).unwrap(),
            "{name}"
        );
        assert!(
            !certificate.is_signed_by(stranger.public_key()).unwrap(),
            "{name}"
        );
    }
    let link = certificate("csca_link");
    assert!(link.public_key().same_key(new_root.public_key()));
    for name in ["csca_root", "ds"] {
        let twin = Certificate::parse(&pki(&format!("named_curve_twin/{name}"))).unwrap();
        assert!(
            twin.public_key().same_key(certificate(name).public_key()),
            "{name}"
        );
        assert!(twin.is_signed_by(root.public_key()).unwrap(), "{name}");
    }
}

#[test]
fn the_test_pki_keeps_the_profile() {
    for (name, kind) in [
        ("csca_root", CertificateKind::CscaRoot),
        ("csca_new_root", CertificateKind::CscaRoot),
        ("csca_link", CertificateKind::CscaLink),
        ("ds", CertificateKind::DocumentSigner),
        ("master_list_signer", CertificateKind::MasterListSigner),
    ] {
        assert_eq!(check_profile(&certificate(name), kind), [], "{name}");
    }
    let rules = |name, kind| -> Vec<Rule> {
        check_profile(&certificate(name), kind)
            .iter()
            .map(|finding| finding.rule)
            .collect()
    };
    assert_eq!(
        rules("named_curve_twin/ds", CertificateKind::DocumentSigner),
        [Rule::ExplicitParameters]
    );
    assert_eq!(
        rules("ds", CertificateKind::CscaRoot),
        [
            Rule::KeyUsage,
            Rule::BasicConstraints,
            Rule::DocumentTypeList
        ]
    );
    assert_eq!(
        rules("csca_root", CertificateKind::DocumentSigner),
        [
            Rule::KeyUsage,
            Rule::BasicConstraints,
            Rule::DocumentTypeList
        ]
    );
    assert_eq!(
        rules("master_list_signer", CertificateKind::DocumentSigner),
        [
            Rule::PrivateKeyUsagePeriod,
            Rule::ExtendedKeyUsage,
            Rule::DocumentTypeList
        ]
    );
}

#[test]
fn revocation_lists() {
    let root = certificate("csca_root");
    let ds = certificate("ds");
    let empty = RevocationList::parse(&pki("crl_empty")).unwrap();
    let revoked = RevocationList::parse(&pki("crl_ds_revoked")).unwrap();
    assert!(empty.revoked().is_empty());
    assert_eq!(empty.number(), [1]);
    assert_eq!(revoked.number(), [2]);
    assert_eq!(
        revoked.find(ds.serial()).unwrap().since,
        datetime!(2026-09-20 0:00 UTC)
    );
    assert_eq!(revoked.find(root.serial()), None);
    for list in [&empty, &revoked] {
        assert!(list.is_signed_by(root.public_key()).unwrap());
        assert!(
            !list
                .is_signed_by(certificate("csca_new_root").public_key())
                .unwrap()
        );
        assert!(list.issuer().matches(root.subject()));
    }
}

#[test]
fn security_objects_of_both_versions() {
    let ds = certificate("ds");
    for (name, lds) in [
        ("sod_lds_v1", Some(LdsVersion::V1_8)),
        ("sod_lds_v0", None),
        ("named_curve_twin/sod_lds_v1", Some(LdsVersion::V1_8)),
    ] {
        let object = DocumentSecurityObject::parse(&pki(name)).unwrap();
        let content = object.security_object().unwrap();
        let version = content.version_info();
        assert_eq!(version.map(|info| info.lds), lds, "{name}");
        assert_eq!(content.to_der(), object.signed_data().content(), "{name}");
        let signer = object.signed_data().find_signer(&[]).unwrap();
        object.signed_data().check_signature(&signer).unwrap();
        object.signed_data().check_signature(&ds).unwrap();
        for (number, hash) in support::pki_data_group_hashes() {
            assert_eq!(content.hashes()[&number], hash, "{name} {number}");
        }
    }
    let content = LdsSecurityObject::parse(&pki("ldssecurityobject_v1")).unwrap();
    assert_eq!(content.to_der(), pki("ldssecurityobject_v1"));
}

#[test]
fn card_security() {
    let object = CardSecurity::parse(&pki("ef_card_security")).unwrap();
    let infos = object.security_infos().unwrap();
    let signer = object.signed_data().find_signer(&[]).unwrap();
    object.signed_data().check_signature(&signer).unwrap();
    assert_eq!(signer.der(), pki("ds"));
    // The same infos as in DG14, which is tag, length and the SET.
    assert_eq!(infos, &support::lds("dg14/hex")[4..]);
}
