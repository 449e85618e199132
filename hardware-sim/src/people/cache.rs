//! Drawn people, kept by seed and generator version: the second time costs a copy.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Changes whenever the same seed draws something else.
pub(super) const GENERATOR: &str = "people-4";

/// A folder of drawn people.
#[derive(Clone, Debug)]
pub(super) struct Cache {
    root: PathBuf,
}

impl Cache {
    pub(super) fn new(root: &Path) -> Self {
        Self {
            root: root.join(GENERATOR),
        }
    }

    /// The folder of a person by name; drawn first, and put into place at once, if it is not there.
    pub(super) fn person<E: From<io::Error>>(
        &self,
        name: &str,
        draw: impl FnOnce(&Path) -> Result<(), E>,
    ) -> Result<PathBuf, E> {
        let folder = self.root.join(name);
        if folder.is_dir() {
            return Ok(folder);
        }
        fs::create_dir_all(&self.root)?;
        let unfinished = self.root.join(format!("{name}.{}", std::process::id()));
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished)?;
        }
        fs::create_dir(&unfinished)?;
        draw(&unfinished)?;
        // Another process may have been faster; its person is the same.
        if fs::rename(&unfinished, &folder).is_err() {
            fs::remove_dir_all(&unfinished)?;
        }
        Ok(folder)
    }
}

/// Copies the files of a folder into another, which is made.
pub(super) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}
