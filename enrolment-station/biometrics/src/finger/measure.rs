//! The plain measure of a finger's picture: how much ridge there is, how clear, how dense. No quality score of a standard.

use std::fmt;

use image::GrayImage;

use super::field::{Cell, Field, SIDE};
use super::{FingerError, PIXELS_PER_MM, plane};

/// Share of dark pixels under which ridges are too thin, and above which valleys are filled.
const THIN: f32 = 0.33;
const FILLED: f32 = 0.68;

/// One measure. The order is the order in which all of them are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// Square millimetres in which ridges are seen.
    RidgeArea,
    /// Square millimetres in which ridges are seen that are neither too thin nor run together.
    ClearArea,
    /// Grey levels (of 255) between ridges and valleys, in the median.
    Contrast,
    /// Ridges a millimetre, in the median.
    RidgeFrequency,
    /// How clear the ridges' direction is, 0 to 1, on the average.
    Coherence,
    /// Share of the ridges' area in which they are too thin, 0 to 1.
    DryShare,
    /// Share of the skin's area in which valleys are filled, 0 to 1.
    WetShare,
    /// Share of the skin's area in which no ridges are seen, 0 to 1.
    SmearedShare,
    /// Millimetres from the picture's middle to the middle of the skin.
    CentreOffset,
}

impl Measure {
    /// All measures, in their fixed order.
    pub const ALL: [Self; 9] = [
        Self::RidgeArea,
        Self::ClearArea,
        Self::Contrast,
        Self::RidgeFrequency,
        Self::Coherence,
        Self::DryShare,
        Self::WetShare,
        Self::SmearedShare,
        Self::CentreOffset,
    ];

    /// Its id in records, configuration and texts.
    pub fn name(self) -> &'static str {
        match self {
            Self::RidgeArea => "ridge-area",
            Self::ClearArea => "clear-area",
            Self::Contrast => "contrast",
            Self::RidgeFrequency => "ridge-frequency",
            Self::Coherence => "coherence",
            Self::DryShare => "dry-share",
            Self::WetShare => "wet-share",
            Self::SmearedShare => "smeared-share",
            Self::CentreOffset => "centre-offset",
        }
    }

    /// The measure of an id; none if it is unknown.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|measure| measure.name() == name)
    }

    /// Unit of its value; empty for shares.
    pub fn unit(self) -> &'static str {
        match self {
            Self::RidgeArea | Self::ClearArea => "mm\u{b2}",
            Self::Contrast => "levels",
            Self::RidgeFrequency => "/mm",
            Self::CentreOffset => "mm",
            Self::Coherence | Self::DryShare | Self::WetShare | Self::SmearedShare => "",
        }
    }

    /// What to say to the applicant if the value misses its limit, as an id of the texts.
    pub fn advice(self) -> &'static str {
        match self {
            Self::RidgeArea | Self::ClearArea => "press-flat",
            Self::Contrast | Self::RidgeFrequency => "clean-glass",
            Self::Coherence | Self::SmearedShare => "hold-finger-still",
            Self::DryShare => "moisten-finger",
            Self::WetShare => "dry-finger",
            Self::CentreOffset => "finger-in-middle",
        }
    }
}

/// What a part of the picture shows, eight by eight pixels of 500 ppi: to be drawn over it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// The glass.
    #[default]
    Glass,
    /// Clear ridges.
    Clear,
    /// Ridges that are too thin.
    Dry,
    /// Valleys that are filled.
    Wet,
    /// Skin without ridges.
    Smeared,
}

/// The parts of a picture, row by row. Its `Debug` shows the size alone.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Map {
    /// Parts in a row.
    pub columns: usize,
    /// Each part, the uppermost row first.
    pub parts: Vec<Part>,
}

impl fmt::Debug for Map {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Map")
            .field("columns", &self.columns)
            .finish_non_exhaustive()
    }
}

/// What was measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RidgeMeasure {
    /// Square millimetres of ridges.
    pub area: f64,
    /// Square millimetres of clear ridges.
    pub clear_area: f64,
    /// Grey levels between ridges and valleys; none without ridges.
    pub contrast: Option<f64>,
    /// Ridges a millimetre; none without ridges.
    pub frequency: Option<f64>,
    /// Clearness of direction, 0 to 1; none without ridges.
    pub coherence: Option<f64>,
    /// Share of the ridges that are too thin; none without ridges.
    pub dry: Option<f64>,
    /// Share of the skin with filled valleys; none without skin.
    pub wet: Option<f64>,
    /// Share of the skin without ridges; none without skin.
    pub smeared: Option<f64>,
    /// Millimetres from the picture's middle; none without skin.
    pub offset: Option<f64>,
    /// Where is what.
    pub map: Map,
}

impl RidgeMeasure {
    /// A measure's value in [`Measure::unit`]; none if it could not be measured.
    pub fn value(&self, measure: Measure) -> Option<f64> {
        match measure {
            Measure::RidgeArea => Some(self.area),
            Measure::ClearArea => Some(self.clear_area),
            Measure::Contrast => self.contrast,
            Measure::RidgeFrequency => self.frequency,
            Measure::Coherence => self.coherence,
            Measure::DryShare => self.dry,
            Measure::WetShare => self.wet,
            Measure::SmearedShare => self.smeared,
            Measure::CentreOffset => self.offset,
        }
    }
}

/// Measures a picture of one finger, of 500 or 1000 ppi, dark ridges on a light glass.
pub fn measure(picture: &GrayImage, ppi: u16) -> Result<RidgeMeasure, FingerError> {
    let plane = plane(picture, ppi)?;
    Ok(of_field(&Field::of(&plane)))
}

fn of_field(field: &Field) -> RidgeMeasure {
    let map = Map {
        columns: field.columns,
        parts: (0..field.cells.len())
            .map(|index| part(field, index))
            .collect(),
    };
    let count = |wanted: &[Part]| number(map.parts.iter().filter(|p| wanted.contains(p)).count());
    let (clear, dry, wet) = (
        count(&[Part::Clear]),
        count(&[Part::Dry]),
        count(&[Part::Wet]),
    );
    let skin = clear + dry + wet + count(&[Part::Smeared]);
    let with_ridges = || field.cells.iter().filter(|cell| cell.ridged);
    let ridges = number(with_ridges().count());
    let share = |part: f64, whole: f64| (whole > 0.0).then(|| part / whole);
    let side = f64::from(SIDE) / PIXELS_PER_MM;
    RidgeMeasure {
        area: ridges * side * side,
        clear_area: clear * side * side,
        contrast: median(with_ridges().map(Cell::contrast).collect()),
        frequency: median(with_ridges().map(|cell| cell.frequency).collect())
            .map(|frequency| frequency * PIXELS_PER_MM),
        coherence: share(
            with_ridges().map(|cell| f64::from(cell.coherence)).sum(),
            ridges,
        ),
        dry: share(dry, clear + dry),
        wet: share(wet, skin),
        smeared: share(count(&[Part::Smeared]), skin),
        offset: offset(field, &map.parts),
        map,
    }
}

/// What a cell shows. The rim, where skin leaves the glass, counts as glass unless it has ridges.
fn part(field: &Field, index: usize) -> Part {
    let cell = &field.cells[index];
    let touched = |at: usize| field.cells[at].touched;
    let within = touched(index) && field.around(index).all(|(other, _)| touched(other));
    match cell {
        cell if within && cell.ridge_share > FILLED => Part::Wet,
        cell if within && cell.ridged && cell.ridge_share < THIN => Part::Dry,
        cell if cell.ridged => Part::Clear,
        // Black all over: even the lightest spots are as dark as ridges.
        cell if within && cell.light <= field.black => Part::Wet,
        _ if within => Part::Smeared,
        _ => Part::Glass,
    }
}

/// From the picture's middle to the skin's, in millimetres.
fn offset(field: &Field, parts: &[Part]) -> Option<f64> {
    let (mut count, mut x, mut y) = (0.0, 0.0, 0.0);
    for (index, _) in parts
        .iter()
        .enumerate()
        .filter(|(_, part)| **part != Part::Glass)
    {
        let middle = field.middle(index);
        count += 1.0;
        x += f64::from(middle.0);
        y += f64::from(middle.1);
    }
    let half = |cells: usize| number(cells) * f64::from(SIDE) / 2.0;
    let (dx, dy) = (
        x / count - half(field.columns),
        y / count - half(field.rows),
    );
    (count > 0.0).then(|| dx.hypot(dy) / PIXELS_PER_MM)
}

fn median(mut values: Vec<f32>) -> Option<f64> {
    let middle = values.len() / 2;
    if values.is_empty() {
        return None;
    }
    let (_, value, _) = values.select_nth_unstable_by(middle, f32::total_cmp);
    Some(f64::from(*value))
}

/// A count as a number.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn number(count: usize) -> f64 {
    count as f64
}
