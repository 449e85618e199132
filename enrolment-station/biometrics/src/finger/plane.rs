//! A picture as numbers: grey values of a finger at 500 ppi.

use image::GrayImage;

/// Values row by row.
#[derive(Clone)]
pub(super) struct Plane {
    pub width: usize,
    pub height: usize,
    pub values: Vec<f32>,
}

impl Plane {
    /// A picture as it is.
    pub fn of(picture: &GrayImage) -> Self {
        Self {
            width: picture.width() as usize,
            height: picture.height() as usize,
            values: picture.iter().map(|grey| f32::from(*grey)).collect(),
        }
    }

    /// A picture at half its size; a last odd row or column is left out.
    pub fn halved(picture: &GrayImage) -> Self {
        let stride = picture.width() as usize;
        let (width, height) = (stride / 2, picture.height() as usize / 2);
        let pixels = picture.as_raw();
        let mut values = Vec::with_capacity(width * height);
        for rows in pixels.chunks_exact(2 * stride).take(height) {
            let (upper, lower) = rows.split_at(stride);
            for (above, below) in upper.chunks_exact(2).zip(lower.chunks_exact(2)) {
                let sum = above.iter().chain(below).map(|grey| f32::from(*grey));
                values.push(sum.sum::<f32>() / 4.0);
            }
        }
        Self {
            width,
            height,
            values,
        }
    }

    /// The value nearest to a place; the edge's beyond the edge.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "negative places become 0"
    )]
    pub fn near(&self, x: f32, y: f32) -> f32 {
        let column = ((x + 0.5).max(0.0) as usize).min(self.width - 1);
        let row = ((y + 0.5).max(0.0) as usize).min(self.height - 1);
        self.values[row * self.width + column]
    }
}
