//! The files of the store: their place, their modes, and how SQLite is to treat them.

use std::{
    fs::{self, DirBuilder, OpenOptions, Permissions},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::Connection as _;
use sqlx::{
    Pool, Sqlite,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::StoreError;

/// The database's name in the station's folder. SQLite puts its log beside it, with the same mode.
pub const FILE: &str = "station.sqlite";

const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;

/// What is done with the file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Everything.
    Own,
    /// Reading, without changing anything but the log's place.
    Quarantine,
}

/// Makes folder and file where there are none, and takes everybody else's rights away.
pub(super) fn prepare(folder: &Path) -> Result<PathBuf, StoreError> {
    DirBuilder::new()
        .recursive(true)
        .mode(FOLDER_MODE)
        .create(folder)
        .map_err(StoreError::file("making the folder", folder))?;
    restrict(folder, FOLDER_MODE)?;
    let path = folder.join(FILE);
    // Made by us and not by SQLite, so that there is no moment in which others may read it.
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(FILE_MODE)
        .open(&path)
        .map_err(StoreError::file("making", &path))?;
    for suffix in ["", "-wal", "-shm"] {
        let file = folder.join(format!("{FILE}{suffix}"));
        if file.exists() {
            restrict(&file, FILE_MODE)?;
        }
    }
    Ok(path)
}

fn restrict(path: &Path, mode: u32) -> Result<(), StoreError> {
    let found = fs::metadata(path).map_err(StoreError::file("looking at", path))?;
    if found.permissions().mode() & 0o777 == mode {
        return Ok(());
    }
    fs::set_permissions(path, Permissions::from_mode(mode))
        .map_err(StoreError::file("restricting", path))
}

pub(super) async fn connect(path: &Path, access: Access) -> Result<Pool<Sqlite>, StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .pragma("temp_store", "MEMORY")
        .busy_timeout(Duration::from_secs(5));
    let options = match access {
        Access::Own => options
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("secure_delete", "ON"),
        Access::Quarantine => options.pragma("query_only", "ON"),
    };
    SqlitePoolOptions::new()
        .max_connections(4)
        // A full disk ends a transaction behind the driver's back: such a connection is not used again.
        .after_release(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
        .connect_with(options)
        .await
        .map_err(|source| StoreError::Open {
            path: path.to_owned(),
            source,
        })
}
