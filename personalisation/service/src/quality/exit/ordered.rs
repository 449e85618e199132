//! The faces that were to be printed, as they are compared: made once, before there is a picture of the card.

use image::RgbImage;

use super::{error::ExitError, finding::Face, glyphs::Glyphs, plane::Plane, zone};
use crate::faces::{
    Dots,
    geometry::{PIXEL_HEIGHT, PIXEL_WIDTH},
};

/// Dots of 600 dpi in one of 150 dpi, each way.
const STEP: usize = 4;

/// Two faces at 150 dpi, and the characters of their machine-readable zone.
pub struct Ordered {
    /// Red, green and blue.
    front: [Plane; 3],
    back: [Plane; 3],
    pub(super) zone: Vec<char>,
}

impl Ordered {
    /// Of faces of 2022 x 1275 pixels (600 dpi).
    ///
    /// # Errors
    /// [`ExitError::Expected`]: faces of another size, or whose machine-readable zone cannot be read.
    pub fn of(dots: &Dots) -> Result<Self, ExitError> {
        Ok(Self {
            front: reduced(Face::Front, &dots.front)?,
            back: reduced(Face::Back, &dots.back)?,
            zone: zone::read_expected(Glyphs::shared()?, &dots.back)?,
        })
    }

    /// A face: red, green and blue at 150 dpi.
    pub(super) const fn face(&self, face: Face) -> &[Plane; 3] {
        match face {
            Face::Front => &self.front,
            Face::Back => &self.back,
        }
    }
}

/// Personal data: nothing of it is shown.
impl std::fmt::Debug for Ordered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ordered").finish_non_exhaustive()
    }
}

fn reduced(face: Face, picture: &RgbImage) -> Result<[Plane; 3], ExitError> {
    if picture.dimensions() != (PIXEL_WIDTH, PIXEL_HEIGHT) {
        let (width, height) = picture.dimensions();
        return Err(ExitError::Expected {
            face,
            reason: format!("has {width} x {height} pixels"),
        });
    }
    Ok(means_of_sixteen(picture))
}

/// Red, green and blue of 4 x 4 pixels each.
fn means_of_sixteen(picture: &RgbImage) -> [Plane; 3] {
    let (width, height) = (
        picture.width() as usize / STEP,
        picture.height() as usize / STEP,
    );
    let row = picture.width() as usize * 3;
    let mut sums = [(); 3].map(|()| vec![0_u16; width * height]);
    let rows = picture.as_raw().chunks_exact(row).take(height * STEP);
    for (y, dots) in rows.enumerate() {
        let start = y / STEP * width;
        for (x, block) in dots.chunks_exact(STEP * 3).enumerate() {
            for (channel, sums) in sums.iter_mut().enumerate() {
                let levels = block.iter().skip(channel).step_by(3);
                sums[start + x] += levels.map(|level| u16::from(*level)).sum::<u16>();
            }
        }
    }
    sums.map(|sums| {
        let levels = sums.into_iter().map(|sum| f32::from(sum) / 16.0);
        Plane::new(width, height, levels.collect())
    })
}
