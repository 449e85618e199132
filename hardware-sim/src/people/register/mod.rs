//! A population register of people who do not exist: households over the communes of Luxembourg, one
//! person a line (docs/people.md). People are made one household after the other and kept nowhere.

mod communes;
mod household;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;
use time::{Date, Month};

use super::dice::Dice;
use super::identity::Identity;
use communes::Communes;

pub use household::Relation;

/// First line of the file.
const HEADER: &str = "national_number,surname,given_names,sex,date_of_birth,place_of_birth,nationality,lau2,commune,address,household,relation,seed";
/// More people than numbers of 13 digits could tell apart, born as they are here.
pub const MOST: u32 = 10_000_000;

/// Why a register could not be written.
#[derive(Debug, Error)]
pub enum RegisterError {
    /// The file could not be written.
    #[error("cannot write the register {path}: {source}; check the folder and the space")]
    File {
        /// The register's path.
        path: PathBuf,
        /// What failed.
        source: io::Error,
    },
    /// Too many people were asked for.
    #[error("a register of {0} people would run out of national numbers; ask for at most {MOST}")]
    TooMany(u32),
}

/// The day on which the register was drawn up: nobody is born later.
pub fn day() -> Date {
    Date::from_calendar_date(2026, Month::January, 1).unwrap_or(Date::MIN)
}

/// One line of the register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Who it is.
    pub identity: Identity,
    /// Code of the commune (LAU 2).
    pub lau2: &'static str,
    /// Its name.
    pub commune: &'static str,
    /// Number and street.
    pub address: String,
    /// Number of the household, from 1.
    pub household: u32,
    /// Place in the household.
    pub relation: Relation,
    /// Draws this person's portrait, fingers and signature.
    pub seed: u64,
}

/// All people of a seed, one after the other, without end.
#[derive(Debug)]
pub struct Population {
    dice: Dice,
    communes: Communes,
    days: household::Days,
    household: u32,
    /// Members of the present household, the next one last.
    waiting: Vec<Entry>,
}

impl Population {
    /// The population of a seed.
    pub fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed, "population");
        Self {
            communes: Communes::load(),
            days: household::Days::new(&mut dice),
            dice,
            household: 0,
            waiting: Vec::new(),
        }
    }
}

impl Iterator for Population {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        while self.waiting.is_empty() {
            self.household += 1;
            let home = self.communes.home(&mut self.dice);
            let members = household::draw(&mut self.dice, &mut self.days);
            let household = self.household;
            self.waiting = members
                .into_iter()
                .rev()
                .map(|(identity, relation)| Entry {
                    lau2: home.lau2,
                    commune: home.commune,
                    address: home.address.clone(),
                    household,
                    relation,
                    seed: self.dice.bits() >> 1,
                    identity,
                })
                .collect();
        }
        self.waiting.pop()
    }
}

/// Writes the register of a seed and tells after each hundredth how many people are done.
///
/// The file takes its name only when it is complete.
pub fn write(
    path: &Path,
    seed: u64,
    count: u32,
    mut progress: impl FnMut(u32),
) -> Result<(), RegisterError> {
    if count > MOST {
        return Err(RegisterError::TooMany(count));
    }
    let unfinished = path.with_extension("unfinished");
    let error = |source| RegisterError::File {
        path: path.to_owned(),
        source,
    };
    let mut file = BufWriter::new(File::create(&unfinished).map_err(error)?);
    writeln!(file, "{HEADER}").map_err(error)?;
    let step = (count / 100).max(1);
    let people = usize::try_from(count).unwrap_or(usize::MAX);
    for (done, entry) in (1..=count).zip(Population::new(seed).take(people)) {
        write_line(&mut file, &entry).map_err(error)?;
        if done % step == 0 {
            progress(done);
        }
    }
    file.flush().map_err(error)?;
    drop(file);
    fs::rename(&unfinished, path).map_err(error)
}

/// No name, place or street here has a comma, a quote or a line's end: nothing needs escaping.
fn write_line(file: &mut impl Write, entry: &Entry) -> io::Result<()> {
    let Identity {
        surname,
        given_names,
        sex,
        birth,
        nationality,
        birth_place,
        national_number,
        ..
    } = &entry.identity;
    let Entry {
        lau2,
        commune,
        address,
        household,
        relation,
        seed,
        ..
    } = entry;
    writeln!(
        file,
        "{national_number},{surname},{given_names},{},{:04}-{:02}-{:02},{birth_place},{nationality},\
         {lau2},{commune},{address},{household},{},{seed}",
        sex.letter(),
        birth.year(),
        u8::from(birth.month()),
        birth.day(),
        relation.word(),
    )
}
