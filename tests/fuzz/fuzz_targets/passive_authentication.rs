//! Passive authentication against a known issuer: whatever the bytes, nothing is genuine but what that issuer signed.
#![cfg_attr(fuzzing, no_main)]

use std::sync::OnceLock;

use icao9303::card_security::CardSecurity;
use icao9303::crl::RevocationList;
use icao9303::passive_authentication::{
    Evidence, FileState, Outcome, Step, Verdict, authenticate, authenticate_card_security,
};
use icao9303::sod::{DocumentSecurityObject, LdsSecurityObject};
use icao9303::x509::{Certificate, TrustStore};
use time::macros::datetime;

const NOW: time::OffsetDateTime = datetime!(2026-10-01 0:00 UTC);
const ROOT: &[u8] = include_bytes!("../corpus/certificate/csca_root");
const LIST: &[u8] = include_bytes!("../corpus/revocation_list/empty");
const SIGNED: [&[u8]; 2] = [
    include_bytes!("../corpus/passive_authentication/sod_lds_v0"),
    include_bytes!("../corpus/passive_authentication/sod_lds_v1"),
];
const CARD_SECURITY: &[u8] = include_bytes!("../corpus/passive_authentication/card_security");

fn trust() -> &'static TrustStore {
    static TRUST: OnceLock<TrustStore> = OnceLock::new();
    TRUST.get_or_init(|| {
        let mut trust = TrustStore::new();
        let root = Certificate::parse(ROOT).expect("a good root");
        trust.add_authority(root).expect("OpenSSL works");
        trust.add_list(RevocationList::parse(LIST).expect("a good list"));
        trust
    })
}

fn signed_lists() -> &'static [LdsSecurityObject] {
    static LISTS: OnceLock<Vec<LdsSecurityObject>> = OnceLock::new();
    LISTS.get_or_init(|| {
        SIGNED
            .iter()
            .map(|file| {
                let object = DocumentSecurityObject::parse(file).expect("a good object");
                object.security_object().expect("a good list")
            })
            .collect()
    })
}

fuzz::target!(|data| {
    let evidence = Evidence {
        security_object: FileState::Read(data),
        ..Evidence::default()
    };
    let report = authenticate(&evidence, trust(), NOW);
    let trusted = report.outcome(Step::Trust) == Some(&Outcome::Passed);
    if let Some(list) = report.security_object().filter(|_| trusted) {
        assert!(signed_lists().contains(list));
    }
    // No data group was read, so nothing can be called genuine.
    assert_ne!(report.verdict(), &Verdict::Genuine);

    let report = authenticate_card_security(data, trust(), NOW, None);
    if report.verdict() == &Verdict::Genuine {
        let read = |file: &[u8]| {
            let object = CardSecurity::parse(file).expect("it was just read");
            object.security_infos().expect("it was just read").to_vec()
        };
        assert_eq!(read(data), read(CARD_SECURITY));
    }
});
