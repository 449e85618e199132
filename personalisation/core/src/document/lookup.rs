//! What an official is told who asks for a number and a type: whether the document is valid and since which day, and nothing else.
//! Numbers cannot be walked: whoever asks too often, or too often for nothing, is not answered.

use dossier::dossier::DocumentType;
use time::{Date, Duration, OffsetDateTime};

use super::{Document, DocumentState};
use crate::calendar::civil_day;

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is its holder's, since that day.
    Valid(Date),
    /// It must not be accepted, since that day. Why is not told.
    NotValid(Date),
    /// No document of that number and type was ever finished or given up here.
    Unknown,
}

impl Answer {
    /// The name in the audit.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Valid(_) => "valid",
            Self::NotValid(_) => "not_valid",
            Self::Unknown => "unknown",
        }
    }
}

/// What is said of a document, asked for under that type, on the day of `now`. What was not handed over yet is not valid; what is past
/// its last day is not either, whether or not that was written down.
pub fn answer(
    document: Option<&Document>,
    document_type: DocumentType,
    now: OffsetDateTime,
) -> Answer {
    let Some(document) = document.filter(|one| one.document_type() == document_type) else {
        return Answer::Unknown;
    };
    let state = document.state();
    let over = state.active().and_then(|active| {
        let first_after = active.expires.next_day()?;
        (civil_day(now) >= first_after).then_some(first_after)
    });
    match (state, over) {
        (DocumentState::Active(_) | DocumentState::Expired(_), Some(since)) => {
            Answer::NotValid(since)
        }
        (DocumentState::Active(active), None) => Answer::Valid(civil_day(active.at)),
        // Destroyed after it was revoked: not valid since it was revoked.
        (DocumentState::Destroyed(destroyed), _) => {
            let before = Document::recorded(
                document.number(),
                document.document_type(),
                (*destroyed.from).clone(),
            );
            answer(Some(&before), document_type, now)
        }
        _ => {
            // From the day of the report, whatever followed it.
            let since = state
                .report()
                .map_or_else(|| state.since(), |report| report.at);
            Answer::NotValid(civil_day(since))
        }
    }
}

/// How long questions count.
pub const WINDOW: Duration = Duration::HOUR;
/// The most questions of one person in that time.
pub const MOST_QUESTIONS: u32 = 60;
/// The most of them that may be answered `Unknown`: whoever walks numbers meets little else.
pub const MOST_UNKNOWN: u32 = 6;

/// What one person asked within [`WINDOW`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Questions.
    pub questions: u32,
    /// Those that were answered `Unknown`.
    pub unknown: u32,
}

impl Asked {
    /// Whether they are answered once more.
    pub const fn may_ask(self) -> bool {
        self.questions < MOST_QUESTIONS && self.unknown < MOST_UNKNOWN
    }
}
