//! The three sizes of MRZ and where their fields stand (9303-4, -5, -6 §4.2).

use std::ops::Range;

/// Size of a document, which is the form of its MRZ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Cards: three lines of 30 (9303-5).
    Td1,
    /// Larger cards: two lines of 36 (9303-6).
    Td2,
    /// Passports: two lines of 44 (9303-4).
    Td3,
}

impl Format {
    /// Characters a line.
    pub fn width(self) -> usize {
        match self {
            Self::Td1 => 30,
            Self::Td2 => 36,
            Self::Td3 => 44,
        }
    }

    /// Number of lines.
    pub fn lines(self) -> usize {
        match self {
            Self::Td1 => 3,
            Self::Td2 | Self::Td3 => 2,
        }
    }

    /// Characters of the name field.
    pub fn name_width(self) -> usize {
        self.layout().name.len()
    }

    /// The format whose MRZ has so many characters, line breaks not counted.
    pub fn from_length(characters: usize) -> Option<Self> {
        [Self::Td1, Self::Td2, Self::Td3]
            .into_iter()
            .find(|format| format.lines() * format.width() == characters)
    }

    pub(super) fn layout(self) -> &'static Layout {
        match self {
            Self::Td1 => &TD1,
            Self::Td2 => &TD2,
            Self::Td3 => &TD3,
        }
    }
}

/// Offsets from 0 in the MRZ without line breaks. A check digit follows its field at once.
pub(super) struct Layout {
    pub(super) name: Range<usize>,
    pub(super) number: Range<usize>,
    /// Optional data into which a long document number runs on (TD1, TD2).
    pub(super) optional_1: Range<usize>,
    pub(super) birth: Range<usize>,
    pub(super) sex: usize,
    pub(super) expiry: Range<usize>,
    pub(super) nationality: Range<usize>,
    /// TD1's second optional field.
    pub(super) optional_2: Range<usize>,
    pub(super) composite: usize,
    pub(super) covered_by_composite: &'static [Range<usize>],
}

pub(super) const CODE: Range<usize> = 0..2;
pub(super) const ISSUER: Range<usize> = 2..5;

const TD1: Layout = Layout {
    number: 5..14,
    optional_1: 15..30,
    birth: 30..36,
    sex: 37,
    expiry: 38..44,
    nationality: 45..48,
    optional_2: 48..59,
    composite: 59,
    name: 60..90,
    covered_by_composite: &[5..37, 38..45, 48..59],
};

const TD2: Layout = Layout {
    name: 5..36,
    number: 36..45,
    nationality: 46..49,
    birth: 49..55,
    sex: 56,
    expiry: 57..63,
    optional_1: 64..71,
    optional_2: 71..71,
    composite: 71,
    covered_by_composite: &[36..46, 49..56, 57..71],
};

const TD3: Layout = Layout {
    name: 5..44,
    number: 44..53,
    nationality: 54..57,
    birth: 57..63,
    sex: 64,
    expiry: 65..71,
    optional_1: 72..86,
    optional_2: 86..86,
    composite: 87,
    covered_by_composite: &[44..54, 57..64, 65..87],
};
