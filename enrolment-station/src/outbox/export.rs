//! Carrying an outbox to the centre: sealed dossiers as files, without the station's token.

use std::{
    fs::{DirBuilder, File, OpenOptions, rename},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use dossier::Hash;
use serde::Serialize;
use thiserror::Error;

use super::{Item, Outbox, State};
use crate::store::StoreError;

/// Ends the name of a dossier's file; what stands before it is its hash.
pub const EXTENSION: &str = "dossier";
/// The list beside them.
pub const LIST: &str = "outbox.json";

/// Why an export is not complete. What was written is whole; run it again.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The outbox cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file cannot be written.
    #[error("writing {}: {source}; make room or choose another folder, then export again", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The list cannot be written. For the developer.
    #[error("writing the list of dossiers: {0}")]
    List(serde_json::Error),
}

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// SHA-256 of the sealed bytes; the file is named after it.
    pub hash: String,
    /// The application in it.
    pub application: String,
    /// The station that sealed it.
    pub station: String,
    /// The intake key that opens it.
    pub intake_key: String,
    /// Bytes of the file.
    pub length: u64,
    /// waiting, held or rejected.
    pub state: &'static str,
    /// Whether the file has its hash; one that has not is written all the same.
    pub whole: bool,
}

impl Outbox {
    /// Writes every dossier that is not accepted into `folder` (made with mode 700), each file whole
    /// or not at all, and a list of them. Nothing is changed in the outbox: what arrives twice is
    /// held once.
    pub async fn export(&self, folder: &Path) -> Result<Vec<Exported>, ExportError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(failed(folder))?;
        let mut exported = Vec::new();
        for item in self.rows().await? {
            if item.state == State::Accepted {
                continue;
            }
            let Some(sealed) = self.sealed(item.hash).await? else {
                continue;
            };
            write(&folder.join(format!("{}.{EXTENSION}", item.hash)), &sealed)?;
            exported.push(line(&item, Hash::of(&sealed) == item.hash));
        }
        let list = serde_json::to_vec_pretty(&exported).map_err(ExportError::List)?;
        write(&folder.join(LIST), &list)?;
        Ok(exported)
    }
}

fn line(item: &Item, whole: bool) -> Exported {
    Exported {
        hash: item.hash.to_string(),
        application: item.application.to_string(),
        station: item.station.to_string(),
        intake_key: item.intake_key.to_string(),
        length: item.length,
        state: item.state.name(),
        whole,
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), ExportError> {
    let draft = path.with_added_extension("part");
    let written = || {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        rename(&draft, path)?;
        match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
            _ => Ok(()),
        }
    };
    written().map_err(failed(path))
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> ExportError {
    move |source| ExportError::Write {
        path: path.to_owned(),
        source,
    }
}
