//! What goes wrong on a scanner, done to a good print.

use image::{GrayImage, Luma, imageops};

/// One way to spoil a print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Thin ridges.
    Dry,
    /// Filled valleys.
    Wet,
    /// The finger moved.
    Smeared,
    /// Only the tip.
    Small,
    /// Far to a side.
    OffCentre,
    /// Dirty glass.
    Pale,
}

impl Fault {
    pub const ALL: [Self; 6] = [
        Self::Dry,
        Self::Wet,
        Self::Smeared,
        Self::Small,
        Self::OffCentre,
        Self::Pale,
    ];

    pub fn apply(self, print: &GrayImage) -> GrayImage {
        let (width, height) = print.dimensions();
        match self {
            Self::Dry => around(print, 1, |greys| greys.max().unwrap()),
            Self::Wet => around(print, 2, |greys| greys.min().unwrap()),
            Self::Smeared => moved(print, 21),
            Self::Small => GrayImage::from_fn(width, height, |x, y| {
                let far = f64::from(x.abs_diff(width / 2)).hypot(f64::from(y.abs_diff(height / 2)));
                if far < 95.0 {
                    *print.get_pixel(x, y)
                } else {
                    Luma([246])
                }
            }),
            Self::OffCentre => {
                let mut shifted = GrayImage::from_pixel(width, height, Luma([246]));
                imageops::replace(&mut shifted, print, i64::from(width) * 3 / 8, 0);
                shifted
            }
            Self::Pale => GrayImage::from_fn(width, height, |x, y| {
                let grey = f64::from(print.get_pixel(x, y).0[0]);
                Luma([(200.0 + 0.15 * grey) as u8])
            }),
        }
    }
}

/// Each pixel from the square around it.
fn around(
    print: &GrayImage,
    reach: u32,
    choose: impl Fn(&mut dyn Iterator<Item = u8>) -> u8,
) -> GrayImage {
    let (width, height) = print.dimensions();
    GrayImage::from_fn(width, height, |x, y| {
        let rows = y.saturating_sub(reach)..(y + reach + 1).min(height);
        let mut greys = rows.flat_map(|row| {
            let columns = x.saturating_sub(reach)..(x + reach + 1).min(width);
            columns.map(move |column| print.get_pixel(column, row).0[0])
        });
        Luma([choose(&mut greys)])
    })
}

/// Dragged across the glass, to the side and down.
fn moved(print: &GrayImage, far: u32) -> GrayImage {
    let (width, height) = print.dimensions();
    GrayImage::from_fn(width, height, |x, y| {
        let sum: u32 = (0..far)
            .map(|step| {
                let (column, row) = (x.saturating_sub(step), y.saturating_sub(step));
                u32::from(print.get_pixel(column, row).0[0])
            })
            .sum();
        Luma([(sum / far) as u8])
    })
}
