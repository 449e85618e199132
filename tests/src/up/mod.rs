//! The whole house at work, for anyone to watch in its pages: `cargo xtask up` (docs/up.md).
//!
//! ```text
//! people ─ clerk ─> station ══> intake ─ reviewer ─> orders ─ line ─> machines
//!    └ register, scanner, camera          console: you, with a role
//! ```

mod staff;
mod work;

use std::path::Path;
use std::sync::atomic::AtomicBool;

use crate::demo::applicants::{self, Applicant};
use crate::demo::counter::{Counter, Wishes};
use crate::demo::{DemoError, clerk::Enrolment};
use crate::house::{Floor, FloorPlan, MachinePlan, Pki, people};
pub use staff::Staff;
pub use work::News;

/// Blanks in the vault that nobody put into a hopper, for whoever tries the stock's pages.
const SPARE: usize = 20;

/// What the house is asked to be.
#[derive(Debug, Clone, clap::Parser)]
#[command(
    name = "cargo xtask up",
    about = "The whole house at work, to be watched in its pages"
)]
pub struct Arguments {
    /// Personalisation machines.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=8))]
    pub machines: u8,
    /// How many people come to the counter before it closes.
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u16).range(1..=500))]
    pub applicants: u16,
    /// Seconds from one applicant to the next.
    #[arg(long, value_name = "SECONDS", default_value_t = 15)]
    pub every: u16,
    /// How many times as fast as a real machine the machines work.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=20))]
    pub hurry: u8,
    /// Where drawn people are kept between runs.
    #[arg(long, value_name = "DIR", hide = true)]
    pub cache: Option<std::path::PathBuf>,
}

/// The house, before work begins.
#[derive(Debug)]
pub struct House {
    people: Vec<Applicant>,
    arguments: Arguments,
    staff: Staff,
    centre: crate::house::Centre,
    counter: Counter,
    floor: Floor,
    _pki: Pki,
}

impl House {
    /// Starts everything in `work`, an empty folder with a short path (sockets live in it); `tell` hears what is being done.
    pub fn open(
        arguments: &Arguments,
        work: &Path,
        mut tell: impl FnMut(&str),
    ) -> Result<Self, DemoError> {
        tell("drawing people who do not exist");
        let cache = arguments.cache.clone().unwrap_or_else(people::cache);
        let drawn = applicants::drawn(arguments.applicants);
        let people = people::draw(drawn, &work.join("people"), &cache)?;
        let people: Vec<Applicant> = people.into_iter().map(applicants::applicant).collect();
        tell("one ceremony: tokens, keys, certificates");
        let mut pki = Pki::hold_ceremony(&work.join("pki"))?;
        pki.serve()?;
        tell("machines, chips, a centre, a counter, people for every page");
        let (floor, settings) = floor(arguments, &work.join("floor"))?;
        let wishes = Wishes {
            settings: &settings,
            guests: &staff::GUESTS,
        };
        let (centre, counter) = Counter::open(work, &pki, &floor, &people, &wishes)?;
        fill_hoppers(&floor, usize::from(arguments.machines))?;
        let staff = Staff::of(&counter);
        Ok(Self {
            people,
            arguments: arguments.clone(),
            staff,
            centre,
            counter,
            floor,
            _pki: pki,
        })
    }

    /// Who may sign in, and with what.
    pub const fn staff(&self) -> &Staff {
        &self.staff
    }

    /// What is served, and where.
    pub fn pages(&self) -> [(&'static str, &str); 2] {
        self.counter.pages()
    }

    /// The variable and value that lead a PC/SC program to the house's readers.
    pub fn environment(&self) -> (&'static str, &Path) {
        self.floor.environment()
    }

    /// Has everybody work until `end` is true; `tell` hears what happens. Ends early only where a program has ended.
    pub fn work(&mut self, end: &AtomicBool, tell: impl Fn(&News) + Sync) -> Result<(), DemoError> {
        let Self {
            people,
            arguments,
            centre,
            counter,
            floor,
            ..
        } = self;
        let place = work::Place {
            people,
            arguments,
            centre,
            counter,
            floor,
        };
        place.run(end, tell)
    }
}

/// Machines, an empty reader, and what the centre is told of them.
fn floor(arguments: &Arguments, place: &Path) -> Result<(Floor, String), DemoError> {
    let machines = MachinePlan {
        count: usize::from(arguments.machines),
        ports: 1,
        time_factor: u32::from(arguments.hurry),
        link: None,
    };
    let plan = FloorPlan {
        readers: 1,
        blanks: usize::from(arguments.applicants) * 2 + SPARE,
        link: None,
    };
    let floor = Floor::start_with_machines(place, &plan, &machines)?;
    // Nobody here approves a first article unless a visitor does.
    let settings = floor.machines().configuration() + "[quality]\nfirst_articles = false\n";
    Ok((floor, settings))
}

fn fill_hoppers(floor: &Floor, machines: usize) -> Result<(), DemoError> {
    let blanks = floor.blanks();
    let blanks = &blanks[..blanks.len() - SPARE];
    for (machine, chips) in blanks.chunks(blanks.len().div_ceil(machines)).enumerate() {
        floor.machines().fill(machine, chips)?;
    }
    Ok(())
}

/// What came of an applicant, in words.
const fn in_words(what: &Enrolment) -> &'static str {
    match what {
        Enrolment::Sent => "enrolled; the dossier is on its way",
        Enrolment::Deceased => "sent away: the register says that this person died",
    }
}
