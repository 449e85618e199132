//! The line: `personalisation line` turns queued orders into documents, one worker a reader or machine.

pub mod card_keys;
pub mod chip;
pub mod content;
pub mod event;
pub mod files;
pub mod fingers;
pub mod lost;
pub mod machine;
pub mod output;
pub mod printing;
pub mod reader;
pub mod redraw;
pub mod signing;
pub mod stranded;
pub mod worker;

use std::{
    io,
    path::PathBuf,
    process::ExitCode,
    sync::{Arc, mpsc},
    thread,
};

use card_keys::{CardKeys, TokenKeys};
use event::Event;
use fingers::{Fingers, TrustPointError, read_trust_points};
use icao9303::x509::TrustStore;
use key_custody::{CustodyError, Token};
use machine::idoc::{Idoc, PcscLink};
use output::{Output, OutputError};
use personalisation_core::machine::MachineSerial;
use personalisation_store::{Store, StoreError};
use printing::Printer;
use reader::{CardReader, PcscReader};
use redraw::RedrawError;
use signing::{PkiClient, SetupError};
use stranded::Lookout;
use thiserror::Error;
use tokio::runtime::{Handle, Runtime};
use worker::{Settings, Tally, Worker, WorkerError};

use crate::{
    config::{self, Config, ConfigError},
    edge::{self, SystemRng},
    inspection_system::{Folder, InspectionSystemError, Keeper},
    own_certificate,
    quality::{ByCamera, QualitySection},
    stock::{IssueDesk, IssueProblem},
};

/// `personalisation line`
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Something else than making cards.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// End when the queue is empty, or no reader has a usable blank.
    #[arg(long)]
    once: bool,
    /// Print events as lines of JSON.
    #[arg(long)]
    json: bool,
    /// Leave each document's files and output record in this folder.
    #[arg(long, value_name = "DIR")]
    dump: Option<PathBuf>,
}

/// What people say of a line.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Command {
    /// Gives up what lies in a machine that does not come back: blanks missing, orders made again or on hold.
    LostMachine {
        /// The machine's serial number.
        serial: MachineSerial,
        /// Login of whoever says so.
        #[arg(long)]
        by: String,
    },
}

/// Why the line did not begin, or stopped. For the operator.
#[derive(Debug, Error)]
pub enum LineError {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// No reader and no machine is configured.
    #[error("the configuration names no readers under [line], and no [[line.machine]]")]
    NoReaders,
    /// Cards of machines would leave with fingers that nobody has read.
    #[error(
        "a line with [[line.machine]] reads every card back with terminal authentication: add [inspection] and [tokens.inspection] to \
         its configuration, or say under [line] danger_without_terminal_authentication = true"
    )]
    MachineWithoutInspectionSystem,
    /// The token cannot be used.
    #[error("opening the line's token: {0}")]
    Custody(#[from] CustodyError),
    /// The line's key of blank issues cannot be used.
    #[error(transparent)]
    Issues(#[from] IssueProblem),
    /// pki or the trusted certificates cannot be set up.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// There is no inspection certificate, and waiting does not help.
    #[error(transparent)]
    InspectionSystem(#[from] InspectionSystemError),
    /// Nobody that chips can be told to trust.
    #[error(transparent)]
    TrustPoint(#[from] TrustPointError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A worker stopped.
    #[error("{reader}: {source}")]
    Worker {
        /// Its reader.
        reader: String,
        /// Why.
        source: Box<WorkerError>,
    },
    /// The pictures of cards cannot be drawn or written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// Pictures that an earlier run did not come to cannot be drawn.
    #[error(transparent)]
    Redraw(#[from] RedrawError),
    /// A worker's thread could not be started.
    #[error("starting a worker: {0}")]
    Thread(io::Error),
    /// A worker ended without a result: a defect.
    #[error("{reader}: the worker ended without a result; report this with the log")]
    Panicked {
        /// Its reader.
        reader: String,
    },
}

/// Whether a line can work by a configuration, which other programs read too.
pub(crate) fn demand_usable(config: &Config) -> Result<(), LineError> {
    let line = &config.line;
    if line.readers.is_empty() && line.machine.is_empty() {
        return Err(LineError::NoReaders);
    }
    let unread = !line.machine.is_empty() && config.inspection.is_none();
    if unread && !line.danger_without_terminal_authentication {
        return Err(LineError::MachineWithoutInspectionSystem);
    }
    Ok(())
}

/// Runs the line until it is done or stopped.
pub fn run(config: &Config, args: &Args, runtime: &Runtime) -> Result<ExitCode, LineError> {
    demand_usable(config)?;
    let ours = signing::identity(config)?;
    let handle = runtime.handle().clone();
    let store = runtime.block_on(config.open_store())?;
    let issues = IssueDesk::of_the_line(config, store.clone())?;
    let signer = PkiClient::with_identity(&config.pki, Arc::clone(&ours), handle)?;
    let signer = signer.presenting(issues);
    let output = args.dump.clone().map(Output::new);
    let place = Place {
        trust: Arc::new(signing::read_trust(&config.pki.trust)?),
        fingers: fingers(config, &signer)?,
        signer,
        keys: Arc::new(TokenKeys::open(config)?),
        store,
        runtime: runtime.handle().clone(),
        quality: config.quality,
        printer: output
            .as_ref()
            .map_or_else(Printer::default, |output| output.printer().clone()),
        output,
    };
    runtime.spawn(own_certificate::watch(place.store.clone(), ours));
    let (lookout, json) = (lookout(&config.line), args.json);
    let tell = move |event: &Event| print(event, json);
    runtime.spawn(lookout.watch(place.store.clone(), edge::now, tell));
    if place.output.is_some() || !config.line.machine.is_empty() {
        place.printer.warm_up(config.issuer_profile());
    }
    if let Some(output) = &place.output {
        let lacking = output.without_pictures()?;
        runtime.block_on(redraw::draw_missing(&place.store, output, &lacking))?;
    }
    let (events, received) = mpsc::channel::<Event>();
    let threads = place.start(args, &config.line, &events)?;
    let readers = threads.iter().map(|(reader, _)| reader.clone()).collect();
    drop(events);
    print(&Event::Started { readers }, args.json);
    for event in received {
        print(&event, args.json);
    }
    let mut tally = Tally::default();
    for (reader, thread) in threads {
        let ended = thread.join().map_err(|_| LineError::Panicked {
            reader: reader.clone(),
        })?;
        tally += ended.map_err(|source| LineError::Worker {
            reader,
            source: Box::new(source),
        })?;
    }
    if let Some(output) = &place.output {
        output.printer().finish()?;
    }
    let left = runtime.block_on(place.store.queue_length())?;
    let queued = left.queued + left.under_way;
    Ok(finished(tally, queued, args.json))
}

/// Looks for machines that are no running line's, as silent as a worker whose cards are given up.
fn lookout(line: &config::Line) -> Lookout {
    let own = line.machine.iter().map(|machine| machine.serial);
    Lookout::new(own.collect(), line.lease() + line.abandoned_after())
}

/// Says how it ended: successfully when nothing is left to do.
fn finished(tally: Tally, queued: u64, json: bool) -> ExitCode {
    let Tally {
        documents,
        scrapped,
        on_hold,
    } = tally;
    print(
        &Event::Finished {
            documents,
            scrapped,
            queued,
            on_hold,
        },
        json,
    );
    if queued == 0 && on_hold == 0 {
        return ExitCode::SUCCESS;
    }
    eprintln!(
        "personalisation line: not everything was made: {queued} attempts are left in the queue \
         (put blanks in and start again), {on_hold} orders wait for a person (`order list`)"
    );
    ExitCode::FAILURE
}

/// The line's own inspection system, where one is configured: with a certificate for today, unless pki
/// is away, and watched from now on.
fn fingers(config: &Config, signer: &PkiClient) -> Result<Option<Fingers>, LineError> {
    let Some((section, token)) = config.inspection_system() else {
        return Ok(None);
    };
    let trust_points = read_trust_points(&config.pki.trust)?;
    let keeper = Arc::new(Keeper::new(
        section.holder.clone(),
        Arc::new(Token::open(&token)?),
        Folder::new(section.certificates.clone()),
        signer.inspection_desk(),
    ));
    let today = edge::now().date();
    match keeper.refresh(today) {
        Err(error) if keeper.current(today).is_ok() => {
            tracing::warn!(%error, "starting with the inspection certificate that there is");
        }
        Err(error) if error.is_passing() => {
            tracing::warn!(%error, "starting without an inspection certificate");
        }
        refreshed => refreshed?,
    }
    Arc::clone(&keeper)
        .watch(edge::now)
        .map_err(LineError::Thread)?;
    Ok(Some(Fingers {
        trust_points,
        terminals: keeper,
    }))
}

/// What all workers of a line share.
struct Place {
    trust: Arc<TrustStore>,
    fingers: Option<Fingers>,
    signer: PkiClient,
    keys: Arc<dyn CardKeys + Send + Sync>,
    store: Store,
    runtime: Handle,
    output: Option<Output>,
    printer: Printer,
    quality: QualitySection,
}

/// A worker's thread.
type Thread = thread::JoinHandle<Result<Tally, WorkerError>>;

impl Place {
    /// Starts a worker for each reader and each machine, with their names.
    fn start(
        &self,
        args: &Args,
        line: &config::Line,
        events: &mpsc::Sender<Event>,
    ) -> Result<Vec<(String, Thread)>, LineError> {
        let mut threads = Vec::with_capacity(line.readers.len() + line.machine.len());
        let mut start = |name: &str, work: Box<dyn FnOnce() -> _ + Send>| {
            let thread = thread::Builder::new().name(name.to_owned()).spawn(work);
            threads.push((name.to_owned(), thread.map_err(LineError::Thread)?));
            Ok::<_, LineError>(())
        };
        for name in &line.readers {
            let reader = PcscReader::new(name.clone());
            let worker = self.worker(args, line, reader, events.clone());
            start(name, Box::new(|| worker.run()))?;
        }
        for machine in &line.machine {
            let driver = Idoc::new(machine.serial, PcscLink::new(machine.serial));
            let worker = self.worker(args, line, driver, events.clone());
            start(machine.serial.as_str(), Box::new(|| worker.run_machine()))?;
        }
        Ok(threads)
    }

    fn worker<R: CardReader>(
        &self,
        args: &Args,
        line: &config::Line,
        reader: R,
        events: mpsc::Sender<Event>,
    ) -> Worker<R, SystemRng> {
        let settings = Settings {
            holder: format!("{}/{}", line.name, reader.name()),
            once: args.once,
            idle: line.idle(),
            lease: line.lease(),
            abandoned_after: line.abandoned_after(),
            removal_grace: line.removal_grace(),
            max_tries: line.max_tries,
            apdu_buffer: line.apdu_buffer,
            handed_out_only: line.handed_out_only,
            output: self.output.clone(),
            printer: self.printer.clone(),
            quality: self.quality,
        };
        Worker {
            reader,
            store: self.store.clone(),
            runtime: self.runtime.clone(),
            signer: Box::new(self.signer.clone()),
            keys: Arc::clone(&self.keys),
            trust: Arc::clone(&self.trust),
            fingers: self.fingers.clone(),
            exit: Some(Arc::new(ByCamera)),
            settings,
            // A listener that is gone has nothing to be told.
            report: Box::new(move |event| drop(events.send(event))),
            clock: Box::new(edge::now),
            rng: edge::rng(),
        }
    }
}

fn print(event: &Event, json: bool) {
    // Nobody reads our standard output any more: the work goes on, the database knows all.
    let _unread = event.write(json, io::stdout().lock());
}
