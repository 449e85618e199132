//! The last head that was signed, in a file beside the log's token: out of reach of whoever administers the database, so that
//! neither an old copy of it nor a rewritten one gets another signature.
//!
//! The order of things is: signed, here and durable, then in the database. Where power fails after the second, the head is put
//! into the database later; where it fails before, its signature was seen by nobody.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use evidence::head::{MAX_HEAD_LENGTH, SignedHead};

use super::AuditError;
use crate::whole_file;

/// The file, with nobody else at it.
#[derive(Debug)]
pub(super) struct LastHead {
    path: PathBuf,
    /// Held as long as this is: of two that sign with one token, one waits for an operator.
    _lock: File,
}

impl LastHead {
    /// Takes the file for itself.
    pub(super) fn open(path: &Path) -> Result<Self, AuditError> {
        let beside = path.with_extension("lock");
        let failed = |source| AuditError::File {
            path: beside.clone(),
            source,
        };
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(false);
        let lock = options.open(&beside).map_err(failed)?;
        lock.try_lock().map_err(|error| match error {
            fs::TryLockError::WouldBlock => AuditError::Another(path.to_owned()),
            fs::TryLockError::Error(source) => failed(source),
        })?;
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The last head that was signed, if one was.
    pub(super) fn read(&self) -> Result<Option<SignedHead>, AuditError> {
        let failed = |source| AuditError::File {
            path: self.path.clone(),
            source,
        };
        let length = match fs::metadata(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            found => found.map_err(failed)?.len(),
        };
        if length > MAX_HEAD_LENGTH as u64 {
            let too_long = io::Error::new(ErrorKind::InvalidData, "it is longer than any head");
            return Err(failed(too_long));
        }
        let json = fs::read(&self.path).map_err(failed)?;
        let head = SignedHead::decode(&json);
        let head = head.map_err(|error| failed(io::Error::new(ErrorKind::InvalidData, error)))?;
        Ok(Some(head))
    }

    /// Keeps a head in the place of the last one; once this returns, it outlives a power failure.
    pub(super) fn write(&self, head: &SignedHead) -> Result<(), AuditError> {
        let failed = |source| AuditError::File {
            path: self.path.clone(),
            source,
        };
        let json = head.encode().map_err(|error| failed(error.into()))?;
        whole_file::write(&self.path, &json).map_err(failed)
    }
}
