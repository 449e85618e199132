//! The steps of an attempt, from Bound to `ReadBack`. Each asks for nothing but the state it is in.

use std::{cell::OnceCell, collections::BTreeSet, thread, time::Instant};

use icao9303::{lds::ElementaryFile, pace::Password, transport::CardTransport};
use inspection::{
    Inspection, Request, Terminal,
    budget::Budget,
    inspect, reader,
    report::{CheckName, CheckResult, FingerState, InspectionReport, Verdict},
};
use openssl::sha::sha256;
use personalisation_core::{
    attempt::{Attempt, AttemptState, Digest, ScrapReason},
    card_access_number::CardAccessNumber,
    document_number::DocumentNumber,
    remake::{Doubt, remake},
};
use personalisation_store::line::AttemptContent;
use rand::CryptoRng;

use super::{
    Worker,
    failure::StepError,
    job::{FINGERS, Job},
};
use crate::line::{
    card_keys::CardKeysError,
    chip::{self, CENTRE_KEY_VERSION, ChipError, LifeCycle, Session},
    content::read_order,
    event::{Document, Event},
    files::{CardFiles, FilesError},
    fingers::{NoTerminal, Watched},
    machine::idoc::SPENT_ON_MACHINES,
    output::Output,
    reader::CardReader,
    signing::{self, Facts, SigningError},
};

impl<R: CardReader, G: CryptoRng> Worker<R, G> {
    /// Takes the attempt from where it is to its end, with the card connected.
    pub(super) fn go(&mut self, mut card: R::Card, job: &mut Job) -> Result<(), StepError> {
        if job.facts.life_cycle < LifeCycle::Locked {
            self.personalise(&mut card, job)?;
            drop(card);
            // As any inspector would: a card fresh from a reset, and a password.
            let patience = self.settings.removal_grace;
            card = self.reader.connect(patience).map_err(|_| StepError::Lost)?;
            job.facts = chip::identify(&mut card)?;
        }
        self.confirm_lock(&mut card, job)?;
        self.read_back(&mut card, job)
    }

    fn personalise(&mut self, card: &mut R::Card, job: &mut Job) -> Result<(), StepError> {
        let mut session = self.open_session(card, job)?;
        loop {
            match job.attempt.state() {
                AttemptState::Bound(_) => self.key_chip(&mut session, job)?,
                AttemptState::ChipKeyed(_) => self.build_lds(job)?,
                AttemptState::LdsBuilt(_) => self.sign(&mut session, job)?,
                AttemptState::Signed(_) => self.write(&mut session, job)?,
                AttemptState::Written(_) => self.lock(&mut session, job)?,
                _ => return Ok(()),
            }
        }
    }

    /// A session under the centre's keys, which are put on the chip if its maker's are still there.
    fn open_session<'c>(
        &mut self,
        card: &'c mut R::Card,
        job: &mut Job,
    ) -> Result<Session<'c, R::Card>, StepError> {
        let serial = job.binding.chip;
        let buffer = usize::try_from(self.settings.apdu_buffer).unwrap_or(usize::MAX);
        let centre = match job.centre_keys.take() {
            Some(keys) => keys,
            None => self.keys.centre(serial)?,
        };
        if job.facts.life_cycle != LifeCycle::Blank {
            let keys = (CENTRE_KEY_VERSION, &centre);
            return Ok(Session::open(card, serial, keys, buffer, &mut self.rng)?);
        }
        if !matches!(job.attempt.state(), AttemptState::Bound(_)) {
            let expected = "in personalisation";
            return Err(ChipError::LifeCycle {
                found: LifeCycle::Blank,
                expected,
            }
            .into());
        }
        let (version, transport) = if let Some(keys) = job.transport_keys.take() {
            keys
        } else {
            let blank = self.wait(self.store.blank_by_chip(serial))?;
            let blank = blank.ok_or(CardKeysError::CheckValues)?;
            (blank.key_version, self.keys.transport(&blank)?)
        };
        let keys = (version, &transport);
        let mut session = Session::open(&mut *card, serial, keys, buffer, &mut self.rng)?;
        session.put_keys(version, &centre)?;
        let keys = (CENTRE_KEY_VERSION, &centre);
        Ok(Session::open_again(
            card,
            serial,
            keys,
            buffer,
            &mut self.rng,
        )?)
    }

    /// Lets the chip make its key pair; meanwhile the order's content is read.
    fn key_chip(
        &mut self,
        session: &mut Session<'_, R::Card>,
        job: &mut Job,
    ) -> Result<(), StepError> {
        let (store, runtime, order) = (&self.store, &self.runtime, job.attempt.id().order);
        let (read, chip_key) = thread::scope(|scope| {
            let reading = scope.spawn(|| runtime.block_on(read_order(store, order)));
            let chip_key = session.generate_key();
            (reading.join(), chip_key)
        });
        let ended = || FilesError::Missing("content that can be read");
        let order = read.unwrap_or_else(|_| Err(ended().into()))?;
        let chip_key = chip_key?;
        let keyed = job.attempt.clone().key_chip(chip_key.clone())?;
        let files = self.build_files(job, &order, &chip_key)?;
        let built = keyed.clone().build_lds(files.lds_digest())?;
        job.files = Some(files);
        let can = CardAccessNumber::generate(&mut self.rng);
        self.begin_printing(job, &order, &can)?;
        let content = [(AttemptContent::CardAccessNumber, &can.digits()[..])];
        self.advance(
            job,
            &[keyed, built],
            &content,
            "the chip has the centre's keys and its own",
        )?;
        job.can = OnceCell::from(can);
        Ok(())
    }

    fn build_lds(&mut self, job: &mut Job) -> Result<(), StepError> {
        let digest = self.files(job)?.lds_digest();
        let built = job.attempt.clone().build_lds(digest)?;
        self.advance(job, &[built], &[], "built")
    }

    /// Has both objects signed and verifies them; meanwhile the files that need no signature are
    /// written, for pki takes its time and the chip takes its own.
    fn sign(&mut self, session: &mut Session<'_, R::Card>, job: &mut Job) -> Result<(), StepError> {
        let now = self.now();
        let files = self.take_files(job)?;
        let object = files.security_object.to_der();
        let facts = Facts {
            ticket: &job.ticket,
            attempt: job.attempt.id(),
            binding: job.binding,
            security_object: &object,
            security_infos: &files.security_infos,
        };
        let (signer, trust) = (&*self.signer, &*self.trust);
        let output = self.settings.output.as_ref();
        let (answer, written) = thread::scope(|scope| {
            let signing = scope.spawn(|| {
                let answer = signer.sign(&facts)?;
                signing::verify(&answer, &files, trust, now)?;
                Ok(answer)
            });
            let written = put_files(
                session,
                &files,
                &BTreeSet::new(),
                output,
                job.binding.number,
            );
            (signing.join(), written)
        });
        let ended = SigningError::Unavailable("the thread that asked has ended".to_owned());
        let answer = answer.unwrap_or(Err(ended))?;
        written?;
        job.on_chip = files.iter().map(|(file, _)| file).collect();
        let files = job.files.insert(files);
        let (sod, security) = (&answer.sod.file, &answer.card_security.file);
        files.add_signed(sod, security);
        let to = job
            .attempt
            .clone()
            .sign(Digest(sha256(sod)), Digest(sha256(security)))?;
        let content = [
            (AttemptContent::Sod, &sod[..]),
            (AttemptContent::CardSecurity, &security[..]),
        ];
        job.signer = Some(Digest(sha256(&answer.sod.signer)));
        self.advance(job, &[to], &content, "signed and verified")
    }

    /// Writes and compares what is not on the chip yet, and stores the secrets.
    fn write(
        &mut self,
        session: &mut Session<'_, R::Card>,
        job: &mut Job,
    ) -> Result<(), StepError> {
        let files = self.take_files(job)?;
        let can = self.card_access_number(job)?;
        let output = self.settings.output.as_ref();
        put_files(session, &files, &job.on_chip, output, job.binding.number)?;
        let mrz = files.mrz.information().password();
        session.store_secrets(can, &mrz)?;
        if let Some(fingers) = &self.fingers {
            session.store_trust_points(&fingers.trust_points, self.now().date())?;
        }
        job.files = Some(files);
        self.demand_drawn(job)?;
        let to = job.attempt.clone().write()?;
        self.advance(job, &[to], &[], "written and compared")
    }

    fn lock(&mut self, session: &mut Session<'_, R::Card>, job: &mut Job) -> Result<(), StepError> {
        session.lock()?;
        let to = job.attempt.clone().lock()?;
        self.advance(job, &[to], &[], "locked")
    }

    /// A chip that is locked although the database does not know yet, or not in operation.
    fn confirm_lock(&mut self, card: &mut R::Card, job: &mut Job) -> Result<(), StepError> {
        let found = job.facts.life_cycle;
        if found < LifeCycle::Locked || !is_complete(job.attempt.state()) {
            return Err(ChipError::LifeCycle {
                found,
                expected: "otherwise",
            }
            .into());
        }
        if found == LifeCycle::Locked {
            let can = self.password(job)?;
            chip::put_into_operation(card, &can, &mut self.rng)?;
            job.facts.life_cycle = LifeCycle::Operational;
        }
        if matches!(job.attempt.state(), AttemptState::Written(_)) {
            let to = job.attempt.clone().lock()?;
            self.advance(job, &[to], &[], "the chip says that it is locked")?;
        }
        Ok(())
    }

    fn read_back(&mut self, card: &mut R::Card, job: &mut Job) -> Result<(), StepError> {
        let password = self.password(job)?;
        let trust = self.trust.clone();
        let now = self.now();
        let mrz = self.files(job)?.mrz.clone();
        let terminal = match &self.fingers {
            Some(fingers) => Some(Watched::new(fingers.terminals.current(now.date())?)),
            None => None,
        };
        let request = Request {
            password: Some(&password),
            printed_mrz: Some(&mrz),
            terminal: terminal.as_ref().map(|terminal| terminal as &dyn Terminal),
            trust: &trust,
            now,
            budget: Budget::default(),
            reader: Some(self.reader.name().to_owned()),
            atr: None,
        };
        let Inspection {
            report,
            files: found,
        } = inspect(card, &request, &Instant::now(), &mut self.rng);
        self.blame(terminal.as_ref())?;
        judge(&report, terminal.is_some()).map_err(StepError::ReadBack)?;
        // Without the right to them, the fingers were compared before the lock for the last time.
        let compared = |file: ElementaryFile| terminal.is_some() || file != FINGERS;
        for (file, content) in self.files(job)?.iter().filter(|(file, _)| compared(*file)) {
            if found.get(file) != Some(content) {
                return Err(StepError::ReadBack(format!(
                    "{file} is not what was written"
                )));
            }
        }
        // Before the commit, after which nobody reads this chip again.
        if let Some(output) = &self.settings.output {
            output.read_back(job.binding.number, &found)?;
        }
        let to = job.attempt.clone().read_back()?;
        if to.state().is_document() {
            return self.finish(job, to, "genuine");
        }
        self.advance(job, &[to], &[], "genuine")
    }

    /// The last step of the machine's profile: the card is a document.
    pub(super) fn finish(
        &mut self,
        job: &mut Job,
        to: Attempt,
        outcome: &str,
    ) -> Result<(), StepError> {
        let can = self.card_access_number(job)?.clone();
        let number = job.binding.number;
        let mut steps = job.steps.clone();
        steps.insert(to.state().name(), job.step_began.elapsed().as_secs_f64());
        let document = Document {
            subject: job.subject(self.reader.name()),
            can: can.as_str().to_owned(),
            seconds: job.began.elapsed().as_secs_f64(),
            steps,
        };
        // Before the commit, after which nobody comes back to this card.
        if let Some(output) = &self.settings.output {
            output.record(number, &document)?;
        }
        self.print(job, &can)?;
        self.advance(job, &[to], &[], outcome)?;
        tell_of_talk();
        self.tell(Event::Document(document));
        Ok(())
    }

    /// Where the terminal's key did not sign, the card is not at fault.
    fn blame(&self, terminal: Option<&Watched>) -> Result<(), NoTerminal> {
        let failure = terminal.and_then(Watched::failure);
        if let (Some(why), Some(fingers)) = (failure, &self.fingers) {
            fingers.terminals.distrust();
            let why = format!("its key did not sign: {why}; it is looked after");
            return Err(NoTerminal { why });
        }
        Ok(())
    }

    fn password(&self, job: &Job) -> Result<Password, StepError> {
        let can = self.card_access_number(job)?;
        Password::can(can.as_str()).map_err(|error| StepError::ReadBack(error.to_string()))
    }

    /// Ends the attempt, whose order was cancelled: number void, blank spoiled, nothing made again.
    pub(super) fn end_cancelled(&mut self, job: &mut Job) -> Result<(), StepError> {
        let to = job.attempt.clone().cancel_unlocked()?;
        self.advance(job, &[to], &[], "not begun: the order was cancelled")?;
        let subject = job.subject(self.reader.name());
        self.tell(Event::Cancelled { subject });
        Ok(())
    }

    /// Gives the attempt up: number void, blank spoiled, remake queued, or on hold with a doubt.
    pub(super) fn scrap(
        &mut self,
        job: &mut Job,
        reason: ScrapReason,
        detail: &str,
    ) -> Result<Option<Doubt>, StepError> {
        let lease = self.lease(job.token);
        self.wait(self.store.renew(job.attempt.id(), &lease))?;
        let to = job.attempt.clone().scrap(reason)?;
        let doubt = remake(&to).and_then(|remake| remake.doubt);
        self.advance(job, &[to], &[], &format!("given up: {reason}: {detail}"))?;
        let subject = job.subject(self.reader.name());
        let (reason, detail) = (reason.name(), detail.to_owned());
        self.tell(Event::Scrapped {
            subject,
            reason,
            detail,
            on_hold: doubt.map(|doubt| doubt.to_string()),
        });
        Ok(doubt)
    }
}

/// Tells what talking with machines and chips took, without what was said: that is other processes' work, brought here.
fn tell_of_talk() {
    let chips = reader::processor_time_of_connections().as_nanos();
    let machines = SPENT_ON_MACHINES.spent();
    tracing::debug!(
        processor_nanos = i64::try_from(chips)
            .unwrap_or(i64::MAX)
            .saturating_add(machines),
        "talking with machines and chips so far"
    );
}

/// Writes files and compares each, byte for byte, with what the chip then holds; but for those that
/// were written and compared in this session before.
fn put_files<C: CardTransport>(
    session: &mut Session<'_, C>,
    files: &CardFiles,
    on_chip: &BTreeSet<ElementaryFile>,
    output: Option<&Output>,
    number: DocumentNumber,
) -> Result<(), StepError> {
    for (file, content) in files.iter().filter(|(file, _)| !on_chip.contains(file)) {
        session.write_file(file, content)?;
        let read = session.compare_file(file, content)?;
        if let Some(output) = output.filter(|_| file == FINGERS) {
            output.written(number, file, &read)?;
        }
    }
    Ok(())
}

/// Whether everything is on the chip.
pub(super) const fn is_complete(state: &AttemptState) -> bool {
    matches!(state, AttemptState::Written(_) | AttemptState::Locked(_))
}

/// A finished card is genuine, proves itself in both ways, and keeps its fingers from everybody but a
/// terminal that may read them.
fn judge(report: &InspectionReport, terminal: bool) -> Result<(), String> {
    if report.verdict != Verdict::Genuine {
        let wrong: Vec<_> = report
            .checks
            .iter()
            .filter(|check| {
                matches!(
                    check.result,
                    CheckResult::Failed | CheckResult::Undetermined
                )
            })
            .map(|check| format!("{:?}", check.name))
            .collect();
        return Err(format!(
            "the inspection does not find it genuine: {}",
            wrong.join(", ")
        ));
    }
    for name in [
        CheckName::ChipAuthentication,
        CheckName::ChipAuthenticationMapping,
    ] {
        passed(report, name)?;
    }
    match (report.fingers.state, terminal) {
        // Only behind terminal authentication: that they were locked before is asked next.
        (FingerState::Readable, true) => passed(report, CheckName::TerminalAuthentication),
        (FingerState::Locked, false) => Ok(()),
        (_, false) => Err("the fingers are not kept from everybody".to_owned()),
        (_, true) => {
            let check = report.check(CheckName::TerminalAuthentication);
            let why = check.map_or("it was not asked", |check| &check.detail);
            Err(format!("the fingers cannot be read back: {why}"))
        }
    }
}

fn passed(report: &InspectionReport, name: CheckName) -> Result<(), String> {
    let check = report.check(name);
    if check.is_some_and(|check| check.result == CheckResult::Passed) {
        Ok(())
    } else {
        Err(format!("{name:?} did not pass"))
    }
}
