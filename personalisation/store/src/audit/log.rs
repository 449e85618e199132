//! The log as one archive.

use std::io::{self, Seek, Write};

use evidence::{
    archive::Export,
    line::{EntryText, Line, Opened},
};

use super::{
    row::{STORED, Stored},
    sequence::signed,
};
use crate::{Store, StoreError, statement::Statement};

const EXPORTING: &str = "exporting the audit's log";
/// Rows that are in memory at a time.
const PAGE: u64 = 2_000;

impl Store {
    /// Writes the log up to its newest head as an archive; how many entries. `keys`: names of files and what they hold, PEM.
    pub async fn export_audit_log(
        &self,
        keys: &[(&str, &[u8])],
        sink: impl Write + Seek,
    ) -> Result<u64, StoreError> {
        let heads = self.audit_heads().await?;
        let size = heads.last().map_or(0, |head| head.head.size);
        self.demand_sealed_erasures(size).await?;
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
                let stored = Stored::read(row)?;
                let line = opened(position, &stored)?;
                export.line(&line).map_err(written)?;
            }
            next = last + 1;
        }
        // What was erased meanwhile is missing above, and the act that names it stands behind the head.
        self.demand_sealed_erasures(size).await?;
        export.finish().map_err(written)?;
        Ok(size)
    }

    /// Refuses while an act of erasing is not among the first `size` entries: what it erased would look like erased by nobody.
    async fn demand_sealed_erasures(&self, size: u64) -> Result<(), StoreError> {
        let waiting: i64 = sqlx::query_scalar(
            // The index `audit_entry_erasing` holds such acts alone; its condition stands here in the same words.
            "SELECT COUNT(*) FROM audit_entry
             WHERE act = 'erase-entries' AND phase = 'outcome' AND (position IS NULL OR position > $1)",
        )
        .bind(signed(size))
        .fetch_one(&self.pool)
        .await
        .map_err(StoreError::database(EXPORTING))?;
        if waiting == 0 {
            return Ok(());
        }
        Err(StoreError::Unsealed)
    }
}

/// A row as a line of the log.
pub(super) fn opened(position: u64, stored: &Stored) -> Result<Line<'_>, StoreError> {
    let opened = match &stored.opened {
        None => None,
        Some((salt, line)) => Some(Opened {
            salt: *salt,
            entry: EntryText::parse(line).map_err(|_| StoreError::NoEntry)?,
        }),
    };
    Ok(Line {
        position,
        record: stored.record(),
        opened,
    })
}

fn written(error: io::Error) -> StoreError {
    StoreError::database(EXPORTING)(sqlx::Error::Io(error))
}
