//! A worker: one reader with one card at a time, or one machine with two. It takes no input but what chip and database say, and
//! every step it takes may be repeated after a crash.

mod aside;
mod failure;
mod floor;
mod job;
mod seat;
mod steps;

use std::{
    ops::AddAssign,
    sync::Arc,
    time::{Duration, Instant},
};

pub use failure::{InspectionChange, WorkerError};
use icao9303::x509::TrustStore;
use personalisation_core::{attempt::Fault, ids::LeaseToken, remake::Doubt};
use personalisation_store::{Store, StoreError, line::Lease};
use rand::CryptoRng;
use time::OffsetDateTime;
use tokio::runtime::Handle;

use self::seat::{Seat, Turn};
use super::{
    card_keys::CardKeys, event::Event, fingers::Fingers, machine::exit::ExitInspector,
    output::Output, printing::Printer, reader::CardReader, signing::Signer,
};
use crate::quality::QualitySection;

/// Who the line is in the audit.
pub const ACTOR: &str = "personalisation/line";

/// What a worker may and shall do.
#[derive(Clone, Debug)]
pub struct Settings {
    /// This worker's name among all workers of all lines: it takes back its own leases.
    pub holder: String,
    /// End when there is nothing to do any more.
    pub once: bool,
    /// With `once`: how long the reader may be without a usable blank.
    pub idle: Duration,
    /// How long a silent worker keeps its attempt.
    pub lease: Duration,
    /// How long after the end of its lease an attempt is given up whose card was not seen again.
    pub abandoned_after: Duration,
    /// How long a card that was taken away may come back.
    pub removal_grace: Duration,
    /// Tries at one step.
    pub max_tries: u32,
    /// Longest command and response that the chips take, in bytes.
    pub apdu_buffer: u32,
    /// Takes only blanks that somebody handed out to this line, by an issue that is signed.
    pub handed_out_only: bool,
    /// Where documents are dumped.
    pub output: Option<Output>,
    /// Whoever draws the faces for a machine, where nothing is dumped.
    pub printer: Printer,
    /// What people look at of a machine's cards.
    pub quality: QualitySection,
}

/// What a worker achieved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Documents made.
    pub documents: u64,
    /// Attempts given up.
    pub scrapped: u64,
    /// Remakes among them that wait for a person, and orders that were set aside.
    pub on_hold: u64,
}

impl Tally {
    fn give_up(&mut self, doubt: Option<Doubt>) {
        self.scrapped += 1;
        self.on_hold += u64::from(doubt.is_some());
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.documents += other.documents;
        self.scrapped += other.scrapped;
        self.on_hold += other.on_hold;
    }
}

/// A worker and everything it works with.
pub struct Worker<R, G> {
    /// The reader.
    pub reader: R,
    /// The database.
    pub store: Store,
    /// Where the database's futures run; the worker itself is a thread of its own, for chips block.
    pub runtime: Handle,
    /// Whoever signs.
    pub signer: Box<dyn Signer + Send + Sync>,
    /// Whoever has the chips' keys.
    pub keys: Arc<dyn CardKeys + Send + Sync>,
    /// What signatures are verified with.
    pub trust: Arc<TrustStore>,
    /// The right to read fingers back after the lock; without it they are compared before only.
    pub fingers: Option<Fingers>,
    /// Whoever looks at the exit pictures of a machine.
    pub exit: Option<Arc<dyn ExitInspector>>,
    /// What it may and shall do.
    pub settings: Settings,
    /// Whom it tells.
    pub report: Box<dyn FnMut(Event) + Send>,
    /// The clock.
    pub clock: Box<dyn Fn() -> OffsetDateTime + Send>,
    /// Randomness for numbers, access numbers, challenges and nonces.
    pub rng: G,
}

/// How long a worker waits when the database is away, in which nothing is lost: its attempts stay its own.
const DATABASE_PAUSE: Duration = Duration::from_secs(1);

/// Attempts given up one after the other: what fails every time is not this card or this order.
#[derive(Default)]
struct Failures {
    blanks: u32,
    orders: u32,
}

impl Failures {
    /// So many blanks in a row, and a supervisor must look at reader and batch.
    const BLANKS: u32 = 5;
    /// So many orders in a row, and somebody must look at pki and at our certificate.
    const ORDERS: u32 = 3;

    fn count(&mut self, fault: Fault) -> Result<(), WorkerError> {
        match fault {
            Fault::Blank => self.blanks += 1,
            Fault::Order => self.orders += 1,
        }
        if self.blanks >= Self::BLANKS || self.orders >= Self::ORDERS {
            let Self { blanks, orders } = *self;
            return Err(WorkerError::InARow { blanks, orders });
        }
        Ok(())
    }
}

/// A place where cards are worked on, and what is known of them.
trait Workplace {
    /// What is known of the card whose chip can be spoken to.
    fn seat(&mut self) -> &mut Seat;

    /// No card is in hand that something must be done with.
    fn is_clear(&self) -> bool;

    /// And it is known that there is none.
    fn is_known_to_be_clear(&self) -> bool {
        self.is_clear()
    }
}

impl Workplace for Seat {
    fn seat(&mut self) -> &mut Seat {
        self
    }

    fn is_clear(&self) -> bool {
        true
    }
}

impl<R: CardReader, G: CryptoRng> Worker<R, G> {
    /// Works until there is nothing to do (with `once`), or until the database fails.
    pub fn run(mut self) -> Result<Tally, WorkerError> {
        let mut seat = Seat::new(LeaseToken::generate(&mut self.rng));
        self.work_at(&mut seat, Self::turn)
    }

    fn work_at<P: Workplace>(
        mut self,
        place: &mut P,
        turn: impl Fn(&mut Self, &mut P) -> Result<Turn, WorkerError>,
    ) -> Result<Tally, WorkerError> {
        let mut tally = Tally::default();
        let mut idle_since: Option<Instant> = None;
        let mut failures = Failures::default();
        loop {
            if self.settings.once && place.is_known_to_be_clear() && self.is_all_done()? {
                return Ok(tally);
            }
            let turn = match turn(&mut self, place) {
                Err(WorkerError::Store(error)) if error.is_passing() => {
                    self.tell_waiting(place.seat(), error.to_string());
                    std::thread::sleep(DATABASE_PAUSE);
                    continue;
                }
                turn => turn?,
            };
            match turn {
                Turn::Document => {
                    tally.documents += 1;
                    failures = Failures::default();
                }
                Turn::Scrapped(fault, doubt) => {
                    tally.give_up(doubt);
                    failures.count(fault)?;
                }
                Turn::Abandoned(doubt) => tally.give_up(doubt),
                Turn::Held => tally.on_hold += 1,
                Turn::Cancelled | Turn::Busy | Turn::Personalised(_) | Turn::Interrupted(_) => {}
                Turn::Idle => {
                    let since = idle_since.get_or_insert_with(Instant::now);
                    let idle = since.elapsed() >= self.settings.idle;
                    if self.settings.once && idle && place.is_clear() {
                        return Ok(tally);
                    }
                    continue;
                }
            }
            idle_since = None;
        }
    }

    /// Nothing waits, and no worker has an attempt that may fail and come back as a remake.
    fn is_all_done(&self) -> Result<bool, StoreError> {
        let length = self.wait(self.store.queue_length())?;
        Ok(length.queued == 0 && length.under_way == 0)
    }

    fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    fn now(&self) -> OffsetDateTime {
        (self.clock)()
    }

    fn tell(&mut self, event: Event) {
        (self.report)(event);
    }

    fn lease(&self, token: LeaseToken) -> Lease {
        Lease {
            token,
            holder: self.settings.holder.clone(),
            lasts: self.settings.lease,
        }
    }
}

impl<R, G> std::fmt::Debug for Worker<R, G> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Worker")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
