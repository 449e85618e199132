//! A finger's minutiae: where its ridges end and fork.

use std::f32::consts::{PI, TAU};
use std::fmt;

use image::GrayImage;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::field::{CELL, Field};
use super::minutiae::{self, Found};
use super::skeleton::Skeleton;
use super::{FingerError, enhance, plane};

/// Most minutiae of a template; a print with more keeps those that are clearest.
pub const MAX_MINUTIAE: usize = 200;

/// What a ridge does at a minutia.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Zeroize)]
pub enum Kind {
    /// It ends.
    Ending,
    /// It forks.
    Fork,
}

/// One minutia. Its `Debug` shows the kind alone.
#[derive(Clone, Copy, PartialEq, Zeroize)]
pub struct Minutia {
    /// Pixels of 500 ppi from the picture's left edge.
    pub x: f32,
    /// Pixels of 500 ppi from the picture's top edge.
    pub y: f32,
    /// Radians, 0 to 2 pi, growing from `x` to `y` (clockwise as one looks at it): back along a ridge that ends, between
    /// both branches of one that forks. So it stays what it is when pressure makes a fork of an ending.
    pub angle: f32,
    /// What the ridge does.
    pub kind: Kind,
    /// How clear the ridges are there, 0 to 1.
    pub clearness: f32,
}

impl fmt::Debug for Minutia {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Minutia")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// Minutiae of one print, wiped when dropped. Its `Debug` shows how many alone.
#[derive(Clone, PartialEq, Zeroize, ZeroizeOnDrop)]
pub struct Template {
    minutiae: Vec<Minutia>,
    pub(super) ground: Ground,
}

impl fmt::Debug for Template {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Template")
            .field("minutiae", &self.minutiae.len())
            .finish_non_exhaustive()
    }
}

impl Template {
    /// Finds the minutiae of a print of 500 or 1000 ppi, dark ridges on a light glass. A print without ridges gives a
    /// template without minutiae.
    pub fn of(picture: &GrayImage, ppi: u16) -> Result<Self, FingerError> {
        let plane = plane(picture, ppi)?;
        let field = Field::of(&plane);
        let usable = field.usable();
        let ridges = enhance::ridges(&plane, &field, &usable);
        let skeleton = Skeleton::of(&ridges);
        let mut minutiae = minutiae::find(&skeleton, &Found::new(&field, &usable));
        minutiae.sort_by(|a, b| b.clearness.total_cmp(&a.clearness));
        minutiae.truncate(MAX_MINUTIAE);
        Ok(Self {
            minutiae,
            ground: Ground::of(&field, usable),
        })
    }

    /// The minutiae, the clearest first; [`MAX_MINUTIAE`] at most.
    pub fn minutiae(&self) -> &[Minutia] {
        &self.minutiae
    }
}

/// Where a print has ridges, and how they run, cell by cell.
#[derive(Clone, PartialEq, Zeroize)]
pub(super) struct Ground {
    columns: usize,
    rows: usize,
    ridged: Vec<bool>,
    directions: Vec<f32>,
}

impl Ground {
    fn of(field: &Field, ridged: Vec<bool>) -> Self {
        Self {
            columns: field.columns,
            rows: field.rows,
            ridged,
            directions: field.cells.iter().map(|cell| cell.direction).collect(),
        }
    }

    /// Direction of the ridges at a place, 0 to pi; none where there are none.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be positive; too large places saturate"
    )]
    pub fn direction(&self, x: f32, y: f32) -> Option<f32> {
        if x < 0.0 || y < 0.0 {
            return None;
        }
        let (column, row) = (x as usize / CELL, y as usize / CELL);
        if column >= self.columns || row >= self.rows {
            return None;
        }
        let index = row * self.columns + column;
        self.ridged[index].then(|| self.directions[index])
    }

    /// Middles of the cells with ridges, and their directions.
    pub fn cells(&self) -> impl Iterator<Item = (f32, f32, f32)> {
        let side = f32::from(u8::try_from(CELL).unwrap_or(0));
        #[expect(clippy::cast_precision_loss, reason = "at most a few hundred")]
        let middle = move |at: usize| (at as f32 + 0.5) * side;
        let all = self.ridged.iter().zip(&self.directions).enumerate();
        all.filter(|(_, (ridged, _))| **ridged)
            .map(move |(index, (_, direction))| {
                let (column, row) = (index % self.columns, index / self.columns);
                (middle(column), middle(row), *direction)
            })
    }
}

/// From one angle to another the shorter way: -pi to pi.
pub(super) fn turn(from: f32, to: f32) -> f32 {
    (to - from + PI).rem_euclid(TAU) - PI
}
