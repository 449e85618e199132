//! Work on a copy of a SoftHSM folder, and what killed programs leave: with the real SoftHSM.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first fault"
)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::common::Bench;
use key_custody::{
    Curve, CustodyError, Token, TokenConfig, initialise_token,
    role::{DocumentSigning, TicketSigning},
    softhsm, token_serial,
};

/// The one token's own object.
fn token_object(tokens: &Path) -> PathBuf {
    let folder = fs::read_dir(tokens).unwrap().next().unwrap().unwrap();
    folder.path().join("token.object")
}

fn make_key(config: &TokenConfig, label: &str) {
    let token = Token::open(config).unwrap();
    token
        .generate_ec::<DocumentSigning>(label, Curve::P256)
        .unwrap();
}

fn holds(config: &TokenConfig, label: &str) -> bool {
    let token = Token::open(config).unwrap();
    token.find_ec::<DocumentSigning>(label).is_ok()
}

/// A token with the key `old`.
fn folder_with_a_key() -> (Bench, TokenConfig) {
    let folder = Bench::new();
    drop(folder.token("signing"));
    let (config, _) = folder.config("signing");
    make_key(&config, "old");
    (folder, config)
}

#[test]
fn what_is_made_at_a_bench_counts_when_it_is_committed() {
    let (folder, config) = folder_with_a_key();
    let tokens = folder.path().join("tokens");
    let before = fs::read(token_object(&tokens)).unwrap();
    let serial = token_serial(&config).unwrap().unwrap();

    let bench = softhsm::Bench::set_up(&config).unwrap();
    make_key(bench.config(), "lost");
    assert!(holds(bench.config(), "old"));
    drop(bench);
    assert!(!holds(&config, "lost"));

    let bench = softhsm::Bench::set_up(&config).unwrap();
    make_key(bench.config(), "new");
    // Logins at the bench leave no trace in the token.
    assert_eq!(fs::read(token_object(&tokens)).unwrap().len(), before.len());
    bench.commit().unwrap();
    assert!(holds(&config, "new") && holds(&config, "old"));
    assert_eq!(token_serial(&config).unwrap().unwrap(), serial);
    let mut left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("tokens") || name.contains(".conf"))
        .collect();
    left.sort();
    assert_eq!(left, ["softhsm2.conf", "tokens"]);
}

#[test]
fn an_exchange_that_was_interrupted_is_ended() {
    let (folder, config) = folder_with_a_key();
    let at = |name: &str| folder.path().join(name);
    let bench = softhsm::Bench::set_up(&config).unwrap();
    make_key(bench.config(), "new");
    // Killed before the first rename: the copy may be half, the token is as it was.
    std::mem::forget(bench);
    softhsm::Bench::settle(&config).unwrap();
    assert!(!at("tokens.work").exists());
    assert!(holds(&config, "old") && !holds(&config, "new"));

    let bench = softhsm::Bench::set_up(&config).unwrap();
    make_key(bench.config(), "next");
    std::mem::forget(bench);
    // Killed between the renames: the copy was whole.
    fs::rename(at("tokens"), at("tokens.old")).unwrap();
    softhsm::Bench::settle(&config).unwrap();
    assert!(!at("tokens.work").exists() && !at("tokens.old").exists());
    assert!(holds(&config, "old") && holds(&config, "next"));

    // Killed after them: what was there before is still there too.
    fs::create_dir(at("tokens.old")).unwrap();
    softhsm::Bench::settle(&config).unwrap();
    assert!(!at("tokens.old").exists() && holds(&config, "next"));
}

#[test]
fn a_token_object_torn_by_a_kill_is_put_back_at_the_next_start() {
    let (folder, config) = folder_with_a_key();
    let tokens = folder.path().join("tokens");
    let object = token_object(&tokens);
    // A process holds the token while another one's kill tears it.
    let token = Token::open(&config).unwrap();
    let key = token.find_ec::<DocumentSigning>("old").unwrap();
    for length in [0, 8, 100] {
        let whole = fs::read(&object).unwrap();
        fs::write(&object, &whole[..length]).unwrap();
        let (other, so_pin) = folder.config("signing");
        let exists = initialise_token(&other, &so_pin).unwrap_err();
        assert!(matches!(exists, CustodyError::Exists { .. }), "{exists}");
        assert_eq!(fs::read(&object).unwrap().len(), whole.len());
        token.sign_digest(&key, &[1; 32]).unwrap();
    }
}

#[test]
fn no_token_is_made_beside_one_that_cannot_be_read() {
    let (folder, config) = folder_with_a_key();
    let tokens = folder.path().join("tokens");
    let object = token_object(&tokens);
    fs::remove_file(object.with_file_name("token.kept")).unwrap();
    let whole = fs::read(&object).unwrap();
    fs::write(&object, b"").unwrap();
    for label in ["signing", "another"] {
        let (config, so_pin) = folder.config(label);
        let refused = initialise_token(&config, &so_pin).unwrap_err();
        assert!(
            matches!(refused, CustodyError::TokenDamaged { unread: 1, .. }),
            "{refused}"
        );
    }
    assert_eq!(fs::read_dir(&tokens).unwrap().count(), 1);
    // Put back from a copy, it is the one it was.
    fs::write(&object, whole).unwrap();
    assert!(holds(&config, "old"));
}

#[test]
fn a_token_is_complete_when_it_appears_and_others_keep_working() {
    let folder = Bench::new();
    let first = folder.token("order");
    let key = first
        .generate_ec::<TicketSigning>("tickets", Curve::P256)
        .unwrap();
    // What a killed making left is cleared away.
    fs::create_dir_all(folder.path().join("tokens.new/half")).unwrap();
    fs::write(folder.path().join("tokens.new/half/token.object"), b"").unwrap();
    let second = folder.token("line");
    second.health().unwrap();
    first.sign_digest(&key, &[1; 32]).unwrap();
    assert!(!folder.path().join("tokens.new").exists());
    let tokens = fs::read_dir(folder.path().join("tokens")).unwrap();
    for token in tokens {
        assert!(token.unwrap().path().join("token.kept").exists());
    }
}

#[test]
fn a_destroyed_key_is_gone_and_its_neighbours_stay() {
    let (_folder, config) = folder_with_a_key();
    make_key(&config, "new");
    let token = Token::open(&config).unwrap();
    let other_role = token
        .generate_ec::<TicketSigning>("old", Curve::P256)
        .unwrap();
    let key = token.find_ec::<DocumentSigning>("old").unwrap();
    assert_eq!(
        token.labels_of::<DocumentSigning>().unwrap(),
        ["new", "old"]
    );
    assert!(token.destroy_ec::<DocumentSigning>("old").unwrap());
    assert!(!token.destroy_ec::<DocumentSigning>("old").unwrap());
    assert_eq!(token.labels_of::<DocumentSigning>().unwrap(), ["new"]);
    assert!(token.sign_digest(&key, &[1; 32]).is_err());
    token.sign_digest(&other_role, &[1; 32]).unwrap();
    assert!(holds(&config, "new"));
}
