//! The configuration file of `hardware-sim machine serve`; its schema is in `docs/machine.md`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::card::link::LinkModel;
use crate::machine::camera::Camera;

/// The whole file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// UNIX socket for faults, and for the person at the machines.
    pub control: Option<PathBuf>,
    /// The machines; the control socket numbers them from 0.
    #[serde(rename = "machine")]
    pub machines: Vec<MachineConfig>,
}

/// One machine.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MachineConfig {
    /// Its folder, made by `machine new`.
    pub folder: PathBuf,
    /// UNIX sockets where our reader driver connects: the `DEVICENAME` of a reader each, as the ports
    /// of a computer that the machine's cable can be put into. It is in the first one at the start.
    pub ports: Vec<PathBuf>,
    /// A delivery's folder: its chips go into the hopper at the start.
    pub delivery: Option<PathBuf>,
    /// How many times as fast as the wall clock the machine's own clock goes.
    #[serde(default = "real_time")]
    pub time_factor: f64,
    /// How the exit camera sees.
    #[serde(default)]
    pub camera: Camera,
    /// Times of link and chip in the station; without it everything is as fast as the computer.
    pub link: Option<LinkModel>,
    /// Makes the chips draw from a generator with this seed. For tests that repeat.
    pub seed: Option<u64>,
}

const fn real_time() -> f64 {
    1.0
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
    #[error("{path} is not a configuration of the machine simulator")]
    Parse {
        /// Which file.
        path: PathBuf,
        /// Where and why.
        #[source]
        source: toml::de::Error,
    },
    /// A clock must go forward, and not too fast for a number.
    #[error("machine {machine}: time_factor is from 0.001 to 100,000")]
    TimeFactor {
        /// Which machine, from 0.
        machine: usize,
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
        let possible = 0.001..=100_000.0;
        let mut factors = config.machines.iter().map(|machine| machine.time_factor);
        match factors.position(|factor| !possible.contains(&factor)) {
            Some(machine) => Err(ConfigError::TimeFactor { machine }),
            None => Ok(config),
        }
    }
}
