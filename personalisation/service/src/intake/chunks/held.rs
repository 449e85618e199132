//! Held files: read, put away, erased; and those that no row names.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    time::{Duration, SystemTime},
};

use dossier::{Hash, sealed::MAX_LENGTH};

use super::{Chunks, Whole, digest, is_older, peek, sync_folder};
use crate::intake::quarantine;

impl Chunks {
    /// Hashes of all held files; other names are left alone.
    pub fn held(&self) -> io::Result<Vec<Hash>> {
        let mut held = Vec::new();
        for entry in fs::read_dir(&self.held)? {
            let name = entry?.file_name();
            held.extend(name.to_str().and_then(|name| quarantine::hash(name).ok()));
        }
        Ok(held)
    }

    /// A held file as [`Self::finish`] found it; none where it is gone. One whose bytes do not have its hash, which a
    /// broken disk makes, is removed: what no row names, nobody was told to be here.
    pub fn unnamed(&self, hash: Hash) -> io::Result<Option<Whole>> {
        let _lock = self.lock(hash);
        let path = self.held.join(hash.to_string());
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        if digest(&file)? != hash {
            tracing::error!(%hash, "a file has other bytes than its name says; it is removed");
            fs::remove_file(&path)?;
            return Ok(None);
        }
        Ok(Some(Whole {
            length: file.metadata()?.len(),
            header: peek(&file)?,
        }))
    }

    /// Removes a held file that no row names and nobody asked for so long; whether it was one.
    pub fn forget_unnamed(
        &self,
        hash: Hash,
        silent: Duration,
        now: SystemTime,
    ) -> io::Result<bool> {
        let _lock = self.lock(hash);
        let path = self.held.join(hash.to_string());
        let old = is_older(&fs::metadata(&path)?, silent, now)?;
        if old {
            fs::remove_file(&path)?;
        }
        Ok(old)
    }

    /// The bytes of a held dossier, or of one in quarantine; none where there are none.
    pub fn read(&self, hash: Hash) -> io::Result<Option<Vec<u8>>> {
        for folder in [&self.held, &self.quarantine] {
            match File::open(folder.join(hash.to_string())) {
                Ok(file) => {
                    let mut bytes = Vec::with_capacity(
                        usize::try_from(file.metadata()?.len())
                            .unwrap_or(MAX_LENGTH)
                            .min(MAX_LENGTH),
                    );
                    file.take(MAX_LENGTH as u64 + 1).read_to_end(&mut bytes)?;
                    return Ok(Some(bytes));
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Removes an accepted dossier's file. Safe to repeat.
    pub fn erase(&self, hash: Hash) -> io::Result<()> {
        let _lock = self.lock(hash);
        for folder in [&self.held, &self.quarantine] {
            match fs::remove_file(folder.join(hash.to_string())) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// Puts a rejected dossier's file away. Safe to repeat.
    pub fn put_away(&self, hash: Hash) -> io::Result<()> {
        let _lock = self.lock(hash);
        let name = hash.to_string();
        match fs::rename(self.held.join(&name), self.quarantine.join(&name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Err(_) => Ok(()),
            Ok(()) => {
                sync_folder(&self.quarantine)?;
                sync_folder(&self.held)
            }
        }
    }
}
