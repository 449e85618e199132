//! The sequencer: gives records their places in the log and appends them to the tree, in durable batches.
//!
//! Not run as if alone, so that it disturbs no act: what it reads are rows that are never changed, of one writer in the order of
//! their commits. Whoever makes the log longer names the size that it had; of two at once, one comes too late.

use std::collections::{BTreeMap, HashMap};

use evidence::merkle::{Appender, Hash, TileId, Tiles as _};
use evidence::record::NONE_BEFORE;
use sqlx::Row as _;

use super::row::{STORED, Stored, entry, text};
use crate::{
    Store, StoreError,
    statement::Statement,
    transaction::{Tx, transaction},
};

const DOING: &str = "sequencing the audit";
/// The writer of the entries that are older than records.
const BEFORE: &str = "centre/before";
/// Entries that get their records in one commit.
const ADOPTED: u32 = 10_000;
/// Bytes of a hash.
const HASH: usize = 32;

/// How long the log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tree {
    /// Records with a place.
    pub size: u64,
    /// Over them.
    pub root: Hash,
}

impl Store {
    /// How long the log is.
    pub async fn audit_tree(&self) -> Result<Tree, StoreError> {
        let row = sqlx::query("SELECT size, root FROM audit_tree")
            .fetch_one(&self.pool)
            .await;
        tree(&row.map_err(StoreError::database(DOING))?)
    }

    /// Gives up to `most` records that wait their places: how long the log is now, and how many they were.
    pub async fn sequence_audit(&self, most: u32) -> Result<(Tree, u64), StoreError> {
        transaction!(
            self,
            DOING,
            taking | tx | {
                // Whoever comes second waits here, and sees then what the first one did.
                let alone = self.dialect.locked_alone(
                    "SELECT size, root FROM audit_tree",
                    "SELECT size, root FROM audit_tree FOR UPDATE",
                );
                let row = sqlx::query(alone).fetch_one(&mut **tx).await;
                let before = tree(&row.map_err(StoreError::database(DOING))?)?;
                if self.is_embedded() {
                    adopt(tx, most).await?;
                }
                let waiting = waiting(tx, most).await?;
                if waiting.is_empty() {
                    return Ok((before, 0));
                }
                let tiles = read_tiles(tx, Appender::edge(before.size)).await?;
                let appender = Appender::resume(before.size, &tiles);
                let mut appender = appender.map_err(|missing| bad_tile(missing.0))?;
                place(tx, &waiting, before.size).await?;
                for record in &waiting {
                    appender.append(record.record().leaf());
                }
                for (id, hashes) in appender.take_changed() {
                    write_tile(tx, id, &hashes).await?;
                }
                let after = Tree {
                    size: appender.size(),
                    root: appender.root(),
                };
                lengthen(tx, before, after).await?;
                Ok((after, waiting.len() as u64))
            }
        )
    }

    /// Gives entries from before there were records theirs, as those of one writer: on a server its owner does so when it brings
    /// the database up to date, for the sequencer's role may not. How many.
    pub async fn adopt_audit(&self) -> Result<u64, StoreError> {
        let mut all = 0;
        loop {
            let adopted = transaction!(self, DOING, taking | tx | { adopt(tx, ADOPTED).await })?;
            all += adopted;
            if adopted == 0 {
                return Ok(all);
            }
        }
    }
}

fn tree(row: &crate::engine::EngineRow) -> Result<Tree, StoreError> {
    let read = || {
        Ok((
            row.try_get::<i64, _>("size")?,
            row.try_get::<Option<Vec<u8>>, _>("root")?,
        ))
    };
    let (size, root) = read().map_err(StoreError::database(DOING))?;
    let bad = |column| StoreError::BadRow {
        table: "audit_tree",
        column,
        row: "1".to_owned(),
    };
    Ok(Tree {
        size: u64::try_from(size).map_err(|_| bad("size"))?,
        root: match root {
            None => evidence::merkle::empty(),
            Some(root) => Hash::try_from(root).map_err(|_| bad("root"))?,
        },
    })
}

/// Entries from before there were records get theirs, as those of one writer; how many.
async fn adopt(tx: &mut Tx, most: u32) -> Result<u64, StoreError> {
    let rows = sqlx::query(
        "SELECT act_id, phase, entered_at, actor, act, object, detail FROM audit_entry
         WHERE writer IS NULL AND position IS NULL ORDER BY entered_at, act_id, phase LIMIT $1",
    )
    .bind(i64::from(most))
    .fetch_all(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    if rows.is_empty() {
        return Ok(0);
    }
    let last = sqlx::query(
        "SELECT writer, sequence, previous, commitment FROM audit_entry
         WHERE writer = $1 ORDER BY sequence DESC LIMIT 1",
    )
    .bind(BEFORE)
    .fetch_optional(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    let (mut sequence, mut leaf) = (0, NONE_BEFORE);
    if let Some(row) = last {
        let last = Stored::erased(&row)?;
        (sequence, leaf) = (last.sequence, last.record().leaf());
    }
    for row in &rows {
        let entry = entry(row).map_err(StoreError::database(DOING))?;
        let salt = tx.writing.salt().map_err(|_| StoreError::NoRandomness)?;
        sequence += 1;
        let record = Stored {
            writer: BEFORE.to_owned(),
            sequence,
            previous: leaf,
            commitment: evidence::record::commitment(&salt, text(&entry)?.as_bytes()),
            opened: None,
        };
        leaf = record.record().leaf();
        let phase: String = row.try_get("phase").map_err(StoreError::database(DOING))?;
        sqlx::query(
            "UPDATE audit_entry SET writer = $1, sequence = $2, previous = $3, commitment = $4, salt = $5
             WHERE act_id = $6 AND phase = $7 AND writer IS NULL",
        )
        .bind(BEFORE)
        .bind(signed(sequence))
        .bind(record.previous.as_slice())
        .bind(record.commitment.as_slice())
        .bind(salt.as_slice())
        .bind(&entry.id)
        .bind(phase)
        .execute(&mut **tx)
        .await
        .map_err(StoreError::database(DOING))?;
    }
    Ok(rows.len() as u64)
}

/// Records without a place, of each writer in its order, each followed from the one before it.
async fn waiting(tx: &mut Tx, most: u32) -> Result<Vec<Stored>, StoreError> {
    let mut wanted = Statement::new("SELECT ");
    wanted.push(STORED);
    wanted.push(" FROM audit_entry WHERE position IS NULL AND writer IS NOT NULL ORDER BY writer, sequence LIMIT ");
    wanted.bind(i64::from(most));
    let rows = wanted.build().fetch_all(&mut **tx).await;
    let rows = rows.map_err(StoreError::database(DOING))?;
    let records = rows.iter().map(Stored::read);
    let records = records.collect::<Result<Vec<_>, _>>()?;
    let mut chains = HashMap::new();
    for record in &records {
        let tampered = |what| StoreError::Tampered {
            writer: record.writer.clone(),
            sequence: record.sequence,
            what,
        };
        // Nothing is erased before it has its place.
        let Some((salt, line)) = &record.opened else {
            return Err(tampered("has lost its entry"));
        };
        if evidence::record::commitment(salt, line.as_bytes()) != record.commitment {
            return Err(tampered("is not what was written"));
        }
        let (sequence, leaf) = match chains.get(&*record.writer) {
            Some(chain) => *chain,
            None => reached(tx, &record.writer).await?,
        };
        if record.sequence != sequence + 1 {
            return Err(tampered(
                "does not follow on the one before it, which is gone",
            ));
        }
        if record.previous != leaf {
            return Err(tampered("does not follow on the one before it"));
        }
        chains.insert(&*record.writer, (record.sequence, record.record().leaf()));
    }
    Ok(records)
}

/// The last record of a writer that has a place: its number, and its leaf.
async fn reached(tx: &mut Tx, writer: &str) -> Result<(u64, Hash), StoreError> {
    let row = sqlx::query("SELECT sequence, leaf FROM audit_writer WHERE writer = $1")
        .bind(writer)
        .fetch_optional(&mut **tx)
        .await
        .map_err(StoreError::database(DOING))?;
    let Some(row) = row else {
        return Ok((0, NONE_BEFORE));
    };
    let read = || {
        Ok((
            row.try_get::<i64, _>("sequence")?,
            row.try_get::<Vec<u8>, _>("leaf")?,
        ))
    };
    let (sequence, leaf) = read().map_err(StoreError::database(DOING))?;
    let bad = |column| StoreError::BadRow {
        table: "audit_writer",
        column,
        row: writer.to_owned(),
    };
    let leaf = Hash::try_from(leaf).map_err(|_| bad("leaf"))?;
    Ok((u64::try_from(sequence).map_err(|_| bad("sequence"))?, leaf))
}

/// Writes down the places of these records, after the first `size`: of each writer's, which stand together, in one statement.
async fn place(tx: &mut Tx, records: &[Stored], size: u64) -> Result<(), StoreError> {
    let mut next = size + 1;
    for run in records.chunk_by(|one, other| one.writer == other.writer) {
        let [first, ..] = run else { continue };
        let Some(last) = run.last() else { continue };
        let done = sqlx::query(
            "UPDATE audit_entry SET position = $1 + (sequence - $2)
             WHERE writer = $3 AND sequence >= $2 AND sequence <= $4 AND position IS NULL",
        )
        .bind(signed(next))
        .bind(signed(first.sequence))
        .bind(&first.writer)
        .bind(signed(last.sequence))
        .execute(&mut **tx)
        .await
        .map_err(StoreError::database(DOING))?;
        if done.rows_affected() != run.len() as u64 {
            return Err(stale());
        }
        sqlx::query(
            "INSERT INTO audit_writer (writer, sequence, leaf) VALUES ($1, $2, $3)
             ON CONFLICT (writer) DO UPDATE SET sequence = excluded.sequence, leaf = excluded.leaf",
        )
        .bind(&last.writer)
        .bind(signed(last.sequence))
        .bind(last.record().leaf().as_slice())
        .execute(&mut **tx)
        .await
        .map_err(StoreError::database(DOING))?;
        next += run.len() as u64;
    }
    Ok(())
}

async fn lengthen(tx: &mut Tx, before: Tree, after: Tree) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE audit_tree SET size = $1, root = $2 WHERE size = $3")
        .bind(signed(after.size))
        .bind(after.root.as_slice())
        .bind(signed(before.size))
        .execute(&mut **tx)
        .await
        .map_err(StoreError::database(DOING))?;
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(stale())
    }
}

pub(super) async fn read_tiles(
    tx: &mut Tx,
    wanted: impl IntoIterator<Item = (TileId, usize)>,
) -> Result<BTreeMap<TileId, Vec<Hash>>, StoreError> {
    let mut tiles = BTreeMap::new();
    for (id, width) in wanted {
        if width == 0 {
            continue;
        }
        let hashes: Option<Vec<u8>> =
            sqlx::query_scalar("SELECT hashes FROM audit_tile WHERE level = $1 AND place = $2")
                .bind(i64::from(id.level))
                .bind(signed(id.index))
                .fetch_optional(&mut **tx)
                .await
                .map_err(StoreError::database(DOING))?;
        let hashes = hashes.ok_or_else(|| bad_tile(id))?;
        let hashes = hashes.chunks_exact(HASH);
        tiles.insert(id, hashes.filter_map(|hash| hash.try_into().ok()).collect());
        tiles.tile(id, width).map_err(|_| bad_tile(id))?;
    }
    Ok(tiles)
}

async fn write_tile(tx: &mut Tx, id: TileId, hashes: &[Hash]) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO audit_tile (level, place, hashes) VALUES ($1, $2, $3)
         ON CONFLICT (level, place) DO UPDATE SET hashes = excluded.hashes",
    )
    .bind(i64::from(id.level))
    .bind(signed(id.index))
    .bind(hashes.concat())
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    Ok(())
}

pub(super) fn bad_tile(id: TileId) -> StoreError {
    StoreError::BadRow {
        table: "audit_tile",
        column: "hashes",
        row: format!("{}/{}", id.level, id.index),
    }
}

fn stale() -> StoreError {
    StoreError::Stale {
        doing: DOING,
        object: "the log".to_owned(),
    }
}

/// As the engines have numbers.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
