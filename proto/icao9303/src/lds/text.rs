//! Texts, lists, dates and names as DG11 and DG12 hold them (9303-10 §4.7.11, §4.7.12).

use time::{Date, Month, PrimitiveDateTime, Time};
use unicode_normalization::UnicodeNormalization;

use super::error::Fault;
use crate::mrz::PartialDate;
use crate::tlv::{self, Reader};

const COUNT: u16 = 0x02;
/// Object 5C, the list of the tags that follow.
pub(super) const TAG_LIST: u16 = 0x5C;
/// Object A0, a counted list of names.
pub(super) const NAMES: u16 = 0xA0;
/// More names than any person has.
const MOST_NAMES: usize = 64;

/// A holder's name in national characters: `primary<<secondary`, components joined by `<`.
#[derive(Clone, PartialEq, Eq)]
pub struct FullName(String);

impl FullName {
    const TAG: u16 = 0x5F0E;

    /// From the name as the visual zone prints it, in full. Blanks and hyphens part components, as
    /// in the MRZ; letters stay as they are (NFC).
    pub fn from_visual(primary: &str, secondary: &str) -> Result<Self, Fault> {
        let (primary, secondary) = (joined(primary)?, joined(secondary)?);
        let separator = if secondary.is_empty() { "" } else { "<<" };
        Ok(Self(format!("{primary}{separator}{secondary}")))
    }

    pub(super) fn parse(tag: u16, value: &[u8]) -> Result<Self, Fault> {
        read_text(tag, value).map(Self)
    }

    /// As it stands in the file.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The primary identifier, its components parted by blanks.
    pub fn primary(&self) -> String {
        self.0
            .split_once("<<")
            .map_or(&*self.0, |(primary, _)| primary)
            .replace('<', " ")
    }

    /// The secondary identifier, its components parted by blanks; empty for a single name.
    pub fn secondary(&self) -> String {
        self.0
            .split_once("<<")
            .map_or("", |(_, secondary)| secondary)
            .replace('<', " ")
    }
}

impl std::fmt::Debug for FullName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FullName(redacted)")
    }
}

fn joined(identifier: &str) -> Result<String, Fault> {
    let text: String = identifier.nfc().collect();
    let parts = text
        .split(|c: char| c.is_whitespace() || matches!(c, '-' | '\u{2010}' | '\u{2011}'))
        .filter(|part| !part.is_empty());
    let parts: Vec<_> = parts
        .map(|part| plain(FullName::TAG, part))
        .collect::<Result<_, _>>()?;
    Ok(parts.join("<"))
}

/// A text without separators and control characters.
pub(super) fn plain(tag: u16, text: &str) -> Result<&str, Fault> {
    if text.contains(|c: char| c.is_control() || c == '<') {
        Err(Fault::Separator { tag })
    } else {
        Ok(text)
    }
}

pub(super) fn read_text(tag: u16, value: &[u8]) -> Result<String, Fault> {
    String::from_utf8(value.to_vec()).map_err(|_| Fault::Text { tag })
}

/// Parts of a text that `<` separates.
pub(super) fn read_list(tag: u16, value: &[u8]) -> Result<Vec<String>, Fault> {
    let text = read_text(tag, value)?;
    Ok(text
        .split('<')
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect())
}

/// Joins parts with `<`; none of them may be empty or hold one.
pub(super) fn write_list(tag: u16, parts: &[String]) -> Result<String, Fault> {
    if parts.iter().any(String::is_empty) {
        return Err(Fault::Separator { tag });
    }
    let parts: Vec<_> = parts
        .iter()
        .map(|part| plain(tag, part))
        .collect::<Result<_, _>>()?;
    Ok(parts.join("<"))
}

/// Eight digits, or four bytes of BCD as older documents have them.
pub(super) fn read_date(tag: u16, value: &[u8]) -> Result<PartialDate, Fault> {
    let digits = digits(value, 8).ok_or(Fault::Date { tag })?;
    PartialDate::from_lds(&digits).map_err(|_| Fault::Date { tag })
}

/// Fourteen digits `YYYYMMDDhhmmss`, or seven bytes of BCD.
pub(super) fn read_time(tag: u16, value: &[u8]) -> Result<PrimitiveDateTime, Fault> {
    let digits = digits(value, 14).ok_or(Fault::Date { tag })?;
    let part = |range: std::ops::Range<usize>| digits[range].parse::<u8>().ok();
    let read = || {
        let year = digits[..4].parse().ok()?;
        let month = Month::try_from(part(4..6)?).ok()?;
        let date = Date::from_calendar_date(year, month, part(6..8)?).ok()?;
        let time = Time::from_hms(part(8..10)?, part(10..12)?, part(12..14)?).ok()?;
        Some(PrimitiveDateTime::new(date, time))
    };
    read().ok_or(Fault::Date { tag })
}

pub(super) fn write_time(time: PrimitiveDateTime) -> String {
    let (hour, minute, second) = time.as_hms();
    format!(
        "{}{hour:02}{minute:02}{second:02}",
        PartialDate::Full(time.date()).to_lds()
    )
}

fn digits(value: &[u8], count: usize) -> Option<String> {
    let digits: String = if value.len() == count {
        value.iter().map(|byte| char::from(*byte)).collect()
    } else if value.len() == count / 2 {
        value
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 0x0F])
            .map(nibble)
            .collect()
    } else {
        return None;
    };
    digits.bytes().all(|c| c.is_ascii_digit()).then_some(digits)
}

/// A digit of BCD; what is none becomes a character that is none.
fn nibble(value: u8) -> char {
    char::from_digit(value.into(), 10).unwrap_or('?')
}

/// `A0 { 02 n, tag name … }`.
pub(super) fn read_names(tag: u16, content: &[u8]) -> Result<Vec<String>, Fault> {
    let mut reader = Reader::new(content);
    let announced = match reader.expect(COUNT)? {
        [count] => usize::from(*count),
        other => {
            return Err(Fault::Length {
                tag: COUNT,
                length: other.len(),
            });
        }
    };
    let mut names = Vec::new();
    while let Some(name) = reader.optional(tag)? {
        if names.len() == MOST_NAMES {
            return Err(Fault::TooMany {
                tag,
                limit: MOST_NAMES,
            });
        }
        names.push(read_text(tag, name)?);
    }
    reader.finish()?;
    if names.len() != announced {
        return Err(Fault::Count {
            announced,
            found: names.len(),
        });
    }
    Ok(names)
}

fn write_names(tag: u16, names: &[String]) -> Result<Vec<u8>, Fault> {
    let too_many = Fault::TooMany {
        tag,
        limit: MOST_NAMES,
    };
    let count = u8::try_from(names.len()).map_err(|_| too_many.clone())?;
    if names.len() > MOST_NAMES {
        return Err(too_many);
    }
    let mut content = tlv::encode(COUNT, &[count]);
    for name in names {
        tlv::push(&mut content, tag, name.as_bytes());
    }
    Ok(content)
}

/// Walks over the objects after the tag list, which must be there and whole. What the list says is
/// not held against the objects: documents in circulation name A0 by itself or by its content.
pub(super) fn objects(file: &[u8], outer: u16) -> Result<Reader<'_>, Fault> {
    let mut reader = Reader::new(tlv::parse_padded(file, outer)?.value);
    let mut list = reader.expect(TAG_LIST)?;
    while let [first, rest @ ..] = list {
        list = match (first & 0x1F, rest) {
            (0x1F, [_, rest @ ..]) => rest,
            (0x1F, []) => return Err(Fault::TagList),
            _ => rest,
        };
    }
    Ok(reader)
}

/// Collects objects and writes them after their tag list.
#[derive(Default)]
pub(super) struct Listed {
    tags: Vec<u8>,
    objects: Vec<u8>,
}

impl Listed {
    pub(super) fn bytes(&mut self, tag: u16, value: Option<&[u8]>) {
        if let Some(value) = value {
            tlv::push_tag(&mut self.tags, tag);
            tlv::push(&mut self.objects, tag, value);
        }
    }

    pub(super) fn text(&mut self, tag: u16, text: Option<&String>) -> Result<(), Fault> {
        let text = text.map(|text| {
            let control = text.contains(|c: char| c.is_control());
            if control {
                Err(Fault::Separator { tag })
            } else {
                Ok(text.as_bytes())
            }
        });
        self.bytes(tag, text.transpose()?);
        Ok(())
    }

    pub(super) fn list(&mut self, tag: u16, parts: &[String]) -> Result<(), Fault> {
        let text = (!parts.is_empty())
            .then(|| write_list(tag, parts))
            .transpose()?;
        self.bytes(tag, text.as_deref().map(str::as_bytes));
        Ok(())
    }

    /// Names as `A0 { 02 n, tag … }`.
    pub(super) fn names(&mut self, tag: u16, names: &[String]) -> Result<(), Fault> {
        let content = (!names.is_empty())
            .then(|| write_names(tag, names))
            .transpose()?;
        self.bytes(NAMES, content.as_deref());
        Ok(())
    }

    pub(super) fn encode(&self, outer: u16) -> Vec<u8> {
        let list = tlv::encode(TAG_LIST, &self.tags);
        tlv::encode_constructed(outer, &[&list, &self.objects])
    }
}
