//! The audit as a log: what is written is in chains, gets places, and verifies by its own export.

use std::{io::Cursor, sync::atomic::AtomicU32, sync::atomic::Ordering};

use evidence::{
    entry::{Act, Entry},
    head::{Head, Witnessed},
    merkle::{Plan, included},
    proof::Proof,
    verify::{self, Report, Trust, Verdict},
};
use openssl::{
    ec::{EcGroup, EcKey},
    ecdsa::EcdsaSig,
    nid::Nid,
    pkey::{PKey, Private},
};
use personalisation_store::{Boundary, Interrupter, Store, StoreError, audit::Eraser};

use crate::{Bench, Engine, NOW, on_each_engine};

fn key() -> EcKey<Private> {
    EcKey::generate(&EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap()).unwrap()
}

fn pem(key: &EcKey<Private>) -> Vec<u8> {
    let key = PKey::from_ec_key(key.clone()).unwrap();
    key.public_key_to_pem().unwrap()
}

fn act(number: u32) -> Act {
    let id = u128::from(number).to_be_bytes();
    let object = format!("order {}", number % 10);
    Act::new(id, "personalisation/line", "sign", object)
}

fn both(number: u32) -> [Entry; 2] {
    let act = act(number);
    [act.intent(NOW), act.outcome(NOW, "done")]
}

/// Gives everything its place, `most` at once, and signs the whole.
async fn seal(store: &Store, key: &EcKey<Private>, most: u32) -> u64 {
    while store.sequence_audit(most).await.unwrap().1 > 0 {}
    let tree = store.audit_tree().await.unwrap();
    let head = Head {
        log: "centre".into(),
        size: tree.size,
        root: tree.root,
        time: NOW.unix_timestamp(),
    };
    let signature = EcdsaSig::sign(&head.digest(), key).unwrap();
    let mut raw = signature.r().to_vec_padded(32).unwrap();
    raw.extend(signature.s().to_vec_padded(32).unwrap());
    let head = head.seal(raw.try_into().unwrap());
    store.keep_audit_head(&head).await.unwrap();
    assert_eq!(store.newest_audit_head().await.unwrap(), Some(head));
    tree.size
}

async fn exported(store: &Store, key: &EcKey<Private>) -> Report {
    let mut archive = Cursor::new(Vec::new());
    let pem = pem(key);
    let keys = [("log.pem", &*pem)];
    store.export_audit_log(&keys, &mut archive).await.unwrap();
    let trust = Trust {
        log: vec![evidence::key_from_pem(&pem).unwrap()],
        roles: vec!["centre".into()],
        ..Trust::default()
    };
    verify::archive(&*archive.into_inner(), &trust, |_| ()).unwrap()
}

async fn acts_at_once_make_a_log_that_verifies(engine: Engine) {
    let bench = Bench::new(engine).await;
    let (key, before) = (key(), bench.store.audit_tree().await.unwrap());
    assert_eq!((before.size, before.root), (0, evidence::merkle::empty()));
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..6 {
        let store = bench.store.clone();
        workers.spawn(async move {
            for number in 0..10 {
                store.audit(&both(worker * 10 + number)).await.unwrap();
            }
        });
    }
    while let Some(done) = workers.join_next().await {
        done.unwrap();
    }
    assert_eq!(seal(&bench.store, &key, 7).await, 120);
    let report = exported(&bench.store, &key).await;
    assert_eq!(report.verdict, Verdict::Verified, "{report}");
    assert_eq!((report.entries, report.open_acts), (120, 0));
    assert!((1..=6).contains(&report.writers), "{report}");
    // The log goes on, by another process too, and its newest head is over all of it.
    let other = bench.another().await;
    other.store.audit(&both(100)).await.unwrap();
    bench.store.audit(&[act(101).intent(NOW)]).await.unwrap();
    assert_eq!(seal(&other.store, &key, 1000).await, 123);
    let report = exported(&other.store, &key).await;
    assert_eq!(report.verdict, Verdict::Verified, "{report}");
    assert_eq!((report.heads, report.open_acts), (2, 1));
    assert_eq!(bench.store.sequence_audit(10).await.unwrap().1, 0);
}

async fn what_is_rolled_back_leaves_no_hole(engine: Engine) {
    let bench = Bench::new(engine).await;
    let key = key();
    let asked = AtomicU32::new(0);
    let store = bench.store.clone();
    // Every third boundary: before a commit, then after one, in turn.
    let store = store.danger_interrupted_by(Interrupter::new(move |boundary| {
        let turn = asked.fetch_add(1, Ordering::Relaxed);
        matches!(
            boundary,
            Boundary::BeforeCommit(_) | Boundary::AfterCommit(_)
        ) && turn % 3 == 2
    }));
    let mut durable = 0;
    for number in 0..20 {
        match store.audit(&both(number)).await {
            Ok(()) | Err(StoreError::Interrupted(Boundary::AfterCommit(_))) => durable += 2,
            Err(StoreError::Interrupted(Boundary::BeforeCommit(_))) => {}
            Err(error) => panic!("{error}"),
        }
    }
    // The same act twice is refused by the engine.
    store.audit(&both(0)).await.unwrap_err();
    assert!((20..40).contains(&durable), "{durable}");
    assert_eq!(seal(&bench.store, &key, 1000).await, durable);
    let report = exported(&bench.store, &key).await;
    assert_eq!(report.verdict, Verdict::Verified, "{report}");
    assert_eq!(report.writers, 1);
}

async fn a_row_edited_by_hand_is_found(engine: Engine) {
    let bench = Bench::new(engine).await;
    let key = key();
    for number in 0..10 {
        bench.store.audit(&both(number)).await.unwrap();
    }
    // The guards refuse it, whoever has the file or owns the tables.
    for statement in [
        "UPDATE audit_entry SET detail = 'not done'",
        "UPDATE audit_entry SET position = 7, object = 'order 9'",
        "UPDATE audit_entry SET salt = NULL",
        "UPDATE audit_entry SET writer = NULL",
        "DELETE FROM audit_entry",
    ] {
        let refused = bench.home.refused(statement).await;
        assert!(
            refused.contains("only ever added to"),
            "{statement}: {refused}"
        );
    }
    bench.home.unguard("audit_entry", &["fixed", "kept"]).await;
    // Before it has its place: the log is not made longer.
    let edit = |number: u32, from: &str, to: &str| {
        let id = format!("{number:032x}");
        let change = format!("UPDATE audit_entry SET detail = '{to}'");
        format!("{change} WHERE act_id = '{id}' AND detail = '{from}'")
    };
    bench.home.meddle(&edit(5, "done", "not done")).await;
    let error = bench.store.sequence_audit(100).await.unwrap_err();
    let tampered = matches!(error, StoreError::Tampered { sequence: 12, .. });
    assert!(tampered, "{error}");
    assert_eq!(bench.store.audit_tree().await.unwrap().size, 0);
    bench.home.meddle(&edit(5, "not done", "done")).await;
    assert_eq!(seal(&bench.store, &key, 100).await, 20);
    // After it.
    bench.home.meddle(&edit(5, "done", "not done")).await;
    let report = exported(&bench.store, &key).await;
    assert_eq!(report.verdict, Verdict::NotVerified);
    assert_eq!(report.findings.len(), 1, "{report}");
    let position = report.findings[0].position();
    assert_eq!((report.findings[0].kind(), position), ("changed", Some(12)));
    // Of rows that wait, one that is gone.
    for number in 10..13 {
        bench.store.audit(&both(number)).await.unwrap();
    }
    let gone = format!("{:032x}", 11);
    let gone = format!("DELETE FROM audit_entry WHERE act_id = '{gone}' AND phase = 'intent'");
    bench.home.meddle(&gone).await;
    let error = bench.store.sequence_audit(100).await.unwrap_err();
    assert!(
        matches!(error, StoreError::Tampered { sequence: 24, .. }),
        "{error}"
    );
}

/// What comes of erasing the entries about an order: how many, and how many are left.
async fn erased(store: &Store, act: u8, order: &str) -> (u64, u64) {
    let by = Eraser {
        act: [act; 16],
        actor: "personalisation/erasure",
        rule: "ninety days after issue",
        at: NOW,
    };
    let done = store.erase_audit_of(order, &by).await.unwrap();
    (done.erased, done.left)
}

async fn what_is_erased_leaves_a_log_that_verifies(engine: Engine) {
    let bench = Bench::new(engine).await;
    let (key, store) = (key(), &bench.store);
    for number in 0..20 {
        store.audit(&both(number)).await.unwrap();
    }
    // What has no place yet, or is under way, stays, and writes no act.
    assert_eq!(erased(store, 1, "order 3").await, (0, 4));
    assert_eq!(seal(store, &key, 100).await, 40);
    store.audit(&[act(23).intent(NOW)]).await.unwrap();
    assert_eq!(seal(store, &key, 100).await, 41);
    assert_eq!(erased(store, 2, "order 3").await, (4, 1));
    assert_eq!(erased(store, 3, "order 3").await, (0, 1));
    // Until a head is over the act that says so, nobody gets an archive in which it is missing.
    let archive = Cursor::new(Vec::new());
    let refused = store.export_audit_log(&[], archive).await.unwrap_err();
    assert!(matches!(refused, StoreError::Unsealed), "{refused}");
    assert_eq!(seal(store, &key, 100).await, 43);
    let report = exported(store, &key).await;
    assert_eq!(report.verdict, Verdict::Verified, "{report}");
    assert_eq!((report.entries, report.erased), (43, 4));
    assert_eq!((report.open_acts, report.lone_outcomes), (1, 0));
    let mut lines = Vec::new();
    store.export_audit(&mut lines).await.unwrap();
    let lines = String::from_utf8(lines).unwrap();
    assert_eq!(lines.lines().count(), 39);
    assert_eq!(lines.matches("order 3").count(), 1);
    assert_eq!(lines.matches("\"act\":\"erase-entries\"").count(), 2);
    assert!(lines.contains("\"detail\":\"ninety days after issue\""));
    // By hand, without an act: the guard refuses half an erasure, and whoever erases whole is found.
    let refused = "UPDATE audit_entry SET salt = NULL WHERE position = 1";
    let refused = bench.home.refused(refused).await;
    assert!(refused.contains("only ever added to"), "{refused}");
    let whole = "UPDATE audit_entry SET act_id = writer || ':' || CAST(sequence AS TEXT), entered_at = '', actor = '',
        act = '', object = '', detail = NULL, salt = NULL WHERE position = 1";
    bench.home.meddle(whole).await;
    let report = exported(store, &key).await;
    let kinds = report.findings.iter();
    let kinds = kinds.map(|finding| (finding.kind(), finding.position()));
    let kinds: Vec<_> = kinds.collect();
    assert_eq!(kinds, [("erased-without-act", Some(1))], "{report}");
}

async fn what_is_sealed_stays_as_it_is(engine: Engine) {
    let bench = Bench::new(engine).await;
    for number in 0..10 {
        bench.store.audit(&both(number)).await.unwrap();
    }
    seal(&bench.store, &key(), 100).await;
    let seen = Witnessed {
        name: "pki".into(),
        time: 5,
        signature: [7; 64],
    };
    bench.store.keep_audit_witness(20, &seen).await.unwrap();
    let newest = bench.store.newest_audit_head().await.unwrap().unwrap();
    assert_eq!(newest.witnesses, [seen]);
    for (statement, part) in [
        ("UPDATE audit_head SET signed = X'00'", "only ever added"),
        ("DELETE FROM audit_head", "only ever added"),
        ("UPDATE audit_witness SET name = 'other'", "only ever added"),
        ("DELETE FROM audit_witness", "only ever added"),
        ("UPDATE audit_tile SET hashes = X'00'", "only grows"),
        ("DELETE FROM audit_tile", "only grows"),
        ("UPDATE audit_tree SET size = 10", "only grows"),
        ("UPDATE audit_tree SET root = X'00'", "only grows"),
        ("UPDATE audit_writer SET sequence = 1", "only grows"),
        (
            "UPDATE audit_entry SET position = position + 1",
            "only ever added to",
        ),
    ] {
        let refused = bench.home.refused(statement).await;
        assert!(refused.contains(part), "{statement}: {refused}");
    }
}

async fn an_act_is_proved_to_somebody_who_has_no_log(engine: Engine) {
    let bench = Bench::new(engine).await;
    let key = key();
    for number in 0..300 {
        bench.store.audit(&both(number)).await.unwrap();
    }
    let name = format!("{:032x}", 123);
    assert!(bench.store.prove_audit_act(&name).await.unwrap().is_none());
    assert_eq!(seal(&bench.store, &key, 170).await, 600);
    let proof = bench.store.prove_audit_act(&name).await.unwrap().unwrap();
    let proof = Proof::decode(&proof.encode().unwrap()).unwrap();
    let trust = Trust {
        log: vec![evidence::key_from_pem(&pem(&key)).unwrap()],
        ..Trust::default()
    };
    assert_eq!(proof.check(&trust), []);
    assert_eq!(proof.entries.len(), 2);
    assert!(
        proof.entries[1]
            .to_string()
            .contains("\"phase\":\"outcome\"")
    );
    assert!(bench.store.prove_audit_act("none").await.unwrap().is_none());
    // A head that somebody witnessed is preferred to a newer one that nobody did.
    let seen = Witnessed {
        name: "pki".into(),
        time: 5,
        signature: [7; 64],
    };
    bench.store.keep_audit_witness(600, &seen).await.unwrap();
    bench.store.audit(&both(300)).await.unwrap();
    assert_eq!(seal(&bench.store, &key, 170).await, 602);
    let of = |number: u32| {
        let (store, act) = (bench.store.clone(), format!("{number:032x}"));
        async move {
            store
                .prove_audit_act(&act)
                .await
                .unwrap()
                .unwrap()
                .head
                .head
                .size
        }
    };
    assert_eq!((of(123).await, of(300).await), (600, 602));
}

async fn proofs_are_made_from_what_is_stored(engine: Engine) {
    let bench = Bench::new(engine).await;
    for number in 0..300 {
        bench.store.audit(&both(number)).await.unwrap();
    }
    while bench.store.sequence_audit(130).await.unwrap().1 > 0 {}
    let tree = bench.store.audit_tree().await.unwrap();
    assert_eq!(tree.size, 600);
    // One writer, whose last leaf the log knows.
    let mut tool = bench.home.tool().await;
    let leaf: Vec<u8> = sqlx::query_scalar("SELECT leaf FROM audit_writer")
        .fetch_one(&mut tool)
        .await
        .unwrap();
    let plan = Plan::inclusion(599, 600).unwrap();
    let proof = bench.store.prove_audit(&plan).await.unwrap();
    let leaf = leaf.try_into().unwrap();
    assert!(included(&leaf, 599, 600, &proof, &tree.root));
    assert!(!included(&leaf, 598, 600, &proof, &tree.root));
}

async fn entries_of_before_get_records(engine: Engine) {
    let bench = Bench::new(engine).await;
    let key = key();
    for number in 0..5 {
        bench.store.audit(&both(number)).await.unwrap();
    }
    bench.home.unguard("audit_entry", &["fixed"]).await;
    let mut tool = bench.home.tool().await;
    let before = "UPDATE audit_entry SET writer = NULL, sequence = NULL, previous = NULL, commitment = NULL, salt = NULL";
    let done = sqlx::query(before).execute(&mut tool).await.unwrap();
    assert_eq!(done.rows_affected(), 10);
    // As another process, which has no chain of before.
    let other = bench.another().await;
    other.store.audit(&both(5)).await.unwrap();
    assert_eq!(other.store.adopt_audit().await.unwrap(), 10);
    assert_eq!(other.store.adopt_audit().await.unwrap(), 0);
    assert_eq!(seal(&other.store, &key, 3).await, 12);
    let report = exported(&other.store, &key).await;
    assert_eq!(report.verdict, Verdict::Verified, "{report}");
    assert_eq!(report.writers, 2);
}

async fn two_sequencers_make_one_log(engine: Engine) {
    let bench = Bench::new(engine).await;
    let key = key();
    for number in 0..100 {
        bench.store.audit(&both(number)).await.unwrap();
    }
    let mut sequencers = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let store = bench.another().await.store;
        sequencers.spawn(async move {
            loop {
                match store.sequence_audit(9).await {
                    Ok((_, 0)) => break,
                    Ok(_) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        });
    }
    while let Some(done) = sequencers.join_next().await {
        done.unwrap();
    }
    assert_eq!(seal(&bench.store, &key, 100).await, 200);
    let report = exported(&bench.store, &key).await;
    assert_eq!(report.verdict, Verdict::Verified, "{report}");
}

on_each_engine!(
    acts_at_once_make_a_log_that_verifies,
    what_is_rolled_back_leaves_no_hole,
    a_row_edited_by_hand_is_found,
    what_is_erased_leaves_a_log_that_verifies,
    proofs_are_made_from_what_is_stored,
    entries_of_before_get_records,
    two_sequencers_make_one_log,
    what_is_sealed_stays_as_it_is,
    an_act_is_proved_to_somebody_who_has_no_log,
);
