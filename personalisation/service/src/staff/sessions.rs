//! Sessions of the console in the database, sealed, so that any process of the console serves any of them.

use async_trait::async_trait;
use pages::{
    PersonId,
    http::{Change, How, Record, SessionKey, Sessions, State, StoreError, Surroundings},
};
use personalisation_store::{
    Store,
    staff::{SessionChange, SessionContent},
};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{acts, person};
use crate::edge::SystemRng;

/// How often a change is tried that others disturb: each of their changes took place, so somebody got on.
const TRIES: u32 = 20;

/// Sessions in the database.
#[derive(Clone, Debug)]
pub struct StoredSessions {
    store: Store,
    surroundings: Surroundings,
    rng: SystemRng,
}

impl StoredSessions {
    /// The sessions in `store`.
    pub fn new(store: Store, surroundings: Surroundings, rng: SystemRng) -> Self {
        Self {
            store,
            surroundings,
            rng,
        }
    }

    /// Reads, changes, and writes if nobody else wrote meanwhile; else again.
    async fn replace(
        &self,
        old: &SessionKey,
        new: &SessionKey,
        change: &Change<'_>,
    ) -> Result<Option<Record>, StoreError> {
        for _ in 0..TRIES {
            let found = self.store.session(old.bytes()).await;
            let Some(kept) = found.map_err(StoreError::new)? else {
                return Ok(None);
            };
            let mut record: Record =
                serde_json::from_slice(&kept.plain).map_err(StoreError::new)?;
            change(&mut record);
            let plain = plain(&record)?;
            let (mut rng, content) = (self.rng, content(&record, &plain));
            let written =
                self.store
                    .change_session(&mut rng, old.bytes(), new.bytes(), kept.change, content);
            match written.await.map_err(StoreError::new)? {
                SessionChange::Done => return Ok(Some(record)),
                SessionChange::Barred => return Ok(None),
                SessionChange::Disturbed => {}
            }
        }
        Err(StoreError::new(
            "a session was changed by others at every try",
        ))
    }

    /// A sign-in, an unlocking: written down with how it was proved.
    async fn note(&self, record: &Record) -> Result<(), StoreError> {
        let State::SignedIn(who) = &record.state else {
            return Ok(());
        };
        let how = match who.how {
            How::Passkey => "by passkey",
            How::PasswordAndCode => "by password and code",
        };
        let object = format!("person {}", who.person);
        let act = acts::act(self.rng, who.person, "sign-in", &object);
        let now = self.surroundings.now();
        let entries = [act.intent(now), act.outcome(now, how)];
        self.store.audit(&entries).await.map_err(StoreError::new)
    }
}

#[async_trait]
impl Sessions for StoredSessions {
    async fn add(&self, key: SessionKey, record: Record) -> Result<(), StoreError> {
        let plain = plain(&record)?;
        let mut rng = self.rng;
        self.store
            .add_session(&mut rng, key.bytes(), content(&record, &plain))
            .await
            .map_err(StoreError::new)
    }

    async fn find(&self, key: &SessionKey) -> Result<Option<Record>, StoreError> {
        let found = self.store.session(key.bytes()).await;
        found
            .map_err(StoreError::new)?
            .map(|kept| serde_json::from_slice(&kept.plain).map_err(StoreError::new))
            .transpose()
    }

    async fn change(
        &self,
        key: &SessionKey,
        change: &Change<'_>,
    ) -> Result<Option<Record>, StoreError> {
        self.replace(key, key, change).await
    }

    async fn rekey(
        &self,
        old: &SessionKey,
        new: SessionKey,
        change: &Change<'_>,
    ) -> Result<Option<Record>, StoreError> {
        let record = self.replace(old, &new, change).await?;
        if let Some(record) = &record {
            self.note(record).await?;
        }
        Ok(record)
    }

    async fn remove(&self, key: &SessionKey) -> Result<(), StoreError> {
        let removed = self.store.remove_session(key.bytes()).await;
        removed.map_err(StoreError::new)
    }

    async fn forget(&self, seen_before: OffsetDateTime) -> Result<usize, StoreError> {
        let gone = self.store.forget_sessions(seen_before).await;
        gone.map(count).map_err(StoreError::new)
    }

    async fn end_all(&self, who: PersonId) -> Result<usize, StoreError> {
        let gone = self.store.end_sessions(person(who)).await;
        gone.map(count).map_err(StoreError::new)
    }
}

fn count(rows: u64) -> usize {
    usize::try_from(rows).unwrap_or(usize::MAX)
}

fn plain(record: &Record) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let bytes = serde_json::to_vec(record).map_err(StoreError::new)?;
    Ok(Zeroizing::new(bytes))
}

fn content<'a>(record: &Record, plain: &'a [u8]) -> SessionContent<'a> {
    SessionContent {
        person: record.owner().map(|who| person(who.person)),
        plain,
        made: record.made,
        seen: record.seen,
    }
}
