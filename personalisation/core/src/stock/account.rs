//! Accounts of the ledger: the places where blanks are, and the maker they come from.

use std::{fmt, str::FromStr};

use thiserror::Error;

use crate::blank::BlankState;

/// The name of a line, as `[line] name` of its configuration says: 1 to 64 characters, no control characters, no `/`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineName(String);

/// A text that names no account or line. For the operator.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("reading the name of a place of blanks: {0:?} is none")]
pub struct BadAccount(String);

impl LineName {
    /// Longest name, in characters.
    pub const MOST: usize = 64;

    /// The line of a worker: its name up to the first `/` (the rest is the worker's reader).
    pub fn of_worker(holder: &str) -> Self {
        let name = holder.split('/').next().unwrap_or_default();
        let name: String = name
            .chars()
            .filter(|one| !one.is_control())
            .take(Self::MOST)
            .collect();
        if name.is_empty() {
            return Self::unnamed();
        }
        Self(name)
    }

    /// The line of whom nobody wrote down where they worked.
    pub fn unnamed() -> Self {
        Self("unnamed".to_owned())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LineName {
    type Err = BadAccount;

    fn from_str(text: &str) -> Result<Self, BadAccount> {
        let known = |one: char| !one.is_control() && one != '/';
        if (1..=Self::MOST).contains(&text.chars().count()) && text.chars().all(known) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadAccount(text.to_owned()))
        }
    }
}

impl fmt::Display for LineName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for LineName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LineName({})", self.0)
    }
}

/// Where blanks can be; each entry of the ledger moves some from one to another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// The makers: owes what was delivered, the only account below nought.
    Maker,
    /// Announced, not counted in.
    Delivery,
    /// The vault, opened boxes included.
    Vault,
    /// At a line: in its hoppers and machines.
    Line(LineName),
    /// Became cards.
    Cards,
    /// Test and set-up cards.
    TestCards,
    /// Unusable, waiting for destruction.
    Spoiled,
    /// Defective on receipt, waiting for destruction.
    Defective,
    /// Destroyed.
    Destroyed,
    /// Looked for.
    Missing,
    /// Given up.
    WrittenOff,
}

const LINE: &str = "line:";

impl Account {
    /// The account of a blank in that state; `line` is the line that has it, or had it last. None where a blank is at
    /// a line that nobody names.
    pub fn of(state: BlankState, line: Option<&LineName>) -> Option<Self> {
        Some(match state {
            BlankState::InDelivery => Self::Delivery,
            BlankState::Vault | BlankState::ReturnedToVault => Self::Vault,
            BlankState::Line => Self::Line(line?.clone()),
            BlankState::Document => Self::Cards,
            BlankState::Spoiled => Self::Spoiled,
            BlankState::Destroyed => Self::Destroyed,
            BlankState::DefectiveOnReceipt => Self::Defective,
            BlankState::TestCard => Self::TestCards,
            BlankState::Missing => Self::Missing,
            BlankState::WrittenOff => Self::WrittenOff,
        })
    }

    const fn word(&self) -> &'static str {
        match self {
            Self::Maker => "maker",
            Self::Delivery => "delivery",
            Self::Vault => "vault",
            Self::Line(_) => LINE,
            Self::Cards => "cards",
            Self::TestCards => "test_cards",
            Self::Spoiled => "spoiled",
            Self::Defective => "defective",
            Self::Destroyed => "destroyed",
            Self::Missing => "missing",
            Self::WrittenOff => "written_off",
        }
    }
}

/// `vault`, `line:line-1`, …: as in the database.
impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())?;
        match self {
            Self::Line(name) => f.write_str(name.as_str()),
            _ => Ok(()),
        }
    }
}

impl FromStr for Account {
    type Err = BadAccount;

    fn from_str(text: &str) -> Result<Self, BadAccount> {
        if let Some(name) = text.strip_prefix(LINE) {
            return Ok(Self::Line(name.parse()?));
        }
        [
            Self::Maker,
            Self::Delivery,
            Self::Vault,
            Self::Cards,
            Self::TestCards,
            Self::Spoiled,
            Self::Defective,
            Self::Destroyed,
            Self::Missing,
            Self::WrittenOff,
        ]
        .into_iter()
        .find(|account| account.word() == text)
        .ok_or_else(|| BadAccount(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_an_account_whose_name_leads_back_to_it() {
        let line: LineName = "line-1".parse().unwrap();
        for state in BlankState::ALL {
            let account = Account::of(state, Some(&line)).unwrap();
            assert_eq!(account.to_string().parse(), Ok(account));
        }
        assert_eq!(Account::of(BlankState::Line, None), None);
        assert_eq!("maker".parse(), Ok(Account::Maker));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in ["", "a\nb", "line/1", &"x".repeat(65)] {
            assert!(text.parse::<LineName>().is_err(), "{text}");
        }
        let line = LineName::of_worker("line-1/Encoder 1");
        assert_eq!(line.as_str(), "line-1");
        assert_eq!(LineName::of_worker("/x"), LineName::unnamed());
        for text in ["", "line:", "Vault", "attic"] {
            assert!(text.parse::<Account>().is_err(), "{text}");
        }
    }
}
