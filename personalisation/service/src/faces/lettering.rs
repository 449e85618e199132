//! How texts get into their fields, and how they become SVG.

use std::fmt::Write;

use super::{
    error::FaceError,
    fonts::Font,
    geometry::{OCR_PITCH, ocr_baseline, ocr_start},
    template::escape,
};

/// A field for a text of any length, in millimetres.
///
/// The rule (ICAO 9303-5, fields 03 and 04: in full as far as the field allows): one line at the full size; if that is too wide, one
/// line down to the least size of one line; then two lines, broken after a space or hyphen so that the longer one is as short as
/// can be, down to the least size. Beyond that the text does not fit: nothing is cut off.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) x: f64,
    pub(super) width: f64,
    /// Baseline of one line.
    pub(super) baseline: f64,
    /// Baselines of two lines.
    pub(super) baselines: [f64; 2],
    /// Full size, and least size of one line.
    pub(super) one_line: [f64; 2],
    /// Largest and least size of two lines.
    pub(super) two_lines: [f64; 2],
}

/// A text in its field: size, and lines with their baselines.
#[derive(Debug, PartialEq)]
pub(super) struct Fitted {
    pub(super) size: f64,
    pub(super) lines: Vec<(f64, String)>,
}

impl Field {
    /// Fits a text, or says that it does not fit or has no glyph.
    pub(super) fn fit(&self, text: &str) -> Result<Fitted, FaceError> {
        Font::Data.check(self.name, text)?;
        let whole = Font::Data.width(text)?;
        if let Some(size) = self.size(whole, self.one_line) {
            return Ok(Fitted {
                size,
                lines: vec![(self.baseline, text.to_owned())],
            });
        }
        let mut best: Option<(f64, &str, &str)> = None;
        for (first, second) in breaks(text) {
            let wider = Font::Data.width(first)?.max(Font::Data.width(second)?);
            if best.is_none_or(|(width, ..)| wider < width) {
                best = Some((wider, first, second));
            }
        }
        let unfit = FaceError::DoesNotFit { field: self.name };
        let (wider, first, second) = best.ok_or(unfit.clone())?;
        let size = self.size(wider, self.two_lines).ok_or(unfit)?;
        let [upper, lower] = self.baselines;
        Ok(Fitted {
            size,
            lines: vec![(upper, first.to_owned()), (lower, second.to_owned())],
        })
    }

    /// The largest size at which a text as wide as `width` sizes fits.
    fn size(&self, width: f64, [largest, least]: [f64; 2]) -> Option<f64> {
        let size = largest.min(self.width / width.max(f64::MIN_POSITIVE));
        (size >= least).then_some(size)
    }

    /// The text as SVG.
    pub(super) fn markup(&self, text: &str) -> Result<String, FaceError> {
        let Fitted { size, lines } = self.fit(text)?;
        let mut markup = String::new();
        for (baseline, line) in lines {
            // Writing to a string does not fail.
            let _ = write!(
                markup,
                r#"<text x="{}" y="{baseline}" font-size="{size:.3}">{}</text>"#,
                self.x,
                escape(&line)
            );
        }
        Ok(markup)
    }
}

/// Where a text may be broken: after a space, which goes, or after a hyphen, which stays.
fn breaks(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.match_indices([' ', '-']).filter_map(|(at, mark)| {
        let (first, second) = text.split_at(at + mark.len());
        let (first, second) = (first.trim_end(), second.trim_start());
        (!first.is_empty() && !second.is_empty()).then_some((first, second))
    })
}

/// A line of OCR-B: every character has its own place, 2.54 mm from the next.
pub(super) fn ocr_line(
    field: &'static str,
    text: &str,
    left: f64,
    centre: f64,
) -> Result<String, FaceError> {
    Font::Ocr.check(field, text)?;
    let mut places = String::new();
    let mut x = ocr_start(left);
    for _ in text.chars() {
        let _ = write!(places, "{x:.4} ");
        x += OCR_PITCH;
    }
    let baseline = ocr_baseline(centre);
    Ok(format!(
        r#"<text x="{}" y="{baseline:.4}">{}</text>"#,
        places.trim_end(),
        escape(text)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELD: Field = Field {
        name: "surname",
        x: 10.0,
        width: 49.0,
        baseline: 20.0,
        baselines: [19.0, 21.0],
        one_line: [3.0, 2.4],
        two_lines: [2.3, 1.9],
    };

    #[test]
    fn short_texts_have_the_full_size() {
        let fitted = FIELD.fit("Müller-Weiß").unwrap();
        assert_eq!((fitted.size, fitted.lines.len()), (3.0, 1));
    }

    #[test]
    fn longer_ones_shrink_then_break_then_fail() {
        let shrunk = FIELD.fit("Wolffsbergen von Amerongen-Hohen").unwrap();
        assert!(
            shrunk.size < 3.0 && shrunk.size >= 2.4 && shrunk.lines.len() == 1,
            "{shrunk:?}"
        );
        let broken = FIELD
            .fit("Wolff von Amerongen-Hohenstaufenberg zu Sayn-Wittgenstein")
            .unwrap();
        assert_eq!(broken.lines.len(), 2);
        assert!(
            broken.lines[0].1.ends_with(['g', '-']),
            "{:?}",
            broken.lines
        );
        let unbroken = "Hubertblaineschlegelsteinhausenbergerdorffstadtmann";
        let unfit = FaceError::DoesNotFit { field: "surname" };
        assert_eq!(FIELD.fit(unbroken), Err(unfit.clone()));
        assert_eq!(FIELD.fit(&"Maximiliana ".repeat(9)), Err(unfit));
    }

    #[test]
    fn nothing_is_wider_than_its_field() {
        for words in 1..9 {
            let text = ["Anne"; 9][..words].join(" ");
            if let Ok(fitted) = FIELD.fit(&text) {
                for (_, line) in fitted.lines {
                    assert!(Font::Data.width(&line).unwrap() * fitted.size <= 49.0 + 1e-9);
                }
            }
        }
    }
}
