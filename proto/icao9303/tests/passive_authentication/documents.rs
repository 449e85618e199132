//! Genuine documents, their data groups, and sources that must agree.

use std::collections::{BTreeMap, BTreeSet};

use crate::passive_authentication::case::{Case, NOW, default_store, files};
use crate::support::{lds, pki};
use icao9303::lds::DataGroup;
use icao9303::mrz::Mrz;
use icao9303::passive_authentication::{
    DataGroupResult, Evidence, Failure, FileState, Outcome, Step, Verdict, authenticate,
};
use time::macros::date;

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
