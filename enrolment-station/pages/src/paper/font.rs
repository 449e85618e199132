//! The fonts of papers: those of the card faces, which have Latin, Greek and Cyrillic letters.

use std::sync::LazyLock;

use krilla::text::Font;
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

use super::PaperError;

// One copy in the house: they lie beside the card faces, with their licence (OFL 1.1, which allows embedding).
const REGULAR: &[u8] =
    include_bytes!("../../../../personalisation/service/fonts/Inter-Regular.otf");
const STRONG: &[u8] =
    include_bytes!("../../../../personalisation/service/fonts/Inter-SemiBold.otf");

/// What is drawn for a letter that the fonts lack.
const LACKING: char = '□';

/// A weight of letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    Regular,
    Strong,
}

static EMBEDDED: LazyLock<Option<[Font; 2]>> = LazyLock::new(|| {
    let [regular, strong] = [REGULAR, STRONG].map(|bytes| Font::new(bytes.into(), 0));
    Some([regular?, strong?])
});

impl Face {
    const fn bytes(self) -> &'static [u8] {
        match self {
            Self::Regular => REGULAR,
            Self::Strong => STRONG,
        }
    }

    /// As the PDF writer wants it.
    pub(super) fn font(self) -> Result<Font, PaperError> {
        let [regular, strong] = EMBEDDED.as_ref().ok_or(PaperError::Font)?;
        Ok(match self {
            Self::Regular => regular.clone(),
            Self::Strong => strong.clone(),
        })
    }

    /// Measures texts of one size.
    pub(super) fn ruler(self, size: f32) -> Result<impl Fn(&str) -> f32, PaperError> {
        let font = FontRef::new(self.bytes()).map_err(|_| PaperError::Font)?;
        let metrics = font.glyph_metrics(Size::new(size), LocationRef::default());
        let characters = font.charmap();
        Ok(move |text: &str| {
            let advance = |c| metrics.advance_width(characters.map(c)?);
            text.chars().filter_map(advance).sum()
        })
    }
}

/// The text with what can be drawn: control characters are spaces, letters that the fonts lack are `□`.
pub(super) fn shown(text: &str) -> String {
    let Ok(font) = FontRef::new(REGULAR) else {
        return text.to_owned();
    };
    let characters = font.charmap();
    let drawn = |c| characters.map(c).is_some_and(|glyph| glyph.to_u32() != 0);
    let shown = |c: char| match c {
        '\n' => '\n',
        c if c.is_control() => ' ',
        c if drawn(c) => c,
        _ => LACKING,
    };
    text.chars().map(shown).collect()
}
