//! Buttons, and the bar they stand in.

use maud::{Markup, Render, html};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rank {
    Primary,
    Secondary,
    Danger,
}

/// A button that sends its form, or a link that looks like one.
#[derive(Debug, Clone)]
pub struct Button {
    text: String,
    rank: Rank,
    href: Option<String>,
    value: Option<(String, String)>,
    action: Option<String>,
    id: Option<String>,
}

impl Button {
    fn new(text: impl Into<String>, rank: Rank) -> Self {
        Self {
            text: text.into(),
            rank,
            href: None,
            value: None,
            action: None,
            id: None,
        }
    }

    /// What one does next. One a page.
    pub fn primary(text: impl Into<String>) -> Self {
        Self::new(text, Rank::Primary)
    }

    /// What one may do instead.
    pub fn secondary(text: impl Into<String>) -> Self {
        Self::new(text, Rank::Secondary)
    }

    /// What cannot be undone; its text names the thing.
    pub fn danger(text: impl Into<String>) -> Self {
        Self::new(text, Rank::Danger)
    }

    /// Leads to a page instead of sending the form.
    #[must_use]
    pub fn href(mut self, href: impl Into<String>) -> Self {
        self.href = Some(href.into());
        self
    }

    /// Sends this name and value with the form.
    #[must_use]
    pub fn value(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.value = Some((name.into(), value.into()));
        self
    }

    /// Sends the form to another path.
    #[must_use]
    pub fn action(mut self, path: impl Into<String>) -> Self {
        self.action = Some(path.into());
        self
    }

    /// An id, for scripts.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }
}

impl Render for Button {
    fn render(&self) -> Markup {
        let class = match self.rank {
            Rank::Primary => "button primary",
            Rank::Secondary => "button",
            Rank::Danger => "button danger",
        };
        let (name, value) = self.value.clone().unzip();
        html! {
            @if let Some(href) = &self.href {
                a class=(class) href=(href) id=[&self.id] { (self.text) }
            } @else {
                button class=(class) id=[&self.id] name=[name] value=[value] formaction=[&self.action] { (self.text) }
            }
        }
    }
}

/// The bar at the lower edge: the next act always in the same place, first in the order of keys.
#[derive(Debug, Clone)]
pub struct ButtonBar {
    primary: Button,
    others: Vec<Button>,
}

impl ButtonBar {
    /// A bar with its one primary (or dangerous) act.
    pub fn new(primary: Button) -> Self {
        Self {
            primary,
            others: Vec::new(),
        }
    }

    /// Another act.
    #[must_use]
    pub fn and(mut self, other: Button) -> Self {
        self.others.push(other);
        self
    }
}

impl Render for ButtonBar {
    fn render(&self) -> Markup {
        html! {
            div.acts {
                (self.primary)
                @for other in &self.others { (other) }
            }
        }
    }
}
