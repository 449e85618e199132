//! The machine's folder: cards as files, from the hopper to the trays, and the pictures on them.
//!
//! A card is its chip's state file. Each step is a change of name and safe to repeat, so that a
//! process killed in the middle leaves every chip in exactly one place.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::card::Handle;
use super::job::Face;
use super::place::Place;

/// Ending of a chip's state file.
const CHIP: &str = "chip";

/// The folder of one machine.
#[derive(Debug, Clone)]
pub struct Plant {
    folder: PathBuf,
}

impl Plant {
    /// Takes a folder into use; makes what is missing in it.
    pub fn open(folder: &Path) -> io::Result<Self> {
        for name in [
            "hopper", "inside", "pictures", "exit", "reject", "removed", "taken",
        ] {
            fs::create_dir_all(folder.join(name))?;
        }
        let folder = folder.to_owned();
        Ok(Self { folder })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The chips in the hopper, the next one first.
    pub fn hopper(&self) -> io::Result<Vec<PathBuf>> {
        chips(&self.folder.join("hopper"))
    }

    /// How many chips are in the hopper.
    pub fn hopper_level(&self) -> io::Result<u32> {
        Ok(u32::try_from(self.hopper()?.len()).unwrap_or(u32::MAX))
    }

    /// Puts all chips of a folder into the hopper; how many there were.
    pub fn refill(&self, from: &Path) -> io::Result<usize> {
        let chips = chips(from)?;
        for chip in &chips {
            let name = chip.file_name().unwrap_or_default();
            carry(chip, &self.folder.join("hopper").join(name))?;
        }
        Ok(chips.len())
    }

    /// The next card of the hopper comes inside, if it is not there already; whether it is now.
    pub fn pick(&self, card: Handle) -> io::Result<bool> {
        if self.chip(card)?.is_some() {
            return Ok(true);
        }
        let Some(chip) = self.hopper()?.into_iter().next() else {
            return Ok(false);
        };
        let name = chip.file_name().unwrap_or_default().to_string_lossy();
        let inside = format!("{}{name}", prefix(card));
        fs::rename(&chip, self.folder.join("inside").join(inside))?;
        Ok(true)
    }

    /// The chip of a card inside.
    pub fn chip(&self, card: Handle) -> io::Result<Option<PathBuf>> {
        let prefix = prefix(card);
        let inside = chips(&self.folder.join("inside"))?;
        Ok(inside.into_iter().find(|chip| is_of(chip, &prefix)))
    }

    /// Where a card that is not inside went; none where its chip is in no tray and nobody's hands.
    pub fn left(&self, card: Handle) -> io::Result<Option<Place>> {
        let prefix = prefix(card);
        for place in [Place::Exit, Place::Reject, Place::Removed] {
            let outside = chips(&self.folder.join(tray(place)))?;
            if outside.iter().any(|chip| is_of(chip, &prefix)) {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    /// Chip and faces of a card come into a tray, or into somebody's hands; its pictures are erased.
    pub fn leave(&self, card: Handle, place: Place) -> io::Result<()> {
        let prefix = prefix(card);
        let mut leaving = files(&self.folder.join("inside"))?;
        leaving.retain(|file| is_of(file, &prefix));
        // The chip goes first: the card is where its chip is, and its faces follow.
        leaving.sort_by_key(|file| !is_chip(file));
        for file in leaving {
            let name = file.file_name().unwrap_or_default();
            fs::rename(&file, self.folder.join(tray(place)).join(name))?;
        }
        Face::ALL
            .into_iter()
            .try_for_each(|face| self.erase(card, face))
    }

    /// Both trays are emptied: what was in them is in `taken` then.
    pub fn empty_trays(&self) -> io::Result<()> {
        for tray in ["exit", "reject"] {
            for file in files(&self.folder.join(tray))? {
                let name = file.file_name().unwrap_or_default();
                fs::rename(&file, self.folder.join("taken").join(name))?;
            }
        }
        Ok(())
    }

    /// Adds a part to a picture that waits to be printed.
    pub fn append(&self, card: Handle, face: Face, offset: u32, part: &[u8]) -> io::Result<()> {
        let path = self.picture(card, face);
        let mut options = OpenOptions::new();
        let file = options
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        file.write_all_at(part, u64::from(offset))
    }

    /// Bytes of a picture that waits to be printed.
    pub fn received(&self, card: Handle, face: Face) -> u32 {
        let length = fs::metadata(self.picture(card, face)).map_or(0, |data| data.len());
        u32::try_from(length).unwrap_or(u32::MAX)
    }

    /// A picture that waits to be printed.
    pub fn load(&self, card: Handle, face: Face) -> io::Result<Vec<u8>> {
        fs::read(self.picture(card, face))
    }

    /// Erases a picture that waits to be printed.
    pub fn erase(&self, card: Handle, face: Face) -> io::Result<()> {
        match fs::remove_file(self.picture(card, face)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Puts a face onto the card: what the eye and the exit camera see.
    pub fn ink(&self, card: Handle, face: Face, png: &[u8]) -> io::Result<()> {
        fs::write(self.printed(card, face), png)
    }

    /// A face of a card inside; none where nothing is printed.
    pub fn face(&self, card: Handle, face: Face) -> io::Result<Option<Vec<u8>>> {
        let mut file = match File::open(self.printed(card, face)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut png = Vec::new();
        file.read_to_end(&mut png)?;
        Ok(Some(png))
    }

    fn picture(&self, card: Handle, face: Face) -> PathBuf {
        let name = format!("{}{}.png", prefix(card), face.name());
        self.folder.join("pictures").join(name)
    }

    fn printed(&self, card: Handle, face: Face) -> PathBuf {
        let name = format!("{}{}.png", prefix(card), face.name());
        self.folder.join("inside").join(name)
    }
}

/// What the names of a card's files begin with; in the order of handles.
fn prefix(card: Handle) -> String {
    format!("{card:08}-")
}

/// The folder of cards that went to a place outside.
const fn tray(place: Place) -> &'static str {
    match place {
        Place::Exit => "exit",
        Place::Reject => "reject",
        _ => "removed",
    }
}

fn is_chip(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending == CHIP)
}

fn is_of(file: &Path, prefix: &str) -> bool {
    let name = file.file_name().unwrap_or_default();
    name.to_string_lossy().starts_with(prefix)
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?;
    let mut found: Vec<_> = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<_>>()?;
    found.sort();
    Ok(found)
}

fn chips(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = files(folder)?;
    found.retain(|file| is_chip(file));
    Ok(found)
}

/// Moves a file, also to another file system; never leaves it in two places.
fn carry(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            fs::copy(from, to)?;
            fs::remove_file(from)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plant(chips: &[&str]) -> (tempfile::TempDir, Plant) {
        let folder = tempfile::tempdir().unwrap();
        let delivery = folder.path().join("delivery");
        fs::create_dir(&delivery).unwrap();
        for chip in chips {
            fs::write(delivery.join(chip), chip).unwrap();
        }
        fs::write(delivery.join("delivery.toml"), "").unwrap();
        let plant = Plant::open(&folder.path().join("machine")).unwrap();
        assert_eq!(plant.refill(&delivery).unwrap(), chips.len());
        (folder, plant)
    }

    #[test]
    fn a_chip_is_in_one_place_at_a_time() {
        let (_folder, plant) = plant(&["B.chip", "A.chip"]);
        for _ in 0..2 {
            assert!(plant.pick(1).unwrap());
        }
        assert_eq!(
            fs::read(plant.chip(1).unwrap().unwrap()).unwrap(),
            b"A.chip"
        );
        assert_eq!(plant.hopper().unwrap().len(), 1);
        plant.ink(1, Face::Front, b"front").unwrap();
        plant.append(1, Face::Back, 0, b"ba").unwrap();
        plant.append(1, Face::Back, 2, b"ck").unwrap();
        assert_eq!(plant.received(1, Face::Back), 4);
        for _ in 0..2 {
            plant.leave(1, Place::Exit).unwrap();
        }
        assert_eq!(plant.received(1, Face::Back), 0, "pictures are erased");
        assert!(plant.chip(1).unwrap().is_none());
        let exit = files(&plant.folder().join("exit")).unwrap();
        let names: Vec<_> = exit
            .iter()
            .map(|path| path.file_name().unwrap().to_str().unwrap())
            .collect();
        assert_eq!(names, ["00000001-A.chip", "00000001-front.png"]);
        assert!(plant.pick(2).unwrap());
        assert!(!plant.pick(3).unwrap(), "the hopper is empty");
    }
}
