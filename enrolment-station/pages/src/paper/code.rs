//! QR codes, as the dark modules of a square.

use qrcode::{Color, EcLevel, QrCode};

use super::PaperError;

/// White modules that readers need on each side (ISO/IEC 18004, 9.1).
pub(super) const QUIET: u16 = 4;

/// The dark modules of a code.
pub(super) struct Modules {
    /// Modules of a side, without the quiet zone.
    pub(super) side: u16,
    /// Row by row, from the upper left.
    pub(super) dark: Vec<bool>,
}

/// Encodes with a quarter of redundancy: paper is folded and gets wet.
pub(super) fn modules(content: &str) -> Result<Modules, PaperError> {
    let refused = || PaperError::Code {
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
