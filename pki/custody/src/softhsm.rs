//! The private configuration of a SoftHSM token folder.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::Write,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use crate::error::CustodyError;

/// Where Debian installs the module.
pub const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";

/// The environment variable that names SoftHSM's configuration.
pub(crate) const VARIABLE: &str = "SOFTHSM2_CONF";

/// Makes `folder` (mode 700) with a token folder and a `softhsm2.conf` in it, and returns the path
/// of the latter. What is there already stays.
pub fn write_configuration(folder: &Path) -> Result<PathBuf, CustodyError> {
    let tokens = folder.join("tokens");
    let mut builder = DirBuilder::new();
    builder
        .recursive(true)
        .mode(0o700)
        .create(&tokens)
        .map_err(|source| CustodyError::File {
            act: "create the token folder",
            path: tokens.clone(),
            source,
        })?;
    let path = folder.join("softhsm2.conf");
    let fault = |source| CustodyError::File {
        act: "write",
        path: path.clone(),
        source,
    };
    // SoftHSM resolves a relative folder against the working directory of whoever loads it.
    let tokens = fs::canonicalize(&tokens).map_err(fault)?;
    match OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
    {
        Ok(mut file) => {
            let text = format!(
                "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
                tokens.display()
            );
            file.write_all(text.as_bytes())
                .and_then(|()| file.sync_all())
                .map_err(fault)?;
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(fault(error)),
    }
    Ok(path)
}

/// Runs a whole program with `SOFTHSM2_CONF` set, so that its threads never see the environment
/// change: call it in `main` before there is any other thread. A program that does not is served
/// too, but then the variable is set for the moment of each initialisation of the module.
pub fn with_configuration<T>(configuration: &Path, program: impl FnOnce() -> T) -> T {
    temp_env::with_var(VARIABLE, Some(configuration), program)
}
