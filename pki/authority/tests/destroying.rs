//! Superseded keys of document signers and document verifiers: destroyed in a ceremony, only when their
//! successor works, and once for all even when it is killed.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first fault"
)]

use std::{
    fmt::Write as _,
    fs,
    process::{Command, Output, Stdio},
    thread,
    time::Duration,
};

use crate::common::{House, Service, binary, ceremony};
use key_custody::{
    Token, TokenConfig,
    role::{DocumentSigning, DocumentVerifying, KeyRole},
    softhsm,
};

const RENEWAL: &str = r#"
name = "dv-2"
output = "pki"
witnesses = ["Ada Example"]
country = "LU"
[country_verifying]
mnemonic = "CVCALUX"
sequence = 1
validity_months = 36
rights = ["DG3", "DG4"]
[[document_verifier]]
label = "dv-2"
mnemonic = "DVLUX"
sequence = 2
previous = "dv-1"
validity_days = 90
rights = ["DG3"]
"#;

/// A house with two document signers and two document verifiers.
fn house() -> House {
    let house = House::planned(|text| {
        let second = "[[document_signer]]\nlabel = \"ds-2\"\n\
                      common_name = \"Document signer 2 SPECIMEN\"\nkey_months = 3\n";
        text.replace(
            "[country_verifying]",
            &format!("{second}[country_verifying]"),
        )
    });
    let done = held(&house, RENEWAL);
    assert!(done.status.success(), "{}", said(&done));
    house
}

fn held(house: &House, text: &str) -> Output {
    let file = house.path("later.toml");
    fs::write(&file, text).unwrap();
    ceremony(&file)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A ceremony that destroys (role, label, successor).
fn end(keys: &[[&str; 3]]) -> String {
    let mut text = "name = \"end-1\"\noutput = \"pki\"\nwitnesses = [\"Ada Example\"]\n".to_owned();
    for [role, label, successor] in keys {
        write!(
            text,
            "[[destroy]]\nrole = \"{role}\"\nlabel = \"{label}\"\nsuccessor = \"{successor}\"\n"
        )
        .unwrap();
    }
    text
}

/// The keys of a role in one of the service's tokens.
fn keys<R: KeyRole>(house: &House, token: &str, pin: &str) -> Vec<String> {
    let folder = house.path("pki/tokens/signing");
    let token = Token::open(&TokenConfig {
        module: softhsm::MODULE.into(),
        softhsm2_conf: Some(folder.join("softhsm2.conf")),
        token_label: token.into(),
        pin_file: folder.join(pin),
    });
    token.unwrap().labels_of::<R>().unwrap()
}

fn signers(house: &House) -> Vec<String> {
    keys::<DocumentSigning>(house, "signing", "user.pin")
}

fn verifiers(house: &House) -> Vec<String> {
    keys::<DocumentVerifying>(house, "document-verifying", "document-verifying.pin")
}

#[tokio::test]
async fn superseded_keys_are_destroyed_whenever_the_ceremony_is_killed() {
    let mut house = house();
    let file = house.path("end.toml");
    let plan = [
        ["document-signer", "ds-1", "ds-2"],
        ["document-verifier", "dv-1", "dv-2"],
    ];
    fs::write(&file, end(&plan)).unwrap();
    let (mut kills, mut patience) = (0, Duration::from_millis(4));
    loop {
        let mut process = Command::new(binary())
            .arg("ceremony")
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        thread::sleep(patience);
        if process.try_wait().unwrap().is_some() {
            let done = process.wait_with_output().unwrap();
            assert!(done.status.success(), "after {kills}: {}", said(&done));
            break;
        }
        process.kill().unwrap();
        process.wait().unwrap();
        kills += 1;
        patience = patience.mul_f32(1.1);
    }
    assert!(kills > 5, "only {kills} kills");
    assert_eq!(signers(&house), ["ds-2"]);
    assert_eq!(verifiers(&house), ["dv-2"]);
    let again = ceremony(&file);
    assert!(String::from_utf8_lossy(&again.stdout).contains("nothing changed"));
    let protocol = fs::read_to_string(house.path("pki/protocol-end-1.md")).unwrap();
    for told in ["Destroyed: the key ds-1", "Destroyed: the key dv-1"] {
        assert!(protocol.contains(told), "{protocol}");
    }
    for file in ["ds-1.intent", "ds-1.outcome", "dv-1.intent", "dv-1.outcome"] {
        assert!(house.path("pki/destroyed").join(file).exists(), "{file}");
    }

    // A service that still counts on the key says so; one that has the successor works.
    let config = house.config(5);
    let refused = Command::new(binary())
        .args(["serve", "--config"])
        .arg(&config)
        .output()
        .unwrap();
    assert!(!refused.status.success());
    assert!(said(&refused).contains("holds 0 document-signing keys named ds-1"));
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace("ds-1", "ds-2")).unwrap();
    let service = Service::start(&config);
    let mut line = house.caller(&service, "line").await;
    line.sign(house.security_object(1)).await.unwrap();
}

#[test]
fn nothing_is_destroyed_that_nothing_succeeds() {
    let house = house();
    let cases = [
        (["document-verifier", "dv-2", "dv-1"], "is not a later one"),
        (["document-verifier", "dv-1", "dv-3"], "keys named dv-3"),
        (["document-signer", "ds-1", "ds-3"], "keys named ds-3"),
        (["document-signer", "ds-1", "ds-1"], "destroy.successor"),
        (["document-signer", "dv-1", "ds-1"], "keys named dv-1"),
        (
            ["country-verifying", "cvca-1", "cvca-2"],
            "country-verifying",
        ),
    ];
    for (number, (keys, why)) in cases.into_iter().enumerate() {
        // Each under a name of its own: a ceremony file is bound when it begins.
        let text = end(&[keys]).replace("end-1", &format!("end-{number}"));
        let refused = held(&house, &text);
        assert!(!refused.status.success(), "{keys:?}");
        assert!(said(&refused).contains(why), "{keys:?}: {}", said(&refused));
    }
    // A certificate that is not of the key.
    let trust = house.path("pki/trust");
    fs::copy(trust.join("ds-1.cer"), trust.join("ds-2.cer")).unwrap();
    let text = end(&[["document-signer", "ds-1", "ds-2"]]).replace("end-1", "end-foreign");
    let refused = held(&house, &text);
    assert!(said(&refused).contains("ds-2.cer does not belong to the key"));
    assert_eq!(signers(&house), ["ds-1", "ds-2"]);
    assert_eq!(verifiers(&house), ["dv-1", "dv-2"]);
    assert_eq!(
        fs::read_dir(house.path("pki/destroyed")).unwrap().count(),
        0
    );
}
