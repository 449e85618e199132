//! Reads JSON that has one form only: known names in a known order, no spaces, no escape that need not be. A line is read
//! once, in place, and what is read is what was hashed.

use crate::digits;

/// What is left of a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scan<'a> {
    rest: &'a [u8],
}

impl<'a> Scan<'a> {
    pub(crate) const fn of(text: &'a [u8]) -> Self {
        Self { rest: text }
    }

    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Passes this text, if it stands here.
    pub(crate) fn pass(&mut self, text: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(text)?;
        Some(())
    }

    /// The bytes up to a quotation mark, which is passed. Escapes are as `serde_json` writes them: those of two characters
    /// where there is one, else `\u00` and two digits, for quotation marks, backslashes and control characters alone.
    pub(crate) fn string(&mut self) -> Option<&'a [u8]> {
        let mut end = 0;
        loop {
            match *self.rest.get(end)? {
                b'"' => break,
                b'\\' => end += escape(&self.rest[end..])?,
                0..0x20 => return None,
                _ => end += 1,
            }
        }
        let (text, rest) = self.rest.split_at(end);
        self.rest = &rest[1..];
        Some(text)
    }

    /// A whole number without leading zeros, below 2^63.
    pub(crate) fn number(&mut self) -> Option<u64> {
        let end = self.rest.iter().position(|byte| !byte.is_ascii_digit());
        let (digits, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        if digits.is_empty() || digits.len() > 19 || (digits[0] == b'0' && digits.len() > 1) {
            return None;
        }
        let number = digits
            .iter()
            .fold(0_u64, |number, digit| number * 10 + u64::from(digit - b'0'));
        self.rest = rest;
        (number >> 63 == 0).then_some(number)
    }

    /// `N` bytes in digits, and the quotation mark after them.
    pub(crate) fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (digits, rest) = self.rest.split_at_checked(2 * N)?;
        self.rest = rest.strip_prefix(b"\"")?;
        digits::read(digits)
    }
}

/// How long the escape is that begins here.
fn escape(text: &[u8]) -> Option<usize> {
    match text.get(1)? {
        b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        b'u' => {
            let code = text.get(2..6)?.strip_prefix(b"00")?;
            let [code] = digits::read::<1>(code)?;
            let shorter = matches!(code, 0x08 | 0x09 | 0x0A | 0x0C | 0x0D);
            (code < 0x20 && !shorter).then_some(6)
        }
        _ => None,
    }
}
