//! Sessions in memory: one process, forgotten when it ends.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use time::OffsetDateTime;

use super::{Change, Record, SessionKey, Sessions, State, StoreError};
use crate::PersonId;

/// The most anonymous sessions kept: whoever opens the sign-in page again and again pushes out only such.
const MAX_ANONYMOUS: usize = 4096;

/// Sessions in memory.
#[derive(Default)]
pub struct MemorySessions {
    sessions: Mutex<HashMap<SessionKey, Record>>,
}

impl fmt::Debug for MemorySessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemorySessions").finish_non_exhaustive()
    }
}

impl MemorySessions {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionKey, Record>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remove_where(&self, gone: impl Fn(&Record) -> bool) -> usize {
        let mut sessions = self.lock();
        let before = sessions.len();
        sessions.retain(|_, record| !gone(record));
        before - sessions.len()
    }
}

#[async_trait]
impl Sessions for MemorySessions {
    async fn add(&self, key: SessionKey, record: Record) -> Result<(), StoreError> {
        let mut sessions = self.lock();
        let anonymous = |record: &Record| record.state == State::Anonymous;
        let kept = sessions.values().filter(|record| anonymous(record)).count();
        if anonymous(&record) && kept >= MAX_ANONYMOUS {
            let oldest = sessions
                .iter()
                .filter(|(_, record)| anonymous(record))
                .min_by_key(|(_, record)| record.made)
                .map(|(key, _)| *key);
            oldest.and_then(|key| sessions.remove(&key));
        }
        sessions.insert(key, record);
        Ok(())
    }

    async fn find(&self, key: &SessionKey) -> Result<Option<Record>, StoreError> {
        Ok(self.lock().get(key).cloned())
    }

    async fn change(
        &self,
        key: &SessionKey,
        change: &Change<'_>,
    ) -> Result<Option<Record>, StoreError> {
        let mut sessions = self.lock();
        let Some(record) = sessions.get_mut(key) else {
            return Ok(None);
        };
        change(record);
        Ok(Some(record.clone()))
    }

    async fn rekey(
        &self,
        old: &SessionKey,
        new: SessionKey,
        change: &Change<'_>,
    ) -> Result<Option<Record>, StoreError> {
        let mut sessions = self.lock();
        let Some(mut record) = sessions.remove(old) else {
            return Ok(None);
        };
        change(&mut record);
        sessions.insert(new, record.clone());
        Ok(Some(record))
    }

    async fn remove(&self, key: &SessionKey) -> Result<(), StoreError> {
        self.lock().remove(key);
        Ok(())
    }

    async fn forget(&self, seen_before: OffsetDateTime) -> Result<usize, StoreError> {
        Ok(self.remove_where(|record| record.seen < seen_before))
    }

    async fn end_all(&self, person: PersonId) -> Result<usize, StoreError> {
        Ok(self.remove_where(|record| record.owner().is_some_and(|who| who.person == person)))
    }
}
