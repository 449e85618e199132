//! The main job from end to end, watched: people, PKI, readers and chips, orders, line, inspection.

mod applicants;
mod output;
mod report;
mod screen;

use std::path::{Path, PathBuf};
use std::time::Instant;

use applicants::Applicant;
pub use report::{DocumentReport, Report, Stage};
use screen::Screen;
use serde_json::Value;

use crate::house::{Centre, Document, Floor, FloorPlan, HouseError, Pki};

/// More readers than this only make the machine busier.
const MOST_READERS: usize = 8;

/// What the demo is asked to do (docs/demo.md).
#[derive(Debug, Clone, clap::Parser)]
#[command(
    name = "cargo xtask demo",
    about = "From applicants' data to verified cards"
)]
pub struct Arguments {
    /// End after the last document instead of keeping the chips in their readers.
    #[arg(long)]
    pub once: bool,
    /// Leave report, trust anchors, chip files and audit in this folder.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// How many applicants.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=500))]
    pub applicants: u16,
    /// A photograph (JPEG or PNG) for the first applicant.
    #[arg(long, value_name = "FILE", requires = "name")]
    pub portrait: Option<PathBuf>,
    /// The first applicant's name.
    #[arg(long, value_name = "SURNAME, GIVEN", requires = "portrait")]
    pub name: Option<String>,
    /// Where drawn people are kept between runs.
    #[arg(long, value_name = "DIR", hide = true)]
    pub cache: Option<PathBuf>,
}

/// Why the demo could not be run to its end.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A part of the house.
    #[error(transparent)]
    House(#[from] HouseError),
    /// A program of ours.
    #[error(transparent)]
    Program(#[from] crate::programs::ProgramError),
    /// A file of the demo.
    #[error("{}: {source}", path.display())]
    File {
        /// Which file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A program of the house died while the demo was waiting.
    #[error(
        "{program} has ended, so the chips can no longer be read; end the demo and start it again"
    )]
    Ended {
        /// Which.
        program: &'static str,
    },
    /// `--name` is not a name.
    #[error("--name takes \"SURNAME, GIVEN NAMES\", with a comma between them")]
    Name,
}

/// The house after the demo; the chips stay readable as long as it is kept.
#[derive(Debug)]
pub struct Finished {
    /// What was done and found.
    pub report: Report,
    floor: Floor,
    _pki: Pki,
}

impl Finished {
    /// The variable and value that lead a PC/SC program to the demo's readers.
    pub fn environment(&self) -> (&'static str, &Path) {
        self.floor.environment()
    }

    /// Fails once a program has ended without which the chips cannot be read.
    pub fn check_running(&mut self) -> Result<(), DemoError> {
        match self.floor.ended_program() {
            Some(program) => Err(DemoError::Ended { program }),
            None => Ok(()),
        }
    }
}

/// Runs the demo in `work`, an empty folder with a short path (sockets live in it).
pub fn run(arguments: &Arguments, started: String, work: &Path) -> Result<Finished, DemoError> {
    let clock = Instant::now();
    let mut screen = Screen::new(usize::from(arguments.applicants));
    let people = screen.stage("people", "drawing people who do not exist", || {
        applicants::gather(arguments, work)
    })?;
    let mut pki = screen.stage("pki", "one ceremony: tokens, keys, certificates", || {
        let mut pki = Pki::hold_ceremony(&work.join("pki"))?;
        pki.serve()?;
        Ok::<_, DemoError>(pki)
    })?;
    let readers = people.len().min(MOST_READERS);
    // One blank more than needed: the vault is not empty at the end, and the count must still agree.
    let plan = FloorPlan {
        readers,
        blanks: people.len() + 1,
        link: None,
    };
    let (floor, centre) = screen.stage(
        "floor",
        "card readers, blank chips, the centre's vault",
        || {
            let floor = Floor::start(&work.join("floor"), &plan)?;
            let centre = Centre::open(&work.join("centre"), &pki, &floor)?;
            Ok::<_, DemoError>((floor, centre))
        },
    )?;
    let mut documents = Vec::new();
    for (wave, people) in people.chunks(readers).enumerate() {
        let blanks = &floor.blanks()[wave * readers..][..people.len()];
        documents.extend(make_wave(
            &mut screen,
            work,
            &centre,
            &floor,
            &pki,
            people,
            blanks,
        )?);
    }
    let report = Report {
        started,
        seconds: clock.elapsed().as_secs_f64(),
        stages: screen.into_stages(),
        ordered: people.len(),
        documents,
    };
    if let Some(out) = &arguments.out {
        output::leave(out, work, &report, &pki, &centre, &floor)?;
    }
    pki.kill();
    Ok(Finished {
        report,
        floor,
        _pki: pki,
    })
}

/// As many people as there are readers: orders, cards, inspection.
fn make_wave(
    screen: &mut Screen,
    work: &Path,
    centre: &Centre,
    floor: &Floor,
    pki: &Pki,
    people: &[Applicant],
    blanks: &[PathBuf],
) -> Result<Vec<DocumentReport>, DemoError> {
    let orders = screen.stage(
        "orders",
        "checking data and pictures, signing tickets",
        || {
            let add = |person: &Applicant| {
                Ok((centre.add_order(&person.order_file, floor)?, person.name()))
            };
            people
                .iter()
                .map(add)
                .collect::<Result<Vec<_>, DemoError>>()
        },
    )?;
    for (slot, blank) in blanks.iter().enumerate() {
        floor.remove(slot)?;
        floor.insert(slot, blank)?;
    }
    let made: Vec<Document> = screen.stage("line", "chips become documents", || {
        centre
            .run_line(floor, work, screen::show_event)
            .map_err(DemoError::from)
    })?;
    let inspected = screen.stage(
        "inspection",
        "reading every card as an inspector would",
        || {
            let inspect = |document: &Document| {
                let dump = work.join("documents").join(&document.number).join("chip");
                let (reader, can) = (&document.reader, &document.can);
                let report: Value = centre.inspect_fingers(floor, reader, can, pki, &dump)?;
                Ok(report)
            };
            made.iter()
                .map(inspect)
                .collect::<Result<Vec<_>, DemoError>>()
        },
    )?;
    let holder = |document: &Document| {
        let order = orders.iter().find(|(order, _)| *order == document.order);
        order.map(|(_, name)| name.clone()).unwrap_or_default()
    };
    let reports = made
        .iter()
        .zip(inspected)
        .map(|(document, inspection)| DocumentReport {
            holder: holder(document),
            document: document.clone(),
            inspection,
        });
    Ok(reports.collect())
}
