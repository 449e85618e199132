//! QR codes, as the dark modules of a square: for papers and for screens.

use qrcode::{Color, EcLevel, QrCode};
use thiserror::Error;

/// White modules that readers need on each side (ISO/IEC 18004, 9.1).
pub(crate) const QUIET: u16 = 4;

/// What is too long for a QR code, which holds less than 3 KB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a QR code of {bytes} bytes cannot be made: shorten what it holds")]
pub struct CodeTooLong {
    /// Length of the content.
    pub bytes: usize,
}

/// The dark modules of a code.
#[derive(Clone)]
pub(crate) struct Modules {
    /// Modules of a side, without the quiet zone.
    pub(crate) side: u16,
    /// Row by row, from the upper left.
    pub(crate) dark: Vec<bool>,
}

/// Encodes with a quarter of redundancy: paper is folded and gets wet, screens mirror the lamp.
pub(crate) fn modules(content: &str) -> Result<Modules, CodeTooLong> {
    let refused = || CodeTooLong {
        bytes: content.len(),
    };
    let code = QrCode::with_error_correction_level(content, EcLevel::Q).map_err(|_| refused())?;
    Ok(Modules {
        side: u16::try_from(code.width()).map_err(|_| refused())?,
        dark: code
            .into_colors()
            .into_iter()
            .map(|module| module == Color::Dark)
            .collect(),
    })
}
