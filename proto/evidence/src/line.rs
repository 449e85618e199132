//! One line of `entries.jsonl`: a record, and salt and entry where they are not erased.
//!
//! ```text
//! {"position":1,"writer":"line/7f3a","sequence":1,"previous":"00…","commitment":"5f…","salt":"a1…","entry":{"id":…}}
//! {"position":2,"writer":"line/7f3a","sequence":2,"previous":"c4…","commitment":"07…"}                        erased
//! ```
//! JSON in one form: these names in this order, no spaces, hashes and salts as hexadecimal digits in lower case, the entry
//! byte for byte as it was committed to. `position` is the line's place in the log, from 1.

use crate::{
    digits,
    entry::Phase,
    merkle::Hash,
    record::{MAX_ENTRY_LENGTH, Record, SALT_LENGTH, commitment, is_name},
    scan::Scan,
};

/// The longest line, without its end.
pub const MAX_LINE_LENGTH: usize = MAX_ENTRY_LENGTH + 512;

/// A line that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Its place in the log, from 1.
    pub position: u64,
    /// What is in the tree.
    pub record: Record<'a>,
    /// What the commitment hides; none where it was erased.
    pub opened: Option<Opened<'a>>,
}

/// Salt and entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened<'a> {
    /// Random, of this entry alone.
    pub salt: [u8; SALT_LENGTH],
    /// The entry.
    pub entry: EntryText<'a>,
}

/// An entry as its line of JSON, and what of it matters for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryText<'a> {
    /// The whole.
    pub text: &'a str,
    /// What intent and outcome share.
    pub act: u128,
    /// Before or after the act.
    pub phase: Phase,
    /// What is done, as it stands there: with its escapes, of which our programs' names have none.
    pub name: &'a str,
    /// To what, likewise.
    pub object: &'a str,
}

/// A line or an entry is not of the form above.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not of the form that the log's rules give ({0})")]
pub struct NotOfTheForm(pub &'static str);

impl<'a> Line<'a> {
    /// Reads a line, without its end.
    pub fn parse(line: &'a [u8]) -> Result<Self, NotOfTheForm> {
        if line.len() > MAX_LINE_LENGTH {
            return Err(NotOfTheForm("length"));
        }
        let line = std::str::from_utf8(line).map_err(|_| NotOfTheForm("text"))?;
        let mut scan = Scan::of(line.as_bytes());
        let line = Self::scan(&mut scan).ok_or(NotOfTheForm("record"))?;
        if !is_name(line.record.writer) {
            return Err(NotOfTheForm("writer"));
        }
        Ok(line)
    }

    fn scan(scan: &mut Scan<'a>) -> Option<Self> {
        scan.pass(br#"{"position":"#)?;
        let position = scan.number()?;
        scan.pass(br#","writer":""#)?;
        let writer = text(scan.string()?)?;
        scan.pass(br#","sequence":"#)?;
        let sequence = scan.number()?;
        scan.pass(br#","previous":""#)?;
        let previous = scan.bytes()?;
        scan.pass(br#","commitment":""#)?;
        let commitment = scan.bytes()?;
        let record = Record {
            writer,
            sequence,
            previous,
            commitment,
        };
        let opened = match scan.rest() {
            b"}" => None,
            _ => Some(Opened::scan(scan)?),
        };
        (position > 0 && sequence > 0).then_some(Self {
            position,
            record,
            opened,
        })
    }

    /// Appends the line, without its end.
    pub fn write(&self, to: &mut Vec<u8>) {
        let hash = |name: &str, hash: &Hash, to: &mut Vec<u8>| {
            to.extend_from_slice(name.as_bytes());
            digits::push(hash, to);
            to.push(b'"');
        };
        let (position, record) = (self.position, &self.record);
        let head = format!(
            r#"{{"position":{position},"writer":"{}","sequence":{}"#,
            record.writer, record.sequence
        );
        to.extend_from_slice(head.as_bytes());
        hash(r#","previous":""#, &record.previous, to);
        hash(r#","commitment":""#, &record.commitment, to);
        if let Some(opened) = &self.opened {
            hash(r#","salt":""#, &opened.salt, to);
            to.extend_from_slice(br#","entry":"#);
            to.extend_from_slice(opened.entry.text.as_bytes());
        }
        to.push(b'}');
    }
}

impl<'a> Opened<'a> {
    fn scan(scan: &mut Scan<'a>) -> Option<Self> {
        scan.pass(br#","salt":""#)?;
        let salt = scan.bytes()?;
        scan.pass(br#","entry":"#)?;
        let entry = text(scan.rest().strip_suffix(b"}")?)?;
        let entry = EntryText::parse(entry).ok()?;
        Some(Self { salt, entry })
    }

    /// Whether this is what the commitment hides.
    pub fn opens(&self, hidden: &Hash) -> bool {
        commitment(&self.salt, self.entry.text.as_bytes()) == *hidden
    }
}

impl<'a> EntryText<'a> {
    /// Reads an entry in the form that [`crate::entry::Entry::write_to`] gives it, without the line's end. Its id is 32
    /// hexadecimal digits in lower case.
    pub fn parse(text: &'a str) -> Result<Self, NotOfTheForm> {
        if text.len() > MAX_ENTRY_LENGTH {
            return Err(NotOfTheForm("length of the entry"));
        }
        let read = || {
            let mut scan = Scan::of(text.as_bytes());
            scan.pass(br#"{"id":""#)?;
            let act = u128::from_be_bytes(scan.bytes()?);
            for name in [r#","time":""#, r#","actor":""#] {
                scan.pass(name.as_bytes())?;
                scan.string()?;
            }
            scan.pass(br#","act":""#)?;
            let name = self::text(scan.string()?)?;
            scan.pass(br#","object":""#)?;
            let object = self::text(scan.string()?)?;
            scan.pass(br#","phase":""#)?;
            let phase = match scan.string()? {
                b"intent" => Phase::Intent,
                b"outcome" => Phase::Outcome,
                _ => return None,
            };
            if scan.pass(br#","detail":""#).is_some() {
                scan.string()?;
            }
            (scan.rest() == b"}").then_some(Self {
                text,
                act,
                phase,
                name,
                object,
            })
        };
        read().ok_or(NotOfTheForm("entry"))
    }
}

/// What was text before it was cut at an ASCII character is text.
fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::Entry;

    const ENTRY: &str = r#"{"id":"abababababababababababababababab","time":"2026-01-02T03:04:05Z","actor":"a \"b\"","act":"é","object":"o\u0001\n","phase":"intent"}"#;

    fn line(opened: bool) -> Vec<u8> {
        let salt = [1; 32];
        let line = Line {
            position: 12,
            record: Record {
                writer: "line/1",
                sequence: 3,
                previous: [4; 32],
                commitment: commitment(&salt, ENTRY.as_bytes()),
            },
            opened: opened.then(|| Opened {
                salt,
                entry: EntryText::parse(ENTRY).unwrap(),
            }),
        };
        let mut bytes = Vec::new();
        line.write(&mut bytes);
        assert_eq!(Line::parse(&bytes), Ok(line));
        bytes
    }

    #[test]
    fn a_line_comes_back_whole_and_erased() {
        let whole = line(true);
        let read = Line::parse(&whole).unwrap();
        let opened = read.opened.unwrap();
        assert!(opened.opens(&read.record.commitment));
        assert!(!opened.opens(&[0; 32]));
        assert_eq!(opened.entry.act, u128::from_be_bytes([0xAB; 16]));
        // Plain JSON for everybody else.
        let json: serde_json::Value = serde_json::from_slice(&whole).unwrap();
        assert_eq!(json["entry"]["object"], "o\u{1}\n");
        assert_eq!(json["position"], 12);
        let erased = line(false);
        assert!(Line::parse(&erased).unwrap().opened.is_none());
    }

    #[test]
    fn no_other_form_is_read() {
        let whole = String::from_utf8(line(true)).unwrap();
        for (from, to) in [
            (":12,", ":012,"),
            (":12,", ":0,"),
            (":12,", ": 12,"),
            (":12,", ":9223372036854775808,"),
            (":12,", ":99999999999999999999,"),
            ("line/1", "Line/1"),
            ("line/1", ""),
            (":3,", ":0,"),
            ("0404", "04"),
            ("0404", "0G04"),
            (r#""salt""#, r#""Salt""#),
            (r#"{"id""#, r#"{ "id""#),
            ("abab", "ABAB"),
            ("intent", "Intent"),
            (r#"intent"}"#, r#"intent","extra":""}"#),
            (r"\u0001", r"\u0041"),
            (r"\u0001", r"\u000a"),
            (r"\u0001", r"\x01"),
            (r"\n", "\n"),
            (r#""phase""#, r#""detail":"","phase""#),
        ] {
            let other = whole.replacen(from, to, 1);
            assert_ne!(other, whole, "{from}");
            assert!(Line::parse(other.as_bytes()).is_err(), "{from} → {to}");
        }
        assert!(Line::parse(&[whole.as_bytes(), b" "].concat()).is_err());
        assert!(Line::parse(b"\xFF").is_err());
        assert!(Line::parse(&vec![b'{'; MAX_LINE_LENGTH + 1]).is_err());
        for length in 0..whole.len() {
            assert!(Line::parse(&whole.as_bytes()[..length]).is_err());
        }
    }

    #[test]
    fn every_entry_that_a_program_writes_is_read() {
        let texts: Vec<String> = (0..=0x80_u8).map(|code| char::from(code).into()).collect();
        for text in texts
            .iter()
            .map(String::as_str)
            .chain(["", "é€𝄞\u{2028}", "\"\\/"])
        {
            let entry = Entry {
                id: "00".repeat(16),
                time: text.into(),
                actor: text.into(),
                act: text.into(),
                object: text.into(),
                phase: Phase::Outcome,
                detail: Some(text.into()),
            };
            let mut line = Vec::new();
            entry.write_to(&mut line).unwrap();
            let line = String::from_utf8(line).unwrap();
            let line = line.strip_suffix('\n').unwrap();
            assert_eq!(EntryText::parse(line).unwrap().phase, Phase::Outcome);
            assert_eq!(Entry::parse(line).unwrap(), entry);
        }
    }
}
