//! The readers that pcscd opened, and their connections to the simulator.

use std::collections::BTreeMap;
use std::ffi::c_ulong;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId, sleep};
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
    commands: Mutex<Commands>,
    events: Mutex<Option<UnixStream>>,
    stopped: AtomicBool,
    told: Mutex<Told>,
}

/// What pcscd's polling thread knows of the card.
///
/// A card that is swapped between two looks of that thread is told as removed first: pcscd 1.9
/// believes the thread when it powers a card up and others when one is gone, so a swap that only
/// another thread met would leave the reader empty for ever.
#[derive(Debug, Default)]
struct Told {
    /// The thread that waits for events; unknown until it first does.
    poller: Option<ThreadId>,
    /// The insertion it was told of; none while it believes that there is no card.
    insertion: Option<Insertion>,
}

/// What a look at a reader finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// A card that the polling thread knows of.
    Present,
    /// No card, or none that the polling thread knows of.
    Absent,
    /// No reader.
    Unplugged,
}

/// Differs with every card that is put in: the connection's number, and the simulator's bytes.
type Insertion = (u64, Vec<u8>);

/// The connection that carries commands, and how many there were.
#[derive(Debug, Default)]
struct Commands {
    stream: Option<UnixStream>,
    number: u64,
}

/// Opens a reader under pcscd's number for it.
pub fn open(lun: c_ulong, device: &Path) {
    let reader = Arc::new(Reader {
        device: device.to_owned(),
        commands: Mutex::default(),
        events: Mutex::new(None),
        stopped: AtomicBool::new(false),
        told: Mutex::default(),
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
        Some(self.ask_in_turn(request, body)?.1)
    }

    /// The answer, with the number of the connection that brought it.
    fn ask_in_turn(&self, request: Request, body: &[u8]) -> Option<(u64, Answer)> {
        let mut commands = locked(&self.commands);
        let mut stream = if let Some(stream) = commands.stream.take() {
            stream
        } else {
            commands.number += 1;
            self.connect(wire::COMMANDS, ANSWER_TIMEOUT).ok()?
        };
        wire::write_request(&mut stream, request, body).ok()?;
        let answer = wire::read_answer(&mut stream).ok()?;
        // Only a connection that is in step is used again.
        commands.stream = Some(stream);
        Some((commands.number, answer))
    }

    /// Whether there is a reader, and a card as far as the polling thread has been told; see [`Told`].
    pub fn presence(&self) -> Presence {
        let found = match self.ask_in_turn(Request::Presence, &[]) {
            Some((connection, Answer::Done(insertion))) => Some((connection, insertion)),
            Some((_, Answer::Unplugged)) => return Presence::Unplugged,
            _ => None,
        };
        if self.has_card(found) {
            Presence::Present
        } else {
            Presence::Absent
        }
    }

    fn has_card(&self, found: Option<Insertion>) -> bool {
        let mut told = locked(&self.told);
        if told
            .poller
            .is_some_and(|poller| poller != thread::current().id())
        {
            return found.is_some() && found == told.insertion;
        }
        let swapped = found.is_some() && told.insertion.is_some() && found != told.insertion;
        if swapped {
            told.insertion = None;
            // The new card is told at the next look, which need not wait for an event.
            self.stopped.store(true, Ordering::Relaxed);
            return false;
        }
        told.insertion = found;
        told.insertion.is_some()
    }

    /// Returns when a card or the simulator came or went, when stopped, or after `timeout`.
    pub fn wait_for_event(&self, timeout: Duration) {
        let end = Instant::now() + timeout;
        locked(&self.told).poller = Some(thread::current().id());
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
