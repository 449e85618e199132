//! Signatures that were verified before: a line inspects thousands of documents by the same few certificates and lists.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use openssl::sha::Sha256;

use super::PublicKeyError;

/// As many are remembered at most; then all are forgotten, and verified again.
const MOST: usize = 1024;

/// Pairs of a signed structure and the certificate whose key its signature was verified with. Only signatures that hold are remembered, and
/// only what signature and key say: dates and lists are asked each time.
#[derive(Clone, Default)]
pub(super) struct KnownGood(Arc<Mutex<HashSet<[u8; 32]>>>);

impl KnownGood {
    /// Whether the signature of a structure holds by the key of an authority's certificate, both DER, by `verify` where it is not known.
    pub fn holds(
        &self,
        signed: &[u8],
        authority: &[u8],
        verify: impl FnOnce() -> Result<bool, PublicKeyError>,
    ) -> Result<bool, PublicKeyError> {
        let pair = digest(signed, authority);
        if self.all().contains(&pair) {
            return Ok(true);
        }
        let holds = verify()?;
        if holds {
            let mut all = self.all();
            if all.len() >= MOST {
                all.clear();
            }
            all.insert(pair);
        }
        Ok(holds)
    }

    fn all(&self) -> std::sync::MutexGuard<'_, HashSet<[u8; 32]>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for KnownGood {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("KnownGood").field(&self.all().len()).finish()
    }
}

fn digest(signed: &[u8], authority: &[u8]) -> [u8; 32] {
    let mut digest = Sha256::new();
    // Both are DER, which says how long it is: no two pairs have the same bytes.
    digest.update(authority);
    digest.update(signed);
    digest.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AUTHORITY: &[u8] = b"authority";

    #[test]
    fn what_held_is_not_verified_twice_and_what_did_not_is() {
        let known = KnownGood::default();
        let mut asked = 0;
        let mut ask = |signed: &[u8], holds| {
            let verify = || {
                asked += 1;
                Ok(holds)
            };
            (known.holds(signed, AUTHORITY, verify).unwrap(), asked)
        };
        assert_eq!(ask(b"signed", false), (false, 1));
        assert_eq!(ask(b"signed", true), (true, 2));
        assert_eq!(ask(b"signed", false), (true, 2));
        assert_eq!(ask(b"signee", false), (false, 3));
    }

    #[test]
    fn only_so_many_are_remembered() {
        let known = KnownGood::default();
        for number in 0..=MOST {
            let holds = known.holds(&number.to_be_bytes(), AUTHORITY, || Ok(true));
            assert!(holds.unwrap());
        }
        assert_eq!(known.all().len(), 1);
    }
}
