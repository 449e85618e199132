//! `personalisation inspect`: reads any ICAO document through PC/SC, checks it, prints a report.

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use icao9303::mrz::{Mrz, MrzInformation};
use icao9303::pace::Password;
use icao9303::x509::TrustStore;
use inspection::budget::Budget;
use inspection::reader::{CardOptions, PcscCard, ReaderError, Readers};
use inspection::{Inspection, Request, Terminal, inspect, read_trust};
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;
use time::OffsetDateTime;

use crate::inspection_system::InspectionSystem;

/// No verdict: something was missing, refused or not supported.
const NO_VERDICT: u8 = 2;

/// How long the daemon may take to see a card that was put on the reader before the command.
const JUST_LAID_DOWN: Duration = Duration::from_secs(2);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Reads a document through a card reader and says whether it is genuine.
///
/// Exit status: 0 genuine, 1 not genuine, 2 no verdict.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The reader's name, or as much of it as makes it the only one.
    #[arg(long, value_name = "NAME")]
    reader: String,
    /// The card access number printed on the document.
    #[arg(long, value_name = "N", conflicts_with = "mrz")]
    can: Option<Secret>,
    /// The machine readable zone printed on the document, whole, or its number and dates with
    /// their check digits.
    #[arg(long, value_name = "TEXT")]
    mrz: Option<Secret>,
    /// Folder of trusted certificates and revocation lists (csca-*.cer, link-*.cer, ds-*.cer, *.crl).
    #[arg(long, value_name = "DIR")]
    trust: Option<PathBuf>,
    /// Folder that the files read from the chip are written to (`EF_COM.bin`, `EF_DG1.bin`, …).
    #[arg(long, value_name = "DIR")]
    dump: Option<PathBuf>,
    /// The inspector's own certificates and key, where it may read fingerprints (docs/inspection.md).
    #[arg(long, value_name = "FILE")]
    inspection_system: Option<PathBuf>,
    /// Print the report as JSON (docs/inspection.md describes it).
    #[arg(long)]
    json: bool,
}

/// A password from the command line: never printed.
#[derive(Clone)]
struct Secret(zeroize::Zeroizing<String>);

impl std::str::FromStr for Secret {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(zeroize::Zeroizing::new(text.to_owned())))
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

/// Runs the subcommand. The status is the verdict; what prevented an inspection goes to stderr.
pub fn run(arguments: &Arguments) -> ExitCode {
    match inspected(arguments) {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            eprintln!("personalisation inspect: {}", with_causes(&*error));
            ExitCode::from(NO_VERDICT)
        }
    }
}

fn inspected(arguments: &Arguments) -> Result<u8, Box<dyn Error>> {
    let password = password(arguments)?;
    let trust = match &arguments.trust {
        Some(folder) => read_trust(folder)?,
        None => TrustStore::new(),
    };
    let terminal = match &arguments.inspection_system {
        Some(file) => Some(InspectionSystem::open(file)?),
        None => None,
    };
    let mut card = laid_down(&Readers::open()?, &arguments.reader)?;
    #[expect(
        clippy::disallowed_methods,
        reason = "the program's edge reads the clock once"
    )]
    let now = OffsetDateTime::now_utc();
    // Only a whole zone can be compared with DG1; the bare password fields cannot.
    let printed = arguments
        .mrz
        .as_ref()
        .and_then(|Secret(text)| Mrz::parse(text).ok());
    let request = Request {
        password: password.as_ref(),
        printed_mrz: printed.as_ref(),
        terminal: terminal.as_ref().map(|terminal| terminal as &dyn Terminal),
        trust: &trust,
        now,
        budget: Budget::default(),
        reader: Some(card.reader().to_owned()),
        atr: Some(card.atr().to_vec()),
    };
    let Inspection { report, files } =
        inspect(&mut card, &request, &Instant::now(), &mut UnwrapErr(SysRng));
    drop(card);
    let text = if arguments.json {
        report.to_json()?
    } else {
        report.to_string()
    };
    print(&text)?;
    if let Some(folder) = &arguments.dump {
        files.dump(folder)?;
    }
    Ok(report.exit_status())
}

/// The card on the reader, also one that the daemon does not see yet.
fn laid_down(readers: &Readers, wanted: &str) -> Result<PcscCard, ReaderError> {
    let asked = Instant::now();
    loop {
        let left = JUST_LAID_DOWN.saturating_sub(asked.elapsed());
        readers.wait_for_card(wanted, left)?;
        match readers.connect(wanted, CardOptions::default()) {
            // It was the card before, which the daemon misses only now.
            Err(ReaderError::NoCard { .. } | ReaderError::CardRemoved { .. })
                if !left.is_zero() =>
            {
                thread::sleep(LOOK_AGAIN);
            }
            connected => return connected,
        }
    }
}

fn password(arguments: &Arguments) -> Result<Option<Password>, Box<dyn Error>> {
    if let Some(Secret(can)) = &arguments.can {
        return Ok(Some(Password::can(can)?));
    }
    if let Some(Secret(mrz)) = &arguments.mrz {
        let information = MrzInformation::from_text(mrz)?;
        return Ok(Some(Password::mrz_hash(&information.password())));
    }
    Ok(None)
}

/// Prints; a reader of our output that has gone away is not our error.
fn print(text: &str) -> io::Result<()> {
    match writeln!(io::stdout(), "{}", text.trim_end()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

fn with_causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let why = cause.to_string();
        // Some errors already say what their causes say.
        if !text.contains(&why) {
            text = format!("{text}: {why}");
        }
        next = cause.source();
    }
    text
}
