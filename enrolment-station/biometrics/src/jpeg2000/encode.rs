//! Encoding to a budget with `OpenJPEG`'s Rust port, through its safe interface only.
//!
//! Its streams write to files; ours is one in memory (`memfd`), so that no picture touches a disk.

use std::fs::File;
use std::io::{Read, Seek};
use std::os::fd::AsRawFd;

use openjp2::{Codec, OPJ_CLRSPC_GRAY, OPJ_CLRSPC_SRGB, OPJ_CODEC_JP2, Stream};
use openjp2::{opj_cparameters_t, opj_image, opj_image_comptparm};

use super::{EncodeError, Pixels};

/// How far below the budget the rate control is asked to land: it misses by up to 140 bytes either way.
const MARGIN: usize = 64;
/// Boxes of a JP2 file around the codestream.
const BOXES: usize = 85;
/// Share of the budget (in 100ths) that is good enough.
const LEAST_USE: usize = 97;
/// Attempts to land in the budget.
const ATTEMPTS: usize = 5;

/// See [`super::encode_to_budget`].
pub(super) fn to_budget(pixels: Pixels, max_bytes: usize) -> Result<Vec<u8>, EncodeError> {
    let picture = Picture::new(pixels)?;
    let mut target = max_bytes.saturating_sub(BOXES + MARGIN).max(1);
    let mut best: Option<Vec<u8>> = None;
    let mut smallest = usize::MAX;
    for _ in 0..ATTEMPTS {
        let found = picture.encode(target)?;
        smallest = smallest.min(found.len());
        if found.len() > max_bytes {
            target = target
                .saturating_sub(found.len() - max_bytes + MARGIN)
                .max(1);
            continue;
        }
        let missing = max_bytes - found.len();
        let enough = found.len() * 100 >= max_bytes * LEAST_USE || found.len() < target / 2;
        if best.as_ref().is_none_or(|best| best.len() < found.len()) {
            best = Some(found);
        }
        if enough {
            break;
        }
        target += missing / 2;
    }
    best.ok_or(EncodeError::Budget {
        budget: max_bytes,
        smallest,
    })
}

/// A picture as planes of 32-bit samples.
struct Picture {
    width: u32,
    height: u32,
    planes: Vec<Vec<i32>>,
}

impl Picture {
    fn new(pixels: Pixels) -> Result<Self, EncodeError> {
        let (dimensions, raw, count) = match pixels {
            Pixels::Gray(image) => (image.dimensions(), image.as_raw(), 1),
            Pixels::Rgb(image) => (image.dimensions(), image.as_raw(), 3),
        };
        let (width, height) = dimensions;
        if !(32..=8192).contains(&width) || !(32..=8192).contains(&height) {
            return Err(EncodeError::Size { width, height });
        }
        let plane = |first: usize| {
            raw.iter()
                .skip(first)
                .step_by(count)
                .map(|s| i32::from(*s))
                .collect()
        };
        Ok(Self {
            width,
            height,
            planes: (0..count).map(plane).collect(),
        })
    }

    /// One JP2 file whose codestream has about `target` bytes.
    fn encode(&self, target: usize) -> Result<Vec<u8>, EncodeError> {
        let failed = |step| EncodeError::Encoder { step };
        let mut image = self.image().ok_or(failed("take over the pixels"))?;
        let mut parameters = self.parameters(target);
        let mut file = memory_file().map_err(EncodeError::Memory)?;
        let path = format!("/proc/self/fd/{}", file.as_raw_fd());
        let mut stream = Stream::new_file(path, 1 << 16, false).map_err(EncodeError::Memory)?;
        let mut codec = Codec::new_encoder(OPJ_CODEC_JP2).ok_or(failed("start"))?;
        for (done, step) in [
            (
                codec.setup_encoder(&mut parameters, &mut image),
                "take its parameters",
            ),
            (
                codec.start_compress(&mut image, &mut stream),
                "write the header",
            ),
            (codec.encode(&mut stream), "compress"),
            (codec.end_compress(&mut stream), "finish"),
        ] {
            if done != 1 {
                return Err(failed(step));
            }
        }
        stream.flush().map_err(EncodeError::Memory)?;
        drop(stream);
        let mut found = Vec::with_capacity(target + 1024);
        file.rewind()
            .and_then(|()| file.read_to_end(&mut found))
            .map_err(EncodeError::Memory)?;
        Ok(found)
    }

    fn image(&self) -> Option<Box<opj_image>> {
        let component = opj_image_comptparm {
            dx: 1,
            dy: 1,
            w: self.width,
            h: self.height,
            prec: 8,
            ..opj_image_comptparm::default()
        };
        let space = if self.planes.len() == 3 {
            OPJ_CLRSPC_SRGB
        } else {
            OPJ_CLRSPC_GRAY
        };
        let mut image = opj_image::create(&vec![component; self.planes.len()], space)?;
        (image.x1, image.y1) = (self.width, self.height);
        for (target, plane) in image.comps_data_mut_iter()?.zip(&self.planes) {
            target.copy_from_slice(plane);
        }
        Some(image)
    }

    #[expect(clippy::cast_precision_loss, reason = "a ratio for the rate control")]
    fn parameters(&self, target: usize) -> opj_cparameters_t {
        let raw = self.planes.iter().map(Vec::len).sum::<usize>();
        let mut parameters = opj_cparameters_t::default();
        parameters.set_defaults();
        parameters.cp_disto_alloc = 1;
        parameters.irreversible = 1;
        parameters.tcp_mct = i8::from(self.planes.len() == 3);
        parameters.tcp_numlayers = 1;
        parameters.tcp_rates[0] = raw as f32 / target as f32;
        // Five wavelet levels, fewer where the picture is small.
        let shorter = self.width.min(self.height);
        parameters.numresolution = (shorter.ilog2().cast_signed() - 2).clamp(1, 6);
        parameters
    }
}

/// A file that lives in memory and vanishes with its handle.
fn memory_file() -> std::io::Result<File> {
    let flags = rustix::fs::MemfdFlags::CLOEXEC;
    Ok(File::from(rustix::fs::memfd_create("picture", flags)?))
}
