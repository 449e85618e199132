//! The proof of an act: checked with the log's public key and nothing else.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first fault"
)]

use std::collections::BTreeMap;

use evidence::{
    merkle::{Appender, Hash, Plan, TileId},
    proof::{MAX_ENTRIES, Proof, ProofError, Proved},
    verify::Finding,
};

use crate::support::{Log, SoftKey};

/// The proof of these rows, by the newest head of the log.
pub fn proof(log: &Log, rows: &[usize]) -> Proof {
    let mut tree = Appender::default();
    for row in &log.rows {
        tree.append(row.record().leaf());
    }
    let tiles: BTreeMap<TileId, Vec<Hash>> = tree.take_changed().into_iter().collect();
    let prove = |row: &usize| {
        let (index, size) = (u64::try_from(*row).unwrap(), tree.size());
        let mut line = Vec::new();
        log.rows[*row].line().write(&mut line);
        Proved {
            line: String::from_utf8(line).unwrap(),
            way: Plan::inclusion(index, size).unwrap().prove(&tiles).unwrap(),
        }
    };
    Proof {
        head: log.heads.last().unwrap().clone(),
        entries: rows.iter().map(prove).collect(),
    }
}

#[test]
fn an_act_is_proved_by_one_small_file() {
    let log = Log::new(40);
    let proof = proof(&log, &[16, 17]);
    let file = proof.encode().unwrap();
    assert!(file.len() < 3_000, "{}", file.len());
    let read = Proof::decode(&file).unwrap();
    assert_eq!(read, proof);
    assert_eq!(read.check(&log.trust()), []);
    assert!(
        read.entries[1]
            .to_string()
            .starts_with("entry 18: {\"id\":\"0808")
    );
    // Nobody else's key vouches for it, and no other witness.
    let mut trust = log.trust();
    trust.log = vec![SoftKey::generate().spki()];
    assert_eq!(read.check(&trust), [Finding::BadSignature { size: 40 }]);
    let mut trust = log.trust();
    trust.witnesses = vec![SoftKey::generate().spki()];
    assert_eq!(read.check(&trust)[0].kind(), "unwitnessed");
    trust.least = 0;
    trust.name = Some("another".into());
    assert_eq!(read.check(&trust)[0].kind(), "other-log");
}

#[test]
fn a_proof_that_was_changed_proves_nothing() {
    let log = Log::new(40);
    let good = proof(&log, &[16]);
    let kinds = |proof: &Proof| {
        let found = proof.check(&log.trust());
        found.iter().map(Finding::kind).collect::<Vec<_>>()
    };
    let mut changed = good.clone();
    changed.entries[0].line = changed.entries[0].line.replace("order 16", "order 61");
    assert_eq!(kinds(&changed), ["changed"]);
    let mut elsewhere = good.clone();
    elsewhere.entries[0].line = elsewhere.entries[0].line.replace(":17,", ":16,");
    assert_eq!(kinds(&elsewhere), ["not-included"]);
    let mut way = good.clone();
    way.entries[0].way[2][5] ^= 1;
    assert_eq!(kinds(&way), ["not-included"]);
    way.entries[0].way.truncate(2);
    assert_eq!(kinds(&way), ["not-included"]);
    let mut head = good.clone();
    head.head = log.heads[2].clone();
    assert_eq!(kinds(&head), ["not-included"]);
    head.head.head.root = good.head.head.root;
    assert!(kinds(&head).contains(&"bad-signature"));
    // What was erased proves that it was there, and says nothing of what it was.
    let mut log = log;
    log.rows[16].opened = None;
    let erased = proof(&log, &[16]);
    assert_eq!(erased.check(&log.trust()), []);
    assert_eq!(erased.entries[0].to_string(), "entry 17: erased");
}

#[test]
fn what_has_another_form_is_no_proof() {
    let log = Log::new(40);
    let file = proof(&log, &[16, 17]).encode().unwrap();
    let text = String::from_utf8(file.clone()).unwrap();
    for (from, to) in [
        ("proof 1", "proof 2"),
        ("{\"head\"", " {\"head\""),
        ("{\"position\":17", "{\"position\": 17"),
        ("[\"", "[ \""),
        ("[\"", "[\"00"),
        ("\"]\n", "\"],\n"),
        ("\"]\n", "\"]\n\n"),
    ] {
        let other = text.replacen(from, to, 1);
        assert_ne!(other, text);
        let read = Proof::decode(other.as_bytes());
        // Spaces around the head are its JSON's own matter.
        assert!(read.is_err() || from == "{\"head\"", "{from} → {to}");
    }
    for length in (0..file.len()).step_by(7) {
        assert!(Proof::decode(&file[..length]).is_err());
    }
    let many = proof(&log, &[1; MAX_ENTRIES + 1]).encode().unwrap();
    let refused = Proof::decode(&many).unwrap_err();
    assert!(matches!(refused, ProofError::TooLong), "{refused}");
    let bare = text.lines().take(2).collect::<Vec<_>>().join("\n") + "\n";
    let refused = Proof::decode(bare.as_bytes()).unwrap_err();
    assert!(matches!(refused, ProofError::Form("it has no entry")));
}
