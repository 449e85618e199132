//! A token of our own in a private folder.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests stop at the first fault"
)]

use std::path::{Path, PathBuf};

use key_custody::{Token, TokenConfig, create_pin_file, initialise_token, softhsm};
use rand::{SeedableRng, rngs::StdRng};

/// A SoftHSM folder that vanishes with the test.
pub struct Bench {
    pub folder: tempfile::TempDir,
    conf: PathBuf,
}

impl Bench {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let conf = softhsm::write_configuration(folder.path()).unwrap();
        Self { folder, conf }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The configuration of a token, with its PIN files made.
    pub fn config(&self, label: &str) -> (TokenConfig, PathBuf) {
        let seed = label.bytes().map(u64::from).sum();
        let mut rng = StdRng::seed_from_u64(seed);
        let pin_file = self.path().join(format!("{label}.pin"));
        let so_pin_file = self.path().join(format!("{label}.so-pin"));
        create_pin_file(&pin_file, &mut rng).unwrap();
        create_pin_file(&so_pin_file, &mut rng).unwrap();
        let config = TokenConfig {
            module: softhsm::MODULE.into(),
            softhsm2_conf: Some(self.conf.clone()),
            token_label: label.into(),
            pin_file,
        };
        (config, so_pin_file)
    }

    /// A fresh token.
    pub fn token(&self, label: &str) -> Token {
        let (config, so_pin_file) = self.config(label);
        initialise_token(&config, &so_pin_file).unwrap();
        Token::open(&config).unwrap()
    }
}
