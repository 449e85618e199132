//! The fonts that ship with the program: which characters they have, and how wide these are.

use std::sync::{Arc, LazyLock};

use resvg::usvg::fontdb::Database;
use skrifa::{
    FontRef, MetadataProvider,
    instance::{LocationRef, Size},
};

use super::error::FaceError;

const OCR_B: &[u8] = include_bytes!("../../fonts/OCRB.otf");
const INTER: &[u8] = include_bytes!("../../fonts/Inter-Regular.otf");
const INTER_MEDIUM: &[u8] = include_bytes!("../../fonts/Inter-Medium.otf");
const INTER_SEMI_BOLD: &[u8] = include_bytes!("../../fonts/Inter-SemiBold.otf");

/// The files.
pub(super) const ALL: [&[u8]; 4] = [OCR_B, INTER, INTER_MEDIUM, INTER_SEMI_BOLD];

/// All of them, as the renderer wants them. No font of the system is ever used.
pub(super) static DATABASE: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut database = Database::new();
    for font in ALL {
        database.load_font_data(font.to_vec());
    }
    Arc::new(database)
});

/// A font of which texts are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Font {
    /// Names, dates, numbers.
    Data,
    /// Machine readable zone and card access number.
    Ocr,
}

impl Font {
    const fn bytes(self) -> &'static [u8] {
        match self {
            Self::Data => INTER_SEMI_BOLD,
            Self::Ocr => OCR_B,
        }
    }

    /// Refuses a text with a character that the font does not have.
    pub(super) fn check(self, field: &'static str, text: &str) -> Result<(), FaceError> {
        let font = self.open()?;
        let characters = font.charmap();
        let missing = text
            .chars()
            .find(|c| characters.map(*c).is_none_or(|glyph| glyph.to_u32() == 0));
        missing.map_or(Ok(()), |character| {
            Err(FaceError::MissingGlyph { field, character })
        })
    }

    /// Width of a text in sizes of the font: the sum of its characters' advances.
    pub(super) fn width(self, text: &str) -> Result<f64, FaceError> {
        let font = self.open()?;
        let (characters, metrics) = (
            font.charmap(),
            font.glyph_metrics(Size::new(1.0), LocationRef::default()),
        );
        let advance = |c| metrics.advance_width(characters.map(c)?);
        Ok(text.chars().filter_map(advance).map(f64::from).sum())
    }

    fn open(self) -> Result<FontRef<'static>, FaceError> {
        FontRef::new(self.bytes()).map_err(|error| FaceError::Template(format!("font: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_europe_have_their_glyphs() {
        for name in [
            "Müller-Weiß",
            "Þórsdóttir",
            "Șțefănescu",
            "Łukasiewicz",
            "Nguyễn Thị",
            "D’Artagnan",
            "O'Ďábelšťí",
            "Παπαδόπουλος",
            "Шевченко",
            "Ŵĸ ŋ đ ŧ",
        ] {
            Font::Data.check("surname", name).unwrap();
        }
    }

    #[test]
    fn a_missing_glyph_is_named() {
        let missing = |text| Font::Data.check("surname", text).unwrap_err();
        let error = missing("Tanaka 田中");
        assert_eq!(
            error,
            FaceError::MissingGlyph {
                field: "surname",
                character: '田'
            }
        );
        assert!(error.to_string().contains("'田' (U+7530)"));
        assert!(Font::Ocr.check("machine readable zone", "IDLUX<").is_ok());
        assert!(Font::Ocr.check("card access number", "ж").is_err());
    }

    #[test]
    fn ocr_b_has_one_width() {
        for character in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<".chars() {
            let width = Font::Ocr.width(&character.to_string()).unwrap();
            assert!((width - 0.723).abs() < 1e-3, "{character}: {width}");
        }
    }
}
