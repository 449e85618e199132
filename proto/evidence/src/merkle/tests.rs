//! Against the published vectors, and every proof of every small tree against the recursive definition.

use std::collections::BTreeMap;

use serde_json::Value;

use super::*;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../../tests/vectors/merkle.json")).unwrap()
}

fn hash(value: &Value) -> Hash {
    crate::digits::read(value.as_str().unwrap().as_bytes()).unwrap()
}

fn hashes(value: &Value) -> Vec<Hash> {
    value.as_array().unwrap().iter().map(hash).collect()
}

/// The leaves of the published tree, of any length.
fn leaves(vectors: &Value) -> Vec<Hash> {
    let leaves = vectors["leaves"].as_array().unwrap().iter();
    let content = leaves.map(|leaf| {
        let digits = leaf.as_str().unwrap().as_bytes();
        let bytes = digits.chunks(2).map(crate::digits::read::<1>);
        bytes.map(|byte| byte.unwrap()[0]).collect::<Vec<u8>>()
    });
    content.map(|content| leaf(&content)).collect()
}

/// MTH of RFC 6962 §2.1, word for word.
fn defined(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node(&defined(left), &defined(right))
        }
    }
}

fn stored(leaves: &[Hash]) -> BTreeMap<TileId, Vec<Hash>> {
    let mut appender = Appender::default();
    for leaf in leaves {
        appender.append(*leaf);
    }
    appender.take_changed().into_iter().collect()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

#[test]
fn roots_are_the_published_ones() {
    let vectors = vectors();
    let leaves = leaves(&vectors);
    let (mut range, mut appender) = (CompactRange::default(), Appender::default());
    let roots = hashes(&vectors["roots"]);
    assert_eq!(roots.len(), 9);
    for (size, root) in roots.iter().enumerate() {
        assert_eq!((&range.root(), &appender.root()), (root, root), "{size}");
        if let Some(leaf) = leaves.get(size) {
            range.append(*leaf);
            appender.append(*leaf);
        }
    }
}

#[test]
fn proofs_are_the_published_ones_and_hold() {
    let vectors = vectors();
    let (leaves, roots) = (leaves(&vectors), hashes(&vectors["roots"]));
    let root = |size: u64| &roots[usize::try_from(size).unwrap()];
    let inclusion = vectors["inclusion"].as_array().unwrap();
    for case in inclusion {
        let (index, size) = (number(&case["index"]), number(&case["size"]));
        let tiles = stored(&leaves[..usize::try_from(size).unwrap()]);
        let proof = Plan::inclusion(index, size).unwrap().prove(&tiles).unwrap();
        assert_eq!(proof, hashes(&case["proof"]), "{index} of {size}");
        let leaf = leaves[usize::try_from(index).unwrap()];
        assert!(included(&leaf, index, size, &proof, root(size)));
    }
    let consistency = vectors["consistency"].as_array().unwrap();
    for case in consistency {
        let (earlier, later) = (number(&case["earlier"]), number(&case["later"]));
        let tiles = stored(&leaves[..usize::try_from(later).unwrap()]);
        let plan = Plan::consistency(earlier, later).unwrap();
        let proof = plan.prove(&tiles).unwrap();
        assert_eq!(proof, hashes(&case["proof"]), "{earlier} to {later}");
        let (before, after) = ((earlier, root(earlier)), (later, root(later)));
        assert!(consistent(before, after, &proof));
    }
    assert_eq!((inclusion.len(), consistency.len()), (5, 4));
}

#[test]
fn every_proof_of_every_small_tree_holds_and_no_altered_one() {
    let leaves: Vec<Hash> = (0..40_u8).map(|number| leaf(&[number])).collect();
    let roots: Vec<Hash> = (0..=40).map(|size| defined(&leaves[..size])).collect();
    for later in 0..=40_u64 {
        let tiles = stored(&leaves[..usize::try_from(later).unwrap()]);
        let root = &roots[usize::try_from(later).unwrap()];
        for (index, leaf) in (0..later).zip(&leaves) {
            let proof = Plan::inclusion(index, later)
                .unwrap()
                .prove(&tiles)
                .unwrap();
            assert!(included(leaf, index, later, &proof, root));
            assert!(!included(leaf, index + 1, later, &proof, root));
            assert!(!included(&roots[0], index, later, &proof, root));
            altered(&proof, |proof| included(leaf, index, later, proof, root));
        }
        for earlier in 0..=later {
            let before = &roots[usize::try_from(earlier).unwrap()];
            let plan = Plan::consistency(earlier, later).unwrap();
            let proof = plan.prove(&tiles).unwrap();
            let holds = |proof: &[Hash]| consistent((earlier, before), (later, root), proof);
            assert!(holds(&proof), "{earlier} to {later}");
            altered(&proof, holds);
            if earlier > 0 && earlier < later {
                let other = leaf(b"another");
                assert!(!consistent((earlier, &other), (later, root), &proof));
                assert!(!consistent((earlier, before), (later, &other), &proof));
            }
        }
        assert!(Plan::inclusion(later, later).is_none());
        assert!(Plan::consistency(later + 1, later).is_none());
    }
}

/// A proof that holds does so no more with a hash changed, gone or too many.
fn altered(proof: &[Hash], holds: impl Fn(&[Hash]) -> bool) {
    for place in 0..proof.len() {
        let mut other = proof.to_vec();
        other[place][31] ^= 1;
        assert!(!holds(&other));
        other.remove(place);
        assert!(!holds(&other));
    }
    assert!(!holds(&[proof, &[[0; 32]]].concat()));
}

#[test]
fn a_stored_tree_goes_on_where_it_stopped_and_proves_across_tiles() {
    let leaves: Vec<Hash> = (0..70_000_u32)
        .map(|number| leaf(&number.to_be_bytes()))
        .collect();
    let (mut tiles, mut size) = (BTreeMap::new(), 0);
    let mut whole = CompactRange::default();
    for step in [1, 254, 1, 1, 255, 256, 3_000, 61_768, 4_464] {
        let mut appender = Appender::resume(size as u64, &tiles).unwrap();
        assert_eq!(appender.root(), whole.root());
        for leaf in &leaves[size..size + step] {
            appender.append(*leaf);
            whole.append(*leaf);
        }
        tiles.extend(appender.take_changed());
        size += step;
        assert_eq!(
            (appender.size(), appender.root()),
            (size as u64, whole.root())
        );
    }
    assert_eq!(size, leaves.len());
    assert_eq!(tiles.len(), 274 + 2 + 1);
    let (root, size) = (whole.root(), 70_000);
    for index in [0, 255, 256, 65_535, 65_536, 69_887, 69_888, 69_999] {
        let plan = Plan::inclusion(index, size).unwrap();
        assert!(plan.tiles().len() <= 4);
        let proof = plan.prove(&tiles).unwrap();
        let leaf = leaves[usize::try_from(index).unwrap()];
        assert!(included(&leaf, index, size, &proof, &root));
    }
    for earlier in [1, 256, 257, 65_535, 65_536, 65_537, 69_999] {
        let before = defined(&leaves[..usize::try_from(earlier).unwrap()]);
        let proof = Plan::consistency(earlier, size).unwrap().prove(&tiles);
        let proof = proof.unwrap();
        assert!(consistent((earlier, &before), (size, &root), &proof));
    }
    let gone = TileId { level: 1, index: 0 };
    tiles.remove(&gone);
    let proof = Plan::inclusion(0, size).unwrap().prove(&tiles);
    assert_eq!(proof, Err(ProofError::Tile(MissingTile(gone))));
    assert!(Appender::resume(size, &tiles).is_ok(), "only the edge");
}
