//! Texts with limits: personal ones, names of things, and long ones that are public.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use zeroize::Zeroize;

/// A text that is not one of its kind. The text itself is never shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Too short or too long, in characters.
    #[error("a text of {found} characters where {min} to {max} are expected; correct it")]
    Length {
        /// Characters given.
        found: usize,
        /// Fewest.
        min: usize,
        /// Most.
        max: usize,
    },
    /// A control character, or another one that this kind of text never has.
    #[error("a text has a character that it cannot have; type it again")]
    Character,
}

fn check(text: &str, min: usize, max: usize, allowed: fn(char) -> bool) -> Result<(), TextError> {
    // Bytes first: counting the characters of a hostile text would be work for nothing.
    let found = if text.len() > 4 * max {
        text.len()
    } else {
        text.chars().count()
    };
    if found < min || found > max {
        return Err(TextError::Length { found, min, max });
    }
    if text.chars().all(allowed) {
        Ok(())
    } else {
        Err(TextError::Character)
    }
}

/// A personal text of `MIN` to `MAX` characters without control characters: redacted, and wiped
/// when dropped.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text<const MIN: usize, const MAX: usize>(String);

impl<const MIN: usize, const MAX: usize> Text<MIN, MAX> {
    /// Checks a text.
    pub fn new(text: &str) -> Result<Self, TextError> {
        check(text, MIN, MAX, |c| !c.is_control())?;
        Ok(Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MIN: usize, const MAX: usize> Drop for Text<MIN, MAX> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<const MIN: usize, const MAX: usize> fmt::Debug for Text<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Text(……)")
    }
}

/// The name of a thing, never of a person: 1 to 64 of `a-z 0-9 - _ .`; printable anywhere.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label(String);

impl Label {
    /// Checks a name.
    pub fn new(text: &str) -> Result<Self, TextError> {
        check(
            text,
            1,
            64,
            |c| matches!(c, 'a'..='z' | '0'..='9' | '-' | '_' | '.'),
        )?;
        Ok(Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Label({})", self.0)
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A public text of 1 to `MAX` characters, with line feeds.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Prose<const MAX: usize>(String);

impl<const MAX: usize> Prose<MAX> {
    /// Checks a text.
    pub fn new(text: &str) -> Result<Self, TextError> {
        check(text, 1, MAX, |c| c == '\n' || !c.is_control())?;
        Ok(Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> fmt::Debug for Prose<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Prose({} bytes)", self.0.len())
    }
}

macro_rules! as_text {
    ($([$($generics:tt)*] $kind:ty;)+) => {$(
        impl<$($generics)*> Serialize for $kind {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de, $($generics)*> Deserialize<'de> for $kind {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor<T>(std::marker::PhantomData<T>);
                impl<$($generics)*> de::Visitor<'_> for Visitor<$kind> {
                    type Value = $kind;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("a text within its limits")
                    }
                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$kind, E> {
                        <$kind>::new(text).map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(Visitor::<$kind>(std::marker::PhantomData))
            }
        }
    )+};
}

as_text! {
    [const MIN: usize, const MAX: usize] Text<MIN, MAX>;
    [] Label;
    [const MAX: usize] Prose<MAX>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_counted_in_characters() {
        assert!(Text::<1, 3>::new("äöü").is_ok());
        let long = TextError::Length {
            found: 4,
            min: 1,
            max: 3,
        };
        assert_eq!(Text::<1, 3>::new("äöüß"), Err(long));
        assert!(Text::<1, 3>::new("").is_err());
        assert!(Text::<0, 3>::new("").is_ok());
        assert_eq!(Text::<0, 3>::new("a\n"), Err(TextError::Character));
        assert_eq!(Label::new("Ä"), Err(TextError::Character));
        assert!(Prose::<9>::new("a\nb").is_ok());
        assert!(Prose::<9>::new("a\0b").is_err());
    }

    #[test]
    fn debug_shows_no_letter_of_a_person() {
        let text = Text::<1, 30>::new("Weber").unwrap();
        assert!(!format!("{text:?}").contains("Weber"));
    }
}
