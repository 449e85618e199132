//! Drafts: an application while it is being captured, saved sealed at every step of the wizard.
//!
//! A save is one transaction: a station that is killed comes back with the last saved step. What the
//! steps hold is the wizard's own encoding; here it is bytes that leave memory with their owner.

use dossier::ApplicationId;
use rand::CryptoRng;
use sqlx::sqlite::SqliteRow;
use thiserror::Error;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::store::{Columns, Store, StoreError, Tx, micros, sealing::Place, transaction};

/// Most bytes of one step: a portrait as it came from the camera, twice.
pub const MAX_STEP: usize = 16 << 20;
/// Most characters of a step's name.
pub const MAX_NAME: usize = 32;

const ITEM: &str = "draft_item";
const STEP: &str = "draft_step";

/// Why a draft was not saved or read.
#[derive(Debug, Error)]
pub enum DraftError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such draft: it was discarded, or is in the outbox.
    #[error("there is no draft of application {0}: it was discarded, or confirmed and sent")]
    Gone(ApplicationId),
    /// Somebody saved since this revision was read.
    #[error(
        "the draft of application {application} was saved as revision {found} since revision {known} \
         was read; load it again"
    )]
    Newer {
        /// Which draft.
        application: ApplicationId,
        /// The revision that the caller knows.
        known: u64,
        /// The revision there is.
        found: u64,
    },
    /// The step's name is not one.
    #[error("a step's name is 1 to {MAX_NAME} of a-z 0-9 - _")]
    StepName,
}

/// What a list of drafts shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftHead {
    /// The draft's id, and the id that the application will have.
    pub application: ApplicationId,
    /// When it was begun.
    pub begun_at: OffsetDateTime,
    /// When it was saved last.
    pub saved_at: OffsetDateTime,
    /// Counts saves.
    pub revision: u64,
    /// The step saved last; empty before the first.
    pub last_step: String,
}

/// A draft with all its steps.
#[derive(Debug)]
pub struct Draft {
    /// Its head.
    pub head: DraftHead,
    /// Each step's name and bytes, by name.
    pub steps: Vec<Step>,
}

/// One step as it was saved. The bytes are wiped when dropped and not shown.
pub struct Step {
    /// The wizard's name of it.
    pub name: String,
    /// What was saved.
    pub bytes: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Step({}, {} bytes)", self.name, self.bytes.len())
    }
}

impl Draft {
    /// The bytes of one step.
    pub fn step(&self, name: &str) -> Option<&[u8]> {
        let found = self.steps.iter().find(|step| step.name == name)?;
        Some(&found.bytes)
    }
}

/// The drafts of a store.
#[derive(Clone, Debug)]
pub struct Drafts {
    store: Store,
}

impl Drafts {
    /// Those of this store.
    pub fn new(store: &Store) -> Self {
        Self {
            store: store.clone(),
        }
    }

    /// Begins an empty one. Its id is the application's.
    pub async fn create(
        &self,
        rng: &mut impl CryptoRng,
        now: OffsetDateTime,
    ) -> Result<ApplicationId, DraftError> {
        let id = ApplicationId::generate(rng);
        self.begin(rng, id, &[], now).await?;
        Ok(id)
    }

    /// Begins one of that id with its first steps, in one commit: no list ever shows one without them.
    pub async fn begin(
        &self,
        rng: &mut impl CryptoRng,
        id: ApplicationId,
        steps: &[(&str, &[u8])],
        now: OffsetDateTime,
    ) -> Result<(), DraftError> {
        const DOING: &str = "beginning a draft";
        let sealed = &self.seal(rng, id, steps)?;
        transaction!(self.store, DOING, |tx| {
            sqlx::query(
                "INSERT INTO draft_item (application_id, begun_at, saved_at, revision, last_step)
                 VALUES ($1, $2, $2, 0, '')",
            )
            .bind(&id.as_bytes()[..])
            .bind(micros(now))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            for (step, sealed) in sealed {
                write_step(tx, id, step, sealed).await?;
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Saves one step, in place of what was saved of it before, and returns the new revision.
    ///
    /// With `known`, only where nobody saved since that revision: two windows on one draft.
    pub async fn save(
        &self,
        rng: &mut impl CryptoRng,
        id: ApplicationId,
        step: &str,
        bytes: &[u8],
        known: Option<u64>,
        now: OffsetDateTime,
    ) -> Result<u64, DraftError> {
        self.save_all(rng, id, &[(step, bytes)], known, now).await
    }

    /// Saves several steps in one commit, as one revision: what a later one says of an earlier one is
    /// never there without it.
    pub async fn save_all(
        &self,
        rng: &mut impl CryptoRng,
        id: ApplicationId,
        steps: &[(&str, &[u8])],
        known: Option<u64>,
        now: OffsetDateTime,
    ) -> Result<u64, DraftError> {
        const DOING: &str = "saving a draft";
        let last = steps.last().map_or("", |(step, _)| *step);
        let sealed = &self.seal(rng, id, steps)?;
        let saved = transaction!(self.store, DOING, |tx| {
            match revision(tx, id).await? {
                Some(found) if known.is_none_or(|known| known == found) => {
                    for (step, sealed) in sealed {
                        write_step(tx, id, step, sealed).await?;
                    }
                    advance(tx, id, last, now).await?;
                    Ok(Saved::As(found + 1))
                }
                Some(found) => Ok(Saved::Newer(found)),
                None => Ok(Saved::Gone),
            }
        })?;
        match (saved, known) {
            (Saved::As(revision), _) => Ok(revision),
            (Saved::Newer(found), Some(known)) => Err(DraftError::Newer {
                application: id,
                known,
                found,
            }),
            (Saved::Gone | Saved::Newer(_), _) => Err(DraftError::Gone(id)),
        }
    }

    /// Each step sealed to its own place.
    fn seal<'a>(
        &self,
        rng: &mut impl CryptoRng,
        id: ApplicationId,
        steps: &[(&'a str, &[u8])],
    ) -> Result<Vec<(&'a str, Vec<u8>)>, DraftError> {
        let sealer = self.store.sealer()?;
        let mut all = Vec::with_capacity(steps.len());
        for (step, bytes) in steps {
            let place = step_place(id, step)?;
            if bytes.len() > MAX_STEP {
                return Err(StoreError::TooLong {
                    doing: "sealing a step of a draft",
                    found: bytes.len(),
                    limit: MAX_STEP,
                }
                .into());
            }
            all.push((*step, sealer.seal(rng, &place, bytes)?));
        }
        Ok(all)
    }

    /// The draft with everything that was saved of it.
    pub async fn load(&self, id: ApplicationId) -> Result<Draft, DraftError> {
        const DOING: &str = "loading a draft";
        // One snapshot of both tables: a save in between is seen whole or not at all.
        let mut reading = self
            .store
            .pool()
            .begin()
            .await
            .map_err(StoreError::database(DOING))?;
        let head = sqlx::query("SELECT * FROM draft_item WHERE application_id = $1")
            .bind(&id.as_bytes()[..])
            .fetch_optional(&mut *reading)
            .await
            .map_err(StoreError::database(DOING))?
            .ok_or(DraftError::Gone(id))?;
        let rows = sqlx::query(
            "SELECT step, sealed FROM draft_step WHERE application_id = $1 ORDER BY step",
        )
        .bind(&id.as_bytes()[..])
        .fetch_all(&mut *reading)
        .await
        .map_err(StoreError::database(DOING))?;
        let mut steps = Vec::with_capacity(rows.len());
        for row in &rows {
            let columns = Columns {
                table: STEP,
                id: id.to_string(),
                row,
            };
            let name: String = columns.get("step")?;
            let sealed: &[u8] = columns.get("sealed")?;
            let place = step_place(id, &name).map_err(|_| columns.bad("step"))?;
            let bytes = self.store.sealer()?.open(&place, sealed)?;
            steps.push(Step { name, bytes });
        }
        Ok(Draft {
            head: head_of(&head)?,
            steps,
        })
    }

    /// One step alone; none where it was not saved yet. For lists that show one line of each draft.
    pub async fn load_step(
        &self,
        id: ApplicationId,
        step: &str,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, DraftError> {
        let place = step_place(id, step)?;
        let row =
            sqlx::query("SELECT sealed FROM draft_step WHERE application_id = $1 AND step = $2")
                .bind(&id.as_bytes()[..])
                .bind(step)
                .fetch_optional(self.store.pool())
                .await
                .map_err(StoreError::database("loading a step of a draft"))?;
        let Some(row) = row else { return Ok(None) };
        let columns = Columns {
            table: STEP,
            id: place.row.clone(),
            row: &row,
        };
        let sealed: &[u8] = columns.get("sealed")?;
        Ok(Some(self.store.sealer()?.open(&place, sealed)?))
    }

    /// All drafts, the one saved last first.
    pub async fn list(&self) -> Result<Vec<DraftHead>, DraftError> {
        let rows = sqlx::query("SELECT * FROM draft_item ORDER BY saved_at DESC, application_id")
            .fetch_all(self.store.pool())
            .await
            .map_err(StoreError::database("listing drafts"))?;
        Ok(rows.iter().map(head_of).collect::<Result<_, _>>()?)
    }

    /// Erases a draft; one that is gone already is no error.
    pub async fn discard(&self, id: ApplicationId) -> Result<(), DraftError> {
        transaction!(self.store, "discarding a draft", |tx| {
            erase(tx, id).await
        })?;
        self.store.settle().await;
        Ok(())
    }

    /// Erases drafts that nobody saved since `before`, and returns how many: an application that was
    /// broken off is not kept for ever.
    pub async fn discard_older(&self, before: OffsetDateTime) -> Result<u64, DraftError> {
        const DOING: &str = "discarding old drafts";
        let erased = transaction!(self.store, DOING, |tx| {
            sqlx::query("DELETE FROM draft_item WHERE saved_at < $1")
                .bind(micros(before))
                .execute(&mut **tx)
                .await
                .map_err(StoreError::database(DOING))
                .map(|done| done.rows_affected())
        })?;
        if erased > 0 {
            self.store.settle().await;
        }
        Ok(erased)
    }
}

/// What became of a save.
enum Saved {
    As(u64),
    Newer(u64),
    Gone,
}

/// Erases a draft and its steps; whether there was one.
pub(crate) async fn erase(tx: &mut Tx, id: ApplicationId) -> Result<bool, StoreError> {
    // The steps go with it (ON DELETE CASCADE).
    sqlx::query("DELETE FROM draft_item WHERE application_id = $1")
        .bind(&id.as_bytes()[..])
        .execute(&mut **tx)
        .await
        .map_err(StoreError::database("erasing a draft"))
        .map(|done| done.rows_affected() == 1)
}

async fn revision(tx: &mut Tx, id: ApplicationId) -> Result<Option<u64>, StoreError> {
    let row = sqlx::query("SELECT revision FROM draft_item WHERE application_id = $1")
        .bind(&id.as_bytes()[..])
        .fetch_optional(&mut **tx)
        .await
        .map_err(StoreError::database("saving a draft"))?;
    row.map(|row| {
        let columns = Columns {
            table: ITEM,
            id: id.to_string(),
            row: &row,
        };
        columns.count("revision")
    })
    .transpose()
}

async fn write_step(
    tx: &mut Tx,
    id: ApplicationId,
    step: &str,
    sealed: &[u8],
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO draft_step (application_id, step, sealed) VALUES ($1, $2, $3)
         ON CONFLICT (application_id, step) DO UPDATE SET sealed = $3",
    )
    .bind(&id.as_bytes()[..])
    .bind(step)
    .bind(sealed)
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database("saving a draft"))
    .map(|_| ())
}

async fn advance(
    tx: &mut Tx,
    id: ApplicationId,
    step: &str,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE draft_item SET saved_at = $2, revision = revision + 1, last_step = $3
         WHERE application_id = $1",
    )
    .bind(&id.as_bytes()[..])
    .bind(micros(now))
    .bind(step)
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database("saving a draft"))
    .map(|_| ())
}

fn head_of(row: &SqliteRow) -> Result<DraftHead, StoreError> {
    let mut columns = Columns {
        table: ITEM,
        id: String::new(),
        row,
    };
    let read = |bytes: &[u8]| bytes.try_into().ok().map(ApplicationId::from_bytes);
    let application = columns.read("application_id", read)?;
    columns.id = application.to_string();
    Ok(DraftHead {
        application,
        begun_at: columns.moment("begun_at")?,
        saved_at: columns.moment("saved_at")?,
        revision: columns.count("revision")?,
        last_step: columns.get("last_step")?,
    })
}

fn step_place(id: ApplicationId, step: &str) -> Result<Place, DraftError> {
    let known = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-' || c == b'_';
    if step.is_empty() || step.len() > MAX_NAME || !step.bytes().all(known) {
        return Err(DraftError::StepName);
    }
    Ok(Place {
        table: STEP,
        row: format!("{id}:{step}"),
        column: "sealed",
    })
}
