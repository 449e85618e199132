//! The inspection, step by step (9303-11 §4.1, §5.1): open, read, authenticate, judge.

mod access;
mod active;
mod authenticity;
mod basic_access;
mod journal;
mod session;
mod telling;
mod terminal;

use std::fmt;

use icao9303::mrz::Mrz;
use icao9303::pace::Password;
use icao9303::secure_messaging::SecureTransport;
use icao9303::terminal_authentication::{ChipName, trust_points};
use icao9303::transport::CardTransport;
use icao9303::x509::TrustStore;
use rand::CryptoRng;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::budget::{Budget, Meter, Metered, Stopwatch};
use crate::facts;
use crate::files::ChipFiles;
use crate::report::{Check, CheckName, CheckResult, ChipFacts, InspectionReport, SCHEMA, Verdict};
use crate::terminal::Terminal;
use access::Opened;
use journal::Journal;
use session::Session;
use terminal::Granted;

/// What an inspection starts from.
#[derive(Clone)]
pub struct Request<'a> {
    /// The password printed on the document: CAN or MRZ. Without one the chip stays closed, and the
    /// report says what it offers.
    pub password: Option<&'a Password>,
    /// The machine readable zone as printed, if it is known: it is compared with DG1.
    pub printed_mrz: Option<&'a Mrz>,
    /// The inspector's own certificate and key, where it may read fingerprints.
    pub terminal: Option<&'a dyn Terminal>,
    /// What the inspector believes.
    pub trust: &'a TrustStore,
    /// The time of the inspection.
    pub now: OffsetDateTime,
    /// What it may cost.
    pub budget: Budget,
    /// The reader's name, for the report.
    pub reader: Option<String>,
    /// The answer to reset, for the report.
    pub atr: Option<Vec<u8>>,
}

/// Shows no password.
impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("now", &self.now)
            .field("reader", &self.reader)
            .finish_non_exhaustive()
    }
}

/// What an inspection found.
pub struct Inspection {
    /// The findings.
    pub report: InspectionReport,
    /// The files, as the chip gave them.
    pub files: ChipFiles,
}

/// Shows nothing personal.
impl fmt::Debug for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inspection")
            .field("report", &self.report)
            .field("files", &self.files)
            .finish()
    }
}

/// Inspects the document that `card` is.
///
/// There is no error: whatever goes wrong stands among the checks of the report, and a document is
/// called genuine only if every check that counts was made and passed.
pub fn inspect<T: CardTransport>(
    card: T,
    request: &Request<'_>,
    stopwatch: &dyn Stopwatch,
    rng: &mut impl CryptoRng,
) -> Inspection {
    let meter = Meter::new(request.budget, stopwatch);
    let chip = ChipFacts {
        atr: request.atr.as_deref().map(hex::encode_upper),
        reader: request.reader.clone(),
        ..ChipFacts::default()
    };
    let mut journal = Journal::new(&meter, chip);
    let mut card = Metered::new(card, &meter);
    if let Some(Opened { session, pace }) =
        access::open(&mut card, request.password, rng, &mut journal)
    {
        let card = SecureTransport::new(card, session);
        let granted = Granted {
            terminal: request.terminal,
            chip: pace.as_ref().map(ChipName::after_pace),
            trust_points: pace.as_ref().map(trust_points).unwrap_or_default(),
            today: request.now.date(),
        };
        Session::new(card, granted, &mut journal).run(rng);
        authenticity::judge(request, pace.as_ref(), &mut journal);
    }
    finish(request, journal)
}

fn finish(request: &Request<'_>, mut journal: Journal<'_>) -> Inspection {
    if let Some(check) = expiry(request, &journal.files) {
        journal.check(check);
    }
    // The order of the questions, not that in which answers came in.
    journal.checks.sort_by_key(|check| check.name);
    journal.fingers.images = facts::fingers(&journal.files);
    let verdict = Verdict::of(&journal.checks);
    let report = InspectionReport {
        schema: SCHEMA,
        verdict,
        summary: summary(verdict, &journal.checks),
        // Only years beyond 9999 cannot be written.
        inspected_at: request.now.format(&Rfc3339).unwrap_or_default(),
        document: facts::document(&journal.files, request.now.date()),
        pictures: facts::pictures(&journal.files),
        chip: journal.chip,
        fingers: journal.fingers,
        files: journal.file_facts,
        checks: journal.checks,
        certificates: journal.certificates,
        timings: journal.timings,
    };
    Inspection {
        report,
        files: journal.files,
    }
}

/// A document out of date may well be genuine; whoever holds it should know.
fn expiry(request: &Request<'_>, files: &ChipFiles) -> Option<Check> {
    let date = facts::expiry(files)?;
    Some(if date < request.now.date() {
        Check::noted(
            CheckName::Expiry,
            format!("no: the document expired on {date}"),
        )
    } else {
        Check::passed(CheckName::Expiry, format!("it is valid until {date}"))
    })
}

fn summary(verdict: Verdict, checks: &[Check]) -> String {
    let first = |result| {
        checks
            .iter()
            .find(|check| check.result == result)
            .map_or("", |check| &*check.detail)
    };
    match verdict {
        Verdict::Genuine => {
            let expired = checks
                .iter()
                .any(|check| check.name == CheckName::Expiry && check.result == CheckResult::Noted);
            let note = if expired {
                " It is out of date, though."
            } else {
                ""
            };
            format!(
                "The chip is the original, and every file that could be read is unchanged since a \
                 trusted country signed it.{note}"
            )
        }
        Verdict::NotGenuine => format!(
            "Do not accept this document: {}.",
            first(CheckResult::Failed)
        ),
        Verdict::NoVerdict => {
            format!(
                "Not everything could be checked: {}.",
                first(CheckResult::Undetermined)
            )
        }
    }
}
