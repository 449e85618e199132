//! The readers that pcscd opened, and their connections to the simulator.

use std::collections::BTreeMap;
use std::ffi::c_ulong;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::wire::{self, Answer, Request};

/// The longest a simulated card may think: on-chip key generation behind a slow link, and faults.
const ANSWER_TIMEOUT: Duration = Duration::from_mins(2);
/// How long pcscd waits at most for a reader that it stops.
const EVENT_SLICE: Duration = Duration::from_millis(100);
/// How often a simulator that is not there is looked for.
const CONNECT_INTERVAL: Duration = Duration::from_millis(20);

static READERS: Mutex<BTreeMap<c_ulong, Arc<Reader>>> = Mutex::new(BTreeMap::new());

/// One reader: a socket path and up to two connections to it.
#[derive(Debug)]
pub struct Reader {
    device: PathBuf,
    commands: Mutex<Option<UnixStream>>,
    events: Mutex<Option<UnixStream>>,
    stopped: AtomicBool,
}

/// Opens a reader under pcscd's number for it.
pub fn open(lun: c_ulong, device: &Path) {
    let reader = Arc::new(Reader {
        device: device.to_owned(),
        commands: Mutex::new(None),
        events: Mutex::new(None),
        stopped: AtomicBool::new(false),
    });
    locked(&READERS).insert(lun, reader);
}

/// Forgets a reader; its connections close when the last call on it returns.
pub fn close(lun: c_ulong) {
    locked(&READERS).remove(&lun);
}

/// The reader with pcscd's number.
pub fn find(lun: c_ulong) -> Option<Arc<Reader>> {
    locked(&READERS).get(&lun).cloned()
}

/// Asks the simulator behind a reader; `None` when there is no such reader or nobody answers.
pub fn ask(lun: c_ulong, request: Request, body: &[u8]) -> Option<Answer> {
    find(lun)?.ask(request, body)
}

impl Reader {
    fn ask(&self, request: Request, body: &[u8]) -> Option<Answer> {
        let mut connection = locked(&self.commands);
        let mut stream = match connection.take() {
            Some(stream) => stream,
            None => self.connect(wire::COMMANDS, ANSWER_TIMEOUT).ok()?,
        };
        wire::write_request(&mut stream, request, body).ok()?;
        let answer = wire::read_answer(&mut stream).ok()?;
        // Only a connection that is in step is used again.
        *connection = Some(stream);
        Some(answer)
    }

    /// Returns when a card or the simulator came or went, when stopped, or after `timeout`.
    pub fn wait_for_event(&self, timeout: Duration) {
        let end = Instant::now() + timeout;
        let mut connection = locked(&self.events);
        // A stop ends one wait only: pcscd also asks for it to wait again with another timeout.
        while Instant::now() < end && !self.stopped.swap(false, Ordering::Relaxed) {
            if self.event_happened(&mut connection) {
                return;
            }
        }
    }

    /// Ends the wait for events that is going on, or else the next one.
    pub fn stop_waiting(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Waits a slice of time for one event.
    fn event_happened(&self, connection: &mut Option<UnixStream>) -> bool {
        let Some(stream) = connection.as_mut() else {
            *connection = self.connect(wire::EVENTS, EVENT_SLICE).ok();
            if connection.is_none() {
                sleep(CONNECT_INTERVAL);
            }
            return connection.is_some();
        };
        match stream.read(&mut [0; 16]) {
            Ok(1..) => true,
            Err(error) if is_patience(&error) => false,
            Ok(0) | Err(_) => {
                *connection = None;
                true
            }
        }
    }

    fn connect(&self, purpose: u8, timeout: Duration) -> io::Result<UnixStream> {
        let mut stream = UnixStream::connect(&self.device)?;
        stream.set_read_timeout(Some(timeout))?;
        stream.set_write_timeout(Some(timeout))?;
        stream.write_all(&[purpose])?;
        Ok(stream)
    }
}

fn is_patience(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
    )
}

/// A poisoned lock cannot be: nothing panics while holding one. If it were, its data is still whole.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
