//! Fields one types into: label above, hint below it, the error beside the field.

use maud::{Markup, html};

use super::Form;

/// How wide a field is: about what it is meant to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Width {
    /// A few characters.
    Short,
    /// A number or code.
    Medium,
    /// The line.
    #[default]
    Line,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Password,
    Code,
    Digits,
    NationalNumber,
    Lines,
    Date,
    File,
}

/// A field. What it is called in the form is also its id.
#[derive(Debug, Clone)]
pub struct Input {
    kind: Kind,
    name: String,
    label: String,
    hint: Option<String>,
    width: Width,
    autocomplete: &'static str,
    accept: &'static str,
    optional: bool,
    focused: bool,
}

impl Input {
    fn new(kind: Kind, name: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            kind,
            name: name.into(),
            label: label.into(),
            hint: None,
            width: Width::default(),
            autocomplete: "off",
            accept: "",
            optional: false,
            focused: false,
        }
    }

    /// One line of text.
    pub fn text(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(Kind::Text, name, label)
    }

    /// Several lines of text.
    pub fn lines(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(Kind::Lines, name, label)
    }

    /// A number that is typed, not counted.
    pub fn digits(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(Kind::Digits, name, label)
    }

    /// A password; never shown again. Managers may fill it in, and it may be pasted.
    pub fn password(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(Kind::Password, name, label).autocomplete("current-password")
    }

    /// A one-time code.
    pub fn code(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(Kind::Code, name, label).autocomplete("one-time-code")
    }

    /// A national number of 13 digits: grouped and checked as one types, which blocks nothing.
    pub fn national_number(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(Kind::NationalNumber, name, label)
    }

    /// A date in three fields, `name-day`, `name-month` and `name-year` ([`super::Values::date`]).
    pub fn date(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(Kind::Date, name, label)
    }

    /// A file of these kinds, such as `image/jpeg,application/pdf`.
    pub fn file(name: impl Into<String>, label: impl Into<String>, accept: &'static str) -> Self {
        let mut input = Self::new(Kind::File, name, label);
        input.accept = accept;
        input
    }

    /// A line below the label.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// How wide.
    #[must_use]
    pub fn width(mut self, width: Width) -> Self {
        self.width = width;
        self
    }

    /// What the browser may fill in (WCAG 1.3.5); `off` at counters, where it is never the typist's own data.
    #[must_use]
    pub fn autocomplete(mut self, purpose: &'static str) -> Self {
        self.autocomplete = purpose;
        self
    }

    /// Has the focus when the page opens: where nothing but this is typed or scanned. Of one-line fields.
    #[must_use]
    pub fn focused(mut self) -> Self {
        self.focused = true;
        self
    }

    /// May be left empty.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    pub(super) fn show(&self, form: &Form<'_>) -> Markup {
        if self.kind == Kind::Date {
            return self.show_date(form);
        }
        let (notes, described) = form.notes(&self.name, self.hint.as_deref());
        let wrong = form.errors.of(&self.name).is_some();
        html! {
            div.field.wrong[wrong] {
                label for=(self.name) { (form.label(&self.label, self.optional)) }
                (notes)
                (self.control(form, described.as_deref(), wrong))
                @if self.kind == Kind::NationalNumber {
                    output.live-check id={ (self.name) "-check" } for=(self.name) {}
                }
            }
        }
    }

    fn control(&self, form: &Form<'_>, described: Option<&str>, wrong: bool) -> Markup {
        let invalid = wrong.then_some("true");
        let required = (!self.optional).then_some("true");
        let value = form.values.as_typed(&self.name);
        let width = self.width_class();
        let speech = form.speech();
        html! {
            @match self.kind {
                Kind::Lines => {
                    textarea id=(self.name) name=(self.name) rows="4" autocomplete=(self.autocomplete)
                        aria-describedby=[described] aria-invalid=[invalid] aria-required=[required] { (value) }
                }
                Kind::File => {
                    input type="file" id=(self.name) name=(self.name) accept=(self.accept)
                        aria-describedby=[described] aria-invalid=[invalid] aria-required=[required];
                }
                Kind::Password => {
                    input class=(width) type="password" id=(self.name) name=(self.name)
                        autocomplete=(self.autocomplete) aria-describedby=[described] aria-invalid=[invalid]
                        aria-required=[required];
                }
                Kind::NationalNumber => {
                    input class=(width) type="text" inputmode="numeric" id=(self.name) name=(self.name)
                        value=(value) autocomplete=(self.autocomplete) spellcheck="false"
                        aria-describedby=[described] aria-invalid=[invalid] aria-required=[required]
                        data-national-number={ (self.name) "-check" }
                        data-right=(speech.text("national-number-right"))
                        data-wrong=(speech.text("national-number-wrong"));
                }
                _ => {
                    input class=(width) type="text" inputmode=[self.input_mode()] id=(self.name)
                        name=(self.name) value=(value) autocomplete=(self.autocomplete) spellcheck="false"
                        aria-describedby=[described] aria-invalid=[invalid] aria-required=[required]
                        data-focus[self.focused];
                }
            }
        }
    }

    fn input_mode(&self) -> Option<&'static str> {
        matches!(self.kind, Kind::Digits | Kind::Code).then_some("numeric")
    }

    fn width_class(&self) -> &'static str {
        match (self.kind, self.width) {
            (Kind::Code, _) | (_, Width::Short) => "width-short",
            (Kind::NationalNumber, _) | (_, Width::Medium) => "width-medium",
            _ => "width-line",
        }
    }

    fn show_date(&self, form: &Form<'_>) -> Markup {
        let (notes, described) = form.notes(&self.name, self.hint.as_deref());
        let wrong = form.errors.of(&self.name).is_some();
        let speech = form.speech();
        let parts = [
            ("day", speech.text("date-day"), "2", "bday-day"),
            ("month", speech.text("date-month"), "2", "bday-month"),
            ("year", speech.text("date-year"), "4", "bday-year"),
        ];
        html! {
            fieldset.field.wrong[wrong] id=(self.name) aria-describedby=[described] {
                legend { (form.label(&self.label, self.optional)) }
                (notes)
                div.date {
                    @for (part, label, digits, birthday) in parts {
                        @let name = format!("{}-{part}", self.name);
                        div {
                            label for=(name) { (label) }
                            input class={ "digits-" (digits) } type="text" inputmode="numeric" maxlength=(digits)
                                id=(name) name=(name) value=(form.values.get(&name))
                                autocomplete=(if self.autocomplete == "bday" { birthday } else { "off" })
                                aria-invalid=[wrong.then_some("true")];
                        }
                    }
                }
            }
        }
    }
}
