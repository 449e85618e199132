//! The configuration file of `hardware-sim card`; its schema is in `docs/chip.md`.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::card::link::LinkModel;

/// The whole file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// UNIX socket for commands that insert, remove and break.
    pub control: Option<PathBuf>,
    /// The slots; commands number them from 0.
    #[serde(rename = "slot")]
    pub slots: Vec<SlotConfig>,
}

/// One slot. It has either a socket for our reader driver, or a port of vpcd.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlotConfig {
    /// UNIX socket where our reader driver connects: the `DEVICENAME` of its reader.
    pub socket: Option<PathBuf>,
    /// Where vpcd listens for a card, as `127.0.0.1:PORT`.
    pub vpcd: Option<SocketAddr>,
    /// State file of the chip that is in the slot at the start.
    pub chip: Option<PathBuf>,
    /// Makes the chips of this slot draw from a generator with this seed. For tests that repeat.
    pub seed: Option<u64>,
    /// Times of link and chip; without it everything is as fast as the machine.
    pub link: Option<LinkModel>,
}

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("{path} could not be read")]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file is not what it should be.
    #[error("{path} is not a configuration of the card simulator")]
    Parse {
        /// Which file.
        path: PathBuf,
        /// Where and why.
        #[source]
        source: toml::de::Error,
    },
    /// A slot must be reachable in exactly one way.
    #[error("slot {slot} needs either `socket` or `vpcd`")]
    Reach {
        /// Which slot, from 0.
        slot: usize,
    },
}

impl Config {
    /// Reads the file; relative paths in it are relative to the working directory.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = fs::read_to_string(path).map_err(|source| ConfigError::Read {
            path: path.to_owned(),
            source,
        })?;
        let config: Self = toml::from_str(&text).map_err(|source| ConfigError::Parse {
            path: path.to_owned(),
            source,
        })?;
        let unreachable = |slot: &SlotConfig| slot.socket.is_some() == slot.vpcd.is_some();
        match config.slots.iter().position(unreachable) {
            Some(slot) => Err(ConfigError::Reach { slot }),
            None => Ok(config),
        }
    }
}
