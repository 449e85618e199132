//! Draws the minutiae of a print over it: `cargo run -p biometrics --example finger_picture SEED|PRINT.png OUT.png`.
//!
//! Rings are endings, squares are forks; the line shows the minutia's angle. With a number a finger is drawn first.

use std::error::Error;

use biometrics::finger::{Kind, Template};
use hardware_sim::people::finger::{Class, Finger};
use image::{DynamicImage, Rgb, RgbImage, imageops};

/// Pixels of the drawing a pixel of the print.
const SCALE: f32 = 2.0;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(source), Some(target)) = (arguments.next(), arguments.next()) else {
        return Err("give a seed or a print, and where to write".into());
    };
    let print = match source.parse() {
        Ok(seed) => Finger::grow(seed, Class::RightLoop).touch(1),
        Err(_) => image::open(source)?.to_luma8(),
    };
    let template = Template::of(&print, 500)?;
    let (width, height) = print.dimensions();
    let mut picture = DynamicImage::ImageLuma8(imageops::resize(
        &print,
        2 * width,
        2 * height,
        imageops::FilterType::CatmullRom,
    ))
    .to_rgb8();
    for minutia in template.minutiae() {
        let (x, y) = ((minutia.x + 0.5) * SCALE, (minutia.y + 0.5) * SCALE);
        let colour = match minutia.kind {
            Kind::Ending => Rgb([200, 30, 30]),
            Kind::Fork => Rgb([20, 80, 220]),
        };
        for step in 0..720u16 {
            let angle = f32::from(step).to_radians() / 2.0;
            let (sin, cos) = angle.sin_cos();
            let radius = match minutia.kind {
                Kind::Ending => 7.0,
                Kind::Fork => 7.0 / sin.abs().max(cos.abs()),
            };
            dot(&mut picture, x + radius * cos, y + radius * sin, colour);
        }
        let (sin, cos) = minutia.angle.sin_cos();
        for step in 14..48u8 {
            let far = f32::from(step) / 2.0;
            dot(&mut picture, x + far * cos, y + far * sin, colour);
        }
    }
    picture.save(target)?;
    println!("{} minutiae", template.minutiae().len());
    Ok(())
}

/// Two by two pixels.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "negative places become 0"
)]
fn dot(picture: &mut RgbImage, x: f32, y: f32, colour: Rgb<u8>) {
    for (column, row) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
        if let Some(pixel) = picture.get_pixel_mut_checked(x as u32 + column, y as u32 + row) {
            *pixel = colour;
        }
    }
}
