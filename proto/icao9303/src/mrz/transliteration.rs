//! From the letters of a name to the MRZ's 26 (9303-3 §6.A), with the State's choice where it has one.

use unicode_normalization::UnicodeNormalization;

/// Letters, the value used unless the State chose otherwise, and the values it may choose.
/// Capital letters, and the two small ones whose capital is not one letter.
const TABLE: &[(&str, &str, &[&str])] = &[
    ("ÀÁÂÃĀĂĄ", "A", &[]),
    ("Ä", "AE", &["A"]),
    ("Å", "AA", &["A"]),
    ("Æ", "AE", &[]),
    ("ÇĆĈĊČ", "C", &[]),
    ("ĎĐÐ", "D", &[]),
    ("ÈÉÊËĒĔĖĘĚ", "E", &[]),
    ("ĜĞĠĢ", "G", &[]),
    ("ĤĦ", "H", &[]),
    ("ÌÍÎÏĨĪĬĮİı", "I", &[]),
    ("Ĳ", "IJ", &[]),
    ("Ĵ", "J", &[]),
    ("Ķ", "K", &[]),
    ("ĹĻĽĿŁ", "L", &[]),
    ("Ñ", "N", &["NXX"]),
    ("ŃŅŇŊ", "N", &[]),
    ("ÒÓÔÕŌŎŐ", "O", &[]),
    ("Ö", "OE", &["O"]),
    ("ØŒ", "OE", &[]),
    ("ŔŖŘ", "R", &[]),
    // Comma below (Romanian) is our choice, as the cedilla.
    ("ŚŜŞŠȘ", "S", &[]),
    ("ŢŤŦȚ", "T", &[]),
    ("ÙÚÛŨŪŬŮŰŲ", "U", &[]),
    ("Ü", "UE", &["UXX", "U"]),
    ("Ŵ", "W", &[]),
    ("ÝŶŸ", "Y", &[]),
    ("ŹŻŽ", "Z", &[]),
    ("Þ", "TH", &[]),
    ("ßẞ", "SS", &[]),
];

/// The values a letter may take: the first unless the State chose otherwise.
///
/// `None` for letters that the table does not hold, ASCII letters among them.
pub fn values(letter: char) -> Option<(&'static str, &'static [&'static str])> {
    let capital = capital(letter);
    TABLE
        .iter()
        .find(|(letters, ..)| letters.contains(letter) || letters.contains(capital))
        .map(|(_, first, others)| (*first, *others))
}

/// Which value the issuing State takes where 9303-3 leaves it a choice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transliteration {
    chosen: Vec<(char, &'static str)>,
}

/// A value that 9303-3 does not offer for a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("9303-3 §6.A does not offer this value for {letter:?}; choose one of the listed values")]
pub struct NotOffered {
    /// The letter of the table.
    pub letter: char,
}

impl Transliteration {
    /// The first value of each letter (Ä → AE, Å → AA, Ñ → N, Ö → OE, Ü → UE).
    pub fn first_values() -> Self {
        Self::default()
    }

    /// The last value offered for each letter (Ä → A, Å → A, Ñ → NXX, Ö → O, Ü → U).
    pub fn last_values() -> Self {
        let chosen = TABLE
            .iter()
            .filter_map(|(letters, _, others)| Some((letters.chars().next()?, *others.last()?)));
        Self {
            chosen: chosen.collect(),
        }
    }

    /// Takes `value` for `letter`.
    pub fn with(mut self, letter: char, value: &str) -> Result<Self, NotOffered> {
        let capital = capital(letter);
        let (first, others) = values(capital).ok_or(NotOffered { letter })?;
        let value = std::iter::once(&first)
            .chain(others)
            .find(|offered| **offered == value)
            .ok_or(NotOffered { letter })?;
        self.chosen.retain(|(known, _)| *known != capital);
        self.chosen.push((capital, value));
        Ok(self)
    }

    fn letter(&self, letter: char) -> Option<&'static str> {
        let capital = capital(letter);
        let chosen = self.chosen.iter().find(|(known, _)| *known == capital);
        chosen
            .map(|(_, value)| *value)
            .or_else(|| values(letter).map(|(first, _)| first))
    }
}

/// A character of a name that no table maps. It is reported, never dropped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Unmapped {
    /// The character, in NFC.
    pub character: char,
    /// Its place in the name after normalisation to NFC, counted in characters from 0.
    pub position: usize,
    /// The plain letter below its marks, if it has one: a proposal for the operator.
    pub suggestion: Option<char>,
}

impl Unmapped {
    /// Code point and script, which tell the operator what the character is where no font shows
    /// it (`U+0416, Cyrillic`).
    pub fn name(&self) -> String {
        format!("U+{:04X}, {}", u32::from(self.character), self.script())
    }

    /// The script or kind of the character (`Cyrillic`, `combining mark`).
    pub fn script(&self) -> &'static str {
        script(self.character)
    }

    fn new(character: char, position: usize) -> Self {
        let base = std::iter::once(character).nfd().next();
        let suggestion = base
            .filter(char::is_ascii_alphabetic)
            .map(|c| c.to_ascii_uppercase());
        Self {
            character,
            position,
            suggestion,
        }
    }
}

impl std::fmt::Debug for Unmapped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Unmapped({}, redacted)", self.script())
    }
}

/// One identifier as MRZ components joined by single fillers, and what could not be mapped.
pub(super) struct Mapped {
    pub(super) text: String,
    pub(super) unmapped: Vec<Unmapped>,
    pub(super) digits: Vec<usize>,
}

impl Mapped {
    pub(super) fn new(identifier: &str, choice: &Transliteration) -> Self {
        let mut mapped = Self {
            text: String::new(),
            unmapped: Vec::new(),
            digits: Vec::new(),
        };
        for (position, character) in identifier.nfc().enumerate() {
            mapped.push(character, position, choice);
        }
        while mapped.text.ends_with('<') {
            mapped.text.pop();
        }
        mapped
    }

    fn push(&mut self, character: char, position: usize, choice: &Transliteration) {
        match character {
            'A'..='Z' => self.text.push(character),
            'a'..='z' => self.text.push(character.to_ascii_uppercase()),
            // Hyphens, and a comma within an identifier, part components.
            '-' | '\u{2010}' | '\u{2011}' | '\u{2012}' | '\u{2013}' | ',' => self.separate(),
            c if c.is_whitespace() && !c.is_control() => self.separate(),
            // An apostrophe joins what it stands between.
            '\'' | '’' | '‘' | 'ʼ' | 'ʹ' | '`' | '´' => {}
            // İ in small letters is i and a dot that NFC does not compose.
            '\u{307}' if self.text.ends_with('I') => {}
            '0'..='9' => self.digits.push(position),
            c if omitted(c) => {}
            c => match choice.letter(c) {
                Some(value) => self.text.push_str(value),
                None => self.unmapped.push(Unmapped::new(c, position)),
            },
        }
    }

    fn separate(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('<') {
            self.text.push('<');
        }
    }
}

/// "Full stop, other punctuation: omitted" (9303-3 §4.6). Symbols that are no punctuation of names
/// (`<`, `@`, `#` …) are not in the list, so that they are reported.
fn omitted(character: char) -> bool {
    matches!(
        character,
        '.' | ':' | ';' | '!' | '?' | '¡' | '¿' | '"' | '(' | ')' | '/' | '·'
    ) || matches!(character, '“' | '”' | '„' | '«' | '»' | '…')
}

/// The capital of a letter, where that is one character.
fn capital(letter: char) -> char {
    let mut upper = letter.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(single), None) => single,
        _ => letter,
    }
}

fn script(character: char) -> &'static str {
    match u32::from(character) {
        0x0000..=0x001F | 0x007F..=0x009F | 0x200B..=0x200F | 0x202A..=0x202E | 0xFEFF => "control",
        0x0020..=0x0040 | 0x005B..=0x0060 | 0x007B..=0x00BF | 0x2010..=0x20CF | 0x2100..=0x2BFF => {
            "symbol"
        }
        0x0041..=0x024F | 0x1E00..=0x1EFF | 0x2C60..=0x2C7F | 0xA720..=0xA7FF => "Latin",
        0x0250..=0x02FF => "phonetic or modifier letter",
        0x0300..=0x036F | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF | 0x20D0..=0x20FF => "combining mark",
        0x0370..=0x03FF | 0x1F00..=0x1FFF => "Greek",
        0x0400..=0x052F | 0x1C80..=0x1C8F | 0x2DE0..=0x2DFF | 0xA640..=0xA69F => "Cyrillic",
        0x0530..=0x058F => "Armenian",
        0x0590..=0x05FF => "Hebrew",
        0x0600..=0x06FF | 0x0750..=0x077F | 0x08A0..=0x08FF | 0xFB50..=0xFDFF | 0xFE70..=0xFEFC => {
            "Arabic"
        }
        0x0900..=0x0DFF => "Indic",
        0x0E00..=0x0E7F => "Thai",
        0x10A0..=0x10FF | 0x1C90..=0x1CBF | 0x2D00..=0x2D2F => "Georgian",
        0x1200..=0x139F => "Ethiopic",
        0x3040..=0x30FF => "Japanese",
        0x1100..=0x11FF | 0x3130..=0x318F | 0xAC00..=0xD7AF => "Korean",
        0x3400..=0x9FFF | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF => "Han",
        _ => "other script",
    }
}
