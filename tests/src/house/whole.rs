//! A whole house in one folder: PKI, floor, centre, and people who want documents.

use std::path::{Path, PathBuf};

use super::people::{self, Person};
use super::{Centre, Floor, FloorPlan, HouseError, LineRun, MachinePlan, Pki, text};
use crate::programs::{self, Ended};

/// How large the house is.
#[derive(Debug, Clone, Default)]
pub struct HousePlan {
    /// Readers and blanks.
    pub floor: FloorPlan,
    /// Drawn people.
    pub people: u16,
    /// Further lines for `[line]` of the centre's configuration.
    pub line: &'static str,
}

/// A house that works; dropping it ends its programs.
#[derive(Debug)]
pub struct House {
    /// The PKI, serving.
    pub pki: Pki,
    /// Readers and chips.
    pub floor: Floor,
    /// The centre, with the delivery in its vault.
    pub centre: Centre,
    /// Those who may order.
    pub people: Vec<Person>,
    place: PathBuf,
}

impl House {
    /// Starts everything in `place`, an empty folder with a short path (sockets live in it).
    pub fn start(place: &Path, plan: &HousePlan) -> Result<Self, HouseError> {
        Self::start_with_machines(place, plan, 0)
    }

    /// The same with so many machines, which the line drives beside its readers.
    pub fn start_with_machines(
        place: &Path,
        plan: &HousePlan,
        machines: usize,
    ) -> Result<Self, HouseError> {
        let people = people::draw(plan.people, &place.join("people"), &people::cache())?;
        let mut pki = Pki::hold_ceremony(&place.join("pki"))?;
        pki.serve()?;
        let floor = Floor::start_with_machines(
            &place.join("floor"),
            &plan.floor,
            &MachinePlan::of(machines),
        )?;
        let line = plan.line.to_owned() + &floor.machines().configuration();
        let centre = Centre::open_with(&place.join("centre"), &pki, &floor, &line)?;
        Ok(Self {
            pki,
            floor,
            centre,
            people,
            place: place.to_path_buf(),
        })
    }

    /// Adds the order of the `nth` person, as drawn, or of a homonym where so many were not; its id.
    pub fn order(&self, nth: usize) -> Result<String, HouseError> {
        let drawn = self.people.len();
        let again = u32::try_from(nth / drawn).unwrap_or(u32::MAX);
        let person = self.people[nth % drawn].homonym(again);
        let file = person.write_order("order", |_| ())?;
        self.centre.add_order(&file, &self.floor)
    }

    /// Starts the line: until the queue is empty, with the dump of [`Self::documents`].
    pub fn line(&self) -> Result<LineRun, HouseError> {
        let config = text(self.centre.config());
        let arguments = ["--config", config, "--once", "--json", "--dump"];
        let arguments = [&arguments[..], &[text(&self.place)]].concat();
        LineRun::start(&arguments, &[self.floor.environment()])
    }

    /// Where the line dumps: a folder a document number.
    pub fn documents(&self) -> PathBuf {
        self.place.join("documents")
    }

    /// Runs one of the centre's commands to its end, however it ends.
    pub fn centre_says(&self, command: &[&str]) -> Result<Ended, HouseError> {
        let config = ["--config", text(self.centre.config())];
        self.personalisation(&[command, &config].concat())
    }

    /// `personalisation inspect` on a reader, with `password` being `["--can", N]` or `["--mrz", TEXT]`.
    pub fn inspect(
        &self,
        slot: usize,
        password: [&str; 2],
        trust: &Path,
    ) -> Result<Ended, HouseError> {
        let reader = &self.floor.readers()[slot];
        let arguments = ["inspect", "--json", "--reader", reader, "--trust"];
        self.personalisation(&[&arguments[..], &[text(trust)], &password].concat())
    }

    fn personalisation(&self, arguments: &[&str]) -> Result<Ended, HouseError> {
        let program = programs::built("personalisation")?;
        Ok(programs::end_of(
            &program,
            arguments,
            &[self.floor.environment()],
        )?)
    }
}
