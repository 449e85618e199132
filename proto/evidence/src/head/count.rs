//! How many witnesses there are where some signed twice: as many as keys can be told apart by names, and names by keys.

use std::collections::{BTreeMap, BTreeSet};

/// The most pairs of a key and a name that it signed under, no key and no name in two of them. `names`: of each key.
pub(super) fn pairs(names: &[BTreeSet<&str>]) -> usize {
    let mut taken = BTreeMap::new();
    let found = (0..names.len()).filter(|key| place(*key, names, &mut taken, &mut BTreeSet::new()));
    found.count()
}

/// Gives this key a name, if need be by giving the name's key another one.
fn place<'n>(
    key: usize,
    names: &[BTreeSet<&'n str>],
    taken: &mut BTreeMap<&'n str, usize>,
    tried: &mut BTreeSet<&'n str>,
) -> bool {
    for name in &names[key] {
        if !tried.insert(name) {
            continue;
        }
        let other = taken.get(name).copied();
        if other.is_none_or(|other| place(other, names, taken, tried)) {
            taken.insert(name, key);
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_and_each_name_counts_once() {
        let count = |keys: &[&[&'static str]]| {
            let keys: Vec<_> = keys
                .iter()
                .map(|names| names.iter().copied().collect())
                .collect();
            pairs(&keys)
        };
        assert_eq!(count(&[]), 0);
        assert_eq!(count(&[&["pki"], &["pki"]]), 1);
        assert_eq!(count(&[&["pki", "station/1"]]), 1);
        assert_eq!(count(&[&["pki", "station/1"], &["pki"]]), 2);
        assert_eq!(count(&[&["pki"], &["pki", "station/1"], &["station/1"]]), 2);
        assert_eq!(count(&[&["a", "b"], &["a"], &["b", "c"], &[]]), 3);
    }
}
