//! Proofs about the log, from its stored tiles.

use evidence::{
    merkle::{Hash, Plan, ProofError},
    proof::{Proof, Proved},
};
use sqlx::Row as _;

use super::{
    heads,
    log::opened,
    row::{STORED, Stored},
    sequence::{bad_tile, read_tiles},
};
use crate::{
    Store, StoreError,
    statement::Statement,
    transaction::{Tx, transaction},
};

const DOING: &str = "proving the audit";

impl Store {
    /// The hashes of a proof about the log's tree.
    pub async fn prove_audit(&self, plan: &Plan) -> Result<Vec<Hash>, StoreError> {
        transaction!(self, DOING, taking | tx | { prove(tx, plan).await })
    }

    /// The proof of an act's entries, by the newest head that somebody witnessed, else by the newest; none where no head is over
    /// them yet, or there is no such act. `act`: its id, 32 hexadecimal digits; of an erased entry `WRITER:SEQUENCE`.
    pub async fn prove_audit_act(&self, act: &str) -> Result<Option<Proof>, StoreError> {
        transaction!(
            self,
            DOING,
            taking | tx | {
                let entries = entries(tx, act).await?;
                let Some((last, _)) = entries.last() else {
                    return Ok(None);
                };
                let Some(head) = heads::witnessed_over(tx, *last).await? else {
                    return Ok(None);
                };
                let mut proved = Vec::with_capacity(entries.len());
                for (position, stored) in &entries {
                    let plan = Plan::inclusion(position - 1, head.head.size);
                    let Some(plan) = plan else { return Ok(None) };
                    let way = prove(tx, &plan).await?;
                    let mut line = Vec::new();
                    opened(*position, stored)?.write(&mut line);
                    let line = String::from_utf8(line).map_err(|_| StoreError::NoEntry)?;
                    proved.push(Proved { line, way });
                }
                let entries = proved;
                Ok(Some(Proof { head, entries }))
            }
        )
    }
}

/// An act's entries that have their places, in their order.
async fn entries(tx: &mut Tx, act: &str) -> Result<Vec<(u64, Stored)>, StoreError> {
    let mut wanted = Statement::new("SELECT position, ");
    wanted
        .push(STORED)
        .push(" FROM audit_entry WHERE act_id = ");
    wanted.bind(act.to_owned());
    wanted.push(" AND position IS NOT NULL ORDER BY position");
    let rows = wanted.build().fetch_all(&mut **tx).await;
    let rows = rows.map_err(StoreError::database(DOING))?;
    let entries = rows.iter().map(|row| {
        let position: i64 = row
            .try_get("position")
            .map_err(StoreError::database(DOING))?;
        Ok((position.unsigned_abs(), Stored::read(row)?))
    });
    entries.collect()
}

async fn prove(tx: &mut Tx, plan: &Plan) -> Result<Vec<Hash>, StoreError> {
    let tiles = read_tiles(tx, plan.tiles()).await?;
    plan.prove(&tiles).map_err(|error| match error {
        ProofError::Tile(missing) => bad_tile(missing.0),
        ProofError::Short(id) => bad_tile(id),
    })
}
