//! Writers: chains of records that this process goes on with, one a transaction at a time.
//!
//! Transactions that run at once must not wait for one another because of the audit, so none shares a chain: each takes one that
//! is idle, or begins a new one. Where a chain stands is known from memory alone: no statement is added to an act. A chain whose
//! last commit may or may not have come through is never gone on with, and none is after the process has ended.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use evidence::{
    merkle::Hash,
    record::{NONE_BEFORE, Record, SALT_LENGTH, commitment},
};
use rand::{
    Rng as _, SeedableRng as _,
    rngs::{StdRng, SysRng},
};

/// What the names of these writers begin with.
const ROLE: &str = "centre";

/// How far one writer is.
#[derive(Clone)]
struct Chain {
    writer: Arc<str>,
    sequence: u64,
    leaf: Hash,
}

/// The idle chains of a process.
#[derive(Default)]
pub(crate) struct Writers {
    idle: Mutex<Vec<Chain>>,
    /// Of salts and names; made when the first is needed.
    rng: Mutex<Option<StdRng>>,
}

impl fmt::Debug for Writers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writers").finish_non_exhaustive()
    }
}

impl Writers {
    fn random<const N: usize>(&self) -> Result<[u8; N], NoRandomness> {
        let mut rng = locked(&self.rng);
        let rng = match &mut *rng {
            Some(rng) => rng,
            none => none.insert(StdRng::try_from_rng(&mut SysRng).map_err(|_| NoRandomness)?),
        };
        let mut bytes = [0; N];
        rng.fill_bytes(&mut bytes);
        Ok(bytes)
    }

    fn take(&self) -> Result<Chain, NoRandomness> {
        if let Some(idle) = locked(&self.idle).pop() {
            return Ok(idle);
        }
        let name = hex::encode(self.random::<16>()?);
        Ok(Chain {
            writer: format!("{ROLE}/{name}").into(),
            sequence: 0,
            leaf: NONE_BEFORE,
        })
    }
}

/// The system has no randomness to salt an entry with.
#[derive(Debug)]
pub(crate) struct NoRandomness;

/// What of an entry goes into its row beside it.
pub(crate) struct Written {
    pub(crate) writer: Arc<str>,
    pub(crate) sequence: u64,
    pub(crate) previous: Hash,
    pub(crate) commitment: Hash,
    pub(crate) salt: [u8; SALT_LENGTH],
}

/// The chain of one transaction. Dropped, it is as if the transaction had written nothing.
pub(crate) struct Writing {
    writers: Arc<Writers>,
    /// As it is in the database.
    durable: Option<Chain>,
    /// As it will be.
    ahead: Option<Chain>,
}

impl Writing {
    pub(crate) const fn of(writers: Arc<Writers>) -> Self {
        Self {
            writers,
            durable: None,
            ahead: None,
        }
    }

    /// The next record, over an entry's line of JSON.
    pub(crate) fn record(&mut self, entry: &[u8]) -> Result<Written, NoRandomness> {
        if self.ahead.is_none() {
            let chain = self.writers.take()?;
            self.durable = Some(chain.clone());
            self.ahead = Some(chain);
        }
        let salt = self.writers.random()?;
        let chain = self.ahead.as_mut().ok_or(NoRandomness)?;
        let written = Written {
            writer: Arc::clone(&chain.writer),
            sequence: chain.sequence + 1,
            previous: chain.leaf,
            commitment: commitment(&salt, entry),
            salt,
        };
        chain.sequence += 1;
        chain.leaf = Record {
            writer: &written.writer,
            sequence: written.sequence,
            previous: written.previous,
            commitment: written.commitment,
        }
        .leaf();
        Ok(written)
    }

    /// A salt for an entry that stands in another chain.
    pub(crate) fn salt(&self) -> Result<[u8; SALT_LENGTH], NoRandomness> {
        self.writers.random()
    }

    /// The transaction is durable.
    pub(crate) fn done(mut self) {
        self.durable = self.ahead.take();
    }

    /// Its end is not known from now on: dropped, its chain is gone on with by nobody. Where the chain stands without it.
    pub(crate) const fn leave_open(&mut self) -> Standing {
        Standing(self.durable.take())
    }

    /// The transaction is rolled back.
    pub(crate) fn undone(mut self, before: Standing) {
        self.durable = before.0;
    }
}

/// Where a chain stands in the database before a transaction has ended.
pub(crate) struct Standing(Option<Chain>);

impl Drop for Writing {
    fn drop(&mut self) {
        if let Some(chain) = self.durable.take() {
            locked(&self.writers.idle).push(chain);
        }
    }
}

/// What a thread that panicked left is whole: nothing here panics half way.
fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writing(writers: &Arc<Writers>) -> (Writing, Written) {
        let mut writing = Writing::of(Arc::clone(writers));
        let written = writing.record(b"an entry").unwrap();
        (writing, written)
    }

    #[test]
    fn a_chain_goes_on_after_a_known_end_only() {
        let writers = Arc::new(Writers::default());
        let (mut first, one) = writing(&writers);
        let _before = first.leave_open();
        first.done();
        let (rolled_back, two) = writing(&writers);
        assert_eq!((&two.writer, two.sequence), (&one.writer, 2));
        drop(rolled_back);
        let (mut undone, again) = writing(&writers);
        assert_eq!((&again.writer, again.sequence), (&one.writer, 2));
        let before = undone.leave_open();
        undone.undone(before);
        // Whoever committed it waits no more, and it may have come through.
        let (mut abandoned, last) = writing(&writers);
        assert_eq!((&last.writer, last.sequence), (&one.writer, 2));
        let _before = abandoned.leave_open();
        drop(abandoned);
        let (_other, begun) = writing(&writers);
        assert_ne!(begun.writer, one.writer);
        assert_eq!(begun.sequence, 1);
    }
}
