//! The ceremony: repeatable, continued after any interruption, and what it publishes is to profile.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first fault"
)]

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use crate::common::{House, binary, ceremony, ceremony_file, openssl_tool};
use icao9303::{
    crl::RevocationList,
    crypto::curve::CurveId,
    x509::{Certificate, CertificateKind, ParameterEncoding, check_profile},
};
use key_custody::{CustodyError, Token, TokenConfig, role::CountrySigning, softhsm};

/// Every file below a folder with its content.
fn snapshot(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(snapshot(&path));
        } else {
            files.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    files
}

#[test]
fn what_is_published_is_to_profile() {
    let house = House::new();
    let read = |name: &str| fs::read(house.path("pki").join(name)).unwrap();
    let root = Certificate::parse(&read("trust/csca-1.cer")).unwrap();
    let signer = Certificate::parse(&read("trust/ds-1.cer")).unwrap();
    let list = RevocationList::parse(&read("trust/csca-1.crl")).unwrap();
    for (certificate, kind, curve) in [
        (&root, CertificateKind::CscaRoot, CurveId::BrainpoolP384r1),
        (
            &signer,
            CertificateKind::DocumentSigner,
            CurveId::BrainpoolP256r1,
        ),
    ] {
        assert_eq!(check_profile(certificate, kind), []);
        assert_eq!(certificate.public_key().curve(), Some(curve));
        let encoding = certificate.public_key().parameter_encoding();
        assert_eq!(encoding, Some(ParameterEncoding::Explicit));
        assert!(certificate.is_signed_by(root.public_key()).unwrap());
    }
    assert!(list.is_signed_by(root.public_key()).unwrap());
    assert!(list.revoked().is_empty());
    // Key use 3 years + signer 3 months + documents 10 years (9303-12 appendix A).
    let years = root.not_after().year() - root.not_before().year();
    assert!((13..=14).contains(&years), "{years}");

    // The operations CA has named curves, and the `openssl` program builds its chain.
    let file = |name: &str| {
        house
            .path("pki/operations")
            .join(name)
            .display()
            .to_string()
    };
    for (program, purpose) in [("pki-authority", "sslserver"), ("line", "sslclient")] {
        let verified = openssl_tool(&[
            "verify",
            "-x509_strict",
            "-purpose",
            purpose,
            "-CAfile",
            &file("operations-ca.pem"),
            &file(&format!("{program}.pem")),
        ]);
        assert!(
            verified.status.success(),
            "{}",
            String::from_utf8_lossy(&verified.stderr)
        );
    }
    // A key in a token is nowhere else; the other one is for tests.
    assert!(!fs::exists(file("pki-authority.key")).unwrap());
    let mode = fs::metadata(file("line.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let list = RevocationList::parse(&fs::read(file("operations.crl")).unwrap()).unwrap();
    let operations = Certificate::parse(&fs::read(file("operations-ca.cer")).unwrap()).unwrap();
    assert!(list.is_signed_by(operations.public_key()).unwrap());
    assert!(list.revoked().is_empty());
    let protocol = String::from_utf8(read("protocol.md")).unwrap();
    for expected in [
        &root.serial_hex(),
        &signer.serial_hex(),
        "Ada Example: ____",
    ] {
        assert!(protocol.contains(expected), "{expected}");
    }
}

#[test]
fn a_second_run_changes_nothing_and_another_file_is_refused() {
    let house = House::new();
    let before = snapshot(&house.path("pki"));
    let file = house.path("ceremony.toml");
    let again = ceremony(&file);
    assert!(again.status.success());
    assert!(String::from_utf8_lossy(&again.stdout).contains("nothing changed"));
    assert_eq!(snapshot(&house.path("pki")), before);

    let text = fs::read_to_string(&file)
        .unwrap()
        .replace("SPECIMEN", "OTHER");
    fs::write(&file, text).unwrap();
    let other = ceremony(&file);
    assert!(!other.status.success());
    let said = String::from_utf8_lossy(&other.stderr).into_owned();
    assert!(said.contains("choose another `output`"), "{said}");
    assert_eq!(snapshot(&house.path("pki")), before);
}

#[test]
fn a_ceremony_killed_at_any_moment_continues() {
    let folder = tempfile::tempdir().unwrap();
    let file = ceremony_file(folder.path());
    let mut kills = 0;
    let mut patience = Duration::from_millis(10);
    // Each run gets a little further than the last, so the kills fall into every step.
    loop {
        let mut process = Command::new(binary())
            .arg("ceremony")
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(patience);
        if let Some(status) = process.try_wait().unwrap() {
            assert!(
                status.success(),
                "a run failed by itself after {kills} kills"
            );
            break;
        }
        process.kill().unwrap();
        process.wait().unwrap();
        kills += 1;
        patience = patience.mul_f32(1.2);
        assert!(
            patience < Duration::from_mins(1),
            "the ceremony makes no progress"
        );
    }
    assert!(kills > 3, "only {kills} kills");
    let done = ceremony(&file);
    assert!(String::from_utf8_lossy(&done.stdout).contains("nothing changed"));
    // Everything fits together: every published signature is of the one key in its token.
    let read = |name: &str| fs::read(folder.path().join("pki/trust").join(name)).unwrap();
    let root = Certificate::parse(&read("csca-1.cer")).unwrap();
    let signer = Certificate::parse(&read("ds-1.cer")).unwrap();
    assert!(signer.is_signed_by(root.public_key()).unwrap());
    let list = RevocationList::parse(&read("csca-1.crl")).unwrap();
    assert!(list.is_signed_by(root.public_key()).unwrap());
}

#[test]
fn a_file_that_breaks_a_rule_makes_nothing() {
    for (right, wrong, named) in [
        ("country = \"LU\"", "country = \"lu\"", "state.country"),
        (
            "key_years = 3",
            "key_years = 6",
            "country_signing.key_years",
        ),
        ("crl_days = 90", "crl_days = 91", "country_signing.crl_days"),
        (
            "key_months = 3",
            "key_months = 4",
            "document_signer.key_months",
        ),
        ("name = \"line\"", "name = \"../line\"", "program.name"),
        (
            "name = \"intake\"",
            "name = \"line\"",
            "program.name is used once",
        ),
        (
            "document_years = 10",
            "document_years = 0",
            "state.document_years",
        ),
        ("key_years = 3", "key_years = 3\nsurprise = 1", "surprise"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let file = ceremony_file(folder.path());
        let text = fs::read_to_string(&file).unwrap().replacen(right, wrong, 1);
        fs::write(&file, text).unwrap();
        let refused = ceremony(&file);
        assert!(!refused.status.success(), "{wrong}");
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains(named), "{wrong}: {said}");
        assert!(!folder.path().join("pki").exists(), "{wrong}");
    }
}

#[test]
fn the_country_signing_key_is_out_of_reach_of_the_service() {
    let house = House::new();
    // With the configuration that `serve` has, no label leads to the country signing token.
    let folder = house.path("pki/tokens/signing");
    let config = TokenConfig {
        module: softhsm::MODULE.into(),
        softhsm2_conf: Some(folder.join("softhsm2.conf")),
        token_label: "signing".into(),
        pin_file: folder.join("user.pin"),
    };
    let token = Token::open(&config).unwrap();
    assert!(!token.holds_role::<CountrySigning>().unwrap());
    let missing = token.find_ec::<CountrySigning>("csca-1").unwrap_err();
    assert!(
        matches!(missing, CustodyError::NotOneKey { found: 0, .. }),
        "{missing}"
    );
    let country = TokenConfig {
        token_label: "country-signing".into(),
        pin_file: house.path("pki/tokens/country-signing/user.pin"),
        ..config
    };
    assert!(Token::open(&country).unwrap_err().is_absence());

    // And a service that is configured with a CA's token does not start.
    for token in ["country-signing", "country-verifying", "operations-ca"] {
        let refused = Command::new(binary())
            .args(["serve", "--config"])
            .arg(house.config_for(token, 1))
            .output()
            .unwrap();
        assert!(!refused.status.success());
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains("never configured for a service"), "{said}");
    }
}
