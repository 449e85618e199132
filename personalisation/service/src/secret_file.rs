//! Files that only their owner can read: keys that are not in a token.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use rand::CryptoRng;
use thiserror::Error;
use zeroize::Zeroizing;

/// Why a secret file cannot be used. For the operator.
#[derive(Debug, Error)]
pub enum SecretFileError {
    /// The file cannot be read or written.
    #[error("using the key file {}: {source}; check the path and its owner", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Others can read it.
    #[error("reading the key file {}: others can read it (mode {mode:o}); make it mode 600 and replace the key", path.display())]
    Mode {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It holds something else.
    #[error("reading the key file {}: 32 bytes are expected, it has {found}; restore it from a backup", path.display())]
    Length {
        /// The file.
        path: PathBuf,
        /// Its length in bytes.
        found: usize,
    },
}

/// The 32 bytes of a key file.
pub fn read_key(path: &Path) -> Result<Box<Zeroizing<[u8; 32]>>, SecretFileError> {
    let bytes = read(path)?;
    let mut key = Box::new(Zeroizing::new([0; 32]));
    if bytes.len() != key.len() {
        return Err(SecretFileError::Length {
            path: path.to_owned(),
            found: bytes.len(),
        });
    }
    key.copy_from_slice(&bytes);
    Ok(key)
}

/// The content of a file that nobody else can read.
pub fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, SecretFileError> {
    let failed = |source| SecretFileError::Io {
        path: path.to_owned(),
        source,
    };
    let mode = fs::metadata(path).map_err(failed)?.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(SecretFileError::Mode {
            path: path.to_owned(),
            mode,
        });
    }
    fs::read(path).map(Zeroizing::new).map_err(failed)
}

/// Makes a key file with 32 random bytes, unless there is one. Says whether it was made.
pub fn create_key(path: &Path, rng: &mut impl CryptoRng) -> Result<bool, SecretFileError> {
    let failed = |source| SecretFileError::Io {
        path: path.to_owned(),
        source,
    };
    let mut options = OpenOptions::new();
    let mut file = match options.write(true).create_new(true).mode(0o600).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
        Err(error) => return Err(failed(error)),
    };
    let mut key = Zeroizing::new([0; 32]);
    rng.fill_bytes(&mut key[..]);
    file.write_all(&key[..])
        .and_then(|()| file.sync_all())
        .map_err(failed)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use rand::{SeedableRng as _, rngs::StdRng};

    use super::*;

    #[test]
    fn a_key_is_made_once_and_read_by_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sealing.key");
        let mut rng = StdRng::seed_from_u64(1);
        assert!(create_key(&path, &mut rng).unwrap());
        let key = read_key(&path).unwrap();
        assert!(!create_key(&path, &mut rng).unwrap());
        assert_eq!(read_key(&path).unwrap(), key);

        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(
            read_key(&path),
            Err(SecretFileError::Mode { mode: 0o640, .. })
        ));
    }

    #[test]
    fn other_lengths_and_missing_files_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sealing.key");
        assert!(matches!(read_key(&path), Err(SecretFileError::Io { .. })));
        fs::write(&path, [1; 31]).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(matches!(
            read_key(&path),
            Err(SecretFileError::Length { found: 31, .. })
        ));
    }
}
