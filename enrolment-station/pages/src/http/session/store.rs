//! Where sessions are kept: a port that the station and the console fill.

use std::fmt;

use async_trait::async_trait;
use openssl::sha::sha256;
use time::OffsetDateTime;

use super::Record;
use crate::PersonId;

/// What a store knows a session by: the SHA-256 of the cookie's value, so that a stolen store opens nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionKey([u8; 32]);

impl SessionKey {
    /// The key of a cookie's value.
    pub fn of(cookie: &str) -> Self {
        Self(sha256(cookie.as_bytes()))
    }

    /// Its bytes, as a store keeps them.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKey(…)")
    }
}

/// Why a store did not answer. For the operator; the page only says that it did not work.
#[derive(Debug, thiserror::Error)]
#[error("the session store: {0}; look at its disk or database")]
pub struct StoreError(Box<dyn std::error::Error + Send + Sync>);

impl StoreError {
    /// Any error of a store.
    pub fn new(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(error.into())
    }
}

/// What is to become of a record. It may be called more than once, each time on the record as it then is.
pub type Change<'a> = dyn Fn(&mut Record) + Send + Sync + 'a;

/// A store of sessions. Each call is one transaction.
#[async_trait]
pub trait Sessions: Send + Sync + 'static {
    /// Adds a session.
    async fn add(&self, key: SessionKey, record: Record) -> Result<(), StoreError>;

    /// Reads a session.
    async fn find(&self, key: &SessionKey) -> Result<Option<Record>, StoreError>;

    /// Changes a session and returns what it became; none if it is gone. `change` may be called again after a
    /// conflict, always on the record as it then is: two requests at once must not undo each other, or a lock
    /// would be lost.
    async fn change(
        &self,
        key: &SessionKey,
        change: &Change<'_>,
    ) -> Result<Option<Record>, StoreError>;

    /// Moves a session to another key and changes it, so that the old cookie is worth nothing.
    async fn rekey(
        &self,
        old: &SessionKey,
        new: SessionKey,
        change: &Change<'_>,
    ) -> Result<Option<Record>, StoreError>;

    /// Removes a session.
    async fn remove(&self, key: &SessionKey) -> Result<(), StoreError>;

    /// Removes all sessions last seen before a time; how many.
    async fn forget(&self, seen_before: OffsetDateTime) -> Result<usize, StoreError>;

    /// Removes all sessions of a person, who may no longer work here; how many.
    async fn end_all(&self, person: PersonId) -> Result<usize, StoreError>;
}
