//! Ceremonies of the country verifying CA and of document verifiers: first and renewed.

use crate::common::renewal;

use std::{fs, path::PathBuf};

use crate::common::{House, ceremony};
use icao9303::cvc::{ReceivedRequest, Rights, Role};
use key_custody::{CustodyError, Token, TokenConfig, role::CountryVerifying, softhsm};
use renewal::{RENEWAL, certificate, renewal, said};

#[test]
fn the_first_ceremony_makes_a_trust_point_and_a_document_verifier_under_it() {
    let house = House::new();
    let root = certificate(&house, "cvca-1");
    let key = root.verify_self_signed().unwrap();
    assert_eq!(root.holder().to_string(), "LUCVCALUX00001");
    assert_eq!(root.body().authorization.rights, Rights::READ_DG3_DG4);
    let verifier = certificate(&house, "dv-1");
    verifier.verify(&key).unwrap();
    let body = verifier.body();
    assert_eq!(body.authorization.role, Role::DomesticDocumentVerifier);
    assert_eq!(body.authorization.rights, Rights::READ_DG3);
    assert_eq!((body.expiration - body.effective).whole_days(), 89);
    let request = fs::read(house.path("pki/public/dv-1.cvreq")).unwrap();
    let request = ReceivedRequest::parse(&request).unwrap();
    assert!(matches!(request, ReceivedRequest::First(_)));
    let protocol = fs::read_to_string(house.path("pki/protocol.md")).unwrap();
    assert!(
        protocol.contains("LUDVLUX00001 certified by LUCVCALUX00001"),
        "{protocol}"
    );
    // The CA's token is in no configuration of the service; the verifiers' has its own PIN.
    let folder = house.path("pki/tokens/signing");
    let config = |label: &str, pin: PathBuf| TokenConfig {
        module: softhsm::MODULE.into(),
        softhsm2_conf: Some(folder.join("softhsm2.conf")),
        token_label: label.into(),
        pin_file: pin,
    };
    let ca_pin = house.path("pki/tokens/country-verifying/user.pin");
    assert!(
        Token::open(&config("country-verifying", ca_pin))
            .unwrap_err()
            .is_absence()
    );
    let wrong = Token::open(&config("document-verifying", folder.join("user.pin"))).unwrap_err();
    assert!(matches!(wrong, CustodyError::WrongPin { .. }), "{wrong}");
    let verifiers = config("document-verifying", folder.join("document-verifying.pin"));
    let token = Token::open(&verifiers).unwrap();
    assert!(!token.holds_role::<CountryVerifying>().unwrap());
}

#[test]
fn a_renewal_links_the_generations_and_succeeds_the_verifier() {
    let house = House::new();
    let file = renewal(&house, RENEWAL);
    let done = ceremony(&file);
    assert!(done.status.success(), "{}", said(&done));
    let old = certificate(&house, "cvca-1").verify_self_signed().unwrap();
    let next = certificate(&house, "cvca-2");
    let new = next.verify_self_signed().unwrap();
    let link = certificate(&house, "link-cvca-2");
    // Who trusts the old generation comes to the new one by the link.
    assert_eq!(link.verify(&old).unwrap(), new);
    assert_eq!(link.body().expiration, next.body().expiration);
    assert_eq!(link.authority().to_string(), "LUCVCALUX00001");
    certificate(&house, "dv-2").verify(&new).unwrap();
    let request = fs::read(house.path("pki/public/dv-2.cvreq")).unwrap();
    let ReceivedRequest::Successive(request) = ReceivedRequest::parse(&request).unwrap() else {
        panic!("a renewed verifier is vouched for by its last key");
    };
    let before = certificate(&house, "dv-1").verify(&old).unwrap();
    request.verify(&before).unwrap();
    // Again: nothing changes. Changed: refused.
    let again = ceremony(&file);
    assert!(String::from_utf8_lossy(&again.stdout).contains("nothing changed"));
    let changed = ceremony(&renewal(&house, &RENEWAL.replace("= 90", "= 80")));
    assert!(
        said(&changed).contains("choose another `output`"),
        "{}",
        said(&changed)
    );
}

#[test]
fn files_that_break_a_rule_make_nothing() {
    let house = House::new();
    for (right, wrong, named) in [
        (
            "sequence = 2\nprevious = 1",
            "sequence = 2\nprevious = 2",
            "country_verifying.previous",
        ),
        (
            "validity_months = 36",
            "validity_months = 37",
            "country_verifying.validity_months",
        ),
        (
            "validity_days = 90",
            "validity_days = 93",
            "document_verifier.validity_days",
        ),
        ("\"CVCALUX\"", "\"cvca\"", "country_verifying.mnemonic"),
        ("country = \"LU\"", "country = \"lu\"", "country"),
        ("name = \"cvca-2\"", "name = \"../2\"", "name"),
        (
            "rights = [\"DG3\"]\n[[",
            "rights = [\"DG4\"]\n[[",
            "document_verifier.rights",
        ),
        ("previous = 1", "previous = 1\nsurprise = 1", "surprise"),
    ] {
        assert!(RENEWAL.contains(right), "{right}");
        let refused = ceremony(&renewal(&house, &RENEWAL.replacen(right, wrong, 1)));
        assert!(!refused.status.success(), "{wrong}");
        assert!(
            said(&refused).contains(named),
            "{wrong}: {}",
            said(&refused)
        );
        assert!(!house.path("pki/trust/cvca-2.cvcert").exists(), "{wrong}");
    }
    // What is renewed must be there; a verifier does not outlive its CA; a later ceremony comes later.
    let third = RENEWAL
        .replace("sequence = 2\nprevious = 1", "sequence = 3\nprevious = 2")
        .replace("\"cvca-2\"", "\"cvca-3\"");
    let refused = ceremony(&renewal(&house, &third));
    assert!(
        said(&refused).contains("cvca-2.cvcert is missing"),
        "{}",
        said(&refused)
    );
    let elsewhere = RENEWAL.replace("\"pki\"", "\"nowhere\"");
    let refused = ceremony(&renewal(&house, &elsewhere));
    assert!(
        said(&refused).contains("no finished first ceremony"),
        "{}",
        said(&refused)
    );
}
