//! Sessions of the console: their content sealed and opaque here, known by the SHA-256 of a cookie.

use dossier::PersonId;
use rand::CryptoRng;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::credential;
use crate::{
    Store, StoreError,
    row::{Columns, micros},
    sealing::Place,
    transaction::{Tx, transaction},
};

const TABLE: &str = "staff_session";

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
        rng: &mut impl CryptoRng,
        key: &[u8; 32],
        content: SessionContent<'_>,
    ) -> Result<(), StoreError> {
        const DOING: &str = "adding a session";
        let sealed = &self.sealer.seal(rng, &place(key), content.plain)?;
        transaction!(self, DOING, |tx| {
            if content.person.is_none() {
                sqlx::query(
                    "DELETE FROM staff_session WHERE session_key IN (
                         SELECT session_key FROM staff_session WHERE person_id IS NULL
                         ORDER BY made_at DESC LIMIT 100 OFFSET $1)",
                )
                .bind(MOST_ANONYMOUS)
                .execute(&mut **tx)
                .await
                .map_err(StoreError::database(DOING))?;
            }
            sqlx::query(
                "INSERT INTO staff_session (session_key, person_id, content, change, made_at, seen_at)
                 VALUES ($1, $2, $3, 1, $4, $5)",
            )
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
    pub async fn session(&self, key: &[u8; 32]) -> Result<Option<KeptSession>, StoreError> {
        let row = sqlx::query("SELECT * FROM staff_session WHERE session_key = $1")
            .bind(&key[..])
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::database("reading a session"))?;
        let Some(row) = row else { return Ok(None) };
        let columns = Columns {
            table: TABLE,
            id: "of a cookie".to_owned(),
            row: &row,
        };
        let sealed: Vec<u8> = columns.get("content")?;
        Ok(Some(KeptSession {
            plain: self.sealer.open(&place(key), &sealed)?,
            change: columns.get("change")?,
        }))
    }

    /// Replaces what was read with `change` by `content`, under another key if `new` is one. It becomes
    /// somebody's only while they work here and have credentials: who left or was reset while their sign-in
    /// was under way gets none.
    pub async fn change_session(
        &self,
        rng: &mut impl CryptoRng,
        old: &[u8; 32],
        new: &[u8; 32],
        change: i64,
        content: SessionContent<'_>,
    ) -> Result<SessionChange, StoreError> {
        const DOING: &str = "changing a session";
        let sealed = &self.sealer.seal(rng, &place(new), content.plain)?;
        transaction!(self, DOING, |tx| {
            if let Some(person) = content.person
                && !is_of(tx, old, person).await?
                && !credential::may_prove(tx, person).await?
            {
                return Ok(SessionChange::Barred);
            }
            let changed = sqlx::query(
                "UPDATE staff_session SET session_key = $2, person_id = $4, content = $5,
                     change = change + 1, made_at = $6, seen_at = $7
                 WHERE session_key = $1 AND change = $3",
            )
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
    pub async fn remove_session(&self, key: &[u8; 32]) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM staff_session WHERE session_key = $1")
            .bind(&key[..])
            .execute(&self.pool)
            .await
            .map(|_| ())
            .map_err(StoreError::database("removing a session"))
    }

    /// Removes all sessions last seen before a time; how many.
    pub async fn forget_sessions(&self, seen_before: OffsetDateTime) -> Result<u64, StoreError> {
        sqlx::query("DELETE FROM staff_session WHERE seen_at < $1")
            .bind(micros(seen_before))
            .execute(&self.pool)
            .await
            .map(|gone| gone.rows_affected())
            .map_err(StoreError::database("forgetting old sessions"))
    }

    /// Ends all sessions of somebody; how many.
    pub async fn end_sessions(&self, person: PersonId) -> Result<u64, StoreError> {
        sqlx::query("DELETE FROM staff_session WHERE person_id = $1")
            .bind(&person.as_bytes()[..])
            .execute(&self.pool)
            .await
            .map(|gone| gone.rows_affected())
            .map_err(StoreError::database("ending somebody's sessions"))
    }
}

/// Whether a session is that person's already.
async fn is_of(tx: &mut Tx, key: &[u8; 32], person: PersonId) -> Result<bool, StoreError> {
    let found: Option<i64> =
        sqlx::query_scalar("SELECT 1 FROM staff_session WHERE session_key = $1 AND person_id = $2")
            .bind(&key[..])
            .bind(&person.as_bytes()[..])
            .fetch_optional(&mut **tx)
            .await
            .map_err(StoreError::database("looking whose a session is"))?;
    Ok(found.is_some())
}

fn place(key: &[u8; 32]) -> Place {
    Place {
        table: TABLE,
        row: hex::encode(key),
        column: "content",
    }
}
