//! Versions of templates never change: their digests are written down here, in the migration that founds them, and with each card.

use dossier::dossier::DocumentType;
use personalisation::faces::templates;
use personalisation_store::{Store, sealing::Sealer};
use zeroize::Zeroizing;

/// State, document, version, SHA-256. What is to look different is a version of its own, beside these.
const PINNED: [(&str, DocumentType, u32, &str); 4] = [
    (
        "luxembourg",
        DocumentType::IdentityCard,
        1,
        "e4cf6365e019bd9ea672d8a9765d4922f6044bcf68112c2b4abd3fd1f26873b7",
    ),
    (
        "luxembourg",
        DocumentType::ResidencePermit,
        1,
        "82450303206ff9b0eae5651254ebfcaf6cf2c1d7204599add89b0d57ac8167eb",
    ),
    (
        "utopia",
        DocumentType::IdentityCard,
        1,
        "4342547bc71111dc18a9795d3ddc853f4651e56cd332452a01e6b4bab36e31ca",
    ),
    (
        "utopia",
        DocumentType::ResidencePermit,
        1,
        "e8edb37367c0fca13c7e45ac5368cfc54c420cb3b1862c41d19b28e213b6b978",
    ),
];

#[test]
fn no_version_has_changed() {
    let found = templates().iter().map(|one| {
        let key = &one.key;
        let digest = hex::encode(one.digest.0);
        (
            key.issuer_profile.as_str(),
            key.document,
            key.version,
            digest,
        )
    });
    let pinned = PINNED
        .map(|(state, document, version, digest)| (state, document, version, digest.to_owned()));
    assert_eq!(found.collect::<Vec<_>>(), pinned);
}

#[tokio::test]
async fn a_new_database_prints_identity_cards_and_no_permits() {
    let folder = tempfile::tempdir().unwrap();
    let sealer = Sealer::new(Box::new(Zeroizing::new([7; 32])));
    let store = Store::open(&*folder.path().join("centre.db"), sealer)
        .await
        .unwrap();
    let known = store.templates().await.unwrap();
    for template in templates() {
        let record = known.iter().find(|one| one.template.key == template.key);
        let prints = record.is_some_and(|one| one.may_print(template.digest).is_ok());
        assert_eq!(prints, template.key.document == DocumentType::IdentityCard);
    }
}
