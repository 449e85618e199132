//! Bytes as hexadecimal digits, lower case only: the one form in which hashes and signatures stand in our lines.

use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

const DIGITS: &[u8; 16] = b"0123456789abcdef";
/// What is no digit.
const NONE: u8 = 0xFF;
/// The value of each byte as a digit.
const VALUES: [u8; 256] = {
    let mut values = [NONE; 256];
    let mut value = 0;
    while value < 16 {
        values[DIGITS[value as usize] as usize] = value;
        value += 1;
    }
    values
};

/// Appends two digits a byte.
pub(crate) fn push(bytes: &[u8], to: &mut Vec<u8>) {
    to.reserve(bytes.len() * 2);
    for byte in bytes {
        to.push(DIGITS[usize::from(byte >> 4)]);
        to.push(DIGITS[usize::from(byte & 15)]);
    }
}

/// The digits as text.
pub(crate) fn text(bytes: &[u8]) -> String {
    let mut digits = Vec::new();
    push(bytes, &mut digits);
    // Digits are ASCII.
    String::from_utf8(digits).unwrap_or_default()
}

/// `N` bytes of exactly `2 N` digits.
pub(crate) fn read<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    if digits.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    let mut seen = 0;
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let (high, low) = (VALUES[usize::from(pair[0])], VALUES[usize::from(pair[1])]);
        seen |= high | low;
        *byte = high << 4 | (low & 15);
    }
    (seen < 16).then_some(bytes)
}

/// For `#[serde(with = "digits")]`.
pub(crate) fn serialize<S: Serializer, const N: usize>(
    bytes: &[u8; N],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&text(bytes))
}

/// For `#[serde(with = "digits")]`.
pub(crate) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
    deserializer: D,
) -> Result<[u8; N], D::Error> {
    let digits = String::deserialize(deserializer)?;
    read(digits.as_bytes())
        .ok_or_else(|| D::Error::custom(format!("not {N} bytes in hexadecimal digits")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_come_back_and_nothing_else_is_read() {
        let all: Vec<u8> = (0..=255).collect();
        let digits = text(&all);
        assert_eq!(read::<256>(digits.as_bytes()).unwrap().as_slice(), all);
        for wrong in ["0", "0g", "g0", "0A", "A0", "000", "", "0\u{e9}", " 0"] {
            assert_eq!(read::<1>(wrong.as_bytes()), None, "{wrong:?}");
        }
    }
}
