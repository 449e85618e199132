//! SoftHSM, which keeps tokens in files that it writes in place: its configuration, and what keeps
//! those files whole when a program is killed. Other tokens never come here.

mod bench;
mod folder;
mod mend;

use std::{
    fs::{self, DirBuilder},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

pub use self::bench::Bench;
use self::{
    folder::{
        configuration_of, each_token, fault, private_folder, remove_file, remove_tree, sync_tree,
        tokens_of, write_whole,
    },
    mend::{keep, mend},
};
use crate::{TokenConfig, error::CustodyError};

/// Where Debian installs the module.
pub const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";

/// The environment variable that names SoftHSM's configuration.
pub(crate) const VARIABLE: &str = "SOFTHSM2_CONF";

/// The configuration of a token folder that [`write_configuration`] makes.
#[must_use]
pub fn configuration(folder: &Path) -> PathBuf {
    folder.join("softhsm2.conf")
}

/// Makes `folder` (mode 700) with a token folder and a `softhsm2.conf` in it, and returns the path
/// of the latter. What is there already stays; a token folder that is away stays away.
pub fn write_configuration(folder: &Path) -> Result<PathBuf, CustodyError> {
    let path = configuration(folder);
    if path.exists() {
        return Ok(path);
    }
    let tokens = folder.join("tokens");
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&tokens)
        .map_err(fault("create the token folder", &tokens))?;
    // SoftHSM resolves a relative folder against the working directory of whoever loads it.
    let tokens = fs::canonicalize(&tokens).map_err(fault("find", &tokens))?;
    write_whole(&path, configuration_of(&tokens).as_bytes()).map_err(fault("write", &path))?;
    Ok(path)
}

/// Puts back what killed programs tore of the tokens of a configuration. A folder that is away has
/// nothing to mend; what cannot be mended shows as an absent token.
pub(crate) fn mend_tokens(configuration: &Path) {
    let mended = tokens_of(configuration).map(|tokens| mend(&tokens));
    if let Ok(Err(error)) = mended {
        tracing::warn!(configuration = %configuration.display(), %error, "cannot mend tokens");
    }
}

/// How many token folders a configuration's folder has: also those that SoftHSM cannot read.
pub(crate) fn count_tokens(configuration: &Path) -> Result<usize, CustodyError> {
    let tokens = tokens_of(configuration)?;
    if !tokens.is_dir() {
        let source = std::io::Error::from(std::io::ErrorKind::NotFound);
        return Err(fault("find the token folder", &tokens)(source));
    }
    let found = each_token(&tokens).map_err(fault("list", &tokens))?;
    Ok(found.len())
}

/// Makes a token in a folder of its own, by `make` with that folder's configuration, and moves it to
/// the others when it is complete: nobody ever sees half a token.
pub(crate) fn make_aside(
    configuration: &Path,
    make: impl FnOnce(&Path) -> Result<(), CustodyError>,
) -> Result<(), CustodyError> {
    let tokens = tokens_of(configuration)?;
    let aside = tokens.with_added_extension("new");
    let own = configuration.with_extension("new.conf");
    remove_tree(&aside)
        .and_then(|()| private_folder(&aside))
        .and_then(|()| write_whole(&own, configuration_of(&aside).as_bytes()))
        .map_err(fault("prepare a folder for a new token", &aside))?;
    make(&own)?;
    let moved = || {
        keep(&aside)?;
        sync_tree(&aside)?;
        for token in each_token(&aside)? {
            let name = token.file_name().unwrap_or_default();
            fs::rename(&token, tokens.join(name))?;
        }
        fs::File::open(&tokens)?.sync_all()?;
        remove_tree(&aside)?;
        remove_file(&own)
    };
    moved().map_err(fault("put a new token into", &tokens))
}

/// Makes everything in the token's folder durable: SoftHSM writes files and syncs none. Nothing to do for other modules.
pub fn make_durable(config: &TokenConfig) -> Result<(), CustodyError> {
    let Some(configuration) = &config.softhsm2_conf else {
        return Ok(());
    };
    let tokens = tokens_of(configuration)?;
    sync_tree(&tokens).map_err(fault("make durable", &tokens))
}

/// Runs a whole program with `SOFTHSM2_CONF` set, so that its threads never see the environment
/// change: call it in `main` before there is any other thread. A program that does not is served
/// too, but then the variable is set for the moment of each initialisation of the module.
pub fn with_configuration<T>(configuration: &Path, program: impl FnOnce() -> T) -> T {
    temp_env::with_var(VARIABLE, Some(configuration), program)
}
