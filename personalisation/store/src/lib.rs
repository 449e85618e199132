//! All SQL of the centre: orders, attempts on the line, templates, blanks in stock, shipments, documents,
//! stations, audit.
//!
//! What is written was decided by `personalisation-core`; every change guards the old state in its
//! `WHERE` and demands exactly one row. Personal data and biometrics are in sealed columns only.

pub mod audit;
mod connect;
pub mod document;
mod engine;
mod error;
pub mod fleet;
pub mod intake;
pub mod line;
pub mod order;
pub mod quality;
pub mod review;
mod roles;
mod row;
pub mod sealing;
pub mod shipping;
pub mod staff;
mod statement;
pub mod stock;
pub mod template;
mod transaction;

use std::sync::{Arc, atomic::AtomicI64};

pub use connect::migrate;
pub use engine::Database;
use engine::{Dialect, Engine};
pub use error::StoreError;
use sealing::Sealer;
pub use transaction::{Boundary, Interrupter};

/// The database of the centre.
#[derive(Clone)]
pub struct Store {
    pool: sqlx::Pool<Engine>,
    dialect: Dialect,
    sealer: Arc<Sealer>,
    /// None: whoever has this store reads and writes no finger.
    fingers: Option<Arc<Sealer>>,
    interrupter: Option<Interrupter>,
    /// The chains of the audit that this process goes on with.
    writers: Arc<audit::Writers>,
    /// None: leases go by the engine's clock.
    clock: Option<Arc<AtomicI64>>,
}

impl Store {
    /// Opens the database. A SQLite file is created where there is none, and brought up to date; a PostgreSQL
    /// database must be up to date ([`migrate`]): the roles of programs may not change it.
    pub async fn open(database: impl Into<Database>, sealer: Sealer) -> Result<Self, StoreError> {
        let database = database.into();
        let pool = connect::pool(&database).await?;
        match database.dialect() {
            Dialect::Sqlite => connect::migrate_pool(&pool, Dialect::Sqlite).await?,
            Dialect::Postgres => connect::demand_migrated(&pool).await?,
        }
        let sealer = Arc::new(sealer);
        Ok(Self {
            pool,
            dialect: database.dialect(),
            fingers: Some(sealer.clone()),
            sealer,
            interrupter: None,
            writers: Arc::default(),
            clock: None,
        })
    }

    /// The same database, with fingers under a key of their own: whoever opens it with another one, or
    /// without, reads everything but fingers.
    #[must_use]
    pub fn with_fingers(mut self, sealer: Sealer) -> Self {
        self.fingers = Some(Arc::new(sealer));
        self
    }

    /// The same database for somebody who has no business with fingers: they are neither opened nor sealed, under
    /// whatever key they lie.
    #[must_use]
    pub fn without_fingers(mut self) -> Self {
        self.fingers = None;
        self
    }

    pub(crate) fn fingers(&self) -> Result<&Sealer, StoreError> {
        self.fingers.as_deref().ok_or(StoreError::NoFingers)
    }

    /// The same database, with `interrupter` asked at every boundary whether power fails there.
    ///
    /// Danger: for crash tests only.
    #[must_use]
    pub fn danger_interrupted_by(mut self, interrupter: Interrupter) -> Self {
        self.interrupter = Some(interrupter);
        self
    }

    /// The same database, whose leases go by `clock` (microseconds since 1970 UTC) instead of the engine's own.
    ///
    /// Danger: for tests in which time passes only.
    #[must_use]
    pub fn danger_with_clock(mut self, clock: Arc<AtomicI64>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Whether it is a file of this host: whoever opens that brings it up to date.
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        self.dialect == Dialect::Sqlite
    }

    /// Closes every connection; what was committed stays.
    pub async fn close(self) {
        self.pool.close().await;
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}
