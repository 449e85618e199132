//! Who the applicant is, each fact with where it comes from.

use serde::{Deserialize, Serialize};

use crate::{NationalNumber, PartialDay, Text};

/// Where a fact comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Source {
    /// 0: the population register's answer.
    Register,
    /// 1: typed by the clerk, the register being silent or wrong: review sees it.
    Manual,
    /// 2: a paper among those seen.
    Document,
}

/// A fact and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sourced<T> {
    /// 0
    pub value: T,
    /// 1
    pub source: Source,
}

impl<T> Sourced<T> {
    /// A fact of a source.
    pub const fn new(value: T, source: Source) -> Self {
        Self { value, source }
    }
}

/// Sex as documents state it.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sex {
    /// 0: F.
    Female,
    /// 1: M.
    Male,
    /// 2: X.
    Unspecified,
}

impl std::fmt::Debug for Sex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sex(……)")
    }
}

/// The applicant; the fields of an order (docs/orders.md), and where they live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// 0: primary identifier as printed; a single name stands here.
    pub surname: Sourced<Text<1, 100>>,
    /// 1: secondary identifier; may be empty.
    pub given_names: Sourced<Text<0, 100>>,
    /// 2
    pub sex: Sourced<Sex>,
    /// 3
    pub date_of_birth: Sourced<PartialDay>,
    /// 4: as the MRZ writes it, 1 to 3 capital letters: LUX, D, XXA.
    pub nationality: Sourced<Text<1, 3>>,
    /// 5: place, region, State; at most 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place_of_birth: Option<Sourced<Vec<Text<1, 100>>>>,
    /// 6: none for people whom the register does not have yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub national_number: Option<Sourced<NationalNumber>>,
    /// 7: the clerk's choice instead of the rule's transliteration; 1 to 30 of `A-Z <`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_line: Option<Sourced<Text<1, 30>>>,
    /// 8: with a name line: whether the name does not stand there in full.
    pub name_line_shortened: bool,
    /// 9: LAU code of the commune of residence, 4 digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commune: Option<Sourced<Text<4, 4>>>,
}
