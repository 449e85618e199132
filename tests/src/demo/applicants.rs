//! The demo's applicants: drawn by `hardware-sim people`, the first one replaced on request.

use std::path::{Path, PathBuf};

use super::{Arguments, DemoError};
use crate::house::people::{self, Person};

/// So many more are drawn than asked for: the register says of some that they died.
const SPARE: u16 = 20;

/// Somebody who comes to the counter.
#[derive(Debug, Clone)]
pub struct Applicant {
    /// The seed that draws them.
    pub seed: u64,
    /// Where their signature lies.
    pub folder: PathBuf,
    /// Surname, as registered or as chosen.
    pub surname: String,
    /// Given names.
    pub given_names: String,
    /// A photograph of the user's choice, whom the register does not know.
    pub photograph: Option<PathBuf>,
    person: Person,
}

impl Applicant {
    /// `SURNAME, GIVEN`, as the screen shows it.
    pub fn name(&self) -> String {
        match self.given_names.as_str() {
            "" => self.surname.clone(),
            given => format!("{}, {given}", self.surname),
        }
    }

    /// Who was drawn.
    pub const fn person(&self) -> &Person {
        &self.person
    }

    /// A text of what was drawn with them.
    pub fn order(&self, field: &str) -> Option<&str> {
        Some(self.person.identity(field)).filter(|text| !text.is_empty())
    }
}

/// How many people the register has.
pub const fn drawn(applicants: u16) -> u16 {
    applicants + applicants / SPARE + 1
}

/// Draws the applicants and some more (the same ones every time: one seed).
pub fn gather(arguments: &Arguments, work: &Path) -> Result<Vec<Applicant>, DemoError> {
    let cache = arguments.cache.clone().unwrap_or_else(people::cache);
    let drawn = people::draw(drawn(arguments.applicants), &work.join("people"), &cache)?;
    let mut applicants: Vec<Applicant> = drawn.into_iter().map(applicant).collect();
    if let Some((file, name)) = arguments.portrait.as_deref().zip(arguments.name.as_deref()) {
        choose(&mut applicants[0], file, name)?;
    }
    Ok(applicants)
}

/// Somebody who was drawn, at the counter.
pub fn applicant(person: Person) -> Applicant {
    Applicant {
        seed: person.seed(),
        folder: person.folder().to_path_buf(),
        surname: person.identity("surname").to_owned(),
        given_names: person.identity("given_names").to_owned(),
        photograph: None,
        person,
    }
}

/// Puts a photograph and a name of the user's choice in the place of the drawn ones.
fn choose(applicant: &mut Applicant, portrait: &Path, name: &str) -> Result<(), DemoError> {
    let (surname, given) = name.split_once(',').ok_or(DemoError::Name)?;
    let file = std::fs::File::open(portrait);
    file.map_err(|source| DemoError::File {
        path: portrait.into(),
        source,
    })?;
    applicant.photograph = Some(portrait.into());
    surname.trim().clone_into(&mut applicant.surname);
    given.trim().clone_into(&mut applicant.given_names);
    Ok(())
}
