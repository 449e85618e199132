//! What the real ceremonies and the real service make, under the eyes of independent programs: Bouncy
//! Castle (documents and their chain) and OpenPACE's `cvc-print` (terminal authentication).

use std::{fs, path::Path, process::Command};

use wire::inspection::inspection_client::InspectionClient;

use crate::common::bouncy_castle::verdict;
use crate::common::renewal::{self, RENEWAL, renewal};
use crate::common::{House, Service, ceremony, files};
use crate::inspection::terminal::{Key, ask, certificate};

#[tokio::test]
async fn bouncy_castle_verifies_what_the_service_signs_under_the_ceremonys_root() {
    let mut house = House::new();
    let service = house.serve(5);
    let mut line = house.caller(&service, "line").await;
    let read = |name: &str| fs::read(house.path("pki/trust").join(name)).unwrap();
    let (root, list) = (read("csca-1.cer"), read("csca-1.crl"));
    let groups: Vec<_> = files(1).into_iter().collect();
    let signed = line.sign(house.security_object(1)).await.unwrap();
    let object = signed.into_inner().signed_object;
    assert_eq!(
        verdict(&root, &list, &object, &groups),
        "GOOD 1,2,3,11,12,14"
    );
    let signed = line.sign(house.card_security(1)).await.unwrap();
    let security = signed.into_inner().signed_object;
    assert_eq!(verdict(&root, &list, &security, &[]), "GOOD ");
    // It can say no: to another file, and under another country's root.
    let mut other = groups.clone();
    other[1].1[5] ^= 1;
    assert_eq!(
        verdict(&root, &list, &object, &other),
        "BAD data group 2 is not the signed one"
    );
    let stranger = House::new();
    let read = |name: &str| fs::read(stranger.path("pki/trust").join(name)).unwrap();
    assert_eq!(
        verdict(&read("csca-1.cer"), &read("csca-1.crl"), &object, &groups),
        "BAD the signer's certificate is not the CSCA's"
    );
}

/// Whether `cvc-print` verifies a certificate with those of `folder`, which it finds by name. It ends
/// with status 0 whatever it finds, so its words are read.
fn cvc_print(folder: &Path, bytes: &[u8]) -> (bool, String) {
    let file = folder.join("tried.cvcert");
    fs::write(&file, bytes).unwrap();
    let output = Command::new("cvc-print")
        .arg("--cvc-dir")
        .arg(folder)
        .arg("--cvc")
        .arg(&file)
        .output()
        .unwrap_or_else(|error| panic!("cvc-print: {error}; install openpace"));
    let text = String::from_utf8(output.stdout).unwrap();
    let verified = text
        .lines()
        .any(|line| line.trim() == "certificate verified");
    (verified, text)
}

#[tokio::test]
async fn cvc_print_verifies_the_chains_of_two_ceremonies_and_of_the_service() {
    let house = House::new();
    let service = Service::start(&house.inspection_config(5, ""));
    let mut line = InspectionClient::new(house.channel(&service.address, "line").await);
    let issued = ask(&mut line, Key::new("LULINE100001").first().to_bytes());
    let terminal = certificate(&issued.await.unwrap());
    drop(service);
    assert!(ceremony(&renewal(&house, RENEWAL)).status.success());

    let read = |name: &str| renewal::certificate(&house, name);
    let folder = tempfile::tempdir().unwrap();
    for signer in ["cvca-1", "cvca-2", "dv-1", "dv-2"].map(read) {
        let path = folder.path().join(signer.holder().to_string());
        fs::write(path, signer.to_bytes()).unwrap();
    }
    for (certificate, role) in [
        (read("cvca-1"), "CVCA certificate"),
        (read("cvca-2"), "CVCA certificate"),
        (read("link-cvca-2"), "CVCA certificate"),
        (read("dv-1"), "DV certificate"),
        (read("dv-2"), "DV certificate"),
        (terminal, "Terminal certificate"),
    ] {
        let (verified, text) = cvc_print(folder.path(), &certificate.to_bytes());
        let holder = certificate.holder();
        assert!(verified, "{holder}: {text}");
        for expected in [
            format!("CAR: {}", certificate.authority()),
            format!("CHR: {holder}"),
            role.to_owned(),
            format!("Expiration Date: {}", certificate.body().expiration),
        ] {
            assert!(text.contains(&expected), "no {expected} in: {text}");
        }
        let mut forged = certificate.to_bytes();
        *forged.last_mut().unwrap() ^= 1;
        assert!(!cvc_print(folder.path(), &forged).0, "{holder}");
    }
}
