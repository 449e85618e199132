//! What we accept of JPEG 2000 before a decoder sees it: boxes, main header and tile-part headers.
//!
//! Faces and signatures need one simple shape; everything else would only widen the attack surface
//! (memory that grows with tiles or precincts, progression changes, packed headers).

use super::DecodeError;

const SOC: u16 = 0xFF4F;
const SIZ: u16 = 0xFF51;
const COD: u16 = 0xFF52;
const COC: u16 = 0xFF53;
const TLM: u16 = 0xFF55;
const PLT: u16 = 0xFF58;
const QCD: u16 = 0xFF5C;
const QCC: u16 = 0xFF5D;
const RGN: u16 = 0xFF5E;
const CRG: u16 = 0xFF63;
const COM: u16 = 0xFF64;
const SOT: u16 = 0xFF90;
const SOD: u16 = 0xFF93;
const EOC: u16 = 0xFFD9;

const SIGNATURE: [u8; 12] = [0, 0, 0, 12, b'j', b'P', b' ', b' ', 0x0D, 0x0A, 0x87, 0x0A];
/// Most tiles of a picture.
const MAX_TILES: u64 = 64;
/// Most tile-parts.
const MAX_TILE_PARTS: usize = 1024;
/// Most wavelet levels: the standard allows 32, no picture here needs as many as this.
const MAX_LEVELS: u8 = 10;
/// Most quality layers.
const MAX_LAYERS: u16 = 32;
/// Precincts have at least 2^5 samples a side, but in the lowest resolutions.
const LEAST_PRECINCT: u8 = 5;

/// What the main header says of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// 1 (grey) or 3 (colour).
    pub components: u16,
}

/// Reads and checks all headers.
pub(super) fn read(data: &[u8]) -> Result<Header, DecodeError> {
    let stream = codestream(data)?;
    let mut reader = Reader {
        data: stream,
        position: 0,
    };
    if reader.short("start of codestream")? != SOC || reader.short("image size")? != SIZ {
        return Err(DecodeError::NotJpeg2000);
    }
    let header = size(reader.segment("image size")?)?;
    loop {
        match reader.short("main header")? {
            COD => coding(reader.segment("coding style")?, false)?,
            COC => coding(reader.segment("coding style")?, true)?,
            QCD | QCC | RGN | TLM | CRG | COM => {
                reader.segment("main header")?;
            }
            SOT => break,
            _ => {
                return Err(DecodeError::Unsupported {
                    what: "markers of this main header",
                });
            }
        }
    }
    tile_parts(&mut reader)?;
    Ok(header)
}

/// The codestream of a JP2 file, or the data itself.
fn codestream(data: &[u8]) -> Result<&[u8], DecodeError> {
    if data.starts_with(&SOC.to_be_bytes()) {
        return Ok(data);
    }
    if !data.starts_with(&SIGNATURE) {
        return Err(DecodeError::NotJpeg2000);
    }
    let truncated = DecodeError::Truncated { reading: "boxes" };
    let mut rest = data;
    while let [l0, l1, l2, l3, kind @ ..] = rest {
        let length = u32::from_be_bytes([*l0, *l1, *l2, *l3]);
        let kind: &[u8; 4] = kind.first_chunk().ok_or(truncated.clone())?;
        let end = match length {
            0 => rest.len(),
            1 => {
                return Err(DecodeError::Unsupported {
                    what: "boxes of 64-bit length",
                });
            }
            2..8 => {
                return Err(DecodeError::Damaged(
                    "a box is shorter than its header".into(),
                ));
            }
            _ => length as usize,
        };
        let content = rest.get(8..end).ok_or(truncated.clone())?;
        if kind == b"jp2c" {
            return Ok(content);
        }
        rest = &rest[end..];
    }
    Err(DecodeError::Truncated { reading: "boxes" })
}

/// SIZ (A.5.1): one reference grid without offsets or subsampling.
fn size(segment: &[u8]) -> Result<Header, DecodeError> {
    let mut reader = Reader {
        data: segment,
        position: 0,
    };
    let name = "image size";
    reader.short(name)?;
    let [width, height, x0, y0] = reader.longs(name)?;
    let [tile_columns, tile_rows, grid_x, grid_y] = reader.longs(name)?;
    let components = reader.short(name)?;
    if [x0, y0, grid_x, grid_y] != [0; 4] {
        return Err(DecodeError::Unsupported {
            what: "offset pictures",
        });
    }
    if width == 0 || height == 0 || tile_columns == 0 || tile_rows == 0 {
        return Err(DecodeError::Size {
            width,
            height,
            limit: 0,
        });
    }
    let tiles = u64::from(width.div_ceil(tile_columns)) * u64::from(height.div_ceil(tile_rows));
    if tiles > MAX_TILES {
        return Err(DecodeError::Unsupported {
            what: "more than 64 tiles",
        });
    }
    if !matches!(components, 1 | 3) {
        return Err(DecodeError::Unsupported {
            what: "pictures of other than 1 or 3 components",
        });
    }
    for _ in 0..components {
        let [depth, dx, dy] = reader.bytes::<3>(name)?;
        if depth > 15 {
            return Err(DecodeError::Unsupported {
                what: "signed or deeper samples than 16 bits",
            });
        }
        if (dx, dy) != (1, 1) {
            return Err(DecodeError::Unsupported {
                what: "subsampled components",
            });
        }
    }
    Ok(Header {
        width,
        height,
        components,
    })
}

/// COD (A.6.1) and COC (A.6.2): levels, layers, code-blocks and precincts.
fn coding(segment: &[u8], of_component: bool) -> Result<(), DecodeError> {
    let mut reader = Reader {
        data: segment,
        position: 0,
    };
    let name = "coding style";
    let style = if of_component {
        let [_component, style] = reader.bytes::<2>(name)?;
        style
    } else {
        let [style, _progression, layers_high, layers_low, _transform] = reader.bytes::<5>(name)?;
        let layers = u16::from_be_bytes([layers_high, layers_low]);
        if layers == 0 || layers > MAX_LAYERS {
            return Err(DecodeError::Unsupported {
                what: "more than 32 layers",
            });
        }
        style
    };
    let [levels, width, height, _style, _wavelet] = reader.bytes::<5>(name)?;
    if levels > MAX_LEVELS {
        return Err(DecodeError::Unsupported {
            what: "more than 10 wavelet levels",
        });
    }
    if width > 8 || height > 8 || width + height > 8 {
        return Err(DecodeError::Damaged(
            "code-blocks are larger than allowed".into(),
        ));
    }
    if style & 1 != 0 {
        for level in 0..=levels {
            let [exponents] = reader.bytes::<1>(name)?;
            let smaller = (exponents & 15).min(exponents >> 4);
            if level > 0 && smaller < LEAST_PRECINCT.min(level + 1) {
                return Err(DecodeError::Unsupported {
                    what: "very small precincts",
                });
            }
        }
    }
    Ok(())
}

/// Walks all tile-parts (A.4.2); the first SOT marker was read.
fn tile_parts(reader: &mut Reader) -> Result<(), DecodeError> {
    for _ in 0..MAX_TILE_PARTS {
        let start = reader.position - 2;
        let name = "tile-part";
        let mut fields = Reader {
            data: reader.segment(name)?,
            position: 2,
        };
        let [length, ..] = fields.longs::<1>(name)?;
        loop {
            match reader.short(name)? {
                PLT | COM => {
                    reader.segment(name)?;
                }
                SOD => break,
                _ => {
                    return Err(DecodeError::Unsupported {
                        what: "markers of this tile-part",
                    });
                }
            }
        }
        // A length of zero means: until the end of the codestream.
        let end = if length == 0 {
            reader.data.len().saturating_sub(2)
        } else {
            start.saturating_add(length as usize)
        };
        if end < reader.position {
            return Err(DecodeError::Damaged(
                "a tile-part is shorter than its header".into(),
            ));
        }
        if end > reader.data.len() {
            return Err(DecodeError::Truncated { reading: name });
        }
        reader.position = end;
        match reader.short("end of codestream")? {
            SOT => {}
            EOC => return Ok(()),
            _ => return Err(DecodeError::Damaged("no marker after a tile-part".into())),
        }
    }
    Err(DecodeError::Unsupported {
        what: "more than 1024 tile-parts",
    })
}

/// Big-endian fields, bounds checked.
struct Reader<'a> {
    data: &'a [u8],
    position: usize,
}

impl<'a> Reader<'a> {
    fn bytes<const N: usize>(&mut self, reading: &'static str) -> Result<[u8; N], DecodeError> {
        let bytes = self
            .data
            .get(self.position..)
            .and_then(|rest| rest.first_chunk::<N>());
        self.position += N;
        bytes.copied().ok_or(DecodeError::Truncated { reading })
    }

    fn short(&mut self, reading: &'static str) -> Result<u16, DecodeError> {
        self.bytes::<2>(reading).map(u16::from_be_bytes)
    }

    fn longs<const N: usize>(&mut self, reading: &'static str) -> Result<[u32; N], DecodeError> {
        let mut result = [0; N];
        for long in &mut result {
            *long = u32::from_be_bytes(self.bytes(reading)?);
        }
        Ok(result)
    }

    /// Content of the segment whose marker was just read.
    fn segment(&mut self, reading: &'static str) -> Result<&'a [u8], DecodeError> {
        let start = self.position;
        let length = usize::from(self.short(reading)?);
        self.position = start + length.max(2);
        self.data
            .get(start + 2..self.position)
            .ok_or(DecodeError::Truncated { reading })
    }
}
