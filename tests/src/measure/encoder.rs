//! Cards one after another through one reader, with what the line says of its time and the chip of its.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::{MeasureError, number};
use crate::house::{Centre, Document, Floor, FloorPlan, HouseError, LineEvent, Pki};

/// The only slot.
const SLOT: usize = 0;
/// How long the reader is empty between two cards, so that the line notices.
const CHANGE: Duration = Duration::from_millis(500);
/// How long the line waits for the next card: a busy daemon sees it late.
const PATIENCE: &str = "idle_seconds = 15\n";

/// A reader with its chips, and a centre of its own.
pub(super) struct Station {
    pub(super) floor: Floor,
    pub(super) centre: Centre,
    place: PathBuf,
}

/// A card, and where its time went.
pub(super) struct Made {
    pub(super) document: Document,
    pub(super) times: Times,
}

/// Where the time of a card went, in seconds.
pub(super) struct Times {
    /// The chip's state file.
    pub(super) chip_file: PathBuf,
    /// From binding to the end.
    pub(super) total: f64,
    /// The last step: PACE, all files, verification.
    pub(super) read_back: f64,
    /// On the air until the chip was in operation, by the link model.
    pub(super) wire: f64,
    /// In the chip until then, by the link model: its key generation.
    pub(super) chip: f64,
}

impl Times {
    fn new(
        event: &Value,
        chip_file: Option<PathBuf>,
        [wire, chip]: [f64; 2],
    ) -> Result<Self, MeasureError> {
        const LINE: &str = "the line's event";
        Ok(Self {
            chip_file: chip_file.unwrap_or_default(),
            total: number(event, "seconds", LINE)?,
            read_back: number(&event["steps"], "read_back", LINE)?,
            wire,
            chip,
        })
    }

    /// The time until the read-back, without the chip's own, as a multiple of the time on the air.
    pub(super) fn to_wire(&self) -> f64 {
        (self.total - self.read_back - self.chip) / self.wire
    }
}

impl Station {
    pub(super) fn open(
        place: &Path,
        pki: &Pki,
        blanks: usize,
        link: Option<&str>,
    ) -> Result<Self, HouseError> {
        let plan = FloorPlan {
            readers: 1,
            blanks,
            link: link.map(str::to_owned),
        };
        let floor = Floor::start(&place.join("floor"), &plan)?;
        let centre = Centre::open_with(&place.join("centre"), pki, &floor, PATIENCE)?;
        let place = place.to_path_buf();
        Ok(Self {
            floor,
            centre,
            place,
        })
    }

    /// The reader's name.
    pub(super) fn reader(&self) -> &str {
        self.floor.readers().first().map_or("", String::as_str)
    }

    /// Puts a chip into the reader in the place of the one before.
    pub(super) fn change(&self, chip: Option<&Path>) -> Result<(), HouseError> {
        self.floor.remove(SLOT)?;
        std::thread::sleep(CHANGE);
        chip.map_or(Ok(()), |chip| self.floor.insert(SLOT, chip))
    }

    /// Makes a card for each order.
    pub(super) fn make(&self, orders: &[PathBuf]) -> Result<Vec<Made>, MeasureError> {
        for order in orders {
            self.centre.add_order(order, &self.floor)?;
        }
        let mut blanks = self.floor.blanks().iter();
        let mut current = blanks.next();
        self.change(current.map(PathBuf::as_path))?;
        let (mut times, mut last) = (Vec::new(), String::new());
        let mut before = self.spent()?;
        let mut after_event = |event: &LineEvent| -> Result<(), MeasureError> {
            match event["event"].as_str() {
                Some("document") => {}
                Some("step") => return Ok(()),
                _ => {
                    last = event.to_string();
                    return Ok(());
                }
            }
            let spent = self.spent()?;
            let passed = [spent[0] - before[0], spent[1] - before[1]];
            times.push(Times::new(event, current.cloned(), passed)?);
            before = spent;
            current = blanks.next();
            Ok(self.change(current.map(PathBuf::as_path))?)
        };
        let mut outcome = Ok(());
        let dump = self.place.join("dump");
        let documents = self.centre.run_line(&self.floor, &dump, |event| {
            if outcome.is_ok() {
                outcome = after_event(event);
            }
        })?;
        outcome?;
        if documents.len() < orders.len() || times.len() < orders.len() {
            let (ordered, made) = (orders.len(), documents.len());
            return Err(MeasureError::Incomplete {
                ordered,
                made,
                last,
            });
        }
        let made = documents.into_iter().zip(times);
        Ok(made
            .map(|(document, times)| Made { document, times })
            .collect())
    }

    /// Seconds on the air and in the chip, before operation, of all chips so far.
    fn spent(&self) -> Result<[f64; 2], MeasureError> {
        let status = self
            .floor
            .control(&json!({ "slot": SLOT, "status": true }))?;
        let mut sum = [0.0, 0.0];
        for state in ["blank", "personalising", "locked"] {
            let spent = &status["spent"][state];
            sum[0] += number(spent, "wire_millis", "the chips' status")? / 1000.0;
            sum[1] += number(spent, "chip_millis", "the chips' status")? / 1000.0;
        }
        Ok(sum)
    }
}
