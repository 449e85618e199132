//! Staff lists while a token takes its time.

use std::{convert::Infallible, fs, path::Path, sync::mpsc, time::Duration as Pause};

use dossier::signed::SIGNATURE_LENGTH;
use key_custody::{
    Curve, Token, TokenConfig, create_pin_file, initialise_token,
    role::{ConfigurationSigning, ServiceTls, StaffListSigning},
    softhsm,
};
use openssl::{
    asn1::Asn1Time,
    ec::{EcGroup, EcKey},
    ecdsa::EcdsaSig,
    hash::MessageDigest,
    nid::Nid,
    pkey::{PKey, PKeyRef, Private, Public},
    x509::{X509, X509NameBuilder},
};
use personalisation_store::{Store, sealing::Sealer};
use tempfile::TempDir;
use tokio::time::timeout;

use super::*;

/// A key in a token that signs only once others went on.
struct Slow {
    key: EcKey<Private>,
    spki: Vec<u8>,
    others: std::sync::Mutex<mpsc::Receiver<()>>,
}

impl SigningKey for Slow {
    type Error = Infallible;

    fn spki(&self) -> &[u8] {
        &self.spki
    }

    fn sign(&self, digest: &[u8; 32]) -> Result<[u8; SIGNATURE_LENGTH], Infallible> {
        let went_on = self.others.lock().unwrap();
        went_on.recv_timeout(Pause::from_secs(20)).unwrap();
        let signature = EcdsaSig::sign(digest, &self.key).unwrap();
        let mut bytes = signature.r().to_vec_padded(32).unwrap();
        bytes.extend(signature.s().to_vec_padded(32).unwrap());
        Ok(bytes.try_into().unwrap())
    }
}

/// A new key.
fn p256() -> EcKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    EcKey::generate(&group).unwrap()
}

#[tokio::test]
async fn while_a_token_signs_everything_else_goes_on() {
    let key = p256();
    let (others, waits) = mpsc::channel();
    let key = Arc::new(Slow {
        spki: key.public_key_to_der().unwrap(),
        key,
        others: waits.into(),
    });
    let list = StaffList {
        version: Version,
        issue: Issue {
            number: 1,
            from: Timestamp::from_seconds(0).unwrap(),
            until: Timestamp::from_seconds(1).unwrap(),
        },
        office: "L-0304".parse().unwrap(),
        people: Vec::new(),
    };
    // One thread runs both: were the signature made on it, the second would never run.
    let (signed, ()) = tokio::join!(sign(list, &key), async { others.send(()).unwrap() });
    signed.unwrap().verify(&key.spki).unwrap();
}

/// A certificate (PEM) of a key.
fn certificate(key: &PKeyRef<Public>, authority: &PKey<Private>) -> Vec<u8> {
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_text("CN", "fleet").unwrap();
    let name = name.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(&name).unwrap();
    let day = |days| Asn1Time::days_from_now(days).unwrap();
    builder.set_not_before(&day(0)).unwrap();
    builder.set_not_after(&day(1)).unwrap();
    builder.set_pubkey(key).unwrap();
    builder.sign(authority, MessageDigest::sha256()).unwrap();
    builder.build().to_pem().unwrap()
}

/// The keys of `[fleet.token]`, and files with the certificates of one.
fn token(folder: &Path) {
    let path = |name: &str| folder.join(name);
    let config = TokenConfig {
        module: softhsm::MODULE.into(),
        softhsm2_conf: Some(softhsm::write_configuration(&path("token")).unwrap()),
        token_label: "fleet".to_owned(),
        pin_file: path("user.pin"),
    };
    for pin in [&config.pin_file, &path("so.pin")] {
        create_pin_file(pin, &mut edge::rng()).unwrap();
    }
    initialise_token(&config, &path("so.pin")).unwrap();
    let token = Token::open(&config).unwrap();
    let tls = token
        .generate_ec::<ServiceTls>("fleet", Curve::P256)
        .unwrap();
    let signing = token.generate_ec::<ConfigurationSigning>("configuration-1", Curve::P256);
    signing.unwrap();
    let signing = token.generate_ec::<StaffListSigning>("staff-lists-1", Curve::P256);
    signing.unwrap();
    let authority = PKey::from_ec_key(p256()).unwrap();
    let of = |spki: &[u8]| certificate(&PKey::public_key_from_der(spki).unwrap(), &authority);
    let own = authority.public_key_to_der().unwrap();
    fs::write(path("ca.pem"), of(&own)).unwrap();
    fs::write(path("fleet.pem"), of(tls.public_key_spki())).unwrap();
    fs::write(path("receipts.spki"), own).unwrap();
}

/// A fleet that nobody else works with.
async fn place(folder: &TempDir) -> Arc<Place> {
    token(folder.path());
    let text = r#"
pki = "localhost:1"
server_name = "localhost"
ca = "DIR/ca.pem"
certificate = "DIR/fleet.pem"
key = "fleet"
receipt_keys = ["DIR/receipts.spki"]
[token]
softhsm2_conf = "DIR/token/softhsm2.conf"
label = "fleet"
pin_file = "DIR/user.pin"
"#;
    let text = text.replace("DIR", folder.path().to_str().unwrap());
    let sealer = Sealer::new(Box::new(Zeroizing::new([7; 32])));
    let store = Store::open(&folder.path().join("centre.db"), sealer).await;
    Place::open(&toml::from_str(&text).unwrap(), store.unwrap(), edge::now).unwrap()
}

#[tokio::test]
async fn a_list_that_is_still_good_waits_for_no_other_that_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let place = place(&folder).await;
    let (here, elsewhere) = ("L-0304".parse().unwrap(), "L-0101".parse().unwrap());
    let first = place.staff_list(&here).await.unwrap();
    // Somebody makes another office's.
    let making = place.listing.lock().await;
    let again = timeout(Pause::from_secs(20), place.staff_list(&here)).await;
    assert_eq!(again.unwrap().unwrap().number, first.number);
    let mut next = std::pin::pin!(place.staff_list(&elsewhere));
    assert!(timeout(Pause::from_millis(200), &mut next).await.is_err());
    drop(making);
    assert_eq!(next.await.unwrap().number, 1);
}
