//! Messages in four languages (Project Fluent), found by their ids.

use std::collections::BTreeMap;
use std::fmt;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

use super::{Language, number};

/// What a message may be told: a text or a number.
pub type Value<'a> = FluentValue<'a>;

/// The id of a message, where it is not written in place. `Id("…")` is what the message test looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(pub &'static str);

impl From<&'static str> for Id {
    fn from(id: &'static str) -> Self {
        Self(id)
    }
}

/// One embedded message file.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    /// The language it is in.
    pub language: Language,
    /// Its name without folder and extension.
    pub name: &'static str,
    /// What it says, in Fluent's syntax.
    pub text: &'static str,
}

/// Embeds the files `messages/{fr,de,lb,en}/NAME.ftl` of the crate that says so, as `&'static [Source]`.
#[macro_export]
macro_rules! messages {
    ($($name:literal),+ $(,)?) => {
        &[$(
            $crate::messages!(@one Fr, "fr", $name),
            $crate::messages!(@one De, "de", $name),
            $crate::messages!(@one Lb, "lb", $name),
            $crate::messages!(@one En, "en", $name),
        )+]
    };
    (@one $language:ident, $folder:literal, $name:literal) => {
        $crate::language::Source {
            language: $crate::language::Language::$language,
            name: $name,
            text: include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"), "/messages/", $folder, "/", $name, ".ftl"
            )),
        }
    };
}

/// Why messages cannot be used: faults of the files, found when the program starts and in tests.
#[derive(Debug, thiserror::Error)]
pub enum TextsError {
    /// A file is not Fluent.
    #[error("messages/{language}/{name}.ftl: {reason}; correct the file")]
    Syntax {
        /// The language's tag.
        language: &'static str,
        /// The file's name.
        name: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// Two files of one language say the same id.
    #[error("messages/{language}/{name}.ftl says again: {ids}; give one of them another id")]
    Twice {
        /// The language's tag.
        language: &'static str,
        /// The second file.
        name: &'static str,
        /// The ids, by name.
        ids: String,
    },
    /// The tag of a language is unknown to the library.
    #[error("language {0} has no locale")]
    Locale(&'static str),
}

/// All messages of a program: those of this crate and those of the crate that serves the pages.
pub struct Texts {
    bundles: BTreeMap<Language, FluentBundle<FluentResource>>,
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Texts").finish_non_exhaustive()
    }
}

impl Texts {
    /// The messages of this crate and `more`.
    pub fn new(more: &[Source]) -> Result<Self, TextsError> {
        let mut bundles = BTreeMap::new();
        for language in Language::ALL {
            let mut bundle = empty(language)?;
            let sources = crate::MESSAGES.iter().chain(more);
            for source in sources.filter(|source| source.language == language) {
                bundle
                    .add_resource(parse(source)?)
                    .map_err(|errors| TextsError::Twice {
                        language: language.tag(),
                        name: source.name,
                        ids: errors
                            .iter()
                            .map(ToString::to_string)
                            .collect::<Vec<_>>()
                            .join(", "),
                    })?;
            }
            bundles.insert(language, bundle);
        }
        Ok(Self { bundles })
    }

    /// These messages in one language.
    pub fn speak(&self, language: Language) -> Speech<'_> {
        Speech {
            texts: self,
            language,
        }
    }

    /// A message in one language; `args` are its variables.
    pub fn get(&self, language: Language, id: impl Into<Id>, args: &[(&str, Value<'_>)]) -> String {
        let id = id.into().0;
        [language, Language::default()]
            .iter()
            .find_map(|language| self.formatted(*language, id, args))
            .unwrap_or_else(|| {
                tracing::error!(id, "no such message");
                id.to_owned()
            })
    }

    fn formatted(
        &self,
        language: Language,
        id: &str,
        args: &[(&str, Value<'_>)],
    ) -> Option<String> {
        let bundle = self.bundles.get(&language)?;
        let pattern = bundle.get_message(id)?.value()?;
        let args: FluentArgs<'_> = args
            .iter()
            .map(|(name, value)| (*name, value.clone()))
            .collect();
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(&args), &mut errors);
        if !errors.is_empty() {
            // Without the arguments, which may be a person's.
            tracing::error!(id, language = language.tag(), "a message lacks an argument");
        }
        Some(text.into_owned())
    }
}

/// The messages in one language: what a view is handed.
#[derive(Clone, Copy, Debug)]
pub struct Speech<'a> {
    texts: &'a Texts,
    language: Language,
}

impl Speech<'_> {
    /// The language.
    pub fn language(&self) -> Language {
        self.language
    }

    /// A message without variables.
    pub fn text(&self, id: impl Into<Id>) -> String {
        self.texts.get(self.language, id, &[])
    }

    /// A message with variables.
    pub fn format(&self, id: impl Into<Id>, args: &[(&str, Value<'_>)]) -> String {
        self.texts.get(self.language, id, args)
    }

    /// A number as the language writes it.
    pub fn number(&self, number: impl fmt::Display) -> String {
        number::grouped(&number.to_string(), self.language)
    }
}

fn empty(language: Language) -> Result<FluentBundle<FluentResource>, TextsError> {
    let locale = language
        .tag()
        .parse()
        .map_err(|_| TextsError::Locale(language.tag()))?;
    let mut bundle = FluentBundle::new_concurrent(vec![locale]);
    // All four are written from left to right; invisible marks would only travel into copied text.
    bundle.set_use_isolating(false);
    // The library takes a plain function, which cannot carry the language.
    bundle.set_formatter(Some(match language {
        Language::Fr => |value, _| formatted_number(value, Language::Fr),
        Language::De => |value, _| formatted_number(value, Language::De),
        Language::Lb => |value, _| formatted_number(value, Language::Lb),
        Language::En => |value, _| formatted_number(value, Language::En),
    }));
    Ok(bundle)
}

fn formatted_number(value: &FluentValue<'_>, language: Language) -> Option<String> {
    match value {
        FluentValue::Number(value) => Some(number::grouped(&value.as_string(), language)),
        _ => None,
    }
}

fn parse(source: &Source) -> Result<FluentResource, TextsError> {
    FluentResource::try_new(source.text.to_owned()).map_err(|(_, errors)| TextsError::Syntax {
        language: source.language.tag(),
        name: source.name,
        reason: errors.first().map(ToString::to_string).unwrap_or_default(),
    })
}
