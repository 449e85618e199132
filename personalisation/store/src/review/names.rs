//! How facts of applications are written in columns.

use dossier::dossier::{DocumentType, Ground};

const DOCUMENT_TYPES: [(DocumentType, &str); 2] = [
    (DocumentType::IdentityCard, "identity_card"),
    (DocumentType::ResidencePermit, "residence_permit"),
];

const GROUNDS: [(Ground, &str); 5] = [
    (Ground::First, "first"),
    (Ground::Renewal, "renewal"),
    (Ground::Loss, "loss"),
    (Ground::Theft, "theft"),
    (Ground::Correction, "correction"),
];

/// A document type's name.
pub fn document_type(of: DocumentType) -> &'static str {
    name(&DOCUMENT_TYPES, of)
}

pub(crate) fn document_type_named(word: &str) -> Option<DocumentType> {
    named(&DOCUMENT_TYPES, word)
}

/// A ground's name.
pub fn ground(of: Ground) -> &'static str {
    name(&GROUNDS, of)
}

pub(crate) fn ground_named(word: &str) -> Option<Ground> {
    named(&GROUNDS, word)
}

/// Names in a column, separated by spaces.
pub(crate) fn join(words: impl Iterator<Item = &'static str>) -> String {
    words.collect::<Vec<_>>().join(" ")
}

/// What such a column says; none where a word is not known.
pub(crate) fn split<T, C: FromIterator<T>>(
    column: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Option<C> {
    column
        .split(' ')
        .filter(|word| !word.is_empty())
        .map(read)
        .collect()
}

fn name<T: Copy + PartialEq>(table: &[(T, &'static str)], of: T) -> &'static str {
    let found = table.iter().find(|(one, _)| *one == of);
    found.map_or("", |(_, name)| name)
}

fn named<T: Copy>(table: &[(T, &'static str)], word: &str) -> Option<T> {
    let found = table.iter().find(|(_, name)| *name == word)?;
    Some(found.0)
}
