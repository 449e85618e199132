//! The name line (9303-3 §4.6, 9303-5 §4.2.2, §4.2.3): structure, truncation, operator's choice.

use std::collections::BTreeSet;

use super::transliteration::{Mapped, Transliteration, Unmapped};

/// More than any name of a register; a bound on what is worked on.
const MAX_CHARACTERS: usize = 500;

/// Why a name cannot be put into the MRZ as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing is left for the primary identifier.
    #[error("the primary identifier is empty; a single name belongs in the primary identifier")]
    NoPrimary,
    /// A name beyond all bounds.
    #[error("an identifier is longer than {MAX_CHARACTERS} characters; shorten it")]
    TooLong,
    /// Digits are not allowed in names.
    #[error("digits stand in the name (at {positions:?}); write roman numerals with letters")]
    Digits {
        /// Places in the identifier, counted in characters from 0.
        positions: Vec<usize>,
    },
    /// Characters that no table of 9303-3 maps. The text names scripts only, so that no name can be
    /// read from a log; the list is for the operator's eyes.
    #[error(
        "{} characters of the name are in no table of 9303-3 §6.A ({}); have an operator give the name line",
        .0.len(),
        scripts(.0)
    )]
    Unmapped(Vec<Unmapped>),
    /// Policy T1 finds no conforming line (only one-letter components in the way).
    #[error("the name cannot be shortened by rule; have an operator give the name line")]
    CannotShorten,
    /// The operator's line breaks the structure of 9303-3 §4.6.
    #[error("the name line given is not allowed: {0}")]
    NotAllowed(&'static str),
}

fn scripts(unmapped: &[Unmapped]) -> String {
    let scripts: BTreeSet<_> = unmapped.iter().map(Unmapped::script).collect();
    scripts.into_iter().collect::<Vec<_>>().join(", ")
}

/// A whole name in the MRZ's letters, before it is fitted to a width.
#[derive(Clone, PartialEq, Eq)]
pub struct MrzName {
    primary: String,
    secondary: String,
}

impl MrzName {
    /// Transliterates a name as the visual zone prints it. A person with one name only has it in
    /// `primary`, and `secondary` empty.
    pub fn transliterate(
        primary: &str,
        secondary: &str,
        choice: &Transliteration,
    ) -> Result<Self, NameError> {
        let primary = transliterate(primary, choice)?;
        let secondary = transliterate(secondary, choice)?;
        if primary.is_empty() {
            Err(NameError::NoPrimary)
        } else {
            Ok(Self { primary, secondary })
        }
    }

    /// Components of the primary identifier, joined by `<`.
    pub fn primary(&self) -> &str {
        &self.primary
    }

    /// Components of the secondary identifier, joined by `<`.
    pub fn secondary(&self) -> &str {
        &self.secondary
    }

    /// Fits the name into `width` characters by policy T1: the whole name where it fits; else the
    /// secondary identifier is cut; else the primary one, with one letter of the secondary kept.
    /// A letter always stands in the last place of a shortened line.
    pub fn fit(&self, width: usize) -> Result<NameField, NameError> {
        let whole = self.whole();
        if whole.len() <= width {
            return Ok(NameField {
                text: filled(whole, width),
                shortened: false,
            });
        }
        let left = width.saturating_sub(self.primary.len() + 2);
        let text = if self.secondary.is_empty() {
            cut(&self.primary, width)
        } else if left >= 1 {
            cut(&self.secondary, left).map(|secondary| format!("{}<<{secondary}", self.primary))
        } else {
            let primary = cut(&self.primary, width.saturating_sub(3));
            primary.map(|primary| format!("{primary}<<{}", &self.secondary[..1]))
        };
        let text = text.ok_or(NameError::CannotShorten)?;
        Ok(NameField {
            text,
            shortened: true,
        })
    }

    fn whole(&self) -> String {
        if self.secondary.is_empty() {
            self.primary.clone()
        } else {
            format!("{}<<{}", self.primary, self.secondary)
        }
    }
}

impl std::fmt::Debug for MrzName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MrzName(redacted)")
    }
}

fn transliterate(identifier: &str, choice: &Transliteration) -> Result<String, NameError> {
    if identifier.chars().nth(MAX_CHARACTERS).is_some() {
        return Err(NameError::TooLong);
    }
    let mapped = Mapped::new(identifier, choice);
    if !mapped.unmapped.is_empty() {
        Err(NameError::Unmapped(mapped.unmapped))
    } else if !mapped.digits.is_empty() {
        Err(NameError::Digits {
            positions: mapped.digits,
        })
    } else {
        Ok(mapped.text)
    }
}

/// The first `n` characters of `joined`, with a letter in the last place: where a filler would
/// stand there, a component before it gives up its last letter.
fn cut(joined: &str, n: usize) -> Option<String> {
    let head = joined.get(..n)?;
    let Some(components) = head.strip_suffix('<') else {
        return Some(head.to_owned());
    };
    // The last component that has a letter to spare.
    let next = joined.get(n..=n)?;
    let mut end = components.len();
    for component in components.rsplit('<') {
        if component.len() > 1 {
            let (before, after) = (&components[..end - 1], &components[end..]);
            return Some(format!("{before}{after}<{next}"));
        }
        end = end.saturating_sub(component.len() + 1);
    }
    None
}

fn filled(mut text: String, width: usize) -> String {
    text.extend(std::iter::repeat_n('<', width.saturating_sub(text.len())));
    text
}

/// The name field of an MRZ, filled to its width.
#[derive(Clone, PartialEq, Eq)]
pub struct NameField {
    text: String,
    shortened: bool,
}

impl NameField {
    /// Takes the line an operator gives in place of the rule's (9303-5 §4.2.3 leaves the State the
    /// method). Without trailing fillers it may be shorter than `width`.
    ///
    /// `shortened` says that the name does not stand there in full; its last place must then hold
    /// a letter.
    pub fn chosen_by_operator(
        line: &str,
        width: usize,
        shortened: bool,
    ) -> Result<Self, NameError> {
        let refuse = |why| Err(NameError::NotAllowed(why));
        if !line.bytes().all(|c| c.is_ascii_uppercase() || c == b'<') {
            return refuse("only A to Z and < may stand there");
        }
        if line.len() > width {
            return refuse("it is longer than the field");
        }
        let name = line.trim_end_matches('<');
        if name.is_empty() || name.starts_with('<') {
            return refuse("it must start with a letter");
        }
        if name.contains("<<<") || name.matches("<<").count() > 1 {
            return refuse("<< may stand once, between the two identifiers");
        }
        if shortened && name.len() != width {
            return refuse("a shortened name has a letter in the last place");
        }
        Ok(Self {
            text: filled(line.to_owned(), width),
            shortened,
        })
    }

    /// The characters of the field.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the name was shortened to fit.
    pub fn is_shortened(&self) -> bool {
        self.shortened
    }
}

impl std::fmt::Debug for NameField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "NameField({} characters, shortened: {})",
            self.text.len(),
            self.shortened
        )
    }
}

/// A name as read from an MRZ.
#[derive(Clone, PartialEq, Eq)]
pub struct ReadName {
    /// Components of the primary identifier.
    pub primary: Vec<String>,
    /// Components of the secondary identifier; empty for a single name.
    pub secondary: Vec<String>,
    /// A letter stands in the last place: the name may have been shortened, even if it was not.
    pub possibly_shortened: bool,
}

impl ReadName {
    pub(super) fn parse(field: &str) -> Self {
        let components = |part: &str| {
            part.split('<')
                .filter(|c| !c.is_empty())
                .map(str::to_owned)
                .collect()
        };
        let (primary, secondary) = field.split_once("<<").unwrap_or((field, ""));
        Self {
            primary: components(primary),
            secondary: components(secondary),
            possibly_shortened: !field.ends_with('<'),
        }
    }
}

impl std::fmt::Debug for ReadName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReadName(redacted)")
    }
}
