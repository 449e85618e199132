//! The audit's log with a real token: acts, sequencer, heads, an archive, and somebody who verifies it with the public key alone.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    fs::{self, File},
    io::BufReader,
    path::Path,
};

use evidence::{
    entry::Act,
    key_from_pem,
    verify::{self, Report, Trust, Verdict},
};
use key_custody::softhsm;
use personalisation::{
    audit::{self, AuditError, Command, Sequencer},
    config::Config,
    keys, secret_file,
};
use personalisation_store::Store;
use rand::{SeedableRng as _, rngs::StdRng};
use time::{OffsetDateTime, macros::datetime};

pub const NOW: OffsetDateTime = datetime!(2026-11-23 12:00 UTC);

const CONFIG: &str = r#"
database = "centre.db"
issuer_profile = "luxembourg"
[sealing]
key_file = "sealing.key"
[tokens.cards]
label = "cards"
pin_file = "cards.pin"
card_master = "card-master"
delivery_key = "delivery"
[tokens.tickets]
label = "tickets"
pin_file = "tickets.pin"
key = "tickets"
[tokens.audit]
softhsm2_conf = "audit/softhsm2.conf"
label = "audit"
pin_file = "audit.pin"
so_pin_file = "audit.so-pin"
key = "audit-1"
public_key = "audit.pem"
[pki]
endpoint = "https://127.0.0.1:1"
server_name = "pki-authority"
server_ca = "ca.pem"
certificate = "line.pem"
key = "line"
signing_profile = "identity-card"
trust = "trust"
"#;

pub fn configured(folder: &Path) -> Config {
    softhsm::write_configuration(&folder.join("audit")).unwrap();
    fs::write(folder.join("centre.toml"), CONFIG).unwrap();
    let config = Config::load(&folder.join("centre.toml")).unwrap();
    keys::run(&config, &mut StdRng::seed_from_u64(5)).unwrap();
    config
}

pub async fn acts(store: &Store, from: u8, until: u8) {
    for number in from..until {
        let act = Act::new([number; 16], "personalisation/line", "sign", "order 1");
        let both = [act.intent(NOW), act.outcome(NOW, "done")];
        store.audit(&both).await.unwrap();
    }
}

pub fn verified(archive: &Path, key: &Path) -> Report {
    let trust = Trust {
        log: vec![key_from_pem(&fs::read(key).unwrap()).unwrap()],
        ..Trust::default()
    };
    let archive = BufReader::new(File::open(archive).unwrap());
    verify::archive(archive, &trust, |_| ()).unwrap()
}

pub async fn run(config: &Config, command: Command) -> Result<String, AuditError> {
    audit::run(config, command, || NOW, std::future::ready(())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_third_party_verifies_what_the_centre_did() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let config = configured(folder);
    let store = config.open_store_without_fingers().await.unwrap();
    let (archive, key) = (folder.join("log.tar"), folder.join("audit.pem"));
    let export = || Command::Export {
        file: archive.clone(),
    };
    acts(&store, 0, 20).await;
    let said = run(&config, Command::Sequence { once: true })
        .await
        .unwrap();
    assert_eq!(said, "40 entries in the log");
    assert!(
        run(&config, export())
            .await
            .unwrap()
            .starts_with("40 entries")
    );
    let report = verified(&archive, &key);
    assert_eq!(report.verdict, Verdict::Verified, "{report}");
    assert_eq!((report.entries, report.heads), (40, 1));
    // A file that is there stays.
    let refused = run(&config, export()).await.unwrap_err();
    assert!(matches!(refused, AuditError::File { .. }), "{refused}");
    // What is written after the last head is not in an export; the next head is over it. One that is ended signs before.
    acts(&store, 20, 25).await;
    fs::remove_file(&archive).unwrap();
    assert!(
        run(&config, export())
            .await
            .unwrap()
            .starts_with("40 entries")
    );
    run(&config, Command::Sequence { once: false })
        .await
        .unwrap();
    fs::remove_file(&archive).unwrap();
    assert!(
        run(&config, export())
            .await
            .unwrap()
            .starts_with("50 entries")
    );
    let report = verified(&archive, &key);
    assert_eq!(report.verdict, Verdict::Verified, "{report}");
    assert_eq!((report.entries, report.heads, report.writers), (50, 2, 1));
    // With nothing new nothing is signed.
    let sequencer = Sequencer::open(&config, store.clone()).unwrap();
    let tree = sequencer.place().await.unwrap();
    assert!(!sequencer.sign(tree, NOW).await.unwrap());
}

#[tokio::test]
async fn without_a_token_or_a_name_nothing_is_signed() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("sealing.key");
    secret_file::create_key(&key, &mut StdRng::seed_from_u64(5)).unwrap();
    let named = CONFIG.to_owned() + "[audit]\nlog = \"The Centre\"\n";
    fs::write(folder.path().join("centre.toml"), named).unwrap();
    let config = Config::load(&folder.path().join("centre.toml")).unwrap();
    let store = config.open_store_without_fingers().await.unwrap();
    let refused = Sequencer::open(&config, store.clone()).unwrap_err();
    assert!(matches!(refused, AuditError::Name(_)), "{refused}");
    let start = CONFIG.find("[tokens.audit]").unwrap();
    let end = CONFIG.find("[pki]").unwrap();
    let without = [&CONFIG[..start], &CONFIG[end..]].concat();
    fs::write(folder.path().join("centre.toml"), without).unwrap();
    let config = Config::load(&folder.path().join("centre.toml")).unwrap();
    let refused = Sequencer::open(&config, store).unwrap_err();
    assert!(matches!(refused, AuditError::NoToken), "{refused}");
}
