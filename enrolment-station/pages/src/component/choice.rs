//! Choices: one of a few, several of a few, one of many.

use maud::{Markup, html};

use super::Form;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Radio,
    Checkbox,
    Select,
}

#[derive(Debug, Clone)]
struct Answer {
    value: String,
    label: String,
    hint: Option<String>,
    /// Chooses it, in a form with keys.
    key: Option<char>,
}

/// A question with given answers.
#[derive(Debug, Clone)]
pub struct Choice {
    kind: Kind,
    name: String,
    question: String,
    hint: Option<String>,
    answers: Vec<Answer>,
    optional: bool,
    focused: bool,
}

impl Choice {
    fn new(kind: Kind, name: impl Into<String>, question: impl Into<String>) -> Self {
        Self {
            kind,
            name: name.into(),
            question: question.into(),
            hint: None,
            answers: Vec::new(),
            optional: false,
            focused: false,
        }
    }

    /// One of a few, all seen at once.
    pub fn radio(name: impl Into<String>, question: impl Into<String>) -> Self {
        Self::new(Kind::Radio, name, question)
    }

    /// Any of a few.
    pub fn checkbox(name: impl Into<String>, question: impl Into<String>) -> Self {
        Self::new(Kind::Checkbox, name, question)
    }

    /// One of many, such as a country.
    pub fn select(name: impl Into<String>, question: impl Into<String>) -> Self {
        Self::new(Kind::Select, name, question)
    }

    /// A line below the question.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// An answer.
    #[must_use]
    pub fn answer(self, value: impl Into<String>, label: impl Into<String>) -> Self {
        self.push(value.into(), label.into(), None)
    }

    /// An answer that a single key chooses, in a form with keys ([`Form::wrap_with_keys`]). Not of a select.
    #[must_use]
    pub fn keyed(self, value: impl Into<String>, label: impl Into<String>, key: char) -> Self {
        let mut choice = self.push(value.into(), label.into(), None);
        if let Some(answer) = choice.answers.last_mut() {
            answer.key = Some(key);
        }
        choice
    }

    /// The first answer has the focus when the page opens. Not of a select.
    #[must_use]
    pub fn focused(mut self) -> Self {
        self.focused = true;
        self
    }

    /// An answer with a line that explains it.
    #[must_use]
    pub fn explained(
        self,
        value: impl Into<String>,
        label: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        self.push(value.into(), label.into(), Some(hint.into()))
    }

    /// May be left open.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    fn push(mut self, value: String, label: String, hint: Option<String>) -> Self {
        let key = None;
        self.answers.push(Answer {
            value,
            label,
            hint,
            key,
        });
        self
    }

    pub(super) fn show(&self, form: &Form<'_>) -> Markup {
        let (notes, described) = form.notes(&self.name, self.hint.as_deref());
        let wrong = form.errors.of(&self.name).is_some();
        if self.kind == Kind::Select {
            return self.show_select(form, &notes, described.as_deref(), wrong);
        }
        let kind = if self.kind == Kind::Radio {
            "radio"
        } else {
            "checkbox"
        };
        html! {
            fieldset.field.wrong[wrong] aria-describedby=[described]
                role=[(self.kind == Kind::Radio).then_some("radiogroup")]
                aria-required=[(self.kind == Kind::Radio && !self.optional).then_some("true")] {
                legend { (form.label(&self.question, self.optional)) }
                (notes)
                @for (place, answer) in self.answers.iter().enumerate() {
                    // The first carries the field's own id, so that the summary's link leads to it.
                    @let id = if place == 0 { self.name.clone() } else { format!("{}-{place}", self.name) };
                    @let hint = format!("{id}-about");
                    div.answer {
                        input type=(kind) id=(id) name=(self.name) value=(answer.value)
                            aria-describedby=[answer.hint.as_ref().map(|_| &hint)]
                            data-key=[answer.key] aria-keyshortcuts=[answer.key.map(shortcut)]
                            data-focus[self.focused && place == 0]
                            checked[form.values.has(&self.name, &answer.value)];
                        label for=(id) {
                            @if let Some(key) = answer.key { kbd { (key) } " " }
                            (answer.label)
                        }
                        @if let Some(text) = &answer.hint { p.hint id=(hint) { (text) } }
                    }
                }
            }
        }
    }

    fn show_select(
        &self,
        form: &Form<'_>,
        notes: &Markup,
        described: Option<&str>,
        wrong: bool,
    ) -> Markup {
        let nothing = form.values.get(&self.name).is_empty();
        html! {
            div.field.wrong[wrong] {
                label for=(self.name) { (form.label(&self.question, self.optional)) }
                (notes)
                select id=(self.name) name=(self.name) aria-describedby=[described]
                    aria-invalid=[wrong.then_some("true")]
                    aria-required=[(!self.optional).then_some("true")] {
                    option value="" selected[nothing] { (form.speech().text("form-choose")) }
                    @for answer in &self.answers {
                        option value=(answer.value) selected[form.values.has(&self.name, &answer.value)] {
                            (answer.label)
                        }
                    }
                }
            }
        }
    }
}

/// A key as `aria-keyshortcuts` has it, where a plus sign joins keys.
fn shortcut(key: char) -> String {
    match key {
        '+' => "plus".to_owned(),
        key => key.to_string(),
    }
}
