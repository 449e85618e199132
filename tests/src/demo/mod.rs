//! The main job from end to end, watched: people, PKI, readers and chips, counter, review, line, inspection.

pub(crate) mod applicants;
pub(crate) mod clerk;
pub(crate) mod counter;
mod output;
mod report;
pub(crate) mod reviewer;
mod screen;

use std::path::{Path, PathBuf};
use std::time::Instant;

use applicants::Applicant;
use clerk::Enrolment;
use counter::{Counter, Wishes};
pub use report::{DocumentReport, Report, Stage};
use reviewer::Reviewer;
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
    /// A page.
    #[error(transparent)]
    Visit(#[from] crate::visitor::VisitError),
    /// Dossiers did not come to the reviewer.
    #[error(
        "{approved} of {count} applications came to the reviewer in time; the others are on their way"
    )]
    Waiting {
        /// How many came.
        approved: usize,
        /// How many were sent.
        count: usize,
    },
    /// More people died than were drawn.
    #[error(
        "only {enrolled} of {wanted} applicants could be enrolled; the register says that the others died"
    )]
    TooFew {
        /// How many there are.
        enrolled: usize,
        /// How many were asked for.
        wanted: usize,
    },
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
    /// A portrait that the counter does not take.
    #[error(
        "the portrait {} cannot be used: it must be a JPEG or PNG in which one face is found; choose another",
        path.display()
    )]
    Photograph {
        /// The file.
        path: PathBuf,
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
    counter: Counter,
    _pki: Pki,
}

impl Finished {
    /// The variable and value that lead a PC/SC program to the demo's readers.
    pub fn environment(&self) -> (&'static str, &Path) {
        self.floor.environment()
    }

    /// Where the clerk's and the reviewer's browsers go.
    pub fn pages(&self) -> [(&'static str, &str); 2] {
        self.counter.pages()
    }

    /// Fails once a program has ended without which the chips cannot be read.
    pub fn check_running(&mut self) -> Result<(), DemoError> {
        match self
            .floor
            .ended_program()
            .or_else(|| self.counter.ended_program())
        {
            Some(program) => Err(DemoError::Ended { program }),
            None => Ok(()),
        }
    }
}

/// Runs the demo in `work`, an empty folder with a short path (sockets live in it).
pub fn run(arguments: &Arguments, started: String, work: &Path) -> Result<Finished, DemoError> {
    let clock = Instant::now();
    let wanted = usize::from(arguments.applicants);
    let mut screen = Screen::new(wanted);
    let people = screen.stage("people", "drawing people who do not exist", || {
        applicants::gather(arguments, work)
    })?;
    let mut pki = screen.stage("pki", "one ceremony: tokens, keys, certificates", || {
        let mut pki = Pki::hold_ceremony(&work.join("pki"))?;
        pki.serve()?;
        Ok::<_, DemoError>(pki)
    })?;
    let readers = wanted.min(MOST_READERS);
    // One blank more than needed: the vault is not empty at the end, and the count must still agree.
    let plan = FloorPlan {
        readers,
        blanks: wanted + 1,
        link: None,
    };
    let (floor, centre, counter) = screen.stage(
        "floor",
        "card readers, blank chips, the centre's vault, a commune's counter",
        || {
            let floor = Floor::start(&work.join("floor"), &plan)?;
            let (centre, counter) = Counter::open(work, &pki, &floor, &people, &Wishes::default())?;
            Ok::<_, DemoError>((floor, centre, counter))
        },
    )?;
    let enrolled = screen.stage(
        "counter",
        "a clerk enrols the applicants; dossiers go to the centre",
        || enrol(&counter, &people, wanted),
    )?;
    let mut reviewer = counter.reviewer()?;
    let mut documents = Vec::new();
    let place = Place {
        work,
        centre: &centre,
        floor: &floor,
        pki: &pki,
    };
    for (wave, people) in enrolled.chunks(readers).enumerate() {
        let blanks = &floor.blanks()[wave * readers..][..people.len()];
        documents.extend(make_wave(
            &mut screen,
            &place,
            &mut reviewer,
            &enrolled,
            blanks,
        )?);
    }
    let report = Report {
        started,
        seconds: clock.elapsed().as_secs_f64(),
        stages: screen.into_stages(),
        ordered: wanted,
        documents,
    };
    if let Some(out) = &arguments.out {
        output::leave(out, work, &report, &pki, &centre, &floor)?;
    }
    pki.kill();
    Ok(Finished {
        report,
        floor,
        counter,
        _pki: pki,
    })
}

/// Enrols so many applicants; those whom the register says to be dead are sent away.
fn enrol<'a>(
    counter: &Counter,
    people: &'a [Applicant],
    wanted: usize,
) -> Result<Vec<&'a Applicant>, DemoError> {
    let mut clerk = counter.clerk()?;
    let mut enrolled = Vec::with_capacity(wanted);
    for person in people {
        if enrolled.len() == wanted {
            break;
        }
        let what = clerk.enrol(person)?;
        screen::show_enrolment(&person.name(), &what);
        if what == Enrolment::Sent {
            enrolled.push(person);
        }
    }
    match enrolled.len() {
        enrolled if enrolled < wanted => Err(DemoError::TooFew { enrolled, wanted }),
        _ => Ok(enrolled),
    }
}

/// What stands while the documents are made.
struct Place<'a> {
    work: &'a Path,
    centre: &'a Centre,
    floor: &'a Floor,
    pki: &'a Pki,
}

/// As many people as there are readers: orders, cards, inspection.
fn make_wave(
    screen: &mut Screen,
    place: &Place<'_>,
    reviewer: &mut Reviewer,
    people: &[&Applicant],
    blanks: &[PathBuf],
) -> Result<Vec<DocumentReport>, DemoError> {
    let Place {
        work,
        centre,
        floor,
        pki,
    } = place;
    screen.stage(
        "orders",
        "a reviewer approves; data groups prepared, tickets signed",
        || reviewer.approve(blanks.len()),
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
    let reports = made
        .iter()
        .zip(inspected)
        .map(|(document, inspection)| DocumentReport {
            holder: holder(people, &inspection),
            document: document.clone(),
            inspection,
        });
    Ok(reports.collect())
}

/// The applicant whose name the chip holds.
fn holder(people: &[&Applicant], inspection: &Value) -> String {
    let facts = &inspection["document"];
    let is = |person: &&&Applicant| {
        facts["surname"] == person.surname.as_str()
            && facts["given_names"] == person.given_names.as_str()
    };
    let found = people.iter().find(is);
    found.map_or_else(String::new, |person| person.name())
}
