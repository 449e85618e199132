//! Loading a photograph or a scan of unknown origin: JPEG or PNG, within limits, complete.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageReader};
use thiserror::Error;

/// What a picture may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureLimits {
    /// Most bytes of the file.
    pub max_bytes: usize,
    /// Most pixels.
    pub max_pixels: u64,
}

impl Default for PictureLimits {
    /// 20 MB and 40 million pixels: a good camera's photograph.
    fn default() -> Self {
        Self {
            max_bytes: 20_000_000,
            max_pixels: 40_000_000,
        }
    }
}

/// Formats that we load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
}

/// Why a picture could not be loaded.
#[derive(Debug, Error)]
pub enum PictureError {
    /// The decoder found the content impossible.
    #[error("cannot load the picture: its {format:?} data is damaged ({source}); save it again")]
    Damaged {
        /// Its format.
        format: Format,
        /// What the decoder says.
        source: image::ImageError,
    },
    /// Nothing at all.
    #[error("cannot load the picture: the file is empty")]
    Empty,
    /// Another format.
    #[error("cannot load the picture: it is {found}; give a JPEG or a PNG")]
    Format {
        /// What it looks like.
        found: &'static str,
    },
    /// The file is longer than allowed.
    #[error("cannot load a picture of {bytes} bytes: {limit} are allowed; make it smaller")]
    TooManyBytes {
        /// Its length.
        bytes: usize,
        /// Most bytes allowed.
        limit: usize,
    },
    /// It has more pixels than allowed.
    #[error(
        "cannot load a picture of {width} x {height} pixels: {limit} are allowed; make it smaller"
    )]
    TooManyPixels {
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
        /// Most pixels allowed.
        limit: u64,
    },
    /// The file ends before the picture does.
    #[error("cannot load the picture: the {format:?} file is truncated; copy it again")]
    Truncated {
        /// Its format.
        format: Format,
    },
}

/// Loads a picture, turned upright as its EXIF orientation says.
pub fn load(bytes: &[u8], limits: &PictureLimits) -> Result<DynamicImage, PictureError> {
    if bytes.len() > limits.max_bytes {
        return Err(PictureError::TooManyBytes {
            bytes: bytes.len(),
            limit: limits.max_bytes,
        });
    }
    let format = detect(bytes)?;
    let complete = match format {
        Format::Jpeg => jpeg_is_complete(bytes),
        Format::Png => png_is_complete(bytes),
    };
    if !complete {
        return Err(PictureError::Truncated { format });
    }
    let damaged = |source| PictureError::Damaged { format, source };
    let mut reader = ImageReader::new(Cursor::new(bytes));
    reader.set_format(match format {
        Format::Jpeg => image::ImageFormat::Jpeg,
        Format::Png => image::ImageFormat::Png,
    });
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > limits.max_pixels {
        return Err(PictureError::TooManyPixels {
            width,
            height,
            limit: limits.max_pixels,
        });
    }
    let mut allowed = image::Limits::default();
    // Sixteen-bit RGBA is the most that a pixel takes.
    allowed.max_alloc = Some(limits.max_pixels.saturating_mul(8));
    decoder.set_limits(allowed).map_err(damaged)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// The format by its first bytes.
fn detect(bytes: &[u8]) -> Result<Format, PictureError> {
    const KNOWN: [(&[u8], &str); 9] = [
        (b"GIF8", "a GIF"),
        (b"BM", "a BMP"),
        (b"II*\0", "a TIFF"),
        (b"MM\0*", "a TIFF"),
        (b"RIFF", "a WebP"),
        (b"%PDF", "a PDF"),
        (b"\0\0\0\x0CjP  ", "a JPEG 2000"),
        (b"\xFF\x4F\xFF\x51", "a JPEG 2000"),
        (b"\xFF\xA0", "a WSQ"),
    ];
    if bytes.is_empty() {
        return Err(PictureError::Empty);
    }
    if bytes.starts_with(b"\xFF\xD8\xFF") {
        return Ok(Format::Jpeg);
    }
    if bytes.starts_with(b"\x89PNG\r\n\x1A\n") {
        return Ok(Format::Png);
    }
    if bytes.get(4..8) == Some(b"ftyp") {
        return Err(PictureError::Format {
            found: "a HEIC, an AVIF or a film",
        });
    }
    let found = KNOWN.iter().find(|(magic, _)| bytes.starts_with(magic));
    Err(PictureError::Format {
        found: found.map_or("of an unknown format", |(_, name)| name),
    })
}

/// Walks the segments; the scan must end in EOI (decoders fill a missing end with grey, silently).
fn jpeg_is_complete(bytes: &[u8]) -> bool {
    let mut position = 2;
    while let Some([0xFF, marker]) = bytes.get(position..position + 2) {
        match marker {
            0xD9 => return true,
            0xFF => position += 1,
            0x01 | 0xD0..=0xD8 => position += 2,
            _ => {
                let Some([high, low]) = bytes.get(position + 2..position + 4) else {
                    return false;
                };
                position += 2 + usize::from(u16::from_be_bytes([*high, *low]));
                if *marker == 0xDA {
                    position = after_scan(bytes, position);
                }
            }
        }
    }
    false
}

/// The next marker after entropy-coded data: FF that is neither stuffed nor a restart.
fn after_scan(bytes: &[u8], mut position: usize) -> usize {
    while let Some(pair) = bytes.get(position..position + 2) {
        if pair[0] == 0xFF && !matches!(pair[1], 0x00 | 0xD0..=0xD7 | 0xFF) {
            return position;
        }
        position += 1;
    }
    bytes.len()
}

/// Walks the chunks up to IEND.
fn png_is_complete(bytes: &[u8]) -> bool {
    let mut rest = bytes.get(8..).unwrap_or_default();
    while let [l0, l1, l2, l3, kind @ ..] = rest {
        let length = u32::from_be_bytes([*l0, *l1, *l2, *l3]) as usize;
        let Some(after) = length.checked_add(12).and_then(|size| rest.get(size..)) else {
            return false;
        };
        if kind.starts_with(b"IEND") {
            return true;
        }
        rest = after;
    }
    false
}
