//! Serves machines to card readers: each behind sockets of our reader driver, with one control socket
//! for all.

mod clock;
mod config;
mod control;
mod port;
mod unit;

use std::sync::Arc;

use crate::card::serve::driver;
use crate::card::serve::{ServeError as SocketError, listen, spawn};

use super::controller::OpenError;
use port::Port;
use unit::Unit;

pub use config::{Config, ConfigError, MachineConfig};

/// Why serving could not begin.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A machine could not be taken into use.
    #[error("machine {machine} cannot be started")]
    Machine {
        /// Which, from 0.
        machine: usize,
        /// Why.
        #[source]
        source: OpenError,
    },
    /// A socket or a thread could not be made.
    #[error(transparent)]
    Socket(#[from] SocketError),
}

/// Gives every machine of `config` power, opens every socket, and serves from threads that live as
/// long as the process. When this returns, readers may connect.
pub fn start(config: &Config) -> Result<(), ServeError> {
    let mut units = Vec::new();
    for (machine, settings) in config.machines.iter().enumerate() {
        let unit =
            Unit::open(settings).map_err(|source| ServeError::Machine { machine, source })?;
        units.push(Arc::new(unit));
    }
    for (settings, unit) in config.machines.iter().zip(&units) {
        for (number, path) in settings.ports.iter().enumerate() {
            let listener = listen(path)?;
            let slot = Arc::clone(&unit.slot);
            let port = Arc::new(Port::new(unit, number));
            spawn(move || driver::serve(&listener, &slot, &port))?;
        }
        let unit = Arc::clone(unit);
        spawn(move || unit.run())?;
    }
    if let Some(path) = &config.control {
        let listener = listen(path)?;
        spawn(move || control::serve(&listener, &units))?;
    }
    Ok(())
}
