//! The chip's own key: made on the chip, never read out, used for chip authentication and for the
//! chip-authentication mapping of PACE.

use icao9303::crypto::curve::{Curve, Point, Scalar};
use zeroize::Zeroizing;

use super::layout;
use super::memory::{Interrupted, Memory};

const PRESENT: u8 = 0xC1;
const SCALAR: usize = 32;
const POINT: usize = 65;

/// The key pair in memory.
pub(super) struct ChipKey {
    /// Its reference in MSE:Set AT and in `SecurityInfos`.
    pub(super) id: u8,
    /// The private half.
    pub(super) private: Scalar,
}

/// The chip's key, if it has made one.
pub(super) fn get(memory: &Memory, curve: &Curve) -> Option<ChipKey> {
    let header = memory.read(layout::CHIP_KEY, 3);
    if header[0] != PRESENT || header[2] != curve.id().parameter_id() {
        return None;
    }
    let private = curve
        .decode_scalar(memory.read(layout::CHIP_KEY + 3, SCALAR))
        .ok()?;
    Some(ChipKey {
        id: header[1],
        private,
    })
}

/// Keeps a new key pair, all of it or nothing, in the place of the one before.
pub(super) fn store(
    memory: &mut Memory,
    curve: &Curve,
    id: u8,
    private: &Scalar,
    public: &Point,
) -> Result<(), Interrupted> {
    let mut area = Zeroizing::new(Vec::with_capacity(3 + SCALAR + POINT));
    area.extend([PRESENT, id, curve.id().parameter_id()]);
    area.resize(3 + SCALAR - private.as_bytes().len(), 0);
    area.extend_from_slice(private.as_bytes());
    area.extend_from_slice(public.as_bytes());
    memory.write_atomically(&[(layout::CHIP_KEY, area.as_slice())])
}
