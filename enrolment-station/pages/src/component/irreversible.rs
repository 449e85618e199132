//! An act that cannot be undone: names the thing, says what follows, asks the second person there and then.

use maud::{Markup, PreEscaped, html};

use super::{Button, ButtonBar, Form, Tone, symbol};

/// The question before such an act.
#[derive(Debug, Clone)]
pub struct Irreversible {
    act: String,
    follows: String,
    fields: Markup,
    back: String,
}

impl Irreversible {
    /// `act` names the thing ("Destroy blank 4711 0093"), `follows` says what then is so, `back` leads away from it.
    pub fn new(
        act: impl Into<String>,
        follows: impl Into<String>,
        back: impl Into<String>,
    ) -> Self {
        Self {
            act: act.into(),
            follows: follows.into(),
            fields: PreEscaped(String::new()),
            back: back.into(),
        }
    }

    /// What has to be filled in: the reason, the second person's sign-in.
    #[must_use]
    pub fn fields(mut self, fields: Markup) -> Self {
        self.fields = fields;
        self
    }

    /// The form, posted to `action`.
    pub fn show(&self, form: &Form<'_>, action: &str) -> Markup {
        let speech = form.speech();
        let bar = ButtonBar::new(Button::danger(self.act.clone()))
            .and(Button::secondary(speech.text("irreversible-back")).href(self.back.clone()));
        form.wrap(action, &html! {
            div.irreversible {
                p.irreversible-title { (symbol::of(Tone::Attention)) (speech.text("irreversible-title")) }
                p { (self.follows) }
                (self.fields)
            }
            (bar)
        })
    }
}
