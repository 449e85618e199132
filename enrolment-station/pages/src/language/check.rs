//! The test of the message files: nothing missing, nothing unused, the same variables in every language
//! and at every place that asks. Crates with messages of their own call [`findings`] from a test.

mod catalogue;
mod code;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use super::{Language, Source};
use catalogue::catalogue;

/// Why the files could not be checked.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The source code cannot be read.
    #[error("reading {path} to look for messages: {source}")]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Something wrong with the messages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    /// A file is not Fluent from some place on.
    Junk {
        /// The language's tag.
        language: &'static str,
        /// The file's name.
        name: &'static str,
    },
    /// The code asks for a message that no file has.
    Missing {
        /// Its id.
        id: String,
        /// The place in the code.
        place: String,
    },
    /// One language has a message that another lacks.
    Untranslated {
        /// Its id.
        id: String,
        /// The tag of the language that lacks it.
        language: &'static str,
    },
    /// No code asks for it.
    Unused {
        /// Its id.
        id: String,
    },
    /// The variables differ between languages.
    Variables {
        /// Its id.
        id: String,
        /// The tag of the language that differs from French.
        language: &'static str,
    },
    /// The code hands over other variables than the message has.
    Arguments {
        /// Its id.
        id: String,
        /// The place in the code.
        place: String,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Junk { language, name } => {
                write!(f, "messages/{language}/{name}.ftl is not Fluent")
            }
            Self::Missing { id, place } => write!(f, "{place} asks for {id}, which no file has"),
            Self::Untranslated { id, language } => write!(f, "{id} is not in {language}"),
            Self::Unused { id } => write!(f, "nothing asks for {id}"),
            Self::Variables { id, language } => {
                write!(f, "{id} has other variables in {language} than in French")
            }
            Self::Arguments { id, place } => {
                write!(
                    f,
                    "{place} hands {id} other arguments than it has variables"
                )
            }
        }
    }
}

/// Compares the files of one crate with each other and with all `.rs` files below `code`. `borrowed` are messages
/// of other crates that the code may use too, such as [`crate::MESSAGES`].
///
/// Found in code are ids written in place: `.text("id")`, `.format("id", &[("name", …)])` and `Id("id")`. An id put
/// together at run time is seen by neither this nor a reader; write an enum whose variants each say `Id("…")`.
pub fn findings(
    code: &Path,
    own: &[Source],
    borrowed: &[Source],
) -> Result<BTreeSet<Finding>, CheckError> {
    let mut found = BTreeSet::new();
    let own = catalogue(own, &mut found);
    let borrowed = catalogue(borrowed, &mut BTreeSet::new());
    compare_languages(&own, &mut found);
    let empty = BTreeMap::new();
    let french =
        |catalogue: &catalogue::Catalogue| catalogue.get(&Language::Fr).unwrap_or(&empty).clone();
    let (own, mut all) = (french(&own), french(&borrowed));
    all.extend(own.clone());
    let uses = code::uses(code)?;
    for used in &uses {
        let (id, place) = (used.id.clone(), used.place.clone());
        match all.get(&used.id) {
            None => found.insert(Finding::Missing { id, place }),
            Some(variables) => match &used.arguments {
                Some(arguments) if arguments != variables => {
                    found.insert(Finding::Arguments { id, place })
                }
                _ => false,
            },
        };
    }
    let asked: BTreeSet<&str> = uses.iter().map(|used| used.id.as_str()).collect();
    let idle = own.keys().filter(|id| !asked.contains(id.as_str()));
    found.extend(idle.map(|id| Finding::Unused { id: id.clone() }));
    Ok(found)
}

fn compare_languages(own: &catalogue::Catalogue, found: &mut BTreeSet<Finding>) {
    let ids: BTreeSet<&String> = own.values().flat_map(BTreeMap::keys).collect();
    for id in ids {
        let french = own.get(&Language::Fr).and_then(|messages| messages.get(id));
        for language in Language::ALL {
            let (tag, id) = (language.tag(), id.clone());
            match own.get(&language).and_then(|messages| messages.get(&id)) {
                None => found.insert(Finding::Untranslated { id, language: tag }),
                Some(variables) if french.is_some_and(|french| french != variables) => {
                    found.insert(Finding::Variables { id, language: tag })
                }
                Some(_) => false,
            };
        }
    }
}

#[cfg(test)]
mod tests;
