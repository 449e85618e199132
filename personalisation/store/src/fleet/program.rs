//! Our own programs and the ends of their certificates, as each says itself.

use dossier::KeyId;
use time::OffsetDateTime;

use super::station::time_of;
use crate::{
    Store, StoreError,
    engine::EngineRow,
    row::{Columns, micros},
    transaction::transaction,
};

/// A program of ours that speaks TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The key's name.
    pub key: KeyId,
    /// What its certificate says that it is.
    pub role: String,
    /// Its name there.
    pub name: String,
    /// The last second of its certificate.
    pub ends_at: OffsetDateTime,
    /// When it said so.
    pub seen_at: OffsetDateTime,
}

impl Store {
    /// A program says which certificate it uses.
    pub async fn note_program(&self, program: &Program) -> Result<(), StoreError> {
        const DOING: &str = "noting the certificate of a program";
        transaction!(self, DOING, |tx| {
            sqlx::query(
                "INSERT INTO fleet_program (key_id, role, name, ends_at, seen_at)
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT (key_id) DO UPDATE
                 SET role = excluded.role, name = excluded.name, ends_at = excluded.ends_at,
                     seen_at = excluded.seen_at",
            )
            .bind(&program.key.as_bytes()[..])
            .bind(&program.role)
            .bind(&program.name)
            .bind(micros(program.ends_at))
            .bind(micros(program.seen_at))
            .execute(&mut **tx)
            .await
            .map(|_| ())
            .map_err(StoreError::database(DOING))
        })
    }

    /// Programs that said something since then, the certificate that ends first before the others: at most 200.
    pub async fn programs(&self, since: OffsetDateTime) -> Result<Vec<Program>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM fleet_program WHERE seen_at >= $1 ORDER BY ends_at, key_id LIMIT 200",
        )
        .bind(micros(since))
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database("listing programs"))?;
        rows.iter().map(program_of).collect()
    }
}

fn program_of(row: &EngineRow) -> Result<Program, StoreError> {
    let mut columns = Columns {
        table: "fleet_program",
        id: String::new(),
        row,
    };
    let key = columns.read("key_id", |bytes| {
        bytes.try_into().ok().map(KeyId::from_bytes)
    })?;
    columns.id = key.to_string();
    Ok(Program {
        key,
        role: columns.get("role")?,
        name: columns.get("name")?,
        ends_at: time_of(&columns, "ends_at")?,
        seen_at: time_of(&columns, "seen_at")?,
    })
}
