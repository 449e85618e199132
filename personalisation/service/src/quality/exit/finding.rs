//! What an inspection found: what, where, measured, limit.

use std::fmt;

use icao9303::mrz::Mrz;

use crate::faces::geometry::Area;

/// The faces of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Face {
    /// The portrait's side.
    Front,
    /// The machine readable zone's side.
    Back,
}

impl Face {
    /// The other one.
    pub(super) const fn other(self) -> Self {
        match self {
            Self::Front => Self::Back,
            Self::Back => Self::Front,
        }
    }
}

/// How a machine marks cards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marking {
    /// Dyes from a ribbon, in colour.
    Ribbon,
    /// Laser engraving: luminance only.
    Laser,
}

/// The dyes of a ribbon, and what a laser has instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dye {
    /// Takes red away.
    Cyan,
    /// Takes green away.
    Magenta,
    /// Takes blue away.
    Yellow,
    /// A laser's: takes light away.
    Black,
}

/// What can be wrong with a face.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flaw {
    /// Hardly anything is printed. Measured as contrast, a part of what was ordered.
    Blank,
    /// The other face is here. Measured as correlation.
    WrongSide,
    /// The print stands too far to the right (above 0) or to the left. Measured in millimetres.
    Across,
    /// The print stands too low (above 0) or too high. Measured in millimetres.
    Down,
    /// The print is turned on the card. Measured in degrees.
    Turned,
    /// Too little or too much of a dye. Measured as a part of what was ordered.
    Ink(Dye),
    /// The portrait is another one, or spoiled. Measured as correlation.
    Portrait,
    /// A character of the machine readable zone is another one. Measured as correlation with the ordered one.
    WrongCharacter {
        /// Line, 1 to 3.
        line: u8,
        /// Place in the line, 1 to 30.
        place: u8,
    },
    /// A character of the machine readable zone is not clear. Measured as correlation with the glyph that it is most like.
    UnclearCharacter {
        /// Line, 1 to 3.
        line: u8,
        /// Place in the line, 1 to 30.
        place: u8,
    },
    /// An area differs: a smear, a gap, a blot, a scratch. Measured in levels of 255.
    Blemish,
}

/// One thing that is wrong. No personal data: a character has its place, not its name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finding {
    /// On which face.
    pub face: Face,
    /// What.
    pub flaw: Flaw,
    /// Where, in millimetres from the face's upper left corner; the whole face where there is none.
    pub place: Option<Area>,
    /// What was measured, in the flaw's unit.
    pub measured: f64,
    /// What it would have to keep to.
    pub limit: f64,
}

/// What was measured on a face, wrong or not: for trends, and for setting limits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Measures {
    /// How far the print stands to the right and down, in millimetres.
    pub offset_mm: (f64, f64),
    /// How far it is turned on the card, in degrees.
    pub turn: f64,
    /// Ink of cyan, magenta and yellow as parts of what was ordered; of a laser three times the same.
    pub ink: [f64; 3],
    /// Correlation of the portrait; 1 on the back, which has none.
    pub portrait: f64,
    /// The worst cell's difference, in levels of 255.
    pub worst_cell: f64,
    /// The least correlation of a character of the machine readable zone; 1 on the front, which has none.
    pub least_character: f64,
}

/// All that was found on a card.
#[derive(Clone, PartialEq)]
pub struct ExitFindings {
    findings: Vec<Finding>,
    measures: [Measures; 2],
    /// Three lines of thirty characters; empty where the back's print was not there.
    read: Vec<String>,
}

impl ExitFindings {
    pub(super) fn new(findings: Vec<Finding>, measures: [Measures; 2], read: Vec<String>) -> Self {
        Self {
            findings,
            measures,
            read,
        }
    }

    /// Whether nothing is wrong.
    pub fn passed(&self) -> bool {
        self.findings.is_empty()
    }

    /// What is wrong, the front first.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// What was measured on a face.
    pub fn measures(&self, face: Face) -> Measures {
        self.measures[face as usize]
    }

    /// Whether the machine readable zone was read as these lines, character by character. The line asks this with the lines of the
    /// order, so that a face which was drawn wrong is found as well.
    pub fn reads(&self, mrz: &Mrz) -> bool {
        self.read.iter().map(String::as_str).eq(mrz.lines())
    }

    /// The machine readable zone as it was read: personal data.
    pub fn machine_readable_zone(&self) -> &[String] {
        &self.read
    }
}

/// The machine readable zone is personal data: not shown.
impl fmt::Debug for ExitFindings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExitFindings")
            .field("findings", &self.findings)
            .field("measures", &self.measures)
            .finish_non_exhaustive()
    }
}

impl Face {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Front, Self::Back];
}

impl fmt::Display for Face {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Front => "front",
            Self::Back => "back",
        })
    }
}

impl Dye {
    /// The name in the record and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cyan => "cyan",
            Self::Magenta => "magenta",
            Self::Yellow => "yellow",
            Self::Black => "black",
        }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blank => f.write_str("blank"),
            Self::WrongSide => f.write_str("wrong side"),
            Self::Across => f.write_str("position across"),
            Self::Down => f.write_str("position down"),
            Self::Turned => f.write_str("turned"),
            Self::Ink(dye) => write!(f, "ink, {}", dye.name()),
            Self::Portrait => f.write_str("portrait"),
            Self::WrongCharacter { line, place } => {
                write!(f, "wrong character, line {line} place {place}")
            }
            Self::UnclearCharacter { line, place } => {
                write!(f, "unclear character, line {line} place {place}")
            }
            Self::Blemish => f.write_str("blemish"),
        }
    }
}

/// `front: blemish at 10.2, 20.3 (4.1 x 8.1 mm): 31.40, limit 12.00`.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.face, self.flaw)?;
        if let Some(Area {
            x,
            y,
            width,
            height,
        }) = self.place
        {
            write!(f, " at {x:.1}, {y:.1} ({width:.1} x {height:.1} mm)")?;
        }
        write!(f, ": {:.2}, limit {:.2}", self.measured, self.limit)
    }
}
