//! The one way to change the database: a named transaction, run again on serialisation failures only.

use std::{
    fmt,
    ops::{Deref, DerefMut},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use sqlx::{Executor, Row as _, Transaction};

use crate::{
    Store, StoreError,
    audit::Writing,
    engine::{Engine, EngineConnection},
    statement::Statement,
};

/// A transaction under way: its connection, and the chain that it writes the audit to.
pub(crate) struct Tx {
    transaction: Transaction<'static, Engine>,
    pub(crate) writing: Writing,
}

impl Deref for Tx {
    type Target = EngineConnection;

    fn deref(&self) -> &EngineConnection {
        &self.transaction
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut EngineConnection {
        &mut self.transaction
    }
}

/// Tries before a busy database is reported.
const TRIES: u32 = 8;

/// A place where a crash test may pull the plug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boundary {
    /// Every statement of this transaction has run, nothing is committed: all of it is lost.
    BeforeCommit(&'static str),
    /// The transaction is durable, its caller does not know yet.
    AfterCommit(&'static str),
}

/// Says whether power fails at a boundary.
#[derive(Clone)]
pub struct Interrupter(Arc<dyn Fn(Boundary) -> bool + Send + Sync>);

impl Interrupter {
    /// Wraps the function that decides.
    pub fn new(fails: impl Fn(Boundary) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(fails))
    }
}

impl fmt::Debug for Interrupter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Interrupter")
    }
}

/// Runs a block in a transaction and commits it: `transaction!(store, doing, |tx| { … })`.
///
/// The block sees `tx: &mut Tx`, ends in a `Result<_, StoreError>`, and touches nothing but the
/// transaction: it is run again from the start when the engine could not serialise it. Whoever takes rows under a
/// lock writes `taking |tx|` ([`Dialect::begin_taking`](crate::engine::Dialect::begin_taking)). (A macro, because an
/// asynchronous closure that borrows cannot promise `Send` yet.)
macro_rules! transaction {
    ($store:expr, $doing:expr, |$tx:ident| $work:block) => {
        $crate::transaction::transaction!($store, $doing, begin, |$tx| $work)
    };
    ($store:expr, $doing:expr, taking |$tx:ident| $work:block) => {
        $crate::transaction::transaction!($store, $doing, begin_taking, |$tx| $work)
    };
    ($store:expr, $doing:expr, $begin:ident, |$tx:ident| $work:block) => {{
        let mut tries = $crate::transaction::Tries::new($doing);
        loop {
            let mut transaction = $store.begin($doing, $store.dialect.$begin()).await?;
            let done: Result<_, $crate::StoreError> = async {
                let $tx = &mut transaction;
                $work
            }
            .await;
            let done = match done {
                Ok(done) => $store.commit($doing, transaction).await.map(|()| done),
                Err(error) => Err(error),
            };
            match done {
                Err(error) if error.is_serialisation_failure() => tries.again().await?,
                done => break done,
            }
        }
    }};
}
pub(crate) use transaction;

/// Counts the tries at one transaction.
pub(crate) struct Tries {
    doing: &'static str,
    done: u32,
}

impl Tries {
    pub(crate) const fn new(doing: &'static str) -> Self {
        Self { doing, done: 0 }
    }

    /// Waits before the next try; an error after the last.
    pub(crate) async fn again(&mut self) -> Result<(), StoreError> {
        self.done += 1;
        if self.done == TRIES {
            return Err(StoreError::Busy {
                doing: self.doing,
                tries: TRIES,
            });
        }
        tracing::debug!(
            doing = self.doing,
            tries = self.done,
            "the database is busy"
        );
        // Those that met once must not meet again.
        let longest = 10_000 * u64::from(self.done * self.done);
        tokio::time::sleep(Duration::from_micros(rand::random_range(
            longest / 4..=longest,
        )))
        .await;
        Ok(())
    }
}

impl Store {
    pub(crate) async fn begin(
        &self,
        doing: &'static str,
        sentence: &'static str,
    ) -> Result<Tx, StoreError> {
        let begun = self.pool.begin_with(sentence).await;
        Ok(Tx {
            transaction: begun.map_err(StoreError::database(doing))?,
            writing: Writing::of(Arc::clone(&self.writers)),
        })
    }

    pub(crate) async fn commit(&self, doing: &'static str, tx: Tx) -> Result<(), StoreError> {
        self.survives(Boundary::BeforeCommit(doing))?;
        let Tx {
            transaction,
            mut writing,
        } = tx;
        // Who waits for it no more does not stop it: from here on only a known end gives the chain back.
        let before = writing.leave_open();
        let committed = transaction.commit().await;
        match committed.map_err(StoreError::database(doing)) {
            Ok(()) => writing.done(),
            // It is rolled back, and that is known.
            Err(error) if error.is_serialisation_failure() => {
                writing.undone(before);
                return Err(error);
            }
            Err(error) => return Err(error),
        }
        self.survives(Boundary::AfterCommit(doing))
    }

    /// What the engine's clock says: leases of several hosts are compared by one clock. Microseconds since 1970 UTC.
    pub(crate) async fn lease_clock(
        &self,
        engine: impl Executor<'_, Database = Engine>,
    ) -> Result<i64, StoreError> {
        const DOING: &str = "reading the engine's clock";
        if let Some(given) = &self.clock {
            return Ok(given.load(Ordering::Relaxed));
        }
        let clock = Statement::new(format!("SELECT {}", self.dialect.clock()));
        let row = clock.build().fetch_one(engine).await;
        row.and_then(|row| row.try_get(0))
            .map_err(StoreError::database(DOING))
    }

    /// The same as a term of a statement, which need not be asked for it before.
    pub(crate) fn push_lease_clock(&self, statement: &mut Statement) {
        match &self.clock {
            Some(given) => statement.bind(given.load(Ordering::Relaxed)),
            None => statement.push(self.dialect.clock()),
        };
    }

    fn survives(&self, boundary: Boundary) -> Result<(), StoreError> {
        match &self.interrupter {
            Some(Interrupter(fails)) if fails(boundary) => Err(StoreError::Interrupted(boundary)),
            _ => Ok(()),
        }
    }
}
