//! What a machine is from its maker: who it is, how it marks, how fast, how much its trays take.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Width of a card, micrometres.
const CARD_WIDTH: u64 = 85_600;
/// Height of a card, micrometres.
const CARD_HEIGHT: u64 = 53_980;
/// Micrometres in an inch.
const INCH: u64 = 25_400;
/// The maker's file in the machine's folder.
const FILE: &str = "build.toml";

/// The maker's plate of a machine; never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// Maker.
    pub maker: String,
    /// Model.
    pub model: String,
    /// Serial number.
    pub serial: String,
    /// How it marks cards.
    pub marking: Marking,
    /// Dots in an inch that it prints.
    pub dpi: u32,
    /// Dots in an inch of the exit camera.
    pub camera_dpi: u32,
    /// Cards that the exit tray takes.
    pub exit_tray: u32,
    /// Cards that the reject tray takes.
    pub reject_tray: u32,
    /// Cards that a new ribbon prints.
    pub ribbon: u32,
    /// How long things take.
    pub pace: Pace,
}

/// How a machine marks cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Marking {
    /// Dyes from a ribbon, in colour.
    Ribbon,
    /// Laser engraving: luminance only, no ribbon.
    Laser,
}

/// Times in milliseconds of the machine's own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pace {
    /// Any move of a card but feeding.
    pub transfer: u32,
    /// From the hopper to the station.
    pub feed: u32,
    /// One face in the printer.
    pub face: u32,
    /// Exit pictures of both faces.
    pub camera: u32,
    /// From power to the first answer.
    pub start: u32,
}

/// 1,000 cards an hour: the printer's turn is 300 + 2 · 1,300 + 400 + 300 = 3,600 ms.
impl Default for Pace {
    fn default() -> Self {
        Self {
            transfer: 300,
            feed: 500,
            face: 1_300,
            camera: 400,
            start: 3_000,
        }
    }
}

impl Pace {
    /// From the print command to a card that rests, both faces and exit pictures.
    pub const fn print(&self) -> u32 {
        2 * self.face + self.camera
    }

    /// Cards an hour when no place waits for the caller: the printer is the slowest place.
    pub const fn cards_an_hour(&self) -> u32 {
        let turn = self.print() + 2 * self.transfer;
        match 3_600_000_u32.checked_div(turn) {
            Some(cards) => cards,
            None => u32::MAX,
        }
    }
}

/// Why the maker's file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The file could not be read.
    #[error("{path} could not be read; make the machine with `machine new`")]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file is not what it should be.
    #[error("{path} does not describe a machine")]
    Parse {
        /// Which file.
        path: PathBuf,
        /// Where and why.
        #[source]
        source: toml::de::Error,
    },
}

impl Build {
    /// A machine of the type we buy: 600 dpi, camera of 300 dpi, 1,000 cards an hour.
    pub fn new(marking: Marking, serial: String) -> Self {
        let model = match marking {
            Marking::Ribbon => "M1000-R",
            Marking::Laser => "M1000-L",
        };
        Self {
            maker: "Simulated Machines".to_owned(),
            model: model.to_owned(),
            serial,
            marking,
            dpi: 600,
            camera_dpi: 300,
            exit_tray: 500,
            reject_tray: 100,
            ribbon: 1_000,
            pace: Pace::default(),
        }
    }

    /// Reads the maker's file of a machine's folder.
    pub fn read(folder: &Path) -> Result<Self, BuildError> {
        let path = folder.join(FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(source) => return Err(BuildError::Read { path, source }),
        };
        toml::from_str(&text).map_err(|source| BuildError::Parse { path, source })
    }

    /// Writes the maker's file, which must not exist yet.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let text = toml::to_string(self).map_err(io::Error::other)?;
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(folder.join(FILE))?;
        io::Write::write_all(&mut file, text.as_bytes())
    }

    /// Dots in a row, and rows, of a face at a resolution.
    pub fn face(dpi: u32) -> (u32, u32) {
        let dots = |micrometres: u64| {
            let dots = (micrometres * u64::from(dpi) + INCH / 2) / INCH;
            u32::try_from(dots).unwrap_or(u32::MAX)
        };
        (dots(CARD_WIDTH), dots(CARD_HEIGHT))
    }

    /// Dots in a row, and rows, of a face as it is printed.
    pub fn size(&self) -> (u32, u32) {
        Self::face(self.dpi)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faces_are_as_large_as_those_that_are_drawn_and_the_pace_is_a_thousand() {
        assert_eq!(Build::face(600), (2022, 1275));
        assert_eq!(Build::face(300), (1011, 638));
        assert_eq!(Pace::default().cards_an_hour(), 1_000);
    }

    #[test]
    fn the_plate_is_read_as_it_was_written_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let build = Build::new(Marking::Laser, "L-7".to_owned());
        build.write(folder.path()).unwrap();
        assert_eq!(Build::read(folder.path()).unwrap(), build);
        assert!(build.write(folder.path()).is_err());
    }
}
