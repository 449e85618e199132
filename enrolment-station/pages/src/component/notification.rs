//! Something to know before going on.

use maud::{Markup, PreEscaped, Render, html};

use super::{Tone, symbol};

/// A notice in the page, with its tone in shape and colour and its title in words.
#[derive(Debug, Clone)]
pub struct Notification {
    tone: Tone,
    title: String,
    more: Markup,
    urgent: bool,
    large: bool,
}

impl Notification {
    /// A notice.
    pub fn new(tone: Tone, title: impl Into<String>) -> Self {
        Self {
            tone,
            title: title.into(),
            more: PreEscaped(String::new()),
            urgent: false,
            large: false,
        }
    }

    /// What stands below its title.
    #[must_use]
    pub fn more(mut self, more: Markup) -> Self {
        self.more = more;
        self
    }

    /// Is said at once to those who hear the page.
    #[must_use]
    pub fn urgent(mut self) -> Self {
        self.urgent = true;
        self
    }
}

impl Notification {
    /// Can be read from an arm's length and more: for those who scan and look up.
    #[must_use]
    pub fn large(mut self) -> Self {
        self.large = true;
        self
    }
}

impl Render for Notification {
    fn render(&self) -> Markup {
        let role = if self.urgent { "alert" } else { "status" };
        let size = if self.large { " large" } else { "" };
        html! {
            div class={ "notification " (self.tone.class()) (size) } role=(role) {
                (symbol::of(self.tone))
                div { p.notification-title { (self.title) } (self.more) }
            }
        }
    }
}
