//! What the list for inspection systems says of a document.

use dossier::dossier::DocumentType;
use evidence::document_list::{Class, Entry, Kind};
use time::Date;

use super::{Document, Standing};

/// The document's entry, where it has one on that day: what is past its last day is refused by whoever reads it, and is left out.
pub fn entry(document: &Document, today: Date) -> Option<Entry> {
    let (standing, since) = document.standing()?;
    let over = document
        .state()
        .active()
        .is_some_and(|active| active.expires < today);
    if over {
        return None;
    }
    Some(Entry {
        number: document.number().to_string(),
        kind: match document.document_type() {
            DocumentType::IdentityCard => Kind::IdentityCard,
            DocumentType::ResidencePermit => Kind::ResidencePermit,
        },
        class: match standing {
            Standing::Void => Class::Void,
            Standing::Lost => Class::Lost,
            Standing::Stolen => Class::Stolen,
            Standing::Revoked => Class::Revoked,
        },
        since: days(since),
    })
}

/// Days since 1970-01-01.
fn days(day: Date) -> i32 {
    day.to_julian_day() - UNIX_DAY
}

/// The Julian day of 1970-01-01.
const UNIX_DAY: i32 = 2_440_588;
