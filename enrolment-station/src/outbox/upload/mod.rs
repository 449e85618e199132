//! The uploader: sends what waits, asks for receipts, pulls tasks; backs off when the way is shut.
//!
//! It has no state that is not in the database: it may be killed between any two lines, run twice at
//! once, or run against a copy of the outbox.

mod pace;
mod send;

use std::{collections::HashMap, fmt, sync::Arc};

use dossier::{Configuration, Hash, KeyId, receipt::ReceiptError};
use rand::CryptoRng;
use thiserror::Error;
use time::OffsetDateTime;
use tokio::sync::watch;
use tonic::{Response, transport::Channel};
use wire::intake::{ReceiptsRequest, TasksRequest, intake_client::IntakeClient};

pub use pace::Pace;

use super::{
    Item, Outbox, Problem, ReceiptKeys, Received, State, Task, Trouble,
    item::{read, select},
    problem::{Call, Setback, setback},
    receive::{RefusedReceipt, Verified, subject},
};
use crate::{
    fleet::{FleetError, Standing, kept},
    store::{Store, StoreError, issued::Kind, micros, transaction},
};

/// Most bytes of an answer: 500 receipts, or 200 tasks.
const LONGEST_ANSWER: usize = 4 << 20;
/// Receipts asked for at once.
const RECEIPTS: usize = 500;
/// Answers with tasks that are read in one pass.
const TASK_PAGES: usize = 64;
/// After so many dossiers that the centre calls not ours, the station itself is refused.
const NOT_OURS: u32 = 3;

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> OffsetDateTime + Send + Sync>;

/// Is told what happens, as it happens.
pub type Observer = Arc<dyn Fn(&Event) + Send + Sync>;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The centre knows of a dossier, and has so many bytes of it.
    Begun(Hash, u64),
    /// The centre has so many bytes of a dossier.
    Appended(Hash, u64),
    /// A receipt was verified and kept; on Accepted the bytes are erased.
    Received(Hash, State),
    /// A dossier is tried again later.
    SetBack(Hash, Problem),
    /// The centre does not know a dossier that it held; it is sent again.
    LostThere(Hash),
    /// A receipt was not believed.
    ReceiptRefused,
    /// So many tasks were kept.
    Tasks(usize),
    /// The way is shut.
    Shut(Trouble),
}

/// How the way to the centre is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Status {
    /// When the centre last answered everything.
    pub last_contact: Option<OffsetDateTime>,
    /// What is in the way; none after a pass that went through.
    pub trouble: Option<Trouble>,
    /// Passes in a row that did not go through.
    pub failures: u32,
}

/// Why a pass ended early.
#[derive(Debug, Error)]
pub enum PassError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The way is shut.
    #[error("sending the outbox: {}", .0.remedy())]
    Way(Trouble),
}

/// Makes a channel that shows the newest certificate.
type Connect = Arc<dyn Fn() -> Result<Channel, FleetError> + Send + Sync>;

/// Which receipts are believed.
enum Keys {
    Given(Arc<dyn ReceiptKeys>),
    /// Under the keys of the configuration in the store, read before each pass. Its period does not
    /// matter: a receipt may come late.
    Kept(Option<Box<Configuration>>),
}

impl ReceiptKeys for Keys {
    fn receipt_key(&self, id: KeyId) -> Option<Vec<u8>> {
        match self {
            Self::Given(keys) => keys.receipt_key(id),
            Self::Kept(configuration) => ReceiptKeys::receipt_key(configuration.as_deref()?, id),
        }
    }
}

/// Sends the outbox of one station.
pub struct Uploader<R> {
    outbox: Outbox,
    intake: IntakeClient<Channel>,
    connect: Option<Connect>,
    keys: Keys,
    clock: Clock,
    rng: R,
    pace: Pace,
    observer: Option<Observer>,
    status: watch::Sender<Status>,
}

impl<R> fmt::Debug for Uploader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Uploader")
            .field("outbox", &self.outbox)
            .field("pace", &self.pace)
            .finish_non_exhaustive()
    }
}

impl<R: CryptoRng> Uploader<R> {
    /// Sends through this channel and believes receipts under these keys. The randomness spreads the
    /// tries of many stations, and seals tasks.
    pub fn new(
        outbox: &Outbox,
        channel: Channel,
        keys: Arc<dyn ReceiptKeys>,
        clock: Clock,
        rng: R,
    ) -> Self {
        Self::with(outbox.clone(), channel, Keys::Given(keys), clock, rng)
    }

    /// That of a station that was taken in: its outbox, its certificate (a renewed one too), and the
    /// receipt keys of the newest configuration that it keeps.
    pub fn of_station(standing: &Arc<Standing>, clock: Clock, rng: R) -> Result<Self, FleetError> {
        let outbox = Outbox::new(standing.store());
        let uploader = Self::with(outbox, standing.channel()?, Keys::Kept(None), clock, rng);
        let standing = Arc::clone(standing);
        Ok(Self {
            connect: Some(Arc::new(move || standing.channel())),
            ..uploader
        })
    }

    fn with(outbox: Outbox, channel: Channel, keys: Keys, clock: Clock, rng: R) -> Self {
        Self {
            outbox,
            intake: client(channel),
            connect: None,
            keys,
            clock,
            rng,
            pace: Pace::default(),
            observer: None,
            status: watch::Sender::default(),
        }
    }

    /// The same at another pace.
    #[must_use]
    pub fn paced(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// The same, telling everything to that observer.
    #[must_use]
    pub fn observed_by(mut self, observer: Observer) -> Self {
        self.observer = Some(observer);
        self
    }

    /// The outbox that it sends.
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// How the way to the centre is, now and from now on.
    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    /// Passes until `shutdown` is ready: at once when something is queued, else at the pace.
    pub async fn run(mut self, shutdown: impl Future<Output = ()>) {
        tokio::pin!(shutdown);
        let queued = self.outbox.store.queued().clone();
        loop {
            let passed = tokio::select! {
                () = &mut shutdown => return,
                passed = self.pass() => passed,
            };
            if let Err(PassError::Store(error)) = &passed {
                tracing::error!(%error, "the outbox cannot be read or written; tried again");
            }
            let failures = self.status.borrow().failures;
            let wait = if passed.is_ok() {
                self.pace.idle(&mut self.rng)
            } else {
                self.pace.back_off(failures, &mut self.rng)
            };
            tokio::select! {
                () = &mut shutdown => return,
                () = tokio::time::sleep(wait) => {}
                () = queued.notified() => {}
            }
        }
    }

    /// Does once everything that is due: sends, asks for receipts, pulls tasks.
    pub async fn pass(&mut self) -> Result<(), PassError> {
        let passed = self.try_pass().await;
        let now = (self.clock)();
        let trouble = match &passed {
            Err(PassError::Way(trouble)) => Some(*trouble),
            _ => None,
        };
        self.status.send_modify(|status| {
            status.trouble = trouble;
            if passed.is_ok() {
                status.last_contact = Some(now);
                status.failures = 0;
            } else {
                status.failures = status.failures.saturating_add(1);
            }
        });
        if matches!(trouble, Some(Trouble::Certificate | Trouble::Refused)) {
            self.connect_anew();
        }
        if let Some(trouble) = trouble {
            tracing::warn!(?trouble, "the outbox waits");
            self.tell(Event::Shut(trouble));
        }
        passed
    }

    /// The connection shows the certificate that it was made with; there may be a renewed one.
    fn connect_anew(&mut self) {
        match self.connect.as_ref().map(|connect| connect()) {
            Some(Ok(channel)) => self.intake = client(channel),
            Some(Err(error)) => tracing::error!(%error, "no new channel to the centre"),
            None => {}
        }
    }

    async fn try_pass(&mut self) -> Result<(), PassError> {
        if let Keys::Kept(kept) = &mut self.keys {
            *kept = kept_configuration(&self.outbox.store).await?;
        }
        let sent = match self.send_due().await {
            refused @ (Ok(()) | Err(PassError::Way(Trouble::Refused))) => refused,
            other => return other,
        };
        // Where the station may not send, what it sent before is answered all the same.
        let mut heard = self.ask_receipts().await;
        if heard.is_ok() {
            heard = self.pull_tasks().await;
        }
        sent.and(heard)
    }

    async fn send_due(&mut self) -> Result<(), PassError> {
        let mut not_ours = 0;
        for item in self.due().await? {
            match self.send(&item).await? {
                Ok(()) => not_ours = 0,
                Err(problem) => {
                    not_ours += u32::from(problem == Problem::NotOurs);
                    if not_ours == NOT_OURS {
                        return Err(PassError::Way(Trouble::Refused));
                    }
                }
            }
        }
        Ok(())
    }

    /// What waits and may be tried now: those that failed least often first, so that one which
    /// always fails is in nobody's way.
    async fn due(&self) -> Result<Vec<Item>, StoreError> {
        let now = (self.clock)();
        // A clock that was set back must not keep anything waiting for longer than the longest wait.
        let nonsense = now + self.pace.longest() * 2;
        let query = select(
            "WHERE state = 'waiting' AND (next_try_at <= $1 OR next_try_at > $2)
             ORDER BY tries, queued_at, hash",
        );
        let rows = sqlx::query(query)
            .bind(micros(now))
            .bind(micros(nonsense))
            .fetch_all(self.outbox.store.pool())
            .await
            .map_err(StoreError::database("looking for what is to be sent"))?;
        rows.iter().map(read).collect()
    }

    /// Asks what became of everything that is held or was rejected.
    async fn ask_receipts(&mut self) -> Result<(), PassError> {
        let query = select("WHERE state IN ('held', 'rejected') ORDER BY queued_at, hash");
        let rows = sqlx::query(query)
            .fetch_all(self.outbox.store.pool())
            .await
            .map_err(StoreError::database("looking for what is held"))?;
        let items = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        for batch in items.chunks(RECEIPTS) {
            self.ask_receipts_of(batch).await?;
        }
        Ok(())
    }

    async fn ask_receipts_of(&mut self, batch: &[Item]) -> Result<(), PassError> {
        let hashes = batch.iter().map(|item| item.hash.as_bytes().to_vec());
        let question = ReceiptsRequest {
            hashes: hashes.collect(),
        };
        let mut intake = self.intake.clone();
        let answer = self.call(Call::Other, intake.receipts(question)).await;
        let answer = answer.map_err(in_the_way)?;
        let mut unanswered: HashMap<Hash, &Item> =
            batch.iter().map(|item| (item.hash, item)).collect();
        let mut believed = true;
        for receipt in answer.receipts {
            match self.verified(&receipt.signed, &mut unanswered) {
                Ok(verified) => self.receive(&verified).await?,
                Err(error) => {
                    tracing::error!(%error, "a receipt of the centre is not believed");
                    self.tell(Event::ReceiptRefused);
                    believed = false;
                }
            }
        }
        // Who leaves one out does not know it. But one that was not believed may be the one left out.
        let lost = unanswered.values().filter(|item| item.state == State::Held);
        let lost: Vec<Hash> = lost.map(|item| item.hash).collect();
        if believed && !lost.is_empty() {
            tracing::error!(
                dossiers = lost.len(),
                "the centre lost what it held; it is sent again"
            );
            self.outbox.lost_there(&lost, (self.clock)()).await?;
            for hash in lost {
                self.tell(Event::LostThere(hash));
            }
            // Sent with the next pass, which comes at once.
            self.outbox.store.queued().notify_one();
        }
        Ok(())
    }

    /// The receipt, verified for the dossier that it is about, which is then answered.
    fn verified(
        &self,
        signed: &[u8],
        unanswered: &mut HashMap<Hash, &Item>,
    ) -> Result<Verified, RefusedReceipt> {
        let hash = subject(signed, &self.keys)?;
        // About one that was not asked for, or a second time: as good as about another.
        let item = unanswered.get(&hash).ok_or(ReceiptError::Other)?;
        let verified = Verified::new(item, signed, &self.keys)?;
        unanswered.remove(&hash);
        Ok(verified)
    }

    async fn receive(&self, receipt: &Verified) -> Result<(), StoreError> {
        let received = self.outbox.receive(receipt, (self.clock)()).await?;
        if let Received::Moved(state) = received {
            self.tell(Event::Received(receipt.hash(), state));
        }
        Ok(())
    }

    async fn pull_tasks(&mut self) -> Result<(), PassError> {
        let mut cursor = self.outbox.cursor().await?;
        for _ in 0..TASK_PAGES {
            let question = TasksRequest {
                cursor: cursor.clone(),
            };
            let mut intake = self.intake.clone();
            let answer = self.call(Call::Other, intake.tasks(question)).await;
            let answer = answer.map_err(in_the_way)?;
            let more = !answer.tasks.is_empty() && answer.cursor != cursor;
            let mut tasks = Vec::with_capacity(answer.tasks.len());
            for task in answer.tasks {
                match Task::try_from(task) {
                    Ok(task) => tasks.push(task),
                    // Of a newer centre: the others are shown, this one after the update.
                    Err(error) => tracing::error!(%error, "a task is left out"),
                }
            }
            if tasks.is_empty() && answer.cursor == cursor {
                return Ok(());
            }
            cursor = answer.cursor;
            self.outbox
                .keep_tasks(&tasks, &cursor, &mut self.rng)
                .await?;
            self.tell(Event::Tasks(tasks.len()));
            if !more {
                return Ok(());
            }
        }
        Ok(())
    }

    /// One call with a limit of time, its failure read.
    async fn call<T>(
        &self,
        call: Call,
        answer: impl Future<Output = Result<Response<T>, tonic::Status>>,
    ) -> Result<T, Setback> {
        match tokio::time::timeout(self.pace.call, answer).await {
            Err(_) => Err(Setback::Way(Trouble::Unreachable)),
            Ok(Err(status)) => {
                tracing::debug!(?call, code = ?status.code(), "the centre did not take a call");
                Err(setback(call, &status))
            }
            Ok(Ok(answer)) => Ok(answer.into_inner()),
        }
    }

    fn tell(&self, event: Event) {
        if let Some(observer) = &self.observer {
            observer(&event);
        }
    }

    /// Notes that an upload failed, and when it is tried again.
    async fn set_back(&mut self, item: &Item, problem: Option<Problem>) -> Result<(), StoreError> {
        const DOING: &str = "noting an upload that failed";
        let wait = self.pace.back_off(item.tries + 1, &mut self.rng);
        let next = (self.clock)() + wait;
        transaction!(self.outbox.store, DOING, |tx| {
            sqlx::query(
                "UPDATE outbox_item SET tries = tries + 1, next_try_at = $2, problem = $3
                 WHERE hash = $1 AND state = 'waiting'",
            )
            .bind(&item.hash.as_bytes()[..])
            .bind(micros(next))
            .bind(problem.map(Problem::name))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))
            .map(|_| ())
        })
    }
}

/// A call about no dossier in particular has only the way in its way.
fn in_the_way(setback: Setback) -> PassError {
    PassError::Way(match setback {
        Setback::Way(trouble) => trouble,
        Setback::Again | Setback::Item(_) => Trouble::Unreachable,
    })
}

fn client(channel: Channel) -> IntakeClient<Channel> {
    IntakeClient::new(channel).max_decoding_message_size(LONGEST_ANSWER)
}

/// The newest configuration, which was verified before it was kept.
async fn kept_configuration(store: &Store) -> Result<Option<Box<Configuration>>, StoreError> {
    match kept::read::<Configuration>(store, Kind::Configuration).await {
        Ok(configuration) => Ok(configuration.map(Box::new)),
        Err(FleetError::Store(error)) => Err(error),
        Err(error) => {
            // Of a newer program that ran here before.
            tracing::error!(%error, "the configuration in the store cannot be read; receipts are not believed");
            Ok(None)
        }
    }
}
