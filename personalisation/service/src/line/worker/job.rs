//! The attempt in a worker's hands: its lease, the act under way, and its files once they are built.

use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Instant,
};

use evidence::entry::{Act, Entry};
use icao9303::{lds::ElementaryFile, scp03::StaticKeys};
use openssl::sha::sha256;
use personalisation_core::{
    attempt::{Attempt, AttemptState, Binding, ChipPublicKey, Digest},
    card_access_number::CardAccessNumber,
    ids::{ActId, LeaseToken},
};
use personalisation_store::line::{Advance, AttemptContent};
use rand::CryptoRng;
use time::OffsetDateTime;

use super::{
    ACTOR, Worker,
    failure::{InspectionChange, StepError},
    floor::sight::Sight,
};
use crate::line::{
    chip::{ChipFacts, LifeCycle},
    content::{read_card_access_number, read_order},
    event::{Event, Subject},
    files::{CardFiles, FilesError, OrderContent},
    output::{Output, OutputError},
    printing::{Drawn, Printer, Printing, Purpose},
    reader::CardReader,
};

/// An attempt in hand.
pub(super) struct Job {
    pub(super) attempt: Attempt,
    pub(super) binding: Binding,
    pub(super) token: LeaseToken,
    /// What the chip said of itself when it was last connected.
    pub(super) facts: ChipFacts,
    /// The act under way; its intent is written.
    pub(super) act: Act,
    /// Built when first needed.
    pub(super) files: Option<CardFiles>,
    /// The card access number, once known.
    pub(super) can: OnceCell<CardAccessNumber>,
    /// Whether a person looks at the card as a sample; known with the drawing of its faces.
    pub(super) sampled: bool,
    /// The faces, once their drawing has begun.
    pub(super) printing: Option<Printing>,
    /// What the exit camera saw, until it is written down.
    pub(super) sight: Option<Sight>,
    /// Files that were written and compared since the attempt was taken up.
    pub(super) on_chip: BTreeSet<ElementaryFile>,
    pub(super) ticket: Vec<u8>,
    /// SHA-256 of the certificate of whose key signed, until that is recorded.
    pub(super) signer: Option<Digest>,
    /// The chip's keys, where they were derived in advance: key version and keys of its maker, and
    /// the centre's.
    pub(super) transport_keys: Option<(u8, StaticKeys)>,
    pub(super) centre_keys: Option<StaticKeys>,
    pub(super) began: Instant,
    pub(super) step_began: Instant,
    pub(super) steps: BTreeMap<&'static str, f64>,
}

impl Job {
    pub(super) fn new(
        attempt: Attempt,
        binding: Binding,
        token: LeaseToken,
        facts: ChipFacts,
        act: ActId,
    ) -> Self {
        let act = act_in(&attempt, act);
        let began = Instant::now();
        Self {
            attempt,
            binding,
            token,
            facts,
            act,
            files: None,
            can: OnceCell::new(),
            sampled: false,
            printing: None,
            sight: None,
            on_chip: BTreeSet::new(),
            ticket: Vec::new(),
            signer: None,
            transport_keys: None,
            centre_keys: None,
            began,
            step_began: began,
            steps: BTreeMap::new(),
        }
    }

    /// An attempt whose chip is not asked: it is finished, or gone.
    pub(super) fn beside_its_chip(
        attempt: Attempt,
        binding: Binding,
        token: LeaseToken,
        act: ActId,
    ) -> Self {
        let facts = ChipFacts {
            life_cycle: LifeCycle::Blank,
            serial: None,
        };
        Self::new(attempt, binding, token, facts, act)
    }

    pub(super) fn subject(&self, reader: &str) -> Subject {
        let id = self.attempt.id();
        Subject {
            order: id.order.to_string(),
            attempt: id.attempt.get(),
            reader: reader.to_owned(),
            chip: self.binding.chip.to_string(),
            number: self.binding.number.to_string(),
        }
    }

    /// The chip's own public key, once known.
    fn chip_key(&self) -> Result<ChipPublicKey, FilesError> {
        self.attempt
            .record()
            .chip_key
            .ok_or(FilesError::Missing("chip key"))
    }
}

/// The act that an attempt in its state waits for.
fn act_in(attempt: &Attempt, id: ActId) -> Act {
    let act = match attempt.state() {
        AttemptState::Bound(_) => "key-chip",
        AttemptState::ChipKeyed(_) => "build-lds",
        AttemptState::LdsBuilt(_) => "sign-and-write",
        AttemptState::Signed(_) => "write",
        AttemptState::Written(_) => "lock",
        AttemptState::Locked(_) => "read-back",
        AttemptState::ReadBack(_) => "print",
        AttemptState::Printed(_) => "exit",
        AttemptState::Scrapped(_) | AttemptState::Cancelled(_) => "reject",
        _ => "end",
    };
    Act::new(
        *id.as_bytes(),
        ACTOR,
        act,
        format!("attempt {}", attempt.id()),
    )
}

/// The intent of the act that an attempt waits for.
pub(super) fn intent(attempt: &Attempt, id: ActId, now: OffsetDateTime) -> Vec<Entry> {
    vec![act_in(attempt, id).intent(now)]
}

impl<R: CardReader, G: CryptoRng> Worker<R, G> {
    /// Writes that the attempt came along `path`: the outcome of the act under way and the intent of
    /// the next one in the same commit.
    pub(super) fn advance(
        &mut self,
        job: &mut Job,
        path: &[Attempt],
        content: &[(AttemptContent, &[u8])],
        outcome: &str,
    ) -> Result<(), StepError> {
        let Some(to) = path.last() else { return Ok(()) };
        let now = self.now();
        let next = act_in(to, ActId::generate(&mut self.rng));
        let mut entries = vec![job.act.outcome(now, outcome)];
        // A card in a machine is not done with when its attempt has failed: it goes to the reject tray.
        let in_machine = to.binding().is_some_and(|binding| binding.card.is_some());
        if !to.state().is_final() || (in_machine && !to.state().is_document()) {
            entries.push(next.intent(now));
        }
        let lease = self.lease(job.token);
        let sight = job.sight.take();
        let seen = sight.as_ref();
        let seen = seen.map(|sight| sight.for_store(self.settings.quality));
        let advance = Advance {
            from: &job.attempt,
            path,
            content,
            signer: job.signer.take(),
            entries: &entries,
            seen: seen.as_ref(),
        };
        let done = self.store.advance(&mut self.rng, &lease, &advance, now);
        let cancelled = self.runtime.block_on(done)?;
        let mut seconds = job.step_began.elapsed().as_secs_f64();
        job.step_began = Instant::now();
        for step in path {
            job.attempt = step.clone();
            let state = step.state().name();
            job.steps.insert(state, seconds);
            let subject = job.subject(self.reader.name());
            if !matches!(step.state(), AttemptState::Scrapped(_)) {
                self.tell(Event::Step {
                    subject,
                    state,
                    seconds,
                });
            }
            // Several moves in one commit: the first one took the time.
            seconds = 0.0;
        }
        job.act = next;
        if cancelled && job.attempt.clone().cancel_unlocked().is_ok() {
            return Err(StepError::Cancelled);
        }
        Ok(())
    }

    /// Begins to draw the faces, where pictures are wanted or a machine prints them: another thread's work, beside the
    /// chip's.
    pub(super) fn begin_printing(
        &self,
        job: &mut Job,
        order: &OrderContent,
        can: &CardAccessNumber,
    ) -> Result<(), StepError> {
        let number = job.binding.number;
        let output = self.settings.output.as_ref();
        if output.is_some() || job.binding.card.is_some() {
            let (card, sampling) = (job.attempt.id(), self.settings.quality.sampling());
            let inspected = job.binding.card.is_some() && self.exit.is_some();
            job.sampled = inspected && self.wait(self.store.is_sampled(card, sampling))?;
            let purpose = Purpose {
                folder: output.map(|output| output.folder(number)),
                inspected,
                sampled: job.sampled,
            };
            let template = self.wait(self.store.template_of(card))?;
            let printing = self
                .printer()
                .begin(order, (number, can, template), purpose)?;
            job.printing = Some(printing);
        }
        Ok(())
    }

    fn begin_printing_again(&self, job: &mut Job, can: &CardAccessNumber) -> Result<(), StepError> {
        let order = self.wait(read_order(&self.store, job.attempt.id().order))?;
        self.begin_printing(job, &order, can)
    }

    /// The faces that are to be on the card, drawn now if they were not before.
    pub(super) fn drawn(&self, job: &mut Job) -> Result<Arc<Drawn>, StepError> {
        if job.printing.is_none() {
            let can = self.card_access_number(job)?.clone();
            self.begin_printing_again(job, &can)?;
        }
        let drawn = job.printing.as_mut().and_then(Printing::drawn);
        match (drawn, job.printing.take()) {
            (Some(drawn), printing) => {
                job.printing = printing;
                Ok(drawn)
            }
            (None, Some(printing)) => Err(printing.failure().into()),
            (None, None) => Err(OutputError::Printer.into()),
        }
    }

    /// What a machine is to print is waited for before the lock, after which the card works: faces that cannot be drawn end
    /// the attempt here. A dump's pictures hold no card up.
    pub(super) fn demand_drawn(&self, job: &mut Job) -> Result<(), StepError> {
        if job.binding.card.is_some() {
            self.drawn(job)?;
        }
        Ok(())
    }

    fn printer(&self) -> &Printer {
        let output = self.settings.output.as_ref();
        output.map_or(&self.settings.printer, Output::printer)
    }

    /// Has the faces written. After a crash they are drawn only now; the card is good, also where that fails, and the next start
    /// with the same dump tries again.
    pub(super) fn print(&self, job: &mut Job, can: &CardAccessNumber) -> Result<(), StepError> {
        let Some(output) = &self.settings.output else {
            return Ok(());
        };
        if job.printing.is_none() {
            match self.begin_printing_again(job, can) {
                Err(StepError::Order(error)) => {
                    let (attempt, number) = (job.attempt.id(), job.binding.number);
                    tracing::error!(
                        %error, %attempt, %number,
                        "a finished card has no pictures in the dump: start the program that has its template with the same --dump"
                    );
                    return Ok(());
                }
                begun => begun?,
            }
        }
        if let Some(printing) = job.printing.take() {
            output.printer().release(printing)?;
        }
        Ok(())
    }

    /// The card's files, built from what the database knows; the same bytes every time.
    pub(super) fn files<'j>(&mut self, job: &'j mut Job) -> Result<&'j mut CardFiles, StepError> {
        if job.files.is_none() {
            let order = self
                .runtime
                .block_on(read_order(&self.store, job.attempt.id().order))?;
            let files = self.build_files(job, &order, &job.chip_key()?)?;
            job.files = Some(files);
        }
        job.files
            .as_mut()
            .ok_or(FilesError::Missing("files").into())
    }

    /// The same, to be given back to the job.
    pub(super) fn take_files(&mut self, job: &mut Job) -> Result<CardFiles, StepError> {
        self.files(job)?;
        Ok(job.files.take().ok_or(FilesError::Missing("files"))?)
    }

    /// Builds the files for a chip key; adds the signed ones if they are there already.
    pub(super) fn build_files(
        &mut self,
        job: &mut Job,
        order: &OrderContent,
        chip_key: &ChipPublicKey,
    ) -> Result<CardFiles, StepError> {
        job.ticket = order.ticket.to_vec();
        let (number, buffer) = (job.binding.number, self.settings.apdu_buffer);
        let terminals = self.fingers.is_some();
        let build = |terminals| CardFiles::build(order, number, chip_key, buffer, terminals);
        let mut files = build(terminals)?;
        let record = job.attempt.record();
        let signed_for = |files: &CardFiles| {
            let digest = record.lds_digest;
            digest.is_none_or(|digest| digest == files.lds_digest())
        };
        if !signed_for(&files) {
            if !signed_for(&build(!terminals)?) {
                return Err(FilesError::Missing("content that was signed for").into());
            }
            let changed = if terminals {
                InspectionChange::Added
            } else {
                InspectionChange::Removed
            };
            return Err(StepError::InspectionChanged(changed(job.attempt.id())));
        }
        if let (Some(sod), Some(security)) = (record.sod_digest, record.card_security_digest) {
            let sod = self.stored(job, AttemptContent::Sod, sod)?;
            let security = self.stored(job, AttemptContent::CardSecurity, security)?;
            files.add_signed(&sod, &security);
        }
        Ok(files)
    }

    /// The attempt's card access number.
    pub(super) fn card_access_number<'j>(
        &self,
        job: &'j Job,
    ) -> Result<&'j CardAccessNumber, StepError> {
        if job.can.get().is_none() {
            let stored = self.wait(read_card_access_number(&self.store, job.attempt.id()))?;
            let _first = job.can.set(stored);
        }
        let missing = FilesError::Missing("card access number");
        Ok(job.can.get().ok_or(missing)?)
    }

    fn stored(
        &self,
        job: &Job,
        kind: AttemptContent,
        digest: Digest,
    ) -> Result<zeroize::Zeroizing<Vec<u8>>, StepError> {
        let content = self.wait(self.store.attempt_content(job.attempt.id(), kind))?;
        match content {
            Some(content) if sha256(&content) == digest.0 => Ok(content),
            _ => Err(FilesError::Missing("signed file").into()),
        }
    }
}

/// The file that the chip keeps from everybody: looked at before the lock for the last time.
pub(super) const FINGERS: ElementaryFile = ElementaryFile::DataGroup(icao9303::lds::DataGroup::DG3);
