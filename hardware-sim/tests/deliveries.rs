//! The maker: chips and their delivery file, and the program that makes them.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

use crate::bench;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use crate::bench::{hex, host_keys, seeded, vectors};
use hardware_sim::card::Card;
use hardware_sim::card::delivery::{self, BatchKeyTo, Delivery, Order, transport_keys};
use icao9303::crypto::cipher::AesKey;
use icao9303::scp03::{SecurityLevel, initialize_update};
use openssl::aes;
use openssl::pkey::PKey;
use openssl::rsa::{Padding, Rsa};
use rand::SeedableRng;
use rand::rngs::StdRng;

fn make(folder: &Path, to: BatchKeyTo) -> Delivery {
    let order = Order {
        folder: folder.to_owned(),
        count: 3,
        profile: hardware_sim::card::profile::Profile::default(),
        buffer: 4_096,
        to,
    };
    delivery::make(&order, &mut StdRng::seed_from_u64(5)).unwrap()
}

/// The chips open with keys derived from the batch key.
fn check_chips(folder: &Path, delivery: &Delivery, batch_key: &[u8]) {
    let batch_key = AesKey::from_bytes(batch_key).unwrap();
    assert_eq!(delivery.chips.len(), 3);
    for chip in &delivery.chips {
        let path = folder.join(format!("{}.chip", chip.serial));
        let mut card = Card::open(&path, seeded(6)).unwrap();
        card.power_up().unwrap();
        let serial = hex(&chip.serial).try_into().unwrap();
        assert_eq!(card.serial(), serial);
        assert_eq!(chip.serial[4..12], delivery.batch);
        let keys = host_keys(&transport_keys(&batch_key, &serial).unwrap());
        initialize_update(
            &mut card,
            delivery.transport_key_version,
            &mut bench::host(),
        )
        .unwrap()
        .open(&mut card, &keys, SecurityLevel::Full)
        .unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}

#[test]
fn a_delivery_under_a_wrapping_key() {
    let folder = tempfile::tempdir().unwrap();
    let key_file = folder.path().join("ceremony.toml");
    let first = folder.path().join("first");
    let made = make(&first, BatchKeyTo::WrappingKey(key_file.clone()));
    let text = fs::read_to_string(first.join(delivery::FILE_NAME)).unwrap();
    let delivery: Delivery = toml::from_str(&text).unwrap();
    assert_eq!(delivery.format, delivery::FORMAT);
    assert_eq!(delivery.batch, made.batch);
    let file: toml::Table = toml::from_str(&fs::read_to_string(&key_file).unwrap()).unwrap();
    assert_eq!(
        fs::metadata(&key_file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(
        file["check_value"].as_str(),
        delivery.wrapping_key_check_value.as_deref()
    );
    let wrapping_key = aes::AesKey::new_decrypt(&hex(file["key"].as_str().unwrap())).unwrap();
    let mut batch_key = [0; 32];
    let wrapped = hex(&delivery.wrapped_batch_key);
    aes::unwrap_key(&wrapping_key, None, &mut batch_key, &wrapped).unwrap();
    check_chips(&first, &delivery, &batch_key);
    // The same key file serves the next delivery; a spoilt one is refused, and so is a full folder.
    make(
        &folder.path().join("second"),
        BatchKeyTo::WrappingKey(key_file.clone()),
    );
    let again = Order {
        folder: first,
        count: 3,
        profile: hardware_sim::card::profile::Profile::default(),
        buffer: 4_096,
        to: BatchKeyTo::WrappingKey(key_file.clone()),
    };
    let error = delivery::make(&again, &mut StdRng::seed_from_u64(5)).unwrap_err();
    assert!(error.to_string().contains("new, empty folder"), "{error}");
    fs::write(
        &key_file,
        fs::read_to_string(&key_file)
            .unwrap()
            .replace("key = \"", "key = \"00"),
    )
    .unwrap();
    let error = delivery::make(&again, &mut StdRng::seed_from_u64(5)).unwrap_err();
    assert!(error.to_string().contains("wrapping key"), "{error}");
}

#[test]
fn a_delivery_to_the_centres_public_key() {
    let folder = tempfile::tempdir().unwrap();
    let rsa = Rsa::generate(3_072).unwrap();
    let public = PKey::from_rsa(rsa.clone()).unwrap();
    for (name, file) in [
        ("der", public.public_key_to_der().unwrap()),
        ("pem", public.public_key_to_pem().unwrap()),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, file).unwrap();
        let place = folder.path().join(format!("delivery-{name}"));
        let delivery = make(&place, BatchKeyTo::PublicKey(path));
        assert_eq!(delivery.wrapping_key_check_value, None);
        let mut plain = vec![0; 384];
        let encrypted = hex(&delivery.wrapped_batch_key);
        let length = rsa
            .private_decrypt(&encrypted, &mut plain, Padding::PKCS1_OAEP)
            .unwrap();
        check_chips(&place, &delivery, &plain[..length]);
    }
    let path = folder.path().join("garbage");
    fs::write(&path, b"no key").unwrap();
    let order = Order {
        folder: folder.path().join("none"),
        count: 1,
        profile: hardware_sim::card::profile::Profile::default(),
        buffer: 4_096,
        to: BatchKeyTo::PublicKey(path),
    };
    let error = delivery::make(&order, &mut StdRng::seed_from_u64(5)).unwrap_err();
    assert!(error.to_string().contains("public key"), "{error}");
}

/// Our diversification, as published in the vectors.
#[test]
fn chip_keys_from_the_batch_key() {
    let vectors = vectors("scp03.json");
    let vector = &vectors["extras"]["own_diversification"];
    let field = |name: &str| hex(vector[name].as_str().unwrap());
    let master = AesKey::from_bytes(&field("master")).unwrap();
    let serial = field("key_div_data").try_into().unwrap();
    let keys = transport_keys(&master, &serial).unwrap();
    assert_eq!(keys.enc.as_bytes(), field("k_enc"));
    assert_eq!(keys.mac.as_bytes(), field("k_mac"));
    assert_eq!(keys.dek.as_bytes(), field("k_dek"));
}

fn program(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hardware-sim"))
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn the_program_makes_chips_and_says_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("delivery");
    let place = place.to_str().unwrap();
    let new = [
        "card",
        "new",
        "--delivery",
        place,
        "--count",
        "2",
        "--seed",
        "9",
    ];
    let output = program(&new);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(String::from_utf8_lossy(&output.stdout).contains("2 chips"));
    let names = fs::read_dir(place).unwrap().count();
    assert_eq!(
        names, 4,
        "two chips, the delivery file and the wrapping key"
    );
    let output = program(&new);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("new, empty folder"));

    let config = folder.path().join("card.toml");
    let serve = |text: &str| {
        fs::write(&config, text).unwrap();
        let output = program(&["card", "serve", "--config", config.to_str().unwrap()]);
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(serve("slots = 3").contains("not a configuration"));
    assert!(serve("[[slot]]").contains("needs either `socket` or `vpcd`"));
    let rate = "[[slot]]\nsocket = \"a\"\n[slot.link]\nbit_rate = 500";
    assert!(serve(rate).contains("106, 212, 424 or 848"));
    assert!(serve("[[slot]]\nsocket = \"/no/such/folder/socket\"").contains("cannot listen"));
    let socket = folder.path().join("slot");
    let chip = format!("[[slot]]\nsocket = {socket:?}\nchip = \"/no/such/chip\"");
    assert!(serve(&chip).contains("slot 0 cannot take its first chip"));
    let output = program(&["card"]);
    assert!(!output.status.success());
}
