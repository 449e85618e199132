//! Heads of the log, and who witnessed them.

use std::collections::BTreeMap;

use evidence::head::{SignedHead, Witnessed};
use sqlx::Row as _;

use super::sequence::signed;
use crate::{
    Store, StoreError,
    engine::EngineRow,
    transaction::{Tx, transaction},
};

const READING: &str = "reading the heads of the audit";
/// Heads of an export: more say little more, and each is verified.
const MAX_HEADS: usize = 1_000;

impl Store {
    /// Keeps a head that the log's key signed.
    pub async fn keep_audit_head(&self, head: &SignedHead) -> Result<(), StoreError> {
        const DOING: &str = "keeping a head of the audit";
        let alone = head.head.clone().seal(head.signature);
        let json = alone.encode().map_err(|_| StoreError::NoEntry)?;
        transaction!(self, DOING, |tx| {
            // Of two sequencers that sign the same, one is enough.
            sqlx::query("INSERT INTO audit_head (size, signed) VALUES ($1, $2) ON CONFLICT (size) DO NOTHING")
                .bind(signed(head.head.size))
                .bind(json.as_slice())
                .execute(&mut **tx)
                .await
                .map_err(StoreError::database(DOING))?;
            Ok(())
        })
    }

    /// Keeps what a witness says of the head over so many entries; what it said first stays.
    pub async fn keep_audit_witness(
        &self,
        size: u64,
        witness: &Witnessed,
    ) -> Result<(), StoreError> {
        const DOING: &str = "keeping what a witness says of the audit";
        transaction!(self, DOING, |tx| {
            sqlx::query(
                "INSERT INTO audit_witness (size, name, seen_at, signature) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (size, name) DO NOTHING",
            )
            .bind(signed(size))
            .bind(&witness.name)
            .bind(witness.time)
            .bind(witness.signature.as_slice())
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            Ok(())
        })
    }

    /// The newest head with its witnesses, if there is one.
    pub async fn newest_audit_head(&self) -> Result<Option<SignedHead>, StoreError> {
        transaction!(self, READING, taking | tx | { newest(tx).await })
    }

    /// Heads in the order of their sizes, with their witnesses: the newest, and of the others of the same log no more than an
    /// export has.
    pub(super) async fn audit_heads(&self) -> Result<Vec<SignedHead>, StoreError> {
        let rows = sqlx::query("SELECT size, signed FROM audit_head ORDER BY size")
            .fetch_all(&self.pool)
            .await
            .map_err(StoreError::database(READING))?;
        let heads = rows.iter().map(head).collect::<Result<Vec<_>, _>>()?;
        let log = heads.last().map(|head| head.head.log.clone());
        let of_it = heads
            .into_iter()
            .filter(|head| Some(&head.head.log) == log.as_ref());
        let heads: Vec<_> = of_it.collect();
        let step = heads.len().div_ceil(MAX_HEADS).max(1);
        let mut chosen: Vec<_> = heads.into_iter().rev().step_by(step).collect();
        chosen.reverse();
        let mut witnesses = self.audit_witnesses().await?;
        for head in &mut chosen {
            head.witnesses = witnesses.remove(&head.head.size).unwrap_or_default();
        }
        Ok(chosen)
    }

    async fn audit_witnesses(&self) -> Result<BTreeMap<u64, Vec<Witnessed>>, StoreError> {
        let rows = sqlx::query(
            "SELECT size, name, seen_at, signature FROM audit_witness ORDER BY size, name",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database(READING))?;
        let mut by_size: BTreeMap<u64, Vec<Witnessed>> = BTreeMap::new();
        for row in &rows {
            let (size, witness) = witness(row)?;
            by_size.entry(size).or_default().push(witness);
        }
        Ok(by_size)
    }
}

/// The newest head with its witnesses.
pub(super) async fn newest(tx: &mut Tx) -> Result<Option<SignedHead>, StoreError> {
    let row = sqlx::query("SELECT size, signed FROM audit_head ORDER BY size DESC LIMIT 1")
        .fetch_optional(&mut **tx)
        .await
        .map_err(StoreError::database(READING))?;
    match row {
        None => Ok(None),
        Some(row) => with_witnesses(tx, head(&row)?).await.map(Some),
    }
}

/// The head to prove entries up to a place by: the newest that somebody witnessed, else the newest.
pub(super) async fn witnessed_over(
    tx: &mut Tx,
    position: u64,
) -> Result<Option<SignedHead>, StoreError> {
    let row = sqlx::query(
        "SELECT size, signed FROM audit_head WHERE size >= $1 AND size IN (SELECT size FROM audit_witness)
         ORDER BY size DESC LIMIT 1",
    )
    .bind(signed(position))
    .fetch_optional(&mut **tx)
    .await
    .map_err(StoreError::database(READING))?;
    match row {
        Some(row) => with_witnesses(tx, head(&row)?).await.map(Some),
        None => Ok(newest(tx).await?.filter(|head| head.head.size >= position)),
    }
}

async fn with_witnesses(tx: &mut Tx, mut head: SignedHead) -> Result<SignedHead, StoreError> {
    let rows = sqlx::query(
        "SELECT size, name, seen_at, signature FROM audit_witness WHERE size = $1 ORDER BY name",
    )
    .bind(signed(head.head.size))
    .fetch_all(&mut **tx)
    .await
    .map_err(StoreError::database(READING))?;
    let witnesses = rows.iter().map(|row| Ok(witness(row)?.1));
    head.witnesses = witnesses.collect::<Result<_, StoreError>>()?;
    Ok(head)
}

fn head(row: &EngineRow) -> Result<SignedHead, StoreError> {
    let read = || Ok((row.try_get("size")?, row.try_get("signed")?));
    let (size, json): (i64, Vec<u8>) = read().map_err(StoreError::database(READING))?;
    let head = SignedHead::decode(&json).ok();
    head.filter(|head| signed(head.head.size) == size)
        .ok_or_else(|| StoreError::BadRow {
            table: "audit_head",
            column: "signed",
            row: size.to_string(),
        })
}

fn witness(row: &EngineRow) -> Result<(u64, Witnessed), StoreError> {
    let fail = |error| StoreError::database(READING)(error);
    let (size, name): (i64, String) = (
        row.try_get("size").map_err(fail)?,
        row.try_get("name").map_err(fail)?,
    );
    let bad = |column| StoreError::BadRow {
        table: "audit_witness",
        column,
        row: format!("{size}/{name}"),
    };
    let signature: Vec<u8> = row.try_get("signature").map_err(fail)?;
    let witness = Witnessed {
        time: row.try_get("seen_at").map_err(fail)?,
        signature: signature.try_into().map_err(|_| bad("signature"))?,
        name: name.clone(),
    };
    Ok((u64::try_from(size).map_err(|_| bad("size"))?, witness))
}
