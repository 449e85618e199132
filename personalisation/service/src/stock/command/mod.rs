//! `personalisation stock …`: the stock of blanks from the command line. Whoever acts is named by login; the roles are
//! looked up in the transaction that acts.

mod arguments;

use std::{collections::BTreeSet, fs, path::PathBuf, time::Duration};

use arguments::box_of;
pub use arguments::{
    Both, By, Cards, Chips, Chosen, Command, How, Inspect, Reason, Shift, Witnessed,
};
use personalisation_core::{
    chip_serial::ChipSerial,
    ids::{DestructionId, ShiftId},
    stock::{
        LineName,
        inspection::BoxFindings,
        shift::{Count, Outcome, ShiftState},
    },
};
use personalisation_store::{
    Store,
    stock::{BoxHead, Closing, OriginFilter, Which},
};
use time::OffsetDateTime;
use tokio::runtime::Handle;

use super::{
    IssueDesk, StockError, Stockroom, compare,
    sample::{self, Laid},
};
use crate::{
    config::Config,
    console::{console_identity, stock_certificate},
    edge::SystemRng,
    line::{
        reader::PcscReader,
        signing::{self, PkiClient},
    },
};

/// How long a chip of a sample may take to come and to go.
const PATIENCE: Duration = Duration::from_mins(1);

/// Does it; the lines to print.
pub async fn run(
    config: &Config,
    command: Command,
    rng: SystemRng,
    clock: fn() -> OffsetDateTime,
) -> Result<Vec<String>, StockError> {
    let store = config.open_store_without_fingers().await?;
    let issues = if command.signs() {
        IssueDesk::of_stock(config, store.clone())?
    } else {
        IssueDesk::without_key(store.clone())
    };
    let room = Stockroom::by_command((store, issues), rng, clock);
    let store = room.store();
    Ok(match command {
        Command::Show => show(store).await?,
        Command::Check => check(store).await?,
        Command::Reconcile => reconcile(config, store, clock()).await?,
        Command::Deliveries => deliveries(store).await?,
        Command::Cards(cards) => origins(store, cards).await?,
        Command::Inspect(inspect) => vec![take_in(&room, inspect).await?],
        Command::Issue { to, which, by } => {
            let (which, by) = (which.read(store).await?, by.find(store).await?);
            let blanks = room.issue(&which, &to, by).await?;
            vec![format!("{blanks} blanks at line {to}")]
        }
        Command::Sign => sign(&room).await?,
        Command::Return { line, chips, by } => {
            let which = match line {
                Some(line) => Which::UnusedAt(line),
                None => Which::Chips(chips.read()?),
            };
            let blanks = room.take_back(&which, by.find(store).await?).await?;
            vec![format!("{blanks} blanks back in the vault")]
        }
        Command::SetAside { which, by } => {
            let (which, by) = (which.read(store).await?, by.find(store).await?);
            let blanks = room.set_aside(&which, by).await?;
            vec![format!("{blanks} test cards")]
        }
        Command::Spoil { reason, chips, by } => {
            let (chips, by) = (chips.read()?, by.find(store).await?);
            let blanks = room.spoil(&chips, reason.name(), by).await?;
            vec![format!("{blanks} blanks wait for their destruction")]
        }
        Command::Shift(shift) => vec![shift_command(&room, shift).await?],
        Command::Missing { chips, by } => {
            let blanks = room.lose(&chips.read()?, by.find(store).await?).await?;
            vec![format!("{blanks} blanks missing")]
        }
        Command::Certificate { number, out } => {
            write_certificate(store, number, out).await?;
            vec![format!("certificate {number} is written")]
        }
        Command::Witnessed(what) => vec![by_both(&room, what, rng).await?],
    })
}

/// Acts that two persons do.
async fn by_both(
    room: &Stockroom,
    what: Witnessed,
    mut rng: SystemRng,
) -> Result<String, StockError> {
    let store = room.store();
    Ok(match what {
        Witnessed::Destroy {
            method,
            chips,
            both,
            certificate,
        } => {
            let (chips, both) = (chips.read()?, both.find(store).await?);
            let id = DestructionId::generate(&mut rng);
            let done = room.destroy(id, (&chips, method.into()), both).await?;
            if let Some(out) = certificate {
                write_certificate(store, done.number, out).await?;
            }
            let (number, blanks) = (done.number, done.blanks);
            format!("certificate {number}: {blanks} blanks destroyed")
        }
        Witnessed::Found { chips, both } => {
            let both = both.find(store).await?;
            let (usable, unusable) = room.find(&chips.read()?, both).await?;
            format!("{usable} blanks in the vault, {unusable} wait for their destruction")
        }
        Witnessed::WriteOff { chips, both } => {
            let both = both.find(store).await?;
            let blanks = room.write_off(&chips.read()?, both).await?;
            format!("{blanks} blanks written off")
        }
    })
}

async fn show(store: &Store) -> Result<Vec<String>, StockError> {
    let balances = store.balances().await?;
    let received: u64 = balances.iter().map(|one| one.blanks).sum();
    let lines = balances
        .iter()
        .map(|one| format!("{} {}", one.account, one.blanks));
    Ok(lines.chain([format!("received {received}")]).collect())
}

async fn check(store: &Store) -> Result<Vec<String>, StockError> {
    let findings = store.check_stock().await?;
    if findings.is_empty() {
        return Ok(vec!["the books agree".to_owned()]);
    }
    for finding in findings {
        println!("{finding}");
    }
    Err(StockError::Books)
}

async fn sign(room: &Stockroom) -> Result<Vec<String>, StockError> {
    let waited = room.issues().sign_waiting().await?;
    let signed = format!("{} issues signed", waited.signed);
    if waited.unformed.is_empty() {
        return Ok(vec![signed]);
    }
    println!("{signed}");
    for problem in waited.unformed {
        println!("{problem}");
    }
    Err(StockError::Unformed)
}

/// As the console where this host has its token, else as the line.
async fn reconcile(
    config: &Config,
    store: &Store,
    now: OffsetDateTime,
) -> Result<Vec<String>, StockError> {
    let ours = match console_identity(config)? {
        Some(ours) => ours,
        None => signing::identity(config)?,
    };
    let pki = PkiClient::with_identity(&config.pki, ours, Handle::current())?;
    let compared = compare(store, &pki, now).await?;
    let new = compared.signatures;
    if compared.mismatches.is_empty() {
        return Ok(vec![format!("{new} new signatures, each has its attempt")]);
    }
    for mismatch in compared.mismatches {
        println!("ALARM: {mismatch}");
    }
    Err(StockError::Signatures)
}

async fn deliveries(store: &Store) -> Result<Vec<String>, StockError> {
    let mut lines = Vec::new();
    for delivery in store.deliveries().await? {
        let (batch, blanks) = (&delivery.batch, delivery.announced);
        lines.push(format!("batch {batch} {blanks} blanks"));
        for one in store.boxes(delivery.id).await? {
            let BoxHead {
                label,
                announced,
                in_vault,
                ..
            } = &one;
            let counted = match one.counted {
                Some(counted) => format!("{counted} counted"),
                None => "to be inspected".to_owned(),
            };
            lines.push(format!(
                "  box {label} {announced} announced, {counted}, {in_vault} in the vault"
            ));
        }
    }
    Ok(lines)
}

async fn origins(store: &Store, cards: Cards) -> Result<Vec<String>, StockError> {
    let filter = OriginFilter {
        batch: cards.batch,
        label: cards.label,
        worker: cards.worker,
        station: cards.station,
        signer: cards.signer.map(|hex| hex.to_ascii_lowercase()),
        number: cards.number,
        counted_only: false,
    };
    let found = store.card_origins(&filter, cards.most).await?;
    let lines = found.iter().map(|card| {
        let worker = card.worker.as_deref().unwrap_or("-");
        let signer = card.signer.as_deref().unwrap_or("-");
        let station = card.station.map_or("-".to_owned(), |one| one.to_string());
        format!(
            "{} {} {} {} {worker:?} {station} {signer} {}",
            card.number, card.chip, card.batch, card.label, card.state
        )
    });
    Ok(lines.collect())
}

async fn take_in(room: &Stockroom, inspect: Inspect) -> Result<String, StockError> {
    let store = room.store();
    let of = box_of(store, inspect.batch.as_deref(), &inspect.label).await?;
    let by = inspect.by.find(store).await?;
    let mut sampled: BTreeSet<_> = inspect.sampled.into_iter().collect();
    if let (Some(reader), Some(wanted)) = (inspect.reader, inspect.read) {
        sampled.extend(read_sample(reader, wanted)?);
    }
    let found = BoxFindings {
        counted: inspect.counted,
        sampled,
        defective: inspect.defective.into_iter().collect(),
        missing: inspect.missing.into_iter().collect(),
    };
    let blanks = room.inspect(&of, &found, by).await?;
    Ok(format!("box {}: {blanks} blanks in the vault", of.label))
}

/// Reads a sample, saying on standard error what each chip is.
fn read_sample(reader: String, wanted: usize) -> Result<BTreeSet<ChipSerial>, StockError> {
    let mut reader = PcscReader::new(reader);
    let tell = |laid: &Laid| match laid {
        Laid::Blank(chip) => eprintln!("{chip}: good, the next one"),
        Laid::Unusable(why) => eprintln!("put this one aside, it cannot be used: {why}"),
    };
    Ok(sample::read(&mut reader, wanted, PATIENCE, tell)?)
}

async fn shift_command(room: &Stockroom, shift: Shift) -> Result<String, StockError> {
    let store = room.store();
    match shift {
        Shift::Open { line, unused, by } => {
            let shift = room
                .open_shift(&line, by.find(store).await?, unused)
                .await?;
            Ok(if shift.opening().agrees() {
                format!("the shift at line {line} is open")
            } else {
                format!(
                    "the shift at line {line} is open; the count differs from the ledger, two supervisors will sign for it"
                )
            })
        }
        Shift::Close {
            line,
            unused,
            documents,
            spoiled,
            although_differing,
            by,
        } => {
            let closing = Closing {
                by: by.find(store).await?,
                counted: Count {
                    unused,
                    documents,
                    spoiled,
                },
                although_differing,
            };
            let id = current(store, &line).await?;
            match room.close_shift(id, &closing).await? {
                Outcome::CountAgain(_) => Err(StockError::Differs),
                Outcome::Ended(shift) => Ok(match shift.state() {
                    ShiftState::Differing(_) => {
                        format!("the shift at line {line} waits for two supervisors")
                    }
                    _ => format!("the shift at line {line} is closed"),
                }),
            }
        }
        Shift::Sign { line, note, both } => {
            let both = both.find(store).await?;
            let id = current(store, &line).await?;
            room.sign_shift(id, both, &note).await?;
            Ok(format!(
                "the shift at line {line} is closed as a discrepancy"
            ))
        }
    }
}

async fn current(store: &Store, line: &LineName) -> Result<ShiftId, StockError> {
    let found = store.current_shift(line).await?;
    let found = found.ok_or_else(|| StockError::NoShift(line.to_string()))?;
    Ok(found.shift.id())
}

async fn write_certificate(store: &Store, number: u64, out: PathBuf) -> Result<(), StockError> {
    let found = store.destruction_numbered(number).await?;
    let found = found.ok_or(StockError::NoDestruction(number))?;
    let pdf = stock_certificate(store, &found, pages::Language::default()).await?;
    fs::write(&out, pdf).map_err(|source| StockError::File { path: out, source })
}
