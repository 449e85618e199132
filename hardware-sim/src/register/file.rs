//! The file of people in memory: its text as it is, and where each national number's line begins.

use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use thiserror::Error;
use time::{Date, Month};

/// Largest file, in bytes: ten million people.
const LONGEST: u64 = 2 << 30;
/// The columns of docs/people.md.
const HEADER: &str = "national_number,surname,given_names,sex,date_of_birth,place_of_birth,nationality,lau2,commune,address,household,relation,seed";
/// How many they are.
const COLUMNS: usize = 13;

/// Why the file of people cannot be used.
#[derive(Debug, Error)]
pub enum FileError {
    /// It cannot be read.
    #[error("cannot read the register's people in {}: {source}; make the file by `hardware-sim people --register`", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What failed.
        source: io::Error,
    },
    /// A line is not as docs/people.md has it.
    #[error(
        "line {line} of the register's people is not {what}; make the file by `hardware-sim people --register`"
    )]
    Line {
        /// From 1.
        line: usize,
        /// What it should be.
        what: &'static str,
    },
    /// It is too long.
    #[error("the register's people take more than 2 GB; make a smaller file")]
    TooLong,
}

/// Everybody, found by national number.
#[derive(Debug)]
pub struct RegisterFile {
    text: String,
    /// Number and offset of its line, sorted by number.
    index: Vec<(u64, u32)>,
}

/// One line. The commune's name, the street and the household's number stay in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    pub number: &'a str,
    pub surname: &'a str,
    pub given_names: &'a str,
    pub sex: &'a str,
    pub birth: Date,
    pub place_of_birth: &'a str,
    pub nationality: &'a str,
    pub commune: &'a str,
    pub relation: &'a str,
    pub seed: u64,
    household: &'a str,
    offset: usize,
}

impl RegisterFile {
    /// Reads a file; every line is checked.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        let unreadable = |source| FileError::Unreadable {
            path: path.to_owned(),
            source,
        };
        if fs::metadata(path).map_err(unreadable)?.len() > LONGEST {
            return Err(FileError::TooLong);
        }
        Self::new(fs::read_to_string(path).map_err(unreadable)?)
    }

    fn new(text: String) -> Result<Self, FileError> {
        let mut index = Vec::with_capacity(text.len() / 130);
        let mut offset = 0;
        for (number, line) in (1..).zip(text.split_inclusive('\n')) {
            let error = |what| FileError::Line { line: number, what };
            if number == 1 {
                if line.trim_end() != HEADER {
                    return Err(error("the header of docs/people.md"));
                }
            } else {
                let parsed = parse(line, offset).ok_or_else(|| error("a person"))?;
                let key = key(parsed.number).ok_or_else(|| error("a person"))?;
                let place = u32::try_from(offset).map_err(|_| FileError::TooLong)?;
                index.push((key, place));
            }
            offset += line.len();
        }
        index.sort_unstable();
        Ok(Self { text, index })
    }

    /// How many people there are.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// The line of a number.
    pub(super) fn find(&self, number: &str) -> Option<Line<'_>> {
        let key = key(number)?;
        let at = self
            .index
            .binary_search_by_key(&key, |entry| entry.0)
            .ok()?;
        self.line(usize::try_from(self.index[at].1).ok()?)
    }

    /// Everybody in the order of their numbers.
    pub(super) fn all(&self) -> impl Iterator<Item = Line<'_>> {
        self.index
            .iter()
            .filter_map(|entry| self.line(usize::try_from(entry.1).ok()?))
    }

    /// The other members of a household; they stand together.
    pub(super) fn household<'a>(&'a self, of: &Line<'a>) -> Vec<Line<'a>> {
        let mut members = Vec::new();
        let mut at = of.offset;
        while let Some(before) = self.text[..at].trim_end_matches('\n').rfind('\n') {
            match self.line(before + 1) {
                Some(line) if line.household == of.household => members.insert(0, line),
                _ => break,
            }
            at = before + 1;
        }
        let mut at = self.end(of.offset);
        while let Some(line) = self.line(at) {
            if line.household != of.household {
                break;
            }
            members.push(line);
            at = self.end(at);
        }
        members
    }

    fn line(&self, offset: usize) -> Option<Line<'_>> {
        parse(self.text.get(self.span(offset))?, offset)
    }

    fn span(&self, offset: usize) -> Range<usize> {
        offset..self.end(offset)
    }

    /// Where the line after the one at `offset` begins.
    fn end(&self, offset: usize) -> usize {
        let rest = self.text.get(offset..).unwrap_or_default();
        rest.find('\n')
            .map_or(self.text.len(), |length| offset + length + 1)
    }
}

fn key(number: &str) -> Option<u64> {
    let digits = number.len() == 13 && number.bytes().all(|byte| byte.is_ascii_digit());
    number.parse().ok().filter(|_| digits)
}

fn parse(line: &str, offset: usize) -> Option<Line<'_>> {
    let mut fields = [""; COLUMNS];
    let mut count = 0;
    for field in line.trim_end().split(',') {
        *fields.get_mut(count)? = field;
        count += 1;
    }
    let [
        number,
        surname,
        given_names,
        sex,
        birth,
        place_of_birth,
        nationality,
        commune,
        _,
        _,
        household,
        relation,
        seed,
    ] = fields;
    Some(Line {
        number,
        surname,
        given_names,
        sex,
        birth: date(birth)?,
        place_of_birth,
        nationality,
        commune,
        relation,
        seed: seed.parse().ok().filter(|_| count == COLUMNS)?,
        household,
        offset,
    })
}

/// `YYYY-MM-DD`.
fn date(text: &str) -> Option<Date> {
    let mut parts = text.splitn(3, '-');
    let year = parts.next()?.parse().ok()?;
    let month = Month::try_from(parts.next()?.parse::<u8>().ok()?).ok()?;
    Date::from_calendar_date(year, month, parts.next()?.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn households_are_found_again() {
        let line = |number: &str, household: u32, relation: &str| {
            format!(
                "{number},Weber,Luc,M,1990-01-01,Luxembourg,LUX,0304,Luxembourg,1 rue,{household},{relation},7\n"
            )
        };
        let text = [
            HEADER.to_owned() + "\n",
            line("2000000000003", 1, "head"),
            line("2000000000002", 2, "head"),
            line("2000000000001", 2, "partner"),
            line("2000000000004", 2, "child"),
        ];
        let file = RegisterFile::new(text.concat()).unwrap();
        assert_eq!(file.len(), 4);
        let members = |number: &str| {
            let line = file.find(number).unwrap();
            let members = file.household(&line);
            members.iter().map(|line| line.relation).collect::<Vec<_>>()
        };
        assert_eq!(members("2000000000001"), ["head", "child"]);
        assert_eq!(members("2000000000004"), ["head", "partner"]);
        assert!(members("2000000000003").is_empty());
        assert!(file.find("2000000000009").is_none());
        for wrong in ["", "x\n", &(HEADER.to_owned() + "\na,b\n")] {
            let refused = RegisterFile::new(wrong.to_owned());
            assert_eq!(refused.is_err(), !wrong.is_empty(), "{wrong}");
        }
    }
}
