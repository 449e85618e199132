//! Signed configurations and staff lists, as they were issued.

use dossier::{Hash, OfficeId};
use evidence::entry::Entry;
use rand::CryptoRng;
use sqlx::Row as _;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::report::number;
use crate::{
    Store, StoreError, audit,
    engine::EngineRow,
    row::{Columns, micros},
    sealing::Place,
    transaction::transaction,
};

/// A configuration that was signed, without what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConfigurationHead {
    /// Its number.
    pub number: u64,
    /// From when it holds.
    pub from: OffsetDateTime,
    /// Until when.
    pub until: OffsetDateTime,
    /// When it was signed.
    pub added_at: OffsetDateTime,
}

/// A configuration that was signed.
#[derive(Debug)]
pub struct NewConfiguration<'a> {
    /// Its number.
    pub number: u64,
    /// Encoded `dossier::Signed<Configuration>`.
    pub signed: &'a [u8],
    /// From then on.
    pub from: OffsetDateTime,
    /// Not from then on.
    pub until: OffsetDateTime,
}

/// An office's staff list that was signed.
#[derive(Debug)]
pub struct NewStaffList<'a> {
    /// Whose.
    pub office: &'a OfficeId,
    /// Its number, among those of the office.
    pub number: u64,
    /// SHA-256 of who is on it and how they sign in.
    pub people: Hash,
    /// Encoded `dossier::Signed<StaffList>`.
    pub signed: &'a [u8],
    /// From then on.
    pub from: OffsetDateTime,
    /// Not from then on.
    pub until: OffsetDateTime,
}

/// What there is to know of an office's newest staff list without opening it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaffListHead {
    /// Its number.
    pub number: u64,
    /// SHA-256 of who is on it.
    pub people: Hash,
    /// From then on.
    pub from: OffsetDateTime,
    /// Not from then on.
    pub until: OffsetDateTime,
}

impl Store {
    /// Keeps a signed configuration; `AlreadyThere` where another one has its number.
    pub async fn add_configuration(
        &self,
        configuration: &NewConfiguration<'_>,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        const DOING: &str = "adding a configuration";
        transaction!(self, DOING, |tx| {
            sqlx::query(
                "INSERT INTO fleet_configuration (number, signed, holds_from, holds_until, added_at)
                 VALUES ($1, $2, $3, $4, $5)",
            )
            .bind(number(configuration.number))
            .bind(configuration.signed)
            .bind(micros(configuration.from))
            .bind(micros(configuration.until))
            .bind(micros(now))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            audit::write(tx, entries).await
        })
    }

    /// The newest configuration, with its number, that holds at `now`.
    pub async fn configuration_in_force(
        &self,
        now: OffsetDateTime,
    ) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
        let query = sqlx::query(
            "SELECT number, signed FROM fleet_configuration
             WHERE holds_from <= $1 AND holds_until > $1 ORDER BY number DESC LIMIT 1",
        );
        let row = query.bind(micros(now)).fetch_optional(&self.pool).await;
        configuration_of(row)
    }

    /// The newest configuration, with its number, also one that does not hold yet or any more.
    pub async fn newest_configuration(&self) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
        let query = sqlx::query(
            "SELECT number, signed FROM fleet_configuration ORDER BY number DESC LIMIT 1",
        );
        configuration_of(query.fetch_optional(&self.pool).await)
    }

    /// Configurations, the newest first.
    pub async fn configurations(&self, most: u32) -> Result<Vec<ConfigurationHead>, StoreError> {
        const DOING: &str = "reading configurations";
        let rows = sqlx::query(
            "SELECT number, holds_from, holds_until, added_at FROM fleet_configuration
             ORDER BY number DESC LIMIT $1",
        )
        .bind(i64::from(most))
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database(DOING))?;
        let head = |row: &EngineRow| {
            let columns = Columns {
                table: "fleet_configuration",
                id: String::new(),
                row,
            };
            let number: i64 = columns.get("number")?;
            Ok(ConfigurationHead {
                number: u64::try_from(number).map_err(|_| columns.bad("number"))?,
                from: super::station::time_of(&columns, "holds_from")?,
                until: super::station::time_of(&columns, "holds_until")?,
                added_at: super::station::time_of(&columns, "added_at")?,
            })
        };
        rows.iter().map(head).collect()
    }

    /// The configuration of a number, encoded as it was signed.
    pub async fn configuration(&self, of: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let query = sqlx::query("SELECT number, signed FROM fleet_configuration WHERE number = $1");
        let row = query.bind(number(of)).fetch_optional(&self.pool).await;
        Ok(configuration_of(row)?.map(|(_, signed)| signed))
    }

    /// Keeps an office's signed staff list; those before it are erased.
    pub async fn add_staff_list(
        &self,
        rng: &mut impl CryptoRng,
        list: &NewStaffList<'_>,
        entries: &[Entry],
    ) -> Result<(), StoreError> {
        const DOING: &str = "adding a staff list";
        let place = place(list.office, list.number);
        let sealed = self.sealer.seal(rng, &place, list.signed)?;
        let sealed = &sealed;
        transaction!(self, DOING, |tx| {
            sqlx::query(
                "INSERT INTO fleet_staff_list (office, number, people_digest, sealed, holds_from,
                                               holds_until)
                 VALUES ($1, $2, $3, $4, $5, $6)",
            )
            .bind(list.office.as_str())
            .bind(number(list.number))
            .bind(&list.people.as_bytes()[..])
            .bind(sealed)
            .bind(micros(list.from))
            .bind(micros(list.until))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            sqlx::query(
                "UPDATE fleet_staff_list SET sealed = NULL WHERE office = $1 AND number < $2",
            )
            .bind(list.office.as_str())
            .bind(number(list.number))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            audit::write(tx, entries).await
        })
    }

    /// An office's newest staff list: what is known of it, and the encoded `Signed<StaffList>`.
    pub async fn newest_staff_list(
        &self,
        office: &OfficeId,
    ) -> Result<Option<(StaffListHead, Zeroizing<Vec<u8>>)>, StoreError> {
        const DOING: &str = "reading a staff list";
        let row = sqlx::query(
            "SELECT * FROM fleet_staff_list WHERE office = $1 ORDER BY number DESC LIMIT 1",
        )
        .bind(office.as_str())
        .fetch_optional(&self.pool)
        .await
        .map_err(StoreError::database(DOING))?;
        let Some(row) = row else { return Ok(None) };
        let columns = Columns {
            table: "fleet_staff_list",
            id: office.to_string(),
            row: &row,
        };
        let number: i64 = columns.get("number")?;
        let head = StaffListHead {
            number: u64::try_from(number).map_err(|_| columns.bad("number"))?,
            people: columns.read("people_digest", |bytes| {
                bytes.try_into().ok().map(Hash::from_bytes)
            })?,
            from: super::station::time_of(&columns, "holds_from")?,
            until: super::station::time_of(&columns, "holds_until")?,
        };
        let sealed: Vec<u8> = row.try_get("sealed").map_err(|_| columns.bad("sealed"))?;
        let signed = self.sealer.open(&place(office, head.number), &sealed)?;
        Ok(Some((head, signed)))
    }
}

fn configuration_of(
    row: Result<Option<EngineRow>, sqlx::Error>,
) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
    let row = row.map_err(StoreError::database("reading a configuration"))?;
    let Some(row) = row else { return Ok(None) };
    let columns = Columns {
        table: "fleet_configuration",
        id: String::new(),
        row: &row,
    };
    let number: i64 = columns.get("number")?;
    let number = u64::try_from(number).map_err(|_| columns.bad("number"))?;
    Ok(Some((number, columns.get("signed")?)))
}

fn place(office: &OfficeId, number: u64) -> Place {
    Place {
        table: "fleet_staff_list",
        row: format!("{office}/{number}"),
        column: "sealed",
    }
}
