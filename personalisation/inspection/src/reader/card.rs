//! One card in one reader as a [`CardTransport`]: exclusive, fresh from a reset, and bounded in time.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use icao9303::transport::CardTransport;
use pcsc::{Card, Disposition, Protocol, Protocols, ShareMode};
use rustix::time::{ClockId, clock_gettime};

use super::{ReaderError, c_name, establish};

/// The longest command and answer that PC/SC carries, in bytes.
const BUFFER: usize = pcsc::MAX_BUFFER_SIZE_EXTENDED;

/// How often, and at what distance, a lost card is looked for before the answer counts as disturbed.
const REMOVAL_CHECKS: u32 = 30;
const REMOVAL_CHECK_EVERY: Duration = Duration::from_millis(20);

/// How many resets by other programs are met between our look at a card and our grasp of it.
const RESERVATION_TRIES: u32 = 20;

/// Nanoseconds that the processor spent on threads of connections, since they have ended.
static SPENT: AtomicU64 = AtomicU64::new(0);

/// What connections to cards that have ended took this process of the processor's time: calls of PC/SC, and nothing of what was
/// said or how it was protected.
pub fn processor_time_of_connections() -> Duration {
    Duration::from_nanos(SPENT.load(Ordering::Relaxed))
}

/// How patient the connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CardOptions {
    /// How long another program may hold the card before this is [`ReaderError::Busy`].
    pub patience: Duration,
    /// How long one answer may take before this is [`ReaderError::Silent`]. Chips ask for more time
    /// themselves: key generation takes seconds, and so do answers after wrong access numbers.
    pub answer_within: Duration,
}

impl Default for CardOptions {
    fn default() -> Self {
        Self {
            patience: Duration::from_secs(10),
            answer_within: Duration::from_secs(30),
        }
    }
}

/// The transmission protocol between reader and card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardProtocol {
    /// Bytes.
    T0,
    /// Blocks; contactless cards always show this one.
    T1,
    /// Anything else.
    Other,
}

/// A connected card.
///
/// The connection holds a transaction from its first to its last moment, so that no other program
/// gets between two commands; it starts with a reset, so that no other program's state is left;
/// and it ends with one, so that none of ours is. A thread of its own talks to PC/SC, because a
/// chip that never answers would otherwise hold the caller for ever.
///
/// Reconnecting is the caller's decision, for keys and selected files are lost by it: after
/// [`ReaderError::CardReset`] or [`ReaderError::CardRemoved`] every command fails in the same way
/// until [`PcscCard::reset`].
pub struct PcscCard {
    reader: String,
    card: Identified,
    options: CardOptions,
    jobs: Sender<Job>,
    results: Receiver<Result<Done, ReaderError>>,
    /// Set once an answer is overdue: what comes later belongs to a command nobody waits for.
    overdue: Option<ReaderError>,
}

/// What the card said of itself at its last reset.
#[derive(Clone)]
struct Identified {
    atr: Vec<u8>,
    protocol: CardProtocol,
}

enum Job {
    Transmit(Vec<u8>),
    Reset,
}

enum Done {
    Answer(Vec<u8>),
    /// The card is ours alone, and nothing has been done to it yet.
    Reserved,
    Reset(Identified),
}

impl PcscCard {
    /// Connects to the card in `reader` (its full name).
    pub(super) fn connect(reader: String, options: CardOptions) -> Result<Self, ReaderError> {
        let (jobs, inbox) = channel();
        let (outbox, results) = channel();
        let name = reader.clone();
        thread::Builder::new()
            .name("card".to_owned())
            .spawn(move || Connection::count(name, &inbox, &outbox))
            .map_err(|_| ReaderError::Other {
                doing: "starting the card's thread",
                cause: pcsc::Error::NoMemory,
            })?;
        let busy = || ReaderError::Busy {
            reader: reader.clone(),
        };
        // The reservation may have to wait for other programs, the reset after it for the card alone.
        if !matches!(next(&results, options.patience, busy)?, Done::Reserved) {
            return Err(busy());
        }
        let Done::Reset(card) = next(&results, options.answer_within, busy)? else {
            return Err(busy());
        };
        Ok(Self {
            reader,
            card,
            options,
            jobs,
            results,
            overdue: None,
        })
    }

    /// The reader's full name.
    pub fn reader(&self) -> &str {
        &self.reader
    }

    /// The answer to reset, as the reader reports it (contactless: PC/SC part 3 makes it up).
    pub fn atr(&self) -> &[u8] {
        &self.card.atr
    }

    /// The transmission protocol.
    pub fn protocol(&self) -> CardProtocol {
        self.card.protocol
    }

    /// Resets the card, and connects again where the card or another program broke the connection.
    /// The chip is then as after power-up: keys and selected files are gone.
    pub fn reset(&mut self) -> Result<(), ReaderError> {
        if let Done::Reset(card) = self.run(Job::Reset)? {
            self.card = card;
        }
        Ok(())
    }

    fn run(&mut self, job: Job) -> Result<Done, ReaderError> {
        if let Some(error) = &self.overdue {
            return Err(error.clone());
        }
        // A thread that is gone ended with the daemon.
        self.jobs
            .send(job)
            .map_err(|_| ReaderError::DaemonStopped)?;
        match self.results.recv_timeout(self.options.answer_within) {
            Ok(result) => result,
            Err(RecvTimeoutError::Disconnected) => Err(ReaderError::DaemonStopped),
            Err(RecvTimeoutError::Timeout) => {
                let waited = self.options.answer_within;
                let error = ReaderError::Silent {
                    reader: self.reader.clone(),
                    waited,
                };
                self.overdue = Some(error.clone());
                Err(error)
            }
        }
    }
}

impl CardTransport for PcscCard {
    type Error = ReaderError;

    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, ReaderError> {
        if command.len() > BUFFER {
            return Err(ReaderError::CommandTooLong {
                length: command.len(),
                limit: BUFFER,
            });
        }
        match self.run(Job::Transmit(command.to_vec()))? {
            Done::Answer(answer) => Ok(answer),
            Done::Reserved | Done::Reset(_) => Err(ReaderError::CardReset {
                reader: self.reader.clone(),
            }),
        }
    }
}

impl fmt::Debug for PcscCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PcscCard({:?}, {:?})", self.reader, self.card.protocol)
    }
}

/// What the thread says next; `busy` when it says nothing in time.
fn next(
    results: &Receiver<Result<Done, ReaderError>>,
    patience: Duration,
    busy: impl Fn() -> ReaderError,
) -> Result<Done, ReaderError> {
    results
        .recv_timeout(patience)
        .unwrap_or_else(|_| Err(busy()))
}

/// The thread's side.
struct Connection {
    card: Card,
    reader: String,
    buffer: Vec<u8>,
    /// The card was taken out since the last reset.
    removed: bool,
}

impl Connection {
    /// Does what a connection's thread is for, and counts what that took.
    fn count(reader: String, jobs: &Receiver<Job>, results: &Sender<Result<Done, ReaderError>>) {
        Self::serve(reader, jobs, results);
        // The thread is this connection's, from its first moment on.
        let spent = clock_gettime(ClockId::ThreadCPUTime);
        let spent = Duration::try_from(spent).unwrap_or_default();
        let nanos = u64::try_from(spent.as_nanos()).unwrap_or(u64::MAX);
        SPENT.fetch_add(nanos, Ordering::Relaxed);
    }

    /// Connects, then answers one job after the other until nobody asks any more.
    fn serve(reader: String, jobs: &Receiver<Job>, results: &Sender<Result<Done, ReaderError>>) {
        let mut connection = match Self::open(reader) {
            Ok(connection) => connection,
            Err(error) => {
                // Nobody listens only if the caller has given up; then nobody needs the error.
                let _ = results.send(Err(error));
                return;
            }
        };
        let reserved = connection.reserve().map(|()| Done::Reserved);
        let failed = reserved.is_err();
        // Who waited for another program and gave up must not reset the card of the next one.
        if results.send(reserved).is_err() || failed {
            drop(connection.card.disconnect(Disposition::LeaveCard));
            return;
        }
        let mut result = connection.restart();
        while results.send(result).is_ok()
            && let Ok(job) = jobs.recv()
        {
            result = match job {
                Job::Transmit(command) => connection.transmit(&command),
                Job::Reset => connection.reset(),
            };
        }
        connection.end();
    }

    /// Resets the card and lets go of it, in this order: disconnecting with a reset would let go first, and
    /// pcscd would reset the card under whoever took it in between. A card that was taken out is only
    /// let go: pcscd would note the failed reset as "reader empty" and then overlook the next card.
    fn end(mut self) {
        if !self.removed
            && let Ok(transaction) = self.card.transaction()
        {
            // Failing means that daemon or card are gone, and so is the connection.
            drop(transaction.end(Disposition::ResetCard));
        }
        drop(self.card.disconnect(Disposition::LeaveCard));
    }

    /// With a context of its own: libpcsclite keeps a context locked while a call waits, and would
    /// hold up everybody else who uses it.
    fn open(reader: String) -> Result<Self, ReaderError> {
        let context = establish()?;
        let name = c_name(&reader)?;
        let protocols = Protocols::T0 | Protocols::T1;
        match context.connect(&name, ShareMode::Shared, protocols) {
            Ok(card) => Ok(Self {
                card,
                reader,
                buffer: vec![0; BUFFER],
                removed: false,
            }),
            // Taken out between our look and our grasp.
            Err(pcsc::Error::RemovedCard) => Err(ReaderError::NoCard { reader }),
            Err(status) => Err(ReaderError::from_status(
                status,
                &reader,
                "connecting to the card",
            )),
        }
    }

    /// Waits until no other program holds the card, and takes it. That others have reset it before, or that
    /// it was taken out and put back, is no loss: nothing of ours is on it.
    fn reserve(&mut self) -> Result<(), ReaderError> {
        let doing = "reserving the card";
        for _ in 0..RESERVATION_TRIES {
            // The guard would borrow the card for its lifetime; disconnecting ends the transaction.
            match self.card.transaction().map(std::mem::forget) {
                Ok(()) => return Ok(()),
                Err(pcsc::Error::ResetCard | pcsc::Error::RemovedCard) => {
                    self.reconnect(Disposition::LeaveCard, doing)?;
                }
                Err(status) => return Err(self.error(status, doing)),
            }
        }
        Err(ReaderError::Busy {
            reader: self.reader.clone(),
        })
    }

    fn reconnect(
        &mut self,
        disposition: Disposition,
        doing: &'static str,
    ) -> Result<(), ReaderError> {
        let protocols = Protocols::T0 | Protocols::T1;
        self.card
            .reconnect(ShareMode::Shared, protocols, disposition)
            .map_err(|status| self.error(status, doing))
    }

    /// Reserves the card before it is reset: the other way round, another program could reset it in between.
    fn reset(&mut self) -> Result<Done, ReaderError> {
        self.reserve()?;
        self.restart()
    }

    /// Resets the card that this connection holds.
    fn restart(&mut self) -> Result<Done, ReaderError> {
        self.reconnect(Disposition::ResetCard, "resetting the card")?;
        let status = self
            .card
            .status2_owned()
            .map_err(|status| self.error(status, "asking for the card's state"))?;
        let protocol = match status.protocol2() {
            Some(Protocol::T0) => CardProtocol::T0,
            Some(Protocol::T1) => CardProtocol::T1,
            _ => CardProtocol::Other,
        };
        self.removed = false;
        Ok(Done::Reset(Identified {
            atr: status.atr().to_vec(),
            protocol,
        }))
    }

    fn transmit(&mut self, command: &[u8]) -> Result<Done, ReaderError> {
        match self.card.transmit(command, &mut self.buffer) {
            Ok(answer) => Ok(Done::Answer(answer.to_vec())),
            Err(status @ (pcsc::Error::NotTransacted | pcsc::Error::CommDataLost)) => {
                Err(self.lost(status))
            }
            // The daemon refuses what lies outside the limits of its own buffer.
            Err(pcsc::Error::InsufficientBuffer) => Err(ReaderError::CommandTooLong {
                length: command.len(),
                limit: BUFFER,
            }),
            Err(status) => Err(self.error(status, "exchanging a command")),
        }
    }

    /// An exchange broke off: was the card taken out? The daemon takes a moment to notice.
    fn lost(&mut self, status: pcsc::Error) -> ReaderError {
        for _ in 0..REMOVAL_CHECKS {
            match self.card.status2_owned() {
                Ok(_) => thread::sleep(REMOVAL_CHECK_EVERY),
                Err(found) => return self.error(found, "looking for the card"),
            }
        }
        self.error(status, "exchanging a command")
    }

    fn error(&mut self, status: pcsc::Error, doing: &'static str) -> ReaderError {
        let error = match ReaderError::from_status(status, &self.reader, doing) {
            // No card where one was: it was taken out.
            ReaderError::NoCard { reader } => ReaderError::CardRemoved { reader },
            ReaderError::NoDaemon => ReaderError::DaemonStopped,
            error => error,
        };
        self.removed |= matches!(error, ReaderError::CardRemoved { .. });
        error
    }
}
