//! Step 7: every data group against the signed list, and the list against the chip.

use std::collections::BTreeMap;

use super::report::{DataGroupResult, Failure, Outcome};
use super::{Evidence, FileState};
use crate::lds::DataGroup;
use crate::sod::LdsSecurityObject;
use crate::tlv;

/// One result for each data group that is in the signed list or was met on the chip.
pub(super) fn compare(
    list: &LdsSecurityObject,
    evidence: &Evidence<'_>,
) -> BTreeMap<DataGroup, DataGroupResult> {
    let mut results = BTreeMap::new();
    for group in DataGroup::all() {
        let result = match (list.hashes().get(&group), evidence.state(group)) {
            (Some(hash), FileState::Read(file)) => {
                // What was signed is the object; an EF may be longer (9303-10 §3.6).
                let object = tlv::parse_padded(file, u16::from(group.tag()));
                let digest = object.map(|object| list.hash_algorithm().digest(object.raw));
                if digest.as_ref() == Ok(hash) {
                    DataGroupResult::Matches
                } else {
                    DataGroupResult::Mismatch
                }
            }
            (Some(_), FileState::Denied) => DataGroupResult::Denied,
            (Some(_), FileState::Absent) => DataGroupResult::Missing,
            (Some(_), FileState::NotRead) => DataGroupResult::NotRead,
            (None, FileState::Read(_) | FileState::Denied) => DataGroupResult::Unlisted,
            (None, FileState::Absent | FileState::NotRead) => continue,
        };
        results.insert(group, result);
    }
    results
}

/// The step as a whole. DG1 and DG2 are what a document is about: without them no verdict.
pub(super) fn outcome(signed: bool, results: &BTreeMap<DataGroup, DataGroupResult>) -> Outcome {
    if !signed {
        return Outcome::NotChecked("no signed list of hashes to compare with");
    }
    for (group, result) in results {
        if let Some(failure) = result.failure() {
            return Outcome::failed(failure, format!("{group} fails"));
        }
    }
    for group in [DataGroup::DG1, DataGroup::DG2] {
        if results.get(&group) != Some(&DataGroupResult::Matches) {
            return Outcome::undetermined(Failure::NotRead, format!("{group} was not read"));
        }
    }
    Outcome::Passed
}
