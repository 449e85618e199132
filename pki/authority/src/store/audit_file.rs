//! The audit as a file of JSON lines, copied from the store.
//!
//! The store's table is written in the transaction of what it tells, so nothing happens untold. The
//! file follows it: after a crash the lines that it lacks are appended, and a torn last line is cut
//! off first (the store has it whole).

use std::{
    fs::{File, OpenOptions},
    io::{Read, Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use sqlx::{Row, SqliteConnection};

use super::StoreError;

/// Longer than any line that is written.
const LONGEST_LINE: u64 = 16 * 1024;

pub(super) struct AuditFile {
    path: PathBuf,
    file: File,
    /// The id of the last line in the file.
    last: i64,
}

impl AuditFile {
    /// Opens the file, alone, and appends what it lacks.
    pub(super) async fn open(
        path: &Path,
        connection: &mut SqliteConnection,
    ) -> Result<Self, StoreError> {
        let fault = |reason: String| StoreError::Audit {
            path: path.into(),
            reason,
        };
        let mut options = OpenOptions::new();
        options
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o640);
        let mut file = options
            .open(path)
            .map_err(|error| fault(error.to_string()))?;
        file.try_lock()
            .map_err(|error| fault(format!("another pki-authority uses it ({error})")))?;
        let last_line = last_line(&mut file).map_err(|error| fault(error.to_string()))?;
        let last = match last_line {
            None => 0,
            Some(line) => find(connection, &line).await?.ok_or_else(|| {
                fault("its last line is not of this store; configure a file of its own".into())
            })?,
        };
        let mut audit = Self {
            path: path.into(),
            file,
            last,
        };
        audit.catch_up(connection).await?;
        Ok(audit)
    }

    /// Appends the lines that the store has and the file lacks.
    pub(super) async fn catch_up(
        &mut self,
        connection: &mut SqliteConnection,
    ) -> Result<(), StoreError> {
        let rows = sqlx::query("SELECT id, line FROM audit WHERE id > ? ORDER BY id")
            .bind(self.last)
            .fetch_all(connection)
            .await
            .map_err(|error| StoreError::Write(error.to_string()))?;
        let (mut text, mut last) = (String::new(), self.last);
        for row in rows {
            let bad = |column| StoreError::BadRow {
                table: "audit",
                column,
                row: last.to_string(),
            };
            text.push_str(row.try_get("line").map_err(|_| bad("line"))?);
            text.push('\n');
            last = row.try_get("id").map_err(|_| bad("id"))?;
        }
        let length = self.file.metadata().map(|facts| facts.len());
        let fault = |error: std::io::Error| StoreError::Audit {
            path: self.path.clone(),
            reason: error.to_string(),
        };
        let length = length.map_err(fault)?;
        if let Err(error) = self.file.write_all(text.as_bytes()) {
            // Half a batch is cut off, so that the next attempt does not double it.
            let _ = self.file.set_len(length);
            let _ = self.file.seek(SeekFrom::End(0));
            return Err(fault(error));
        }
        self.last = last;
        Ok(())
    }
}

/// The last whole line; what follows it is cut off. Leaves the file at its end.
fn last_line(file: &mut File) -> std::io::Result<Option<String>> {
    let length = file.seek(SeekFrom::End(0))?;
    let start = length.saturating_sub(2 * LONGEST_LINE);
    file.seek(SeekFrom::Start(start))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    let whole = tail
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |end| end + 1);
    let torn = u64::try_from(tail.len() - whole).unwrap_or(0);
    if torn > 0 {
        file.set_len(length - torn)?;
        file.seek(SeekFrom::End(0))?;
    }
    let Some(lines) = tail[..whole].strip_suffix(b"\n") else {
        return Ok(None);
    };
    let begin = lines
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |end| end + 1);
    Ok(Some(String::from_utf8_lossy(&lines[begin..]).into_owned()))
}

async fn find(connection: &mut SqliteConnection, line: &str) -> Result<Option<i64>, StoreError> {
    let row = sqlx::query("SELECT id FROM audit WHERE line = ? ORDER BY id DESC LIMIT 1")
        .bind(line)
        .fetch_optional(connection)
        .await;
    let row = row.map_err(|error| StoreError::Write(error.to_string()))?;
    row.map(|row| {
        row.try_get(0)
            .map_err(|error| StoreError::Write(error.to_string()))
    })
    .transpose()
}
