//! The log itself: its heads, its export, and what is erased of it.

use std::io::{self, Seek, Write};

use evidence::{
    archive::Export,
    head::SignedHead,
    line::{EntryText, Line, Opened},
};
use sqlx::Row as _;

use super::{
    row::{STORED, Stored},
    sequence::signed,
};
use crate::{Store, StoreError, statement::Statement, transaction::transaction};

const EXPORTING: &str = "exporting the audit's log";
/// Rows that are in memory at a time.
const PAGE: u64 = 2_000;
/// Heads of an export: more say little more, and each is verified.
const MAX_HEADS: usize = 1_000;

impl Store {
    /// Keeps a head that the log's key signed.
    pub async fn keep_audit_head(&self, head: &SignedHead) -> Result<(), StoreError> {
        const DOING: &str = "keeping a head of the audit";
        let json = head.encode().map_err(|_| StoreError::NoEntry)?;
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

    /// The newest head, if there is one.
    pub async fn newest_audit_head(&self) -> Result<Option<SignedHead>, StoreError> {
        let row = sqlx::query_scalar("SELECT signed FROM audit_head ORDER BY size DESC LIMIT 1")
            .fetch_optional(&self.pool)
            .await;
        let row: Option<Vec<u8>> =
            row.map_err(StoreError::database("reading a head of the audit"))?;
        row.map(|json| head(&json)).transpose()
    }

    /// Writes the log up to its newest head as an archive; how many entries. `keys`: names of files and what they hold, PEM.
    pub async fn export_audit_log(
        &self,
        keys: &[(&str, &[u8])],
        sink: impl Write + Seek,
    ) -> Result<u64, StoreError> {
        let heads = self.heads().await?;
        let size = heads.last().map_or(0, |head| head.head.size);
        let mut export = Export::begin(sink, keys, &heads).map_err(written)?;
        let mut next = 1;
        while next <= size {
            let last = size.min(next + PAGE - 1);
            let mut page = Statement::new("SELECT ");
            page.push(STORED)
                .push(" FROM audit_entry WHERE position >= ");
            page.bind(signed(next)).push(" AND position <= ");
            page.bind(signed(last)).push(" ORDER BY position");
            let rows = page.build().fetch_all(&self.pool).await;
            let rows = rows.map_err(StoreError::database(EXPORTING))?;
            if rows.len() as u64 != last - next + 1 {
                return Err(StoreError::Stale {
                    doing: EXPORTING,
                    object: format!("one of the entries {next} to {last}"),
                });
            }
            for (position, row) in (next..).zip(&rows) {
                line(&mut export, position, &Stored::read(row)?)?;
            }
            next = last + 1;
        }
        export.finish().map_err(written)?;
        Ok(size)
    }

    /// Erases the entries about an object, with their salts; their records stay. How many. Only what has its place in the log.
    pub async fn erase_audit_of(&self, object: &str) -> Result<u64, StoreError> {
        const DOING: &str = "erasing entries of the audit";
        transaction!(self, DOING, |tx| {
            let done = sqlx::query(
                "UPDATE audit_entry SET act_id = writer || ':' || CAST(sequence AS TEXT), entered_at = '', actor = '', act = '',
                     object = '', detail = NULL, salt = NULL
                 WHERE object = $1 AND position IS NOT NULL",
            )
            .bind(object)
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            Ok(done.rows_affected())
        })
    }

    /// Heads in the order of their sizes: the newest, and of the others no more than an export has.
    async fn heads(&self) -> Result<Vec<SignedHead>, StoreError> {
        let rows = sqlx::query("SELECT size, signed FROM audit_head ORDER BY size")
            .fetch_all(&self.pool)
            .await
            .map_err(StoreError::database(EXPORTING))?;
        let step = rows.len().div_ceil(MAX_HEADS).max(1);
        let mut chosen: Vec<_> = rows.iter().rev().step_by(step).collect();
        chosen.reverse();
        let read = chosen.into_iter().map(|row| {
            let json: Vec<u8> = row
                .try_get("signed")
                .map_err(StoreError::database(EXPORTING))?;
            head(&json)
        });
        read.collect()
    }
}

fn line<W: Write + Seek>(
    export: &mut Export<W>,
    position: u64,
    stored: &Stored,
) -> Result<(), StoreError> {
    let opened = match &stored.opened {
        None => None,
        Some((salt, line)) => Some(Opened {
            salt: *salt,
            entry: EntryText::parse(line).map_err(|_| StoreError::NoEntry)?,
        }),
    };
    let line = Line {
        position,
        record: stored.record(),
        opened,
    };
    export.line(&line).map_err(written)
}

fn head(json: &[u8]) -> Result<SignedHead, StoreError> {
    SignedHead::decode(json).map_err(|_| StoreError::BadRow {
        table: "audit_head",
        column: "signed",
        row: "of a head".to_owned(),
    })
}

fn written(error: io::Error) -> StoreError {
    StoreError::database(EXPORTING)(sqlx::Error::Io(error))
}
