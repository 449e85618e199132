//! Heads that a witness signs, and those that it does not.

use std::collections::BTreeMap;

use super::*;
use crate::{
    merkle::{Appender, Plan, TileId, leaf},
    p256::soft,
};

/// A log whose leaves are numbers; from `other` on they are others.
fn tiles(size: u64, other: u64) -> (BTreeMap<TileId, Vec<Hash>>, Hash) {
    let mut tree = Appender::default();
    for number in 0..size {
        let number = if number >= other {
            number + 1_000
        } else {
            number
        };
        tree.append(leaf(&number.to_be_bytes()));
    }
    let root = tree.root();
    (tree.take_changed().into_iter().collect(), root)
}

fn head(size: u64, other: u64) -> Head {
    Head {
        log: "centre".into(),
        size,
        root: tiles(size, other).1,
        time: 1_000 + i64::try_from(size).unwrap(),
    }
}

fn proof(from: u64, to: u64, other: u64) -> Vec<Hash> {
    let plan = Plan::consistency(from, to).unwrap();
    plan.prove(&tiles(to, other).0).unwrap()
}

fn watched() -> Watched {
    Watched {
        log: "centre".into(),
        keys: vec![soft::spki(&soft::key(1))],
    }
}

fn signed(head: Head) -> SignedHead {
    let signature = soft::sign(&soft::key(1), &head.digest());
    head.seal(signature)
}

#[test]
fn what_goes_on_is_signed_at_every_size() {
    for known in 0..20 {
        for size in known..20 {
            let (known, next) = (head(known, 99), head(size, 99));
            let proof = proof(known.size, size, 99);
            assert!(proof.len() <= MAX_PROOF);
            assert_eq!(follows(&known, &next, &proof), Ok(()));
        }
    }
    let first = signed(head(7, 99));
    assert_eq!(watched().judge(None, &first, &[]), Ok(()));
    assert_eq!(watched().judge(Some(&first.head), &first, &[]), Ok(()));
}

#[test]
fn a_fork_an_older_log_and_a_clock_that_runs_backwards_are_evidence() {
    let known = head(10, 99);
    // Forked behind entry 6, with the proof that the forger's tree gives.
    let fork = signed(head(14, 6));
    let refusal = watched().judge(Some(&known), &fork, &proof(10, 14, 6));
    let forked = Refusal::Forked {
        known: 10,
        size: 14,
    };
    assert_eq!(refusal, Err(forked.clone()));
    assert!(forked.is_evidence());
    let refusal = watched().judge(Some(&known), &signed(head(10, 6)), &[]);
    assert!(matches!(refusal, Err(Refusal::Forked { size: 10, .. })));
    // Nothing shows what no proof shows.
    let refusal = watched().judge(Some(&known), &signed(head(14, 99)), &[]);
    assert_eq!(refusal, Err(forked));
    let older = watched().judge(Some(&known), &signed(head(9, 99)), &[]);
    let expected = Refusal::Older { known: 10, size: 9 };
    assert_eq!(older, Err(expected.clone()));
    assert!(expected.is_evidence());
    let mut early = head(14, 99);
    early.time = known.time - 1;
    let refusal = watched().judge(Some(&known), &signed(early), &proof(10, 14, 99));
    assert!(matches!(refusal, Err(Refusal::Backwards { .. })));
}

#[test]
fn what_the_logs_key_did_not_sign_is_nobodys_evidence() {
    let mut changed = signed(head(5, 99));
    changed.head.root[0] ^= 1;
    let refusal = watched().judge(None, &changed, &[]).unwrap_err();
    assert_eq!(refusal, Refusal::Unsigned { size: 5 });
    assert!(!refusal.is_evidence());
    let mut other = head(5, 99);
    other.log = "elsewhere".into();
    let refusal = watched().judge(None, &signed(other), &[]).unwrap_err();
    assert!(matches!(refusal, Refusal::OtherLog { .. }));
    assert!(!refusal.is_evidence());
}
