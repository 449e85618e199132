//! The letter on paper: A4, the address where the window of an envelope shows it.

use pages::{Language, Speech, http::Problem, paper::Paper};

use super::letter::{Letter, Piece};

/// The letter as PDF, in its own language.
pub(super) fn pdf(
    letter: &Letter,
    speech: Speech<'_>,
    language: Language,
) -> Result<Vec<u8>, Problem> {
    let paper = Paper::new(&letter.subject, language)
        .sender(&letter.sender)
        .address(&letter.window)
        .foot(&letter.reference)
        .text(&letter.dated)
        .text(&letter.reference);
    let mut points = Vec::new();
    let mut paper = letter.text.iter().fold(paper, |paper, piece| {
        if let Piece::Point(point) = piece {
            points.push(point);
            return paper;
        }
        let paper = if points.is_empty() {
            paper
        } else {
            paper.list(points.drain(..))
        };
        match piece {
            Piece::Heading(text) => paper.heading(text),
            Piece::Text(text) | Piece::Point(text) => paper.text(text),
        }
    });
    if !points.is_empty() {
        paper = paper.list(points);
    }
    paper
        .write(&speech.text("letter-lacking"))
        .map_err(|error| {
            tracing::error!(%error, "writing a letter");
            Problem::Failed
        })
}
