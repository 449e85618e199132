//! Serves chips to card readers: slots behind our reader driver or behind vpcd, and a control socket.

mod config;
mod control;
pub(crate) mod driver;
mod vpcd;

use std::fs;
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use rand::SeedableRng;
use rand::rand_core::UnwrapErr;
use rand::rngs::{StdRng, SysRng};

use super::slot::{Exchanged, Occupied, Reply, Slot};
use super::{Card, OpenError, Randomness};

pub use config::{Config, ConfigError, SlotConfig};

/// Why serving could not begin.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A socket could not be opened.
    #[error(
        "cannot listen on {path}; check that the folder exists and no other simulator is running"
    )]
    Listen {
        /// Which socket.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A slot's first chip could not be put in.
    #[error("slot {slot} cannot take its first chip")]
    FirstChip {
        /// Which slot, from 0.
        slot: usize,
        /// Why.
        #[source]
        source: OpenError,
    },
    /// A thread could not be started.
    #[error("the operating system gives no thread for a slot")]
    Thread(#[source] io::Error),
}

/// A slot that several connections share.
#[derive(Debug)]
pub(crate) struct SharedSlot {
    slot: Mutex<Slot>,
    /// Told when a chip is put in or taken out.
    changed: Condvar,
    watchers: Mutex<Vec<UnixStream>>,
    seed: Option<u64>,
}

/// Why a chip could not be put in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InsertError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Occupied(#[from] Occupied),
}

/// Opens every socket of `config`, puts the first chips in and serves from threads that live as long
/// as the process. When this returns, readers may connect.
pub fn start(config: &Config) -> Result<(), ServeError> {
    let mut slots = Vec::new();
    for (number, settings) in config.slots.iter().enumerate() {
        let slot = Arc::new(SharedSlot::new(settings));
        if let Some(chip) = &settings.chip {
            slot.insert(chip).map_err(|error| match error {
                InsertError::Open(source) => ServeError::FirstChip {
                    slot: number,
                    source,
                },
                // A slot that was just made is empty.
                InsertError::Occupied(_) => ServeError::FirstChip {
                    slot: number,
                    source: OpenError::NotAChip,
                },
            })?;
        }
        slots.push(slot);
    }
    for (settings, slot) in config.slots.iter().zip(&slots) {
        let slot = Arc::clone(slot);
        if let Some(path) = &settings.socket {
            let listener = listen(path)?;
            let behind = Arc::new(driver::ChipsOnly);
            spawn(move || driver::serve(&listener, &slot, &behind))?;
        } else if let Some(address) = settings.vpcd {
            spawn(move || vpcd::serve(address, &slot))?;
        }
    }
    if let Some(path) = &config.control {
        let listener = listen(path)?;
        spawn(move || control::serve(&listener, &slots))?;
    }
    Ok(())
}

impl SharedSlot {
    pub(crate) fn new(settings: &SlotConfig) -> Self {
        Self {
            slot: Mutex::new(Slot::new(settings.link)),
            changed: Condvar::new(),
            watchers: Mutex::default(),
            seed: settings.seed,
        }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Slot> {
        locked(&self.slot)
    }

    pub(crate) fn insert(&self, path: &Path) -> Result<(), InsertError> {
        let card = Card::open(path, randomness(self.seed))?;
        self.lock().insert(card)?;
        self.tell();
        Ok(())
    }

    /// Carries a command and takes as long as link and chip would. The slot is free meanwhile: a
    /// chip can be torn out while it thinks, and then there is no answer.
    fn transmit(&self, command: &[u8]) -> Reply {
        let begun = Instant::now();
        let mut slot = self.lock();
        let before = slot.presence();
        let Exchanged { reply, delay } = slot.transmit(command);
        let after = slot.presence();
        if after != before {
            drop(slot);
            self.tell();
            return reply;
        }
        let removed = |slot: &mut Slot| slot.presence() == after;
        let left = delay.saturating_sub(begun.elapsed());
        if left.is_zero() {
            return reply;
        }
        let waited = self.changed.wait_timeout_while(slot, left, removed);
        let (slot, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if slot.presence() == after {
            reply
        } else {
            Reply::NoCard
        }
    }

    /// Takes the chip out, also in the middle of a command; whether there was one.
    pub(crate) fn remove(&self) -> bool {
        let removed = self.lock().remove().is_some();
        self.tell();
        removed
    }

    /// Tells readers that a chip came or went.
    pub(crate) fn tell(&self) {
        self.changed.notify_all();
        locked(&self.watchers).retain_mut(|watcher| io::Write::write_all(watcher, b"!").is_ok());
    }
}

/// Binds a socket in the place of one that a simulator before left behind.
pub(crate) fn listen(path: &Path) -> Result<UnixListener, ServeError> {
    let stale = fs::symlink_metadata(path).is_ok_and(|data| data.file_type().is_socket())
        && UnixStream::connect(path).is_err();
    let unlinked = if stale { fs::remove_file(path) } else { Ok(()) };
    unlinked
        .and_then(|()| UnixListener::bind(path))
        .map_err(|source| ServeError::Listen {
            path: path.to_owned(),
            source,
        })
}

pub(crate) fn spawn(work: impl FnOnce() + Send + 'static) -> Result<(), ServeError> {
    thread::Builder::new()
        .spawn(work)
        .map(drop)
        .map_err(ServeError::Thread)
}

/// A chip's randomness: the operating system's, or a seed's for runs that must repeat.
fn randomness(seed: Option<u64>) -> Randomness {
    match seed {
        Some(seed) => Box::new(StdRng::seed_from_u64(seed)),
        None => Box::new(UnwrapErr(SysRng)),
    }
}

/// A poisoned lock means that a thread panicked in the middle of a command; the chip is then in the
/// state of a power failure, which its memory survives.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
