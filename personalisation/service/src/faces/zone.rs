//! The machine readable zone alone: what its characters look like where nothing else is printed.

use std::fmt::Write;

use image::RgbImage;
use resvg::tiny_skia::Color;

use super::{
    error::FaceError,
    geometry::{MRZ_LEFT, OCR_SIZE, mrz_centre},
    lettering::ocr_line,
    template,
};

/// A face of 2022 x 1275 pixels with these lines in the places of the machine readable zone, black on white.
pub fn zone_alone(lines: [&str; 3]) -> Result<RgbImage, FaceError> {
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 85.6 53.98" width="85.6" height="53.98"><g font-family="OCR B" font-size="{OCR_SIZE:.4}" fill="{}">"#,
        "#000"
    );
    for (line, text) in lines.into_iter().enumerate() {
        let places = ocr_line(
            "the machine readable zone",
            text,
            MRZ_LEFT,
            mrz_centre(line),
        )?;
        // Writing to a string does not fail.
        let _ = write!(svg, "{places}");
    }
    svg.push_str("</g></svg>");
    let mut face = template::blank()?;
    face.fill(Color::WHITE);
    template::draw(&svg, &mut face)?;
    let pixels = face.data().chunks_exact(4).flat_map(|dot| &dot[..3]);
    RgbImage::from_raw(face.width(), face.height(), pixels.copied().collect())
        .ok_or_else(|| FaceError::Template("a picture is too short".to_owned()))
}
