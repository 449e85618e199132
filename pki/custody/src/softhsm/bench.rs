//! A bench for ceremonies: work on a copy of a token folder, put in its place in one move.
//!
//! ```text
//! set_up: tokens ──copy──> tokens.work        logins and new keys touch the copy only
//! commit: tokens.work made durable; tokens ──rename──> tokens.old; tokens.work ──rename──> tokens;
//!         tokens.old removed
//! drop:   tokens.work removed
//! ```
//! Whoever is killed at any moment leaves `tokens` as it was or as it became, or, between the two
//! renames, both beside each other: the next bench ends that move, for what is to be put in place was
//! durable before. Tokens without a SoftHSM
//! configuration keep themselves whole; the bench is then the token itself.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    folder::{
        configuration_of, copy_settled, fault, remove_file, remove_tree, sync_parent, sync_tree,
        tokens_of, write_whole,
    },
    mend::keep,
};
use crate::{error::CustodyError, module::Module, token::TokenConfig};

/// Where a ceremony uses a token. Drop every [`Token`](crate::Token) of it before it.
#[derive(Debug)]
pub struct Bench {
    config: TokenConfig,
    copy: Option<Copy>,
}

#[derive(Debug)]
struct Copy {
    configuration: PathBuf,
    tokens: PathBuf,
    /// What it is a copy of.
    original: PathBuf,
}

impl Bench {
    /// Ends what a killed ceremony left: an exchange that it began, a copy.
    pub fn settle(config: &TokenConfig) -> Result<(), CustodyError> {
        match &config.softhsm2_conf {
            Some(configuration) => settle(&tokens_of(configuration)?),
            None => Ok(()),
        }
    }

    /// Copies the token's folder, if it is one of SoftHSM, after [`Self::settle`].
    pub fn set_up(config: &TokenConfig) -> Result<Self, CustodyError> {
        let mut config = config.clone();
        let Some(configuration) = &config.softhsm2_conf else {
            return Ok(Self { config, copy: None });
        };
        let original = tokens_of(configuration)?;
        settle(&original)?;
        let copy = Copy {
            configuration: configuration.with_extension("work.conf"),
            tokens: work(&original),
            original,
        };
        copy_settled(&copy.original, &copy.tokens).map_err(fault("copy", &copy.original))?;
        let text = configuration_of(&copy.tokens);
        write_whole(&copy.configuration, text.as_bytes())
            .map_err(fault("write", &copy.configuration))?;
        config.softhsm2_conf = Some(copy.configuration.clone());
        let copy = Some(copy);
        Ok(Self { config, copy })
    }

    /// The token at the bench.
    #[must_use]
    pub fn config(&self) -> &TokenConfig {
        &self.config
    }

    /// Puts the copy in the place of what it was copied from: what was made at the bench is durable
    /// when this returns.
    pub fn commit(mut self) -> Result<(), CustodyError> {
        self.leave();
        let Some(copy) = self.copy.take() else {
            return Ok(());
        };
        keep(&copy.tokens)
            .and_then(|()| sync_tree(&copy.tokens))
            .map_err(fault("make durable", &copy.tokens))?;
        let old = old(&copy.original);
        fs::rename(&copy.original, &old)
            .and_then(|()| sync_parent(&old))
            .and_then(|()| fs::rename(&copy.tokens, &copy.original))
            .and_then(|()| sync_parent(&copy.original))
            .and_then(|()| remove_tree(&old))
            .and_then(|()| remove_file(&copy.configuration))
            .map_err(fault("exchange", &copy.original))
    }

    /// The module must not remember the copy: another one will have its name.
    fn leave(&self) {
        if let Some(copy) = &self.copy {
            Module::leave(&self.config.module, &copy.configuration);
        }
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.leave();
        if let Some(copy) = self.copy.take() {
            // What cannot be removed now is removed before the next copy.
            let _ = remove_tree(&copy.tokens);
            let _ = remove_file(&copy.configuration);
        }
    }
}

fn work(tokens: &Path) -> PathBuf {
    tokens.with_added_extension("work")
}

fn old(tokens: &Path) -> PathBuf {
    tokens.with_added_extension("old")
}

/// Ends the exchange that a killed ceremony began, and removes its copy.
fn settle(tokens: &Path) -> Result<(), CustodyError> {
    let (work, old) = (work(tokens), old(tokens));
    let ended = || {
        if old.exists() && !tokens.exists() {
            // The first rename comes after the copy is whole and durable.
            let whole = if work.exists() { &work } else { &old };
            fs::rename(whole, tokens)?;
            sync_parent(tokens)?;
        }
        remove_tree(&old)?;
        remove_tree(&work)
    };
    ended().map_err(fault("end the exchange of", tokens))
}
