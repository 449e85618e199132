//! Every way to fail of passive authentication (standards sheet on the PKI, §9), each giving exactly
//! its own name; and what must be genuine is genuine.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use icao9303::cms::{self, SignerReference};
use icao9303::crl::RevocationList;
use icao9303::crypto::curve::CurveId;
use icao9303::lds::{DataGroup, Dg12};
use icao9303::mrz::{Mrz, PartialDate};
use icao9303::passive_authentication::{
    DataGroupResult, Evidence, Failure, FileState, Outcome, Report, Step, Verdict, authenticate,
};
use icao9303::sod;
use icao9303::tlv;
use icao9303::x509::extensions::oid;
use icao9303::x509::{Certificate, HashAlgorithm, TrustStore};
use support::forge::{self, Draft, Key};
use support::{lds, pki};
use time::macros::{date, datetime};
use time::{Duration, OffsetDateTime};

const NOW: OffsetDateTime = datetime!(2026-10-01 12:00 UTC);

/// A document with everything an inspector has in hand, open to change.
struct Case {
    files: BTreeMap<DataGroup, Vec<u8>>,
    states: BTreeMap<DataGroup, FileState<'static>>,
    sod: Vec<u8>,
    com: Vec<u8>,
    card_access: Vec<u8>,
    printed: Option<Mrz>,
    trust: TrustStore,
    now: OffsetDateTime,
}

fn files() -> BTreeMap<DataGroup, Vec<u8>> {
    let dg12 = Dg12 {
        issuing_authority: Some("MINISTERE".into()),
        date_of_issue: Some(PartialDate::Full(date!(2026 - 09 - 15))),
        ..Dg12::default()
    };
    BTreeMap::from([
        (DataGroup::DG1, lds("dg1/hex")),
        (DataGroup::DG2, lds("dg2_19794_5_jpeg/hex")),
        (DataGroup::DG3, lds("dg3_19794_4_two_index/hex")),
        (DataGroup::DG11, lds("dg11/hex")),
        (DataGroup::DG12, dg12.encode().unwrap()),
        (DataGroup::DG14, lds("dg14/hex")),
    ])
}

fn certificate(name: &str) -> Certificate {
    Certificate::parse(&pki(name)).unwrap()
}

fn store(authorities: &[&Certificate], lists: &[Vec<u8>]) -> TrustStore {
    let mut store = TrustStore::new();
    for authority in authorities {
        store.add_authority((*authority).clone()).unwrap();
    }
    for list in lists {
        store.add_list(RevocationList::parse(list).unwrap());
    }
    store
}

fn default_store() -> TrustStore {
    store(&[&certificate("csca_root")], &[pki("crl_empty")])
}

impl Case {
    /// A good document, signed here with the test PKI's keys.
    fn good() -> Self {
        Self::signed_by(&certificate("ds"), &Key::of_vectors("ds"))
    }

    fn signed_by(signer: &Certificate, key: &Key) -> Self {
        let sod = forge::security_object(&files(), signer, key);
        Self {
            files: files(),
            states: BTreeMap::new(),
            sod,
            com: lds("ef_com_lux_id/hex"),
            card_access: lds("ef_cardaccess/gm_and_cam_aes128_bp256"),
            printed: None,
            trust: default_store(),
            now: NOW,
        }
    }

    /// Signed by a document signer that differs from the good one as `change` says.
    fn with_signer(change: impl Fn(Draft) -> Draft) -> Self {
        let draft = change(Draft::of(&certificate("ds")));
        Self::signed_by(
            &draft.sign(&Key::of_vectors("csca1")),
            &Key::of_vectors("ds"),
        )
    }

    fn with_sod(sod: Vec<u8>) -> Self {
        Self {
            sod,
            ..Self::good()
        }
    }

    fn report(&self) -> Report {
        let read = self
            .files
            .iter()
            .map(|(group, file)| (*group, FileState::Read(file)));
        let mut data_groups: BTreeMap<_, _> = read.collect();
        data_groups.extend(self.states.clone());
        let evidence = Evidence {
            security_object: FileState::Read(&self.sod),
            data_groups,
            com: Some(&self.com),
            card_access: Some(&self.card_access),
            printed_mrz: self.printed.as_ref(),
            issue_date: None,
        };
        authenticate(&evidence, &self.trust, self.now)
    }

    #[track_caller]
    fn is_genuine(&self) -> Report {
        let report = self.report();
        assert_eq!(report.verdict(), &Verdict::Genuine, "{:#?}", report.steps());
        report
    }

    /// Not genuine for exactly one reason, found at exactly one step.
    #[track_caller]
    fn fails(&self, at: Step, expected: Failure) -> Report {
        let report = self.report();
        let only = BTreeSet::from([expected]);
        assert_eq!(
            report.verdict(),
            &Verdict::NotGenuine(only),
            "{:#?}",
            report.steps()
        );
        for result in report.steps() {
            let failed = matches!(result.outcome, Outcome::Failed { .. });
            assert_eq!(
                failed,
                result.step == at,
                "{:?}: {:?}",
                result.step,
                result.outcome
            );
        }
        report
    }

    /// No verdict for exactly one reason, found at exactly one step.
    #[track_caller]
    fn is_open(&self, at: Step, expected: Failure) {
        let report = self.report();
        let only = BTreeSet::from([expected]);
        assert_eq!(
            report.verdict(),
            &Verdict::NoVerdict(only),
            "{:#?}",
            report.steps()
        );
        for result in report.steps() {
            let open = matches!(result.outcome, Outcome::Undetermined { .. });
            assert_eq!(
                open,
                result.step == at,
                "{:?}: {:?}",
                result.step,
                result.outcome
            );
        }
    }
}

#[test]
fn a_good_document_is_genuine() {
    let mut case = Case::good();
    let mrz = Mrz::parse(std::str::from_utf8(&lds("dg1/hex")[5..]).unwrap()).unwrap();
    case.printed = Some(mrz);
    let report = case.is_genuine();
    for result in report.steps() {
        assert_eq!(result.outcome, Outcome::Passed, "{:?}", result.step);
    }
    assert_eq!(report.steps().len(), 15);
    assert!(
        report
            .data_groups()
            .values()
            .all(|result| *result == DataGroupResult::Matches)
    );
    assert_eq!(report.signer().unwrap().der(), pki("ds"));
    assert_eq!(report.issuer().unwrap().der(), pki("csca_root"));
}

/// The published security objects of both LDS versions. Their DG12 was issued before the signer's key
/// usage period, so the date of issue is given from outside.
#[test]
fn the_published_security_objects_are_genuine() {
    let dg12 = lds("dg12/hex");
    let mut data_groups: BTreeMap<_, _> = BTreeMap::new();
    let good = files();
    for (group, file) in &good {
        data_groups.insert(*group, FileState::Read(file));
    }
    data_groups.insert(DataGroup::DG12, FileState::Read(&dg12));
    for name in ["sod_lds_v1", "sod_lds_v0"] {
        let file = pki(name);
        let mut evidence = Evidence {
            security_object: FileState::Read(&file),
            data_groups: data_groups.clone(),
            issue_date: Some(date!(2026 - 09 - 15)),
            ..Evidence::default()
        };
        let report = authenticate(&evidence, &default_store(), NOW);
        assert_eq!(
            report.verdict(),
            &Verdict::Genuine,
            "{name}: {:#?}",
            report.steps()
        );
        evidence.issue_date = None;
        let report = authenticate(&evidence, &default_store(), NOW);
        let profile = Verdict::NotGenuine(BTreeSet::from([Failure::Profile]));
        assert_eq!(report.verdict(), &profile, "{name}");
    }
}

#[test]
fn a_flipped_byte_in_any_data_group() {
    for group in files().into_keys() {
        for at in [0, 1, 7, usize::MAX] {
            let mut case = Case::good();
            let file = case.files.get_mut(&group).unwrap();
            let at = at.min(file.len() - 1);
            file[at] ^= 0x40;
            let report = case.report();
            let verdict = Verdict::NotGenuine(BTreeSet::from([Failure::DataGroupMismatch]));
            assert_eq!(report.verdict(), &verdict, "{group} byte {at}");
            for (other, result) in report.data_groups() {
                let mismatch = *result == DataGroupResult::Mismatch;
                assert_eq!(
                    mismatch,
                    *other == group,
                    "{group} byte {at}: {other} {result:?}"
                );
            }
        }
    }
}

#[test]
fn padding_after_a_data_group_is_legal() {
    let mut case = Case::good();
    case.files.get_mut(&DataGroup::DG2).unwrap().extend([0; 40]);
    case.sod.extend([0; 3]);
    case.is_genuine();
}

#[test]
fn data_groups_missing_extra_denied_and_unread() {
    let mut case = Case::good();
    case.states.insert(DataGroup::DG11, FileState::Absent);
    let report = case.fails(Step::DataGroups, Failure::MissingDataGroup);
    assert_eq!(
        report.data_groups()[&DataGroup::DG11],
        DataGroupResult::Missing
    );

    let mut case = Case::good();
    case.files.insert(DataGroup::DG7, lds("dg7/hex"));
    let report = case.fails(Step::DataGroups, Failure::UnlistedDataGroup);
    assert_eq!(
        report.data_groups()[&DataGroup::DG7],
        DataGroupResult::Unlisted
    );

    let mut case = Case::good();
    case.states.insert(DataGroup::DG3, FileState::Denied);
    case.states.insert(DataGroup::DG11, FileState::NotRead);
    let report = case.is_genuine();
    assert_eq!(
        report.data_groups()[&DataGroup::DG3],
        DataGroupResult::Denied
    );
    assert_eq!(
        report.data_groups()[&DataGroup::DG11],
        DataGroupResult::NotRead
    );

    for group in [DataGroup::DG1, DataGroup::DG2] {
        let mut case = Case::good();
        case.states.insert(group, FileState::NotRead);
        case.is_open(Step::DataGroups, Failure::NotRead);
    }
}

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

#[test]
fn sources_that_disagree() {
    let mut case = Case::good();
    let mut mrz = lds("dg1/hex")[5..].to_vec();
    mrz[65] = b'X';
    case.printed = Some(Mrz::parse(std::str::from_utf8(&mrz).unwrap()).unwrap());
    case.fails(Step::PrintedMrz, Failure::Inconsistent);

    let mut case = Case::good();
    case.com = lds("ef_com_icao/hex");
    case.fails(Step::FileList, Failure::Inconsistent);
    let mut case = Case::good();
    case.com[8] = b'7';
    case.fails(Step::FileList, Failure::Inconsistent);
    case.com = vec![0x60, 0x01];
    case.fails(Step::FileList, Failure::Inconsistent);

    let mut case = Case::good();
    case.card_access = lds("ef_cardaccess/gm_aes256_bp384");
    case.fails(Step::AccessInfos, Failure::Inconsistent);
    case.card_access = vec![0x31, 0x05];
    case.fails(Step::AccessInfos, Failure::Inconsistent);
    // Chip-authentication mapping is gone: every info left is signed, and yet it is a downgrade.
    case.card_access = lds("ef_cardaccess/gm_aes128_bp256");
    case.fails(Step::AccessInfos, Failure::Inconsistent);
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

/// The signer named by its key identifier instead of issuer and number.
#[test]
fn signer_identified_by_key() {
    let (signer, key) = (certificate("ds"), Key::of_vectors("ds"));
    let prepared = sod::prepare(&forge::hashes_of(&files()), &signer, key.hash, None);
    let signature = key.sign(prepared.signed_attributes());
    let object = prepared.assemble(SignerReference::SubjectKey, &signature, &[]);
    Case::with_sod(tlv::encode(0x77, &object)).is_genuine();
}
