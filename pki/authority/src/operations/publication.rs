//! The file in which everybody finds the newest revocation list: replaced whole, durable.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// A list did not reach its file.
#[derive(Debug, thiserror::Error)]
#[error(
    "the revocation list is made, but cannot be put into {}: {source}; make the folder writable and \
     repeat, for until then those who read it go on trusting what is revoked", path.display()
)]
pub struct PublishError {
    path: PathBuf,
    source: io::Error,
}

/// Puts a list there, unless it is there.
pub(super) fn publish(path: &Path, list: &[u8]) -> Result<(), PublishError> {
    replace(path, list).map_err(|source| PublishError {
        path: path.to_owned(),
        source,
    })
}

fn replace(path: &Path, list: &[u8]) -> io::Result<()> {
    if fs::read(path).is_ok_and(|there| there == list) {
        return Ok(());
    }
    let draft = path.with_added_extension("draft");
    let mut file = File::create(&draft)?;
    file.write_all(list)?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
