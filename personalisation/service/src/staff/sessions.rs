//! Sessions of the console, and of the courier's page, in the database, sealed, so that any process of a role serves any of its own.

use async_trait::async_trait;
use pages::{
    PersonId,
    http::{Change, How, Record, SessionKey, Sessions, State, StoreError, Surroundings},
};
use personalisation_store::{
    Store,
    staff::{Realm, SessionChange, SessionContent},
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
    realm: Realm,
    surroundings: Surroundings,
    rng: SystemRng,
}

impl StoredSessions {
    /// The sessions of one kind of pages in a store.
    pub fn new((store, realm): (Store, Realm), surroundings: Surroundings, rng: SystemRng) -> Self {
        Self {
            store,
            realm,
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
            let found = self.store.session(self.realm, old.bytes()).await;
            let Some(kept) = found.map_err(StoreError::new)? else {
                return Ok(None);
            };
            let mut record: Record =
                serde_json::from_slice(&kept.plain).map_err(StoreError::new)?;
            change(&mut record);
            let plain = plain(&record)?;
            let (mut rng, content) = (self.rng, content(&record, &plain));
            let written = self.store.change_session(
                self.realm,
                &mut rng,
                old.bytes(),
                new.bytes(),
                kept.change,
                content,
            );
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
            .add_session(self.realm, &mut rng, key.bytes(), content(&record, &plain))
            .await
            .map_err(StoreError::new)
    }

    async fn find(&self, key: &SessionKey) -> Result<Option<Record>, StoreError> {
        let found = self.store.session(self.realm, key.bytes()).await;
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
        let removed = self.store.remove_session(self.realm, key.bytes()).await;
        removed.map_err(StoreError::new)
    }

    async fn forget(&self, seen_before: OffsetDateTime) -> Result<usize, StoreError> {
        let gone = self.store.forget_sessions(self.realm, seen_before).await;
        gone.map(count).map_err(StoreError::new)
    }

    async fn end_all(&self, who: PersonId) -> Result<usize, StoreError> {
        let gone = self.store.end_sessions(self.realm, person(who)).await;
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
