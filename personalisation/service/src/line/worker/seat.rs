//! What lies in the reader: who it is, which attempt it belongs to, and what to do when it fails.

use std::{
    thread,
    time::{Duration, Instant},
};

use evidence::entry::Act;
use icao9303::{pace::Password, scp03::StaticKeys};
use personalisation_core::{
    attempt::{Attempt, Fault, ScrapReason},
    chip_serial::ChipSerial,
    document_number::DocumentNumber,
    ids::{ActId, BatchId, LeaseToken},
    machine::{MachineCard, MachineSerial},
    remake::Doubt,
};
use personalisation_store::{
    Store, StoreError,
    line::{AttemptContent, Bind, Bound, TakenUp},
};
use rand::CryptoRng;
use tokio::runtime::Handle;

use super::{
    ACTOR, Worker, WorkerError,
    failure::{Remedy, StepError},
    job::{Job, intent},
    steps::is_complete,
};
use crate::{
    faces::templates,
    line::{
        card_keys::CardKeys,
        chip::{self, ChipFacts, LifeCycle},
        event::Event,
        reader::{CardReader, NoCard},
    },
};

/// How long to wait before looking again.
pub(super) const POLL: Duration = Duration::from_millis(100);
/// How often that pause doubles while something outside the card is missing: each look takes the
/// attempt up and gives it back, which the audit keeps.
const MOST_DOUBLINGS: u32 = 4;
/// How long to wait before looking again whether a template was approved.
const TEMPLATE_PAUSE: Duration = Duration::from_secs(1);
/// How long a reader that is gone may stay away before its card is given up.
const READER_GRACE: Duration = Duration::from_secs(30);
/// How often a card may fail to say who it is.
const MUTE_TRIES: u32 = 3;
/// Numbers drawn for a binding: that all of them were used before does not happen.
const NUMBERS: usize = 4;
/// What the audit says of acts that nobody saw the end of.
pub(super) const INTERRUPTED: &str = "interrupted; the chip is asked how far it came";

/// The place in the reader, and what is known about the card in it.
pub(super) struct Seat {
    pub(super) token: LeaseToken,
    /// The card in its machine, where the reader is one's.
    pub(super) card: Option<MachineCard>,
    /// Nothing more can be done with this card: it must be taken away.
    pub(super) settled: bool,
    released: bool,
    /// A good blank that waits for an order.
    pub(super) waits_for_order: bool,
    /// When no template was approved for what waits.
    pub(super) refused_at: Option<Instant>,
    /// In a machine: why the last try at this card failed.
    pub(super) failed: Option<(ScrapReason, String)>,
    mute: u32,
    /// How often in a row something outside the card was missing.
    waited: u32,
    pub(super) told: Option<String>,
}

/// What came of a turn.
pub(super) enum Turn {
    Document,
    Scrapped(Fault, Option<Doubt>),
    /// Given up for a card that nobody has seen again: says nothing about reader or batch.
    Abandoned(Option<Doubt>),
    /// Ended because its order was cancelled.
    Cancelled,
    /// An order that cannot be bound waits on hold for a person.
    Held,
    /// In a machine: its chip is finished, and it is to be printed.
    Personalised(Box<Job>),
    /// In a machine: something went wrong with the chip, which is tried again once the machine was asked.
    Interrupted(Box<Job>),
    /// In a machine: something was done.
    Busy,
    Idle,
}

/// What came of looking for a card that stopped answering.
enum Regained<C> {
    Card(C, ChipFacts),
    /// A card is there, but does not even say who it is.
    Mute,
    Gone,
}

impl Seat {
    /// Whether it is too early to look again whether a template was approved.
    pub(super) fn rests(&self) -> bool {
        let refused_at = self.refused_at;
        refused_at.is_some_and(|at| at.elapsed() < TEMPLATE_PAUSE)
    }

    pub(super) const fn new(token: LeaseToken) -> Self {
        Self::of(token, None)
    }

    /// The chip station of a machine, with this card in it.
    pub(super) const fn of(token: LeaseToken, card: Option<MachineCard>) -> Self {
        Self {
            token,
            card,
            settled: false,
            released: false,
            waits_for_order: false,
            failed: None,
            refused_at: None,
            mute: 0,
            waited: 0,
            told: None,
        }
    }

    pub(super) fn settle(&mut self) -> Turn {
        self.settled = true;
        Turn::Idle
    }
}

impl<R: CardReader, G: CryptoRng> Worker<R, G> {
    /// Looks at the reader once, and does what there is to do.
    pub(super) fn turn(&mut self, seat: &mut Seat) -> Result<Turn, WorkerError> {
        if seat.settled && !seat.released {
            self.reader.release();
            seat.released = true;
        }
        if seat.settled || seat.waits_for_order {
            let removed = self.reader.wait_for_removal(POLL);
            let orders = !seat.rests() && self.wait(self.store.is_anybody_queued())?;
            if removed || (seat.waits_for_order && orders) {
                let told = seat.refused_at.and_then(|_| seat.told.take());
                *seat = Seat {
                    told,
                    ..Seat::new(seat.token)
                };
            } else {
                return self.give_up_abandoned(seat, None);
            }
        }
        match self.reader.connect(POLL) {
            Ok(card) => self.reconcile(card, seat),
            Err(NoCard::Empty) => self.give_up_abandoned(seat, None),
            Err(NoCard::Mute(why)) => Ok(self.mute(seat, why)),
            Err(NoCard::Unavailable(why)) => {
                self.tell_waiting(seat, why);
                thread::sleep(POLL);
                Ok(Turn::Idle)
            }
        }
    }

    pub(super) fn reconcile(
        &mut self,
        mut card: R::Card,
        seat: &mut Seat,
    ) -> Result<Turn, WorkerError> {
        let facts = match chip::identify(&mut card) {
            Ok(facts) => facts,
            Err(error) => return Ok(self.mute(seat, error.to_string())),
        };
        let Some(serial) = facts.serial else {
            return self.locked(card, facts, seat);
        };
        match self.take_up(serial, seat)? {
            (TakenUp::Attempt(attempt, tries), act) => {
                self.resume(card, facts, attempt, tries, act, seat)
            }
            (TakenUp::Leased { holder }, _) => {
                self.tell_waiting(seat, format!("{holder} has the attempt of chip {serial}"));
                thread::sleep(POLL);
                Ok(Turn::Idle)
            }
            (TakenUp::InMachine { attempt, machine }, _) => {
                self.refuse_taken_out(serial, attempt, machine)?;
                Ok(seat.settle())
            }
            (TakenUp::None, _) if facts.life_cycle == LifeCycle::Blank => {
                self.bind(card, facts, serial, seat)
            }
            (TakenUp::None, _) => {
                let detail = "it was personalised before, and by no attempt of ours";
                self.refuse(Some(serial), ScrapReason::ChipLifeCycle.name(), detail)?;
                Ok(seat.settle())
            }
        }
    }

    fn bind(
        &mut self,
        card: R::Card,
        facts: ChipFacts,
        serial: ChipSerial,
        seat: &mut Seat,
    ) -> Result<Turn, WorkerError> {
        let numbers: [_; NUMBERS] =
            std::array::from_fn(|_| DocumentNumber::generate(&mut self.rng));
        let act = ActId::generate(&mut self.rng);
        let bind_act = *ActId::generate(&mut self.rng).as_bytes();
        let lease = self.lease(seat.token);
        let now = self.now();
        let bind = Bind {
            chip: serial,
            card: seat.card,
            numbers: &numbers,
            lease: &lease,
            batch: BatchId::generate(&mut self.rng),
            templates: templates(),
            handed_out_only: self.settings.handed_out_only,
        };
        let entries = |attempt: &Attempt| {
            let object = format!("attempt {}", attempt.id());
            let bound = Act::new(bind_act, ACTOR, "bind", object);
            let mut entries = vec![
                bound.intent(now),
                bound.outcome(now, format!("chip {serial}")),
            ];
            entries.extend(intent(attempt, act, now));
            entries
        };
        let (bound, keys) = thread::scope(|scope| {
            let (store, runtime, keys) = (&self.store, &self.runtime, &*self.keys);
            let deriving = scope.spawn(|| derive(store, runtime, keys, serial));
            let bound = self.wait(self.store.bind_next(&bind, entries, now));
            (bound, deriving.join())
        });
        match bound? {
            Bound::Attempt(attempt) => {
                let Some(binding) = attempt.binding().copied() else {
                    return Ok(Turn::Idle);
                };
                let mut job = Job::new(attempt, binding, seat.token, facts, act);
                (job.transport_keys, job.centre_keys) = keys.unwrap_or_default();
                self.tell(Event::Bound(job.subject(self.reader.name())));
                self.work(card, job, seat)
            }
            Bound::NothingQueued => {
                seat.waits_for_order = true;
                Ok(Turn::Idle)
            }
            Bound::Unwanted(attempt) => self.end_unwanted(&attempt),
            Bound::NoTemplate(refused) => {
                self.tell_waiting(seat, refused.to_string());
                seat.waits_for_order = true;
                seat.refused_at = Some(Instant::now());
                Ok(Turn::Idle)
            }
            Bound::Unprintable(attempt, refused) => self.set_aside(&attempt, &refused.to_string()),
            Bound::UnknownChip => {
                self.refuse(Some(serial), "chip_unknown", "no delivery names it")?;
                Ok(seat.settle())
            }
            Bound::NotHandedOut => {
                let detail = "nobody handed its blank out to this line, or that is not signed yet (`stock issue`, `stock sign`)";
                self.refuse(Some(serial), "blank_not_handed_out", detail)?;
                Ok(seat.settle())
            }
            Bound::NotAvailable(state) => {
                let detail = format!("its blank is {state}");
                self.refuse(Some(serial), "blank_not_available", &detail)?;
                Ok(seat.settle())
            }
        }
    }

    fn resume(
        &mut self,
        card: R::Card,
        facts: ChipFacts,
        attempt: Attempt,
        tries: u32,
        act: ActId,
        seat: &mut Seat,
    ) -> Result<Turn, WorkerError> {
        let Some(binding) = attempt.binding().copied() else {
            return Ok(Turn::Idle);
        };
        let mut job = Job::new(attempt, binding, seat.token, facts, act);
        self.tell(Event::TakenUp(job.subject(self.reader.name())));
        if job.facts.life_cycle < LifeCycle::Locked
            && self.wait(self.store.is_cancel_wanted(job.attempt.id()))?
        {
            return self.cancel(&mut job, seat);
        }
        if tries > self.settings.max_tries {
            let (reason, detail) = seat.failed.take().unwrap_or_else(|| {
                let detail = format!("taken up {tries} times in this state");
                (ScrapReason::TooManyTries, detail)
            });
            return self.end(&mut job, reason, &detail, seat);
        }
        self.work(card, job, seat)
    }

    /// A locked chip does not tell its serial: it is one of the attempts that may have locked theirs,
    /// if it opens to that one's card access number.
    fn locked(
        &mut self,
        mut card: R::Card,
        facts: ChipFacts,
        seat: &mut Seat,
    ) -> Result<Turn, WorkerError> {
        let candidates = self.store.maybe_locked(&self.settings.holder);
        for candidate in self.wait(candidates)? {
            let Some(binding) = candidate.binding().copied() else {
                continue;
            };
            if seat.card.is_some() && !is_complete(candidate.state()) {
                // Its chip is finished: nobody at a machine asks it again.
                continue;
            }
            let kind = AttemptContent::CardAccessNumber;
            let can = self.wait(self.store.attempt_content(candidate.id(), kind))?;
            let can = can.and_then(|can| Password::can(std::str::from_utf8(&can).ok()?).ok());
            let Some(can) = can else { continue };
            let opened = chip::serial_behind_pace(&mut card, &can, &mut self.rng);
            if !matches!(opened, Ok(Some(serial)) if serial == binding.chip) {
                if seat.card.is_some() && binding.card == seat.card {
                    // The machine says whose card it is: asked again before it is judged.
                    let why = opened.err().map(|error| error.to_string());
                    let why = why.unwrap_or_else(|| "it does not open to its number".to_owned());
                    return Ok(self.mute(seat, why));
                }
                continue;
            }
            match self.take_up(binding.chip, seat)? {
                (TakenUp::Attempt(attempt, tries), act) => {
                    return self.resume(card, facts, attempt, tries, act, seat);
                }
                (TakenUp::InMachine { attempt, machine }, _) => {
                    self.refuse_taken_out(binding.chip, attempt, machine)?;
                    return Ok(seat.settle());
                }
                (TakenUp::None | TakenUp::Leased { .. }, _) => {}
            }
        }
        self.refuse(
            None,
            "chip_locked",
            "it is a finished card, or not one of ours; take it out",
        )?;
        Ok(seat.settle())
    }

    /// Works on the attempt until it ends, or until something outside is missing.
    fn work(&mut self, card: R::Card, mut job: Job, seat: &mut Seat) -> Result<Turn, WorkerError> {
        let mut card = card;
        loop {
            let Err(error) = self.go(card, &mut job) else {
                if !job.attempt.state().is_document() {
                    return Ok(Turn::Personalised(Box::new(job)));
                }
                seat.settle();
                return Ok(Turn::Document);
            };
            let detail = error.to_string();
            tracing::warn!(attempt = %job.attempt.id(), %detail, "a step failed");
            let reason = match error.remedy() {
                Remedy::Again(reason) => reason,
                Remedy::Scrap(reason) => return self.end(&mut job, reason, &detail, seat),
                Remedy::Later(why) => return self.later(&job, why, seat),
                Remedy::Cancel => return self.cancel(&mut job, seat),
                Remedy::Leave => return Ok(Turn::Idle),
                Remedy::Stop(error) => return Err(*error),
            };
            if seat.card.is_some() {
                seat.failed = Some((reason, detail));
                return Ok(Turn::Interrupted(Box::new(job)));
            }
            let facts;
            (card, facts) = match self.regain(&job, seat)? {
                Regained::Card(card, facts) => (card, facts),
                Regained::Mute => return self.end(&mut job, reason, &detail, seat),
                Regained::Gone => {
                    return self.end(&mut job, ScrapReason::ChipRemoved, &detail, seat);
                }
            };
            let (taken, act) = self.take_up(job.binding.chip, seat)?;
            let TakenUp::Attempt(attempt, tries) = taken else {
                return Ok(Turn::Idle);
            };
            job = Job {
                began: job.began,
                ..Job::new(attempt, job.binding, job.token, facts, act)
            };
            if tries > self.settings.max_tries {
                return self.end(&mut job, reason, &detail, seat);
            }
        }
    }

    /// Waits for the card of an attempt to come back, and for its reader, within their graces.
    fn regain(&mut self, job: &Job, seat: &mut Seat) -> Result<Regained<R::Card>, WorkerError> {
        let began = Instant::now();
        let mut mute = 0;
        loop {
            let lease = self.lease(job.token);
            self.wait(self.store.renew(job.attempt.id(), &lease))?;
            let grace = match self.reader.connect(self.settings.removal_grace.min(POLL)) {
                Ok(mut card) => match chip::identify(&mut card) {
                    Ok(facts) if facts.serial.is_none_or(|serial| serial == job.binding.chip) => {
                        return Ok(Regained::Card(card, facts));
                    }
                    // Another card lies there: this one is gone.
                    Ok(_) => return Ok(Regained::Gone),
                    Err(_) => {
                        mute += 1;
                        self.settings.removal_grace
                    }
                },
                Err(NoCard::Mute(_)) => {
                    mute += 1;
                    self.settings.removal_grace
                }
                Err(NoCard::Empty) => {
                    mute = 0;
                    self.settings.removal_grace
                }
                Err(NoCard::Unavailable(why)) => {
                    self.tell_waiting(seat, why);
                    self.settings.removal_grace.max(READER_GRACE)
                }
            };
            if began.elapsed() >= grace && mute == 0 {
                return Ok(Regained::Gone);
            }
            if began.elapsed() >= grace && mute >= MUTE_TRIES {
                return Ok(Regained::Mute);
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Gives attempts up whose card has not been seen since their worker fell silent: of cards in machines only what lies in
    /// its `own`.
    pub(super) fn give_up_abandoned(
        &mut self,
        seat: &mut Seat,
        own: Option<MachineSerial>,
    ) -> Result<Turn, WorkerError> {
        let now = self.now();
        let act = ActId::generate(&mut self.rng);
        let lease = self.lease(seat.token);
        let silent = self.settings.abandoned_after;
        let entries = |attempt: &Attempt| intent(attempt, act, now);
        let found = self
            .store
            .take_up_abandoned((&lease, own), silent, INTERRUPTED, entries, now);
        let Some(attempt) = self.wait(found)? else {
            return Ok(Turn::Idle);
        };
        let Some(binding) = attempt.binding().copied() else {
            return Ok(Turn::Idle);
        };
        let mut job = Job::beside_its_chip(attempt, binding, seat.token, act);
        let detail = "its worker fell silent, and the card was not seen again";
        match self.scrap(&mut job, ScrapReason::ChipRemoved, detail) {
            Ok(doubt) => Ok(Turn::Abandoned(doubt)),
            Err(error) => stop_unless_stale(error),
        }
    }

    pub(super) fn end(
        &mut self,
        job: &mut Job,
        reason: ScrapReason,
        detail: &str,
        seat: &mut Seat,
    ) -> Result<Turn, WorkerError> {
        match self.scrap(job, reason, detail) {
            Ok(doubt) => {
                seat.settle();
                Ok(Turn::Scrapped(reason.fault(), doubt))
            }
            Err(error) => stop_unless_stale(error),
        }
    }

    /// Ends an attempt that somebody cancelled: its blank is spoiled, its number void.
    fn cancel(&mut self, job: &mut Job, seat: &mut Seat) -> Result<Turn, WorkerError> {
        match self.end_cancelled(job) {
            Ok(()) => {
                seat.settle();
                Ok(Turn::Cancelled)
            }
            Err(error) => stop_unless_stale(error),
        }
    }

    fn later(&mut self, job: &Job, why: String, seat: &mut Seat) -> Result<Turn, WorkerError> {
        let lease = self.lease(job.token);
        self.wait(self.store.release(job.attempt.id(), &lease))?;
        self.tell_waiting(seat, why);
        thread::sleep(POLL * 2_u32.pow(seat.waited.min(MOST_DOUBLINGS)));
        seat.waited += 1;
        Ok(Turn::Idle)
    }

    pub(super) fn take_up(
        &mut self,
        chip: ChipSerial,
        seat: &Seat,
    ) -> Result<(TakenUp, ActId), StoreError> {
        let act = ActId::generate(&mut self.rng);
        let now = self.now();
        let lease = self.lease(seat.token);
        let entries = |attempt: &Attempt| intent(attempt, act, now);
        let chip = (chip, seat.card);
        let found = self.store.take_up(chip, &lease, INTERRUPTED, entries, now);
        Ok((self.wait(found)?, act))
    }

    pub(super) fn mute(&mut self, seat: &mut Seat, why: String) -> Turn {
        seat.mute += 1;
        if seat.mute < MUTE_TRIES {
            return Turn::Idle;
        }
        if seat.card.is_some() {
            // The machine knows which attempt has the card, if one has.
            seat.failed.get_or_insert((ScrapReason::ChipSilent, why));
            return seat.settle();
        }
        let reader = self.reader.name().to_owned();
        let reason = ScrapReason::ChipSilent.name();
        self.tell(Event::BlankRefused {
            reader,
            chip: None,
            reason,
            detail: why,
        });
        seat.settle()
    }

    /// Says once what is being waited for.
    pub(super) fn tell_waiting(&mut self, seat: &mut Seat, why: String) {
        if seat.told.as_ref() != Some(&why) {
            seat.told = Some(why.clone());
            let reader = self.reader.name().to_owned();
            self.tell(Event::Waiting { reader, why });
        }
    }
}

/// A blank chip's keys, derived while it is being bound. What is not to be had now is asked for
/// again when it is needed, and missed aloud then.
fn derive(
    store: &Store,
    runtime: &Handle,
    keys: &dyn CardKeys,
    chip: ChipSerial,
) -> (Option<(u8, StaticKeys)>, Option<StaticKeys>) {
    let blank = runtime.block_on(store.blank_by_chip(chip)).ok().flatten();
    let transport = blank.and_then(|blank| {
        keys.transport(&blank)
            .ok()
            .map(|keys| (blank.key_version, keys))
    });
    (transport, keys.centre(chip).ok())
}

fn stop_unless_stale(error: StepError) -> Result<Turn, WorkerError> {
    match error.remedy() {
        Remedy::Stop(error) => Err(*error),
        _ => Ok(Turn::Idle),
    }
}
