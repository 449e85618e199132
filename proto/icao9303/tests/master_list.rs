//! Master lists: the published one, byte for byte the same built here, and those that are refused.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

use crate::support::forge::Key;
use crate::support::pki;
use icao9303::crl::RevocationList;
use icao9303::master_list::{self, MasterList, MasterListError};
use icao9303::x509::{Certificate, HashAlgorithm, TrustStore};
use time::macros::datetime;

fn certificate(name: &str) -> Certificate {
    Certificate::parse(&pki(name)).unwrap()
}

fn trust() -> TrustStore {
    let mut trust = TrustStore::new();
    trust.add_authority(certificate("csca_root")).unwrap();
    trust.add_list(RevocationList::parse(&pki("crl_empty")).unwrap());
    trust
}

#[test]
fn the_published_list() {
    let list = MasterList::parse(&pki("master_list")).unwrap();
    assert_eq!(list.certificates().len(), 3);
    for name in ["csca_root", "csca_link", "csca_new_root"] {
        let der = pki(name);
        assert!(
            list.certificates()
                .iter()
                .any(|certificate| certificate.der() == der),
            "{name}"
        );
    }
    let signer = list
        .verify(&trust(), datetime!(2026-10-01 0:00 UTC))
        .unwrap();
    assert_eq!(signer.der(), pki("master_list_signer"));
    let early = list
        .verify(&trust(), datetime!(2026-01-01 0:00 UTC))
        .unwrap_err();
    assert!(matches!(early, MasterListError::Chain(_)), "{early}");
    let late = list
        .verify(&trust(), datetime!(2028-02-01 0:00 UTC))
        .unwrap_err();
    assert!(matches!(late, MasterListError::Profile(_)), "{late}");
    let stale = list
        .verify(&trust(), datetime!(2027-02-01 0:00 UTC))
        .unwrap_err();
    assert!(matches!(stale, MasterListError::Revocation(_)), "{stale}");
    let nobody = list
        .verify(&TrustStore::new(), datetime!(2026-10-01 0:00 UTC))
        .unwrap_err();
    assert!(matches!(nobody, MasterListError::Chain(_)), "{nobody}");
}

/// With the published signature the list built here is the published one.
#[test]
fn built_here_it_is_the_published_list() {
    let published = pki("master_list");
    let (root, link, new) = (
        certificate("csca_root"),
        certificate("csca_link"),
        certificate("csca_new_root"),
    );
    let signer = certificate("master_list_signer");
    let at = datetime!(2026-09-15 0:00 UTC);
    let prepared = master_list::prepare(&[&root, &link, &new], &signer, HashAlgorithm::Sha256, at);
    let signature = &published[published.len() - 70..];
    assert_eq!(
        hex::encode(master_list::assemble(&prepared, signature, &root)),
        hex::encode(published)
    );
}

#[test]
fn a_document_signer_may_not_sign_master_lists() {
    let (root, ds, key) = (
        certificate("csca_root"),
        certificate("ds"),
        Key::of_vectors("ds"),
    );
    let at = datetime!(2026-09-15 0:00 UTC);
    let prepared = master_list::prepare(&[&root], &ds, key.hash, at);
    let signature = key.sign(prepared.signed_attributes());
    let list = MasterList::parse(&master_list::assemble(&prepared, &signature, &root)).unwrap();
    let refused = list
        .verify(&trust(), datetime!(2026-10-01 0:00 UTC))
        .unwrap_err();
    assert!(matches!(refused, MasterListError::Profile(_)), "{refused}");
}

#[test]
fn changed_lists() {
    let mut list = pki("master_list");
    list[3000] ^= 1;
    assert!(matches!(
        MasterList::parse(&list),
        Err(MasterListError::Content(_))
    ));
    assert!(matches!(
        MasterList::parse(&pki("ef_card_security")),
        Err(MasterListError::Content(_))
    ));
    assert!(matches!(
        MasterList::parse(&list[..6000]),
        Err(MasterListError::Cms(_))
    ));
}
