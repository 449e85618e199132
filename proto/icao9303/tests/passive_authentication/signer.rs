//! Signers: their signature, their CA, validity, profile, revocation and country.

use std::collections::BTreeSet;

use crate::passive_authentication::case::{Case, NOW, certificate, default_store, store};
use crate::support::forge::{self, Draft, Key};
use crate::support::pki;
use icao9303::crl::RevocationList;
use icao9303::crypto::curve::CurveId;
use icao9303::lds::{DataGroup, Dg12};
use icao9303::mrz::PartialDate;
use icao9303::passive_authentication::{Failure, Outcome, Step, Verdict};
use icao9303::x509::extensions::oid;
use icao9303::x509::{HashAlgorithm, TrustStore};
use time::Duration;
use time::macros::{date, datetime};

#[test]
fn a_wrong_signature() {
    let (signer, key) = (certificate("ds"), Key::of_vectors("mls"));
    let case = Case::signed_by(&signer, &key);
    case.fails(Step::Signature, Failure::BadSignature);
}

#[test]
fn a_signer_of_an_unknown_or_another_ca() {
    let mut case = Case::good();
    case.trust = TrustStore::new();
    case.is_open(Step::Trust, Failure::UnknownCsca);
    case.trust = store(&[&certificate("csca_new_root")], &[]);
    case.is_open(Step::Trust, Failure::UnknownCsca);

    // Somebody else's key under our CA's name and key identifier.
    let stranger = Key::new(CurveId::BrainpoolP384r1, HashAlgorithm::Sha384);
    let forged = Draft::of(&certificate("ds")).sign(&stranger);
    let case = Case::signed_by(&forged, &Key::of_vectors("ds"));
    case.fails(Step::Trust, Failure::Untrusted);
}

#[test]
fn a_signer_outside_its_validity() {
    let mut early = Case::good();
    early.now = datetime!(2026-08-31 23:59:59 UTC);
    early.trust = store(
        &[&certificate("csca_root")],
        &[forge::revocation_list(
            &certificate("csca_root"),
            &Key::of_vectors("csca1"),
            (
                datetime!(2026-08-01 0:00 UTC),
                datetime!(2026-10-01 0:00 UTC),
            ),
            &[],
            &[],
        )],
    );
    early.fails(Step::Validity, Failure::Expired);

    let mut short = Case::with_signer(|mut draft| {
        draft.validity.1 = datetime!(2026-09-30 0:00 UTC);
        draft
    });
    short.fails(Step::Validity, Failure::Expired);
    short.now = datetime!(2026-09-30 0:00 UTC);
    short.is_genuine();
}

/// Ten years on document and signer are both over: normal, but nobody vouches for it any more.
#[test]
fn a_document_that_expired_with_its_signer() {
    let mut case = Case::good();
    case.now = datetime!(2036-12-02 0:00 UTC);
    let list = forge::revocation_list(
        &certificate("csca_root"),
        &Key::of_vectors("csca1"),
        (case.now - Duration::days(1), case.now + Duration::days(60)),
        &[],
        &[],
    );
    case.trust = store(&[&certificate("csca_root")], &[list]);
    case.is_open(Step::Validity, Failure::Expired);
}

#[test]
fn a_signer_that_may_not_sign_documents() {
    let may_certify = [0x03, 0x02, 0x01, 0x06];
    Case::with_signer(|draft| draft.with(oid::KEY_USAGE, true, &may_certify))
        .fails(Step::Profile, Failure::Profile);
    Case::with_signer(|draft| draft.without(oid::KEY_USAGE)).fails(Step::Profile, Failure::Profile);
    let authority = [0x30, 0x06, 0x01, 0x01, 0xFF, 0x02, 0x01, 0x00];
    Case::with_signer(|draft| draft.with(oid::BASIC_CONSTRAINTS, true, &authority))
        .fails(Step::Profile, Failure::Profile);
    let list_signer = [0x30, 8, 6, 6, 0x67, 0x81, 8, 1, 1, 3];
    Case::with_signer(|draft| draft.with(oid::EXTENDED_KEY_USAGE, true, &list_signer))
        .fails(Step::Profile, Failure::Profile);
    let unknown = der::asn1::ObjectIdentifier::new_unwrap("1.2.3.4");
    Case::with_signer(|draft| draft.with(unknown, true, &[5, 0]))
        .fails(Step::Profile, Failure::Profile);
    Case::with_signer(|draft| draft.with(unknown, false, &[5, 0])).is_genuine();
}

#[test]
fn a_document_issued_outside_the_key_usage_period() {
    let mut case = Case::good();
    let dg12 = Dg12 {
        date_of_issue: Some(PartialDate::Full(date!(2026 - 12 - 02))),
        ..Dg12::default()
    };
    case.files.insert(DataGroup::DG12, dg12.encode().unwrap());
    case.sod = forge::security_object(&case.files, &certificate("ds"), &Key::of_vectors("ds"));
    case.fails(Step::KeyUsagePeriod, Failure::Profile);
}

#[test]
fn revocation() {
    let root = certificate("csca_root");
    let mut case = Case::good();
    case.trust = store(&[&root], &[pki("crl_ds_revoked")]);
    case.fails(Step::Revocation, Failure::Revoked);
    // The older, silent list beside it changes nothing; nor does time.
    case.trust = store(&[&root], &[pki("crl_empty"), pki("crl_ds_revoked")]);
    case.fails(Step::Revocation, Failure::Revoked);
    case.now = datetime!(2027-01-01 0:00 UTC);
    case.fails(Step::Revocation, Failure::Revoked);

    let mut case = Case::good();
    case.now = datetime!(2026-12-02 0:00 UTC);
    case.is_open(Step::Revocation, Failure::StatusUndetermined);
    case.trust = store(&[&root], &[]);
    case.is_open(Step::Revocation, Failure::StatusUndetermined);

    // A list that somebody else made, to hide or to denounce.
    let stranger = Key::new(CurveId::BrainpoolP384r1, HashAlgorithm::Sha384);
    let span = (NOW - Duration::days(1), NOW + Duration::days(1));
    let ds = certificate("ds");
    let mut case = Case::good();
    for serials in [&[][..], &[ds.serial()]] {
        let forged = forge::revocation_list(&root, &stranger, span, serials, &[]);
        case.trust = store(&[&root], std::slice::from_ref(&forged));
        case.is_open(Step::Revocation, Failure::StatusUndetermined);
        case.trust = store(&[&root], &[forged, pki("crl_empty")]);
        case.is_genuine();
    }
}

#[test]
fn a_delta_list_is_no_list() {
    let delta = [
        0x30, 0x0D, 6, 3, 0x55, 0x1D, 0x1B, 1, 1, 0xFF, 4, 3, 2, 1, 1,
    ];
    let (root, key) = (certificate("csca_root"), Key::of_vectors("csca1"));
    let list = forge::revocation_list(&root, &key, (NOW, NOW + Duration::days(9)), &[], &delta);
    let refused = RevocationList::parse(&list).unwrap_err();
    assert!(refused.to_string().contains("2.5.29.27"), "{refused}");
}

#[test]
fn a_signer_of_another_country() {
    // France's CA with a signer of its own, under our documents.
    let key = Key::new(CurveId::BrainpoolP384r1, HashAlgorithm::Sha384);
    let mut draft = Draft::of(&certificate("csca_root")).named(0xFA);
    draft.subject = forge::name("FR", "CSCA-FRANCE");
    draft.issuer = draft.subject.clone();
    draft.spki = key.spki();
    let france = draft
        .with(oid::AUTHORITY_KEY_IDENTIFIER, false, &[0x30, 0])
        .sign(&key);
    let list = forge::revocation_list(&france, &key, (NOW, NOW + Duration::days(9)), &[], &[]);
    for code in ["FRA", "LUX"] {
        let mut draft = Draft::of(&certificate("ds")).under(&france);
        draft.subject = forge::name("FR", "DS-FRANCE");
        let signer = draft
            .with(oid::SUBJECT_ALT_NAME, false, &forge::state(code))
            .sign(&key);
        let mut case = Case::signed_by(&signer, &Key::of_vectors("ds"));
        case.trust = store(
            &[&certificate("csca_root"), &france],
            std::slice::from_ref(&list),
        );
        case.fails(Step::IssuingState, Failure::Inconsistent);
    }
    // Our country, another State's code.
    Case::with_signer(|draft| draft.with(oid::SUBJECT_ALT_NAME, false, &forge::state("UTO")))
        .fails(Step::IssuingState, Failure::Inconsistent);
    // Our CA with a signer of another country.
    let mut case = Case::with_signer(|mut draft| {
        draft.subject = forge::name("FR", "DS-FRANCE");
        draft
    });
    let verdict = case.report().verdict().clone();
    let both = BTreeSet::from([Failure::Profile, Failure::Inconsistent]);
    assert_eq!(verdict, Verdict::NotGenuine(both));
    case.trust = default_store();
}

#[test]
fn a_signer_for_other_documents() {
    let passports = [0x30, 8, 2, 1, 0, 0x31, 3, 0x13, 1, b'P'];
    Case::with_signer(|draft| draft.with(oid::DOCUMENT_TYPE_LIST, false, &passports))
        .fails(Step::DocumentCode, Failure::Inconsistent);
    let report = Case::with_signer(|draft| draft.without(oid::DOCUMENT_TYPE_LIST)).is_genuine();
    assert!(matches!(
        report.outcome(Step::Profile),
        Some(Outcome::Warned(_))
    ));
    assert!(matches!(
        report.outcome(Step::DocumentCode),
        Some(Outcome::NotChecked(_))
    ));
}

#[test]
fn a_named_curve_is_a_warning() {
    let signer = certificate("named_curve_twin/ds");
    let mut case = Case::signed_by(&signer, &Key::of_vectors("ds"));
    case.trust = store(
        &[&certificate("named_curve_twin/csca_root")],
        &[pki("crl_empty")],
    );
    let report = case.is_genuine();
    let Some(Outcome::Warned(warnings)) = report.outcome(Step::Profile) else {
        panic!()
    };
    assert_eq!(warnings, &["ExplicitParameters: the curve is named"]);
}

/// 2029: the CA has a new key, and only the old one is trusted.
#[test]
fn a_link_introduces_the_new_ca_key() {
    let now = datetime!(2029-02-01 0:00 UTC);
    let (old, new, link) = (
        certificate("csca_root"),
        certificate("csca_new_root"),
        certificate("csca_link"),
    );
    let csca2 = Key::of_vectors("csca2");
    let mut draft = Draft::of(&certificate("ds")).under(&new);
    draft.validity = (
        datetime!(2028-11-01 0:00 UTC),
        datetime!(2039-02-01 0:00 UTC),
    );
    draft.serial = vec![0x77];
    let signer = draft.without(oid::PRIVATE_KEY_USAGE_PERIOD).sign(&csca2);
    let span = (now - Duration::days(1), now + Duration::days(60));
    let list = |serials: &[&[u8]]| forge::revocation_list(&new, &csca2, span, serials, &[]);

    let mut case = Case::signed_by(&signer, &Key::of_vectors("ds"));
    case.now = now;
    case.trust = store(&[&old], &[list(&[])]);
    case.is_open(Step::Trust, Failure::UnknownCsca);
    // In either order of loading.
    case.trust = store(&[&old, &link], &[list(&[])]);
    case.is_genuine();
    case.trust = store(&[&link, &old], &[list(&[])]);
    let report = case.is_genuine();
    assert_eq!(report.issuer().unwrap().der(), link.der());
    // A link alone introduces nothing; the new root needs no link.
    case.trust = store(&[&link], &[list(&[])]);
    case.is_open(Step::Trust, Failure::UnknownCsca);
    case.trust = store(&[&new], &[list(&[])]);
    case.is_genuine();
    // Revoking the old CA kills its link.
    case.trust = store(&[&old, &link], &[list(&[old.serial()])]);
    case.fails(Step::Revocation, Failure::Revoked);
    // A link by a stranger under the old CA's name.
    let stranger = Key::new(CurveId::BrainpoolP384r1, HashAlgorithm::Sha384);
    let forged = Draft::of(&link).sign(&stranger);
    case.trust = store(&[&old, &forged], &[list(&[])]);
    case.is_open(Step::Trust, Failure::UnknownCsca);
}

/// A document signer cannot stand in for a CA, even if it has certified another.
#[test]
fn nothing_hangs_below_a_document_signer() {
    let (ds, ds_key) = (certificate("ds"), Key::of_vectors("ds"));
    let leaf_key = Key::new(CurveId::BrainpoolP256r1, HashAlgorithm::Sha256);
    let mut draft = Draft::of(&ds).under(&ds).named(1);
    draft.spki = leaf_key.spki();
    draft.serial = vec![9];
    let leaf = draft.sign(&ds_key);
    let mut case = Case::signed_by(&leaf, &leaf_key);
    case.trust.add_authority(ds).unwrap();
    case.is_open(Step::Trust, Failure::UnknownCsca);
}
