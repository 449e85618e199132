//! A form: what was typed, what is wrong with it, and the fields that show both.

use maud::{Markup, PreEscaped, html};

use super::Tone;
use super::{Choice, Input, Values, symbol};
use crate::http::{REVISION, Visit};
use crate::language::Speech;

/// What is wrong, field by field, in the order of the page. Each text says what to do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Errors(Vec<(String, String)>);

impl Errors {
    /// Nothing wrong.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an error to the field `name`.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.0.push((name.into(), text.into()));
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wrong with a field.
    pub fn of(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, text)| text.as_str())
    }
}

/// A form being shown.
#[derive(Debug, Clone, Copy)]
pub struct Form<'a> {
    pub(super) visit: &'a Visit,
    pub(super) values: &'a Values,
    pub(super) errors: &'a Errors,
    revision: Option<u64>,
}

impl<'a> Form<'a> {
    /// A form with what was typed and what is wrong with it.
    pub fn new(visit: &'a Visit, values: &'a Values, errors: &'a Errors) -> Self {
        Self {
            visit,
            values,
            errors,
            revision: None,
        }
    }

    /// The same form, saying which revision of its subject it shows: who reads it back refuses a form that somebody
    /// overtook from another window ([`crate::http::revision`]).
    #[must_use]
    pub fn of_revision(mut self, revision: u64) -> Self {
        self.revision = Some(revision);
        self
    }

    fn hidden(&self) -> Markup {
        html! {
            (self.visit.token_field())
            @if let Some(revision) = self.revision {
                input type="hidden" name=(REVISION) value=(revision);
            }
        }
    }

    /// The form around its fields: posted to `action`, with the session's token, guarded against leaving it unsaved.
    /// The browser's own bubbles are off: they are in its language, not the page's, and vanish.
    pub fn wrap(&self, action: &str, fields: &Markup) -> Markup {
        html! {
            (self.summary())
            form.fields method="post" action=(action) novalidate
                data-unsaved=(self.speech().text("form-unsaved")) {
                (self.hidden())
                (fields)
            }
        }
    }

    /// The same, in which single keys choose answers ([`Choice::keyed`]) while the focus is in it, by the script
    /// [`crate::assets::KEYS`]. Leaving it unsaved asks nothing: what is chosen by keys is chosen again as fast.
    pub fn wrap_with_keys(&self, action: &str, fields: &Markup) -> Markup {
        html! {
            (self.summary())
            form.fields method="post" action=(action) novalidate data-keys {
                (self.hidden())
                (fields)
            }
        }
    }

    /// A form that is not seen: the script [`crate::assets::KEYS`] fills `field` with what a scanner types over the page, while
    /// the focus is in no field for text, and sends it.
    pub fn wrap_scans(&self, action: &str, field: &str) -> Markup {
        html! {
            form method="post" action=(action) data-scans hidden {
                (self.visit.token_field())
                input type="hidden" name=(field);
            }
        }
    }

    /// The same without the guard: nothing is lost by leaving a sign-in, or what a scanner types.
    pub fn wrap_unguarded(&self, action: &str, fields: &Markup) -> Markup {
        html! {
            (self.summary())
            form.fields method="post" action=(action) novalidate {
                (self.visit.token_field())
                (fields)
            }
        }
    }

    /// The same with files; the token comes first, before any file is read.
    pub fn wrap_with_files(&self, action: &str, fields: &Markup) -> Markup {
        html! {
            (self.summary())
            form.fields method="post" action=(action) enctype="multipart/form-data" novalidate
                data-unsaved=(self.speech().text("form-unsaved")) {
                (self.visit.token_field())
                (fields)
            }
        }
    }

    /// A field.
    pub fn input(&self, input: &Input) -> Markup {
        input.show(self)
    }

    /// A choice.
    pub fn choice(&self, choice: &Choice) -> Markup {
        choice.show(self)
    }

    /// All errors at the top, each a link to its field; takes the focus when the page opens.
    pub fn summary(&self) -> Markup {
        if self.errors.is_empty() {
            return PreEscaped(String::new());
        }
        let count = self.errors.0.len();
        html! {
            div.error-summary role="alert" tabindex="-1" data-focus aria-labelledby="error-summary-title" {
                h2 id="error-summary-title" {
                    (symbol::of(Tone::Bad))
                    (self.speech().format("form-errors", &[("count", count.into())]))
                }
                ul {
                    @for (name, text) in &self.errors.0 { li { a href={ "#" (name) } { (text) } } }
                }
            }
        }
    }

    pub(super) fn speech(&self) -> Speech<'a> {
        self.visit.speech()
    }

    /// Hint and error of a field, and the ids by which the field refers to them.
    pub(super) fn notes(&self, name: &str, hint: Option<&str>) -> (Markup, Option<String>) {
        let error = self.errors.of(name);
        let mut ids = Vec::new();
        if hint.is_some() {
            ids.push(format!("{name}-hint"));
        }
        if error.is_some() {
            ids.push(format!("{name}-error"));
        }
        let notes = html! {
            @if let Some(hint) = hint { p.hint id={ (name) "-hint" } { (hint) } }
            @if let Some(error) = error {
                p.error id={ (name) "-error" } {
                    (symbol::of(Tone::Bad))
                    span { span.hidden { (self.speech().text("form-error")) " " } (error) }
                }
            }
        };
        (notes, (!ids.is_empty()).then(|| ids.join(" ")))
    }

    /// The label's text, with the word for optional where it is.
    pub(super) fn label(&self, text: &str, optional: bool) -> Markup {
        html! {
            (text)
            @if optional { span.optional { " " (self.speech().text("form-optional")) } }
        }
    }
}
