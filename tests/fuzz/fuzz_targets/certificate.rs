//! Certificates: what parses keeps its bytes, its key is written and read again the same, and every question has an answer.
#![cfg_attr(fuzzing, no_main)]

use icao9303::x509::{Certificate, CertificateKind, PublicKey, TrustStore, check_profile};

fuzz::target!(|data| {
    let Ok(certificate) = Certificate::parse(data) else {
        return;
    };
    assert_eq!(certificate.der(), data);
    let key = certificate.public_key();
    for spki in [key.to_explicit_spki(), key.to_named_spki()]
        .into_iter()
        .flatten()
    {
        let again = PublicKey::parse(&spki).expect("a key of a known curve is read again");
        assert!(again.same_key(key));
    }
    for kind in [
        CertificateKind::CscaRoot,
        CertificateKind::CscaLink,
        CertificateKind::DocumentSigner,
        CertificateKind::MasterListSigner,
    ] {
        let _ = check_profile(&certificate, kind);
    }
    let now = certificate.not_before();
    let mut trust = TrustStore::new();
    if trust.add_authority(certificate.clone()).is_ok() {
        // Alone in the store, a certificate is at most its own anchor.
        let issued = trust.issuer_of(&certificate, now).is_ok();
        assert!(!issued || certificate.is_signed_by(key).unwrap_or(false));
    }
});
