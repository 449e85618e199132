//! Special cases that the file of people does not say: who died or left, whose birth is known in parts,
//! which documents somebody has. All drawn from a person's seed: the same answer each time.

use openssl::sha::Sha256;
use time::{Date, Duration};
use wire::register::{Document, DocumentKind, DocumentStatus, PartialDate, PersonStatus, Relation};

use super::file::Line;

/// Nationalities whose people need no permit: the Union, the EEA and Switzerland, as the MRZ writes them.
const FREE: [&str; 31] = [
    "AUT", "BEL", "BGR", "CHE", "CYP", "CZE", "D", "DNK", "ESP", "EST", "FIN", "FRA", "GRC", "HRV",
    "HUN", "IRL", "ISL", "ITA", "LIE", "LTU", "LUX", "LVA", "MLT", "NLD", "NOR", "POL", "PRT",
    "ROU", "SVK", "SVN", "SWE",
];
/// Letters of document numbers: none that could be taken for another.
const LETTERS: &[u8; 30] = b"0123456789CDFGHJKLMNPRTVWXYZAE";

/// A number from 0 to 999 that a person has for a purpose.
fn per_mille(line: &Line<'_>, purpose: &str) -> u64 {
    bits(line, purpose) % 1000
}

fn bits(line: &Line<'_>, purpose: &str) -> u64 {
    let mut hash = Sha256::new();
    hash.update(&line.seed.to_be_bytes());
    hash.update(purpose.as_bytes());
    let hash = hash.finish();
    u64::from_be_bytes([
        hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7],
    ])
}

/// Years of age on a day.
pub(super) fn age(birth: Date, on: Date) -> i32 {
    let before = (on.month() as u8, on.day()) < (birth.month() as u8, birth.day());
    on.year() - birth.year() - i32::from(before)
}

pub(super) fn status(line: &Line<'_>, today: Date) -> PersonStatus {
    let old = age(line.birth, today) >= 45;
    match per_mille(line, "status") {
        0..12 if old => PersonStatus::Deceased,
        12..22 => PersonStatus::Left,
        _ => PersonStatus::Alive,
    }
}

/// The date of birth as far as it is known: some of those born far away know the month or the year only.
pub(super) fn birth(line: &Line<'_>) -> PartialDate {
    let far = !FREE.contains(&line.nationality);
    let (month, day) = match per_mille(line, "birth") {
        0..8 if far => (0, 0),
        8..25 if far => (u32::from(u8::from(line.birth.month())), 0),
        _ => (
            u32::from(u8::from(line.birth.month())),
            u32::from(line.birth.day()),
        ),
    };
    PartialDate {
        year: u32::try_from(line.birth.year()).unwrap_or_default(),
        month,
        day,
    }
}

/// In which role a parent of the household acts for a child.
pub(super) fn relation(line: &Line<'_>) -> Relation {
    if per_mille(line, "guardian") < 20 {
        Relation::Guardian
    } else {
        Relation::Parent
    }
}

/// The document that somebody has, if any: nationals an identity card, people from afar a permit.
pub(super) fn documents(line: &Line<'_>, today: Date) -> Vec<Document> {
    let kind = match line.nationality {
        "LUX" => DocumentKind::IdentityCard,
        other if FREE.contains(&other) => return Vec::new(),
        _ => DocumentKind::ResidencePermit,
    };
    let young = age(line.birth, today) < 15;
    if young && per_mille(line, "has document") < 400 {
        return Vec::new();
    }
    // Issued within the last eleven years, but not before birth.
    let ago = i64::try_from(bits(line, "issued") % (11 * 365)).unwrap_or_default();
    let issued = (today - Duration::days(ago)).max(line.birth + Duration::days(20));
    if issued > today {
        return Vec::new();
    }
    let years = match (kind, age(line.birth, issued)) {
        (DocumentKind::ResidencePermit, _) | (_, 4..15) => 5,
        (_, ..4) => 2,
        _ => 10,
    };
    let expiry = later(issued, years) - Duration::DAY;
    if later(expiry, 5) < today {
        return Vec::new();
    }
    let status = match per_mille(line, "document") {
        0..10 => DocumentStatus::Lost,
        10..15 => DocumentStatus::Stolen,
        15..17 => DocumentStatus::Revoked,
        _ if expiry < today => DocumentStatus::Expired,
        _ => DocumentStatus::Valid,
    };
    vec![Document {
        number: number(line),
        kind: kind.into(),
        status: status.into(),
        expiry: Some(PartialDate {
            year: u32::try_from(expiry.year()).unwrap_or_default(),
            month: u32::from(u8::from(expiry.month())),
            day: u32::from(expiry.day()),
        }),
    }]
}

/// The same day some years later; 1 March for 29 February.
fn later(date: Date, years: i32) -> Date {
    date.replace_year(date.year() + years)
        .or_else(|_| (date + Duration::DAY).replace_year(date.year() + years))
        .unwrap_or(date)
}

fn number(line: &Line<'_>) -> String {
    let mut rest = bits(line, "document number");
    let mut number = String::from("S");
    for _ in 0..8 {
        let at = usize::try_from(rest % LETTERS.len() as u64).unwrap_or_default();
        number.push(char::from(LETTERS[at]));
        rest /= LETTERS.len() as u64;
    }
    number
}
