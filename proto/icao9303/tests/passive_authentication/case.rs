//! A document with everything an inspector has in hand, and what becomes of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::forge::{self, Draft, Key};
use crate::support::{lds, pki};
use icao9303::crl::RevocationList;
use icao9303::lds::{DataGroup, Dg12};
use icao9303::mrz::{Mrz, PartialDate};
use icao9303::passive_authentication::{
    Evidence, Failure, FileState, Outcome, Report, Step, Verdict, authenticate,
};
use icao9303::x509::{Certificate, TrustStore};
use time::OffsetDateTime;
use time::macros::{date, datetime};

pub const NOW: OffsetDateTime = datetime!(2026-10-01 12:00 UTC);

/// A document with everything an inspector has in hand, open to change.
pub struct Case {
    pub files: BTreeMap<DataGroup, Vec<u8>>,
    pub states: BTreeMap<DataGroup, FileState<'static>>,
    pub sod: Vec<u8>,
    pub com: Vec<u8>,
    pub card_access: Vec<u8>,
    pub printed: Option<Mrz>,
    pub trust: TrustStore,
    pub now: OffsetDateTime,
}

pub fn files() -> BTreeMap<DataGroup, Vec<u8>> {
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

pub fn certificate(name: &str) -> Certificate {
    Certificate::parse(&pki(name)).unwrap()
}

pub fn store(authorities: &[&Certificate], lists: &[Vec<u8>]) -> TrustStore {
    let mut store = TrustStore::new();
    for authority in authorities {
        store.add_authority((*authority).clone()).unwrap();
    }
    for list in lists {
        store.add_list(RevocationList::parse(list).unwrap());
    }
    store
}

pub fn default_store() -> TrustStore {
    store(&[&certificate("csca_root")], &[pki("crl_empty")])
}

impl Case {
    /// A good document, signed here with the test PKI's keys.
    pub fn good() -> Self {
        Self::signed_by(&certificate("ds"), &Key::of_vectors("ds"))
    }

    pub fn signed_by(signer: &Certificate, key: &Key) -> Self {
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
    pub fn with_signer(change: impl Fn(Draft) -> Draft) -> Self {
        let draft = change(Draft::of(&certificate("ds")));
        Self::signed_by(
            &draft.sign(&Key::of_vectors("csca1")),
            &Key::of_vectors("ds"),
        )
    }

    pub fn with_sod(sod: Vec<u8>) -> Self {
        Self {
            sod,
            ..Self::good()
        }
    }

    pub fn report(&self) -> Report {
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
    pub fn is_genuine(&self) -> Report {
        let report = self.report();
        assert_eq!(report.verdict(), &Verdict::Genuine, "{:#?}", report.steps());
        report
    }

    /// Not genuine for exactly one reason, found at exactly one step.
    #[track_caller]
    pub fn fails(&self, at: Step, expected: Failure) -> Report {
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
    pub fn is_open(&self, at: Step, expected: Failure) {
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
