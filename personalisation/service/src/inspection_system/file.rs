//! `--inspection-system FILE.toml`: an inspection system for `personalisation inspect` (schema in
//! docs/inspection.md).

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use key_custody::{Token, TokenConfig};
use serde::Deserialize;

use super::{Folder, InspectionSystem, InspectionSystemError};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    certificates: PathBuf,
    token: TokenSection,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenSection {
    #[serde(default = "softhsm")]
    module: PathBuf,
    softhsm2_conf: Option<PathBuf>,
    label: String,
    pin_file: PathBuf,
}

fn softhsm() -> PathBuf {
    key_custody::softhsm::MODULE.into()
}

impl InspectionSystem {
    /// The inspection system that a file describes, with its newest certificate. Whether that is still
    /// valid stands in the report of each inspection.
    pub fn open(path: &Path) -> Result<Self, InspectionSystemError> {
        let refused = |reason: String| InspectionSystemError::Config {
            path: path.to_owned(),
            reason,
        };
        let text = fs::read_to_string(path).map_err(|error| refused(error.to_string()))?;
        let file: File = toml::from_str(&text).map_err(|error| refused(error.to_string()))?;
        let place = path.parent().unwrap_or(Path::new(""));
        let token = Token::open(&TokenConfig {
            module: place.join(file.token.module),
            softhsm2_conf: file.token.softhsm2_conf.map(|path| place.join(path)),
            token_label: file.token.label,
            pin_file: place.join(file.token.pin_file),
        })?;
        let folder = Folder::new(place.join(file.certificates));
        Self::new(Arc::new(token), folder.newest()?)
    }
}
