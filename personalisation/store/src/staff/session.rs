//! Sessions of the console and of the courier's page, each in a table of its own: their content sealed and opaque here, known by the
//! SHA-256 of a cookie.

use dossier::PersonId;
use rand::CryptoRng;
use sqlx::AssertSqlSafe;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::credential;
use crate::{
    Store, StoreError,
    row::{Columns, micros},
    sealing::Place,
    transaction::{Tx, transaction},
};

/// Whose pages a session opens. What the role of one page may write opens nothing at the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Realm {
    /// The console.
    Console,
    /// The courier's page.
    Courier,
}

impl Realm {
    const fn table(self) -> &'static str {
        match self {
            Self::Console => "staff_session",
            Self::Courier => "shipping_session",
        }
    }

    /// A statement of ours about its table, which stands as `TABLE` in the text. `DEVICE` is what becomes of the device that proved
    /// itself in a session: it stays while the session stays its person's (`$4`).
    fn sql(self, text: &str) -> AssertSqlSafe<String> {
        let device = match self {
            Self::Console => "",
            Self::Courier => ", device_id = CASE WHEN person_id = $4 THEN device_id ELSE NULL END",
        };
        let text = text.replace("DEVICE", device);
        AssertSqlSafe(text.replace("TABLE", self.table()))
    }
}

/// Sessions that nobody has signed in to, at most: a stranger who asks for pages fills no disk.
const MOST_ANONYMOUS: i64 = 10_000;

/// What is written of a session.
#[derive(Clone, Copy)]
pub struct SessionContent<'a> {
    /// Whose it is; none before sign-in.
    pub person: Option<PersonId>,
    /// All of it, in the caller's encoding.
    pub plain: &'a [u8],
    /// When it began.
    pub made: OffsetDateTime,
    /// When its person last acted.
    pub seen: OffsetDateTime,
}

impl std::fmt::Debug for SessionContent<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionContent").finish_non_exhaustive()
    }
}

/// A session as it is kept.
pub struct KeptSession {
    /// All of it, in the caller's encoding.
    pub plain: Zeroizing<Vec<u8>>,
    /// Guards a change: it is another one after each.
    pub change: i64,
}

impl std::fmt::Debug for KeptSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeptSession").finish_non_exhaustive()
    }
}

/// What came of changing a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionChange {
    /// It is what was wanted.
    Done,
    /// Somebody changed it meanwhile, or it is gone.
    Disturbed,
    /// It was to become the session of somebody who does not work here, or whose credentials are gone.
    Barred,
}

impl Store {
    /// Adds a session. Of those that nobody has signed in to, the oldest goes when there are too many.
    pub async fn add_session(
        &self,
        realm: Realm,
        rng: &mut impl CryptoRng,
        key: &[u8; 32],
        content: SessionContent<'_>,
    ) -> Result<(), StoreError> {
        const DOING: &str = "adding a session";
        let sealed = &self.sealer.seal(rng, &place(realm, key), content.plain)?;
        transaction!(self, DOING, |tx| {
            if content.person.is_none() {
                sqlx::query(realm.sql(
                    "DELETE FROM TABLE WHERE session_key IN (
                         SELECT session_key FROM TABLE WHERE person_id IS NULL
                         ORDER BY made_at DESC LIMIT 100 OFFSET $1)",
                ))
                .bind(MOST_ANONYMOUS)
                .execute(&mut **tx)
                .await
                .map_err(StoreError::database(DOING))?;
            }
            sqlx::query(realm.sql(
                "INSERT INTO TABLE (session_key, person_id, content, change, made_at, seen_at)
                 VALUES ($1, $2, $3, 1, $4, $5)",
            ))
            .bind(&key[..])
            .bind(content.person.as_ref().map(|person| &person.as_bytes()[..]))
            .bind(sealed)
            .bind(micros(content.made))
            .bind(micros(content.seen))
            .execute(&mut **tx)
            .await
            .map(|_| ())
            .map_err(StoreError::database(DOING))
        })
    }

    /// A session.
    pub async fn session(
        &self,
        realm: Realm,
        key: &[u8; 32],
    ) -> Result<Option<KeptSession>, StoreError> {
        let row = sqlx::query(realm.sql("SELECT * FROM TABLE WHERE session_key = $1"))
            .bind(&key[..])
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::database("reading a session"))?;
        let Some(row) = row else { return Ok(None) };
        let columns = Columns {
            table: realm.table(),
            id: "of a cookie".to_owned(),
            row: &row,
        };
        let sealed: Vec<u8> = columns.get("content")?;
        Ok(Some(KeptSession {
            plain: self.sealer.open(&place(realm, key), &sealed)?,
            change: columns.get("change")?,
        }))
    }

    /// Replaces what was read with `change` by `content`, under another key if `new` is one. It becomes
    /// somebody's only while they work here and have credentials: who left or was reset while their sign-in
    /// was under way gets none.
    pub async fn change_session(
        &self,
        realm: Realm,
        rng: &mut impl CryptoRng,
        old: &[u8; 32],
        new: &[u8; 32],
        change: i64,
        content: SessionContent<'_>,
    ) -> Result<SessionChange, StoreError> {
        const DOING: &str = "changing a session";
        let sealed = &self.sealer.seal(rng, &place(realm, new), content.plain)?;
        transaction!(self, DOING, |tx| {
            if let Some(person) = content.person
                && !is_of(tx, realm, old, person).await?
                && !credential::may_prove(tx, person).await?
            {
                return Ok(SessionChange::Barred);
            }
            let changed = sqlx::query(realm.sql(
                "UPDATE TABLE SET session_key = $2, person_id = $4, content = $5,
                     change = change + 1, made_at = $6, seen_at = $7 DEVICE
                 WHERE session_key = $1 AND change = $3",
            ))
            .bind(&old[..])
            .bind(&new[..])
            .bind(change)
            .bind(content.person.as_ref().map(|person| &person.as_bytes()[..]))
            .bind(sealed)
            .bind(micros(content.made))
            .bind(micros(content.seen))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            Ok(match changed.rows_affected() {
                1 => SessionChange::Done,
                _ => SessionChange::Disturbed,
            })
        })
    }

    /// Removes a session.
    pub async fn remove_session(&self, realm: Realm, key: &[u8; 32]) -> Result<(), StoreError> {
        sqlx::query(realm.sql("DELETE FROM TABLE WHERE session_key = $1"))
            .bind(&key[..])
            .execute(&self.pool)
            .await
            .map(|_| ())
            .map_err(StoreError::database("removing a session"))
    }

    /// Removes all sessions last seen before a time; how many.
    pub async fn forget_sessions(
        &self,
        realm: Realm,
        seen_before: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        sqlx::query(realm.sql("DELETE FROM TABLE WHERE seen_at < $1"))
            .bind(micros(seen_before))
            .execute(&self.pool)
            .await
            .map(|gone| gone.rows_affected())
            .map_err(StoreError::database("forgetting old sessions"))
    }

    /// Ends all sessions of somebody; how many.
    pub async fn end_sessions(&self, realm: Realm, person: PersonId) -> Result<u64, StoreError> {
        sqlx::query(realm.sql("DELETE FROM TABLE WHERE person_id = $1"))
            .bind(&person.as_bytes()[..])
            .execute(&self.pool)
            .await
            .map(|gone| gone.rows_affected())
            .map_err(StoreError::database("ending somebody's sessions"))
    }
}

/// Whether a session is that person's already.
async fn is_of(
    tx: &mut Tx,
    realm: Realm,
    key: &[u8; 32],
    person: PersonId,
) -> Result<bool, StoreError> {
    let found: Option<i64> = sqlx::query_scalar(
        realm.sql("SELECT 1 FROM TABLE WHERE session_key = $1 AND person_id = $2"),
    )
    .bind(&key[..])
    .bind(&person.as_bytes()[..])
    .fetch_optional(&mut **tx)
    .await
    .map_err(StoreError::database("looking whose a session is"))?;
    Ok(found.is_some())
}

fn place(realm: Realm, key: &[u8; 32]) -> Place {
    Place {
        table: realm.table(),
        row: hex::encode(key),
        column: "content",
    }
}
