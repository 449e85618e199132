//! Papers that people take home: A4, PDF 1.7, tagged for screen readers (PDF/UA-1), fonts embedded. Receipts of the
//! counter, letters of the centre.
//!
//! ```text
//! Paper::new(title, language).sender(lines).address(lines)
//!     .text(…).facts(…).heading(…).code(Code {…}).foot(…)     the parts, in reading order
//!     .write(lacking)?                                            bytes of the file
//! ```
//!
//! A paper is as many pages as it needs. Letters that the fonts lack are drawn as `□`, the file keeps them as they were
//! written, and a sentence on the paper says so.

mod draw;
mod font;
mod layout;

use thiserror::Error;

use crate::{Language, component::CodeTooLong};

/// A paper to be written, part by part.
pub struct Paper {
    title: String,
    language: Language,
    sender: Vec<String>,
    address: Vec<String>,
    parts: Vec<Part>,
    foot: String,
}

/// Holds personal data: says nothing of it.
impl std::fmt::Debug for Paper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Paper")
            .field("parts", &self.parts.len())
            .finish_non_exhaustive()
    }
}

enum Part {
    Heading(String),
    Text(String),
    List(Vec<String>),
    Facts(Vec<(String, String)>),
    Code(Code),
}

/// A QR code and what stands beside it.
#[derive(Debug)]
pub struct Code {
    /// What a reader of the code gets; no personal data.
    pub content: String,
    /// For those who do not see it.
    pub alternative: String,
    /// What it is for, beside it.
    pub beside: String,
}

/// Why a paper could not be written.
#[derive(Debug, Error)]
pub enum PaperError {
    /// A QR code.
    #[error(transparent)]
    Code(#[from] CodeTooLong),
    /// A font that ships with the program cannot be read.
    #[error("the paper's font cannot be read: the program was built wrongly")]
    Font,
    /// The PDF writer refused, or the result would not be accessible.
    #[error("the paper cannot be written as accessible PDF: {0}")]
    Write(String),
}

impl Paper {
    /// A paper with this title, in this language.
    pub fn new(title: impl Into<String>, language: Language) -> Self {
        Self {
            title: title.into(),
            language,
            sender: Vec::new(),
            address: Vec::new(),
            parts: Vec::new(),
            foot: String::new(),
        }
    }

    /// Who writes, at the top.
    #[must_use]
    pub fn sender<T: Into<String>>(mut self, lines: impl IntoIterator<Item = T>) -> Self {
        self.sender = lines.into_iter().map(Into::into).collect();
        self
    }

    /// To whom, where the window of an envelope shows it (DIN 5008, form B): at most six lines.
    #[must_use]
    pub fn address<T: Into<String>>(mut self, lines: impl IntoIterator<Item = T>) -> Self {
        self.address = lines.into_iter().map(Into::into).collect();
        self
    }

    /// A heading below the title.
    #[must_use]
    pub fn heading(self, text: impl Into<String>) -> Self {
        self.with(Part::Heading(text.into()))
    }

    /// Prose. Line feeds begin new paragraphs.
    #[must_use]
    pub fn text(self, text: impl Into<String>) -> Self {
        self.with(Part::Text(text.into()))
    }

    /// Points, one below the other.
    #[must_use]
    pub fn list<T: Into<String>>(self, points: impl IntoIterator<Item = T>) -> Self {
        self.with(Part::List(points.into_iter().map(Into::into).collect()))
    }

    /// Names and their values, a row each.
    #[must_use]
    pub fn facts(self, rows: impl IntoIterator<Item = (String, String)>) -> Self {
        self.with(Part::Facts(rows.into_iter().collect()))
    }

    /// A QR code with words beside it.
    #[must_use]
    pub fn code(self, code: Code) -> Self {
        self.with(Part::Code(code))
    }

    /// A line at the foot of each page, beside the page's number.
    #[must_use]
    pub fn foot(mut self, text: impl Into<String>) -> Self {
        self.foot = text.into();
        self
    }

    fn with(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }

    /// Whether the fonts lack any letter of it.
    pub fn lacks_letters(&self) -> bool {
        self.texts().any(|text| font::shown(text) != text)
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        let head = [&self.title, &self.foot].into_iter();
        let head = head.chain(&self.sender).chain(&self.address);
        let parts = self.parts.iter().flat_map(|part| match part {
            Part::Heading(text) | Part::Text(text) => vec![text],
            Part::List(points) => points.iter().collect(),
            Part::Facts(rows) => rows
                .iter()
                .flat_map(|(name, value)| [name, value])
                .collect(),
            Part::Code(code) => vec![&code.beside],
        });
        head.chain(parts).map(String::as_str)
    }

    /// The file. `lacking` is the sentence that the paper ends with if the fonts lack any of its letters, in its language.
    pub fn write(mut self, lacking: &str) -> Result<Vec<u8>, PaperError> {
        if self.lacks_letters() {
            self.parts.push(Part::Text(lacking.to_owned()));
        }
        let laid = layout::lay_out(&self)?;
        draw::draw(&self, &laid)
    }
}
