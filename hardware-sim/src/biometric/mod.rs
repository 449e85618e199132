//! Biometric devices over the open protocol of sbi.md: services on 127.0.0.1 with their own HTTP verbs,
//! whose pictures are of people who do not exist, and which misbehave on command (docs/devices.md).

mod album;
mod answer;
mod capture;
mod control;
mod discovery;
mod fault;
mod jws;
mod maker;
mod question;
mod server;
mod stream;

use std::fmt;
use std::io;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use openssl::error::ErrorStack;
use thiserror::Error;
use time::OffsetDateTime;

pub use fault::Fault;
pub use maker::Maker;
pub use server::{Running, start};

/// Ports that devices may take.
pub const PORTS: RangeInclusive<u16> = 4501..=4600;

/// Says what time it is.
pub type Clock = Arc<dyn Fn() -> OffsetDateTime + Send + Sync>;

/// What a device captures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Single fingers on glass.
    Finger,
    /// A face before a camera.
    Face,
}

impl Kind {
    /// As the protocol writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Finger => "Finger",
            Self::Face => "Face",
        }
    }
}

/// Arguments of `hardware-sim biometric`.
#[derive(Args, Clone, Debug)]
pub struct Biometric {
    /// What a device captures; given several times, several devices on ports one after the other
    #[arg(long, value_name = "KIND", value_enum, required = true)]
    pub kind: Vec<Kind>,
    /// Who stands at the devices: seeds of people; the first one now, the others by POST /admin/person
    #[arg(long, value_name = "SEED", num_args = 1.., default_values_t = [1])]
    pub people: Vec<u64>,
    /// Port of the first device, 4501 to 4600
    #[arg(long, value_name = "N", default_value_t = *PORTS.start())]
    pub port: u16,
    /// Folder that takes the certificate of the devices' maker, for the station's trust list
    #[arg(long, value_name = "DIR")]
    pub trust: Option<PathBuf>,
    /// Seed of the population register in which POST /admin/person finds a national number
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub population: u64,
    /// Where the devices say that they may be used
    #[arg(long, value_name = "NAME", default_value = "Developer")]
    pub environment: String,
}

/// One device to be started.
#[derive(Clone)]
pub struct Options {
    /// What it captures.
    pub kind: Kind,
    /// Its port; `None` takes a free one of [`PORTS`].
    pub port: Option<u16>,
    /// Who stands before it, one after the other; never empty.
    pub people: Vec<u64>,
    /// Seed of the population register.
    pub population: u64,
    /// Where it says that it may be used.
    pub environment: String,
    /// Its clock.
    pub clock: Clock,
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("kind", &self.kind)
            .field("port", &self.port)
            .field("people", &self.people)
            .finish_non_exhaustive()
    }
}

/// Why a device could not be started.
#[derive(Debug, Error)]
pub enum BiometricError {
    /// The port is not one of the protocol's.
    #[error("a biometric device takes a port from 4501 to 4600, not {0}; choose another one")]
    Port(u16),
    /// The port is taken, or no port is free.
    #[error("cannot listen on a port of 127.0.0.1 for a biometric device: {0}; choose another one")]
    Listen(#[source] io::Error),
    /// Nobody stands at the device.
    #[error("a biometric device needs at least one person; give --people")]
    Nobody,
    /// Keys or certificates could not be made.
    #[error("cannot make the keys of a biometric device: {0}")]
    Keys(#[from] ErrorStack),
    /// The maker's certificate could not be written.
    #[error("cannot write the devices' maker into {}: {source}; check the folder", path.display())]
    Trust {
        /// The file.
        path: PathBuf,
        /// What failed.
        source: io::Error,
    },
}

/// Starts what the command line asks for; the services live as long as what is returned.
pub async fn run(arguments: &Biometric, clock: Clock) -> Result<Vec<Running>, BiometricError> {
    let maker = Arc::new(Maker::new(clock())?);
    if let Some(folder) = &arguments.trust {
        maker.write_anchor(&folder.join(format!("device-maker-{}.cer", arguments.port)))?;
    }
    let mut devices = Vec::new();
    for (port, kind) in (arguments.port..).zip(&arguments.kind) {
        let options = Options {
            kind: *kind,
            port: Some(port),
            people: arguments.people.clone(),
            population: arguments.population,
            environment: arguments.environment.clone(),
            clock: clock.clone(),
        };
        devices.push(start(options, maker.clone()).await?);
    }
    Ok(devices)
}
