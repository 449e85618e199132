//! The sequencer signs what goes on from its own last head, whatever its database says.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{fs, path::Path};

use evidence::{verify::Verdict, witness::Refusal};
use personalisation::{
    audit::{AuditError, Command, Sequencer},
    config::Config,
};
use personalisation_store::{Boundary, Interrupter, Store};
use time::Duration;

use crate::audit::{NOW, acts, configured, run, verified};

async fn open(config: &Config) -> Store {
    config.open_store_without_fingers().await.unwrap()
}

/// One run of the sequencer, at a minute after [`NOW`]; the size of its log.
async fn sequence_at(config: &Config, minute: i64) -> Result<u64, AuditError> {
    let store = open(config).await;
    let sequencing = async {
        let sequencer = Sequencer::open(config, store.clone())?;
        sequencer.check().await?;
        let tree = sequencer.place().await?;
        sequencer
            .sign(tree, NOW + Duration::minutes(minute))
            .await?;
        Ok(tree.size)
    };
    let sequenced = sequencing.await;
    store.close().await;
    sequenced
}

/// Adds acts, as a program that then ends.
async fn add(config: &Config, from: u8, until: u8) {
    let store = open(config).await;
    acts(&store, from, until).await;
    store.close().await;
}

/// Puts one database in the place of another; both are closed.
fn replace(folder: &Path, from: &str, to: &str) {
    for end in ["-wal", "-shm"] {
        assert!(!folder.join(format!("{from}{end}")).exists());
        assert!(!folder.join(format!("{to}{end}")).exists());
    }
    fs::copy(folder.join(from), folder.join(to)).unwrap();
}

fn not_going_on(done: Result<u64, AuditError>) -> Refusal {
    let error = done.unwrap_err();
    let said = error.to_string();
    assert!(
        said.contains("Nothing is signed. Restore the database"),
        "{said}"
    );
    match error {
        AuditError::NotGoingOn { refusal, .. } => refusal,
        other => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_copy_of_the_database_gets_no_signature() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let config = configured(folder);
    add(&config, 0, 10).await;
    assert_eq!(sequence_at(&config, 0).await.unwrap(), 20);
    replace(folder, "centre.db", "last-week.db");
    add(&config, 10, 20).await;
    assert_eq!(sequence_at(&config, 1).await.unwrap(), 40);
    replace(folder, "centre.db", "today.db");
    // Last week's backup, as it is, and after it went on from there beyond the last head.
    replace(folder, "last-week.db", "centre.db");
    let older = Refusal::Older {
        known: 40,
        size: 20,
    };
    assert_eq!(not_going_on(sequence_at(&config, 2).await), older);
    add(&config, 30, 45).await;
    assert_eq!(not_going_on(sequence_at(&config, 2).await), older);
    let store = open(&config).await;
    let sequencer = Sequencer::open(&config, store.clone()).unwrap();
    let tree = sequencer.place().await.unwrap();
    let error = sequencer.sign(tree, NOW + Duration::minutes(2)).await;
    let forked = Refusal::Forked {
        known: 40,
        size: 50,
    };
    assert_eq!(not_going_on(error.map(|_| 0)), forked);
    drop(sequencer);
    store.close().await;
    // What stood in it is still there: with today's the log goes on.
    replace(folder, "today.db", "centre.db");
    add(&config, 20, 22).await;
    assert_eq!(sequence_at(&config, 3).await.unwrap(), 44);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rewritten_database_gets_no_signature() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let config = configured(folder);
    add(&config, 0, 10).await;
    assert_eq!(sequence_at(&config, 0).await.unwrap(), 20);
    replace(folder, "centre.db", "true.db");
    let file = folder.join("audit.last-head.json");
    let last = fs::read(&file).unwrap();
    // Somebody who administers the database makes another past, of as many entries and of more, and hides the file from a
    // sequencer of their own that gives all of it places.
    fs::remove_file(folder.join("centre.db")).unwrap();
    fs::remove_file(&file).unwrap();
    add(&config, 50, 60).await;
    assert_eq!(sequence_at(&config, 0).await.unwrap(), 20);
    fs::write(&file, &last).unwrap();
    let forked = |size| Refusal::Forked { known: 20, size };
    assert_eq!(not_going_on(sequence_at(&config, 1).await), forked(20));
    fs::remove_file(&file).unwrap();
    add(&config, 60, 70).await;
    // Without the file nothing is signed over heads that are there.
    let error = sequence_at(&config, 1).await.unwrap_err();
    assert!(matches!(error, AuditError::NoLastHead(_)), "{error}");
    assert!(error.to_string().contains("audit verify --keep"), "{error}");
    fs::write(&file, &last).unwrap();
    assert_eq!(not_going_on(sequence_at(&config, 1).await), forked(20));
    assert_eq!(fs::read(&file).unwrap(), last);
    replace(folder, "true.db", "centre.db");
    assert_eq!(sequence_at(&config, 2).await.unwrap(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_power_failed_behind_is_published_later() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let config = configured(folder);
    add(&config, 0, 10).await;
    for boundary in [
        Boundary::BeforeCommit("keeping a head of the audit"),
        Boundary::AfterCommit("keeping a head of the audit"),
    ] {
        let store = open(&config).await;
        // What failed before is put right by the next start.
        let started = Sequencer::open(&config, store.clone()).unwrap();
        started.check().await.unwrap();
        drop(started);
        let failing = Interrupter::new(move |at| at == boundary);
        let failing = store.clone().danger_interrupted_by(failing);
        let sequencer = Sequencer::open(&config, failing).unwrap();
        let tree = sequencer.place().await.unwrap();
        sequencer.sign(tree, NOW).await.unwrap_err();
        let newest = store.newest_audit_head().await.unwrap();
        let committed = matches!(boundary, Boundary::AfterCommit(_));
        let size = newest.map(|newest| newest.head.size);
        assert_eq!(size == Some(tree.size), committed, "{size:?}");
        drop(sequencer);
        store.close().await;
        let number = if committed { 20 } else { 10 };
        add(&config, number, number + 10).await;
    }
    // Both heads are in the log, though one never came through, and nobody signed two over one size.
    assert_eq!(sequence_at(&config, 1).await.unwrap(), 60);
    let archive = folder.join("log.tar");
    let file = archive.clone();
    run(&config, Command::Export { file }).await.unwrap();
    let report = verified(&archive, &folder.join("audit.pem"));
    assert_eq!(report.verdict, Verdict::Verified, "{report}");
    assert_eq!((report.entries, report.heads), (60, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_signs_at_a_time_by_a_clock_that_goes_forwards() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let config = configured(folder);
    add(&config, 0, 2).await;
    assert_eq!(sequence_at(&config, 1).await.unwrap(), 4);
    let store = open(&config).await;
    let one = Sequencer::open(&config, store.clone()).unwrap();
    let other = Sequencer::open(&config, store.clone()).unwrap_err();
    assert!(matches!(other, AuditError::Another(_)), "{other}");
    drop(one);
    acts(&store, 2, 4).await;
    store.close().await;
    let error = sequence_at(&config, 0).await.unwrap_err();
    assert!(matches!(error, AuditError::Clock { .. }), "{error}");
    assert_eq!(sequence_at(&config, 1).await.unwrap(), 8);
    // Another log's head, and one of another key, are not gone on from.
    let file = folder.join("audit.last-head.json");
    let last = fs::read_to_string(&file).unwrap();
    fs::write(&file, last.replace("\"centre\"", "\"other\"")).unwrap();
    let error = sequence_at(&config, 2).await.unwrap_err();
    assert!(matches!(error, AuditError::OtherKey(_)), "{error}");
    fs::write(&file, "{}").unwrap();
    let error = sequence_at(&config, 2).await.unwrap_err();
    assert!(matches!(error, AuditError::File { .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_is_proved_by_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let config = configured(folder);
    add(&config, 0, 20).await;
    let file = folder.join("act.proof");
    let prove = |act: &str| Command::Prove {
        act: act.to_owned(),
        file: file.clone(),
    };
    let act = "07".repeat(16);
    let error = run(&config, prove(&act)).await.unwrap_err();
    assert!(matches!(error, AuditError::NoAct(_)), "{error}");
    sequence_at(&config, 0).await.unwrap();
    let said = run(&config, prove(&act)).await.unwrap();
    assert!(said.starts_with("2 entries"), "{said}");
    let proof = evidence::proof::Proof::decode(&fs::read(&file).unwrap()).unwrap();
    let trust = evidence::verify::Trust {
        log: vec![evidence::key_from_pem(&fs::read(folder.join("audit.pem")).unwrap()).unwrap()],
        ..evidence::verify::Trust::default()
    };
    assert_eq!(proof.check(&trust), []);
}
