//! Something more, for those who want it.

use maud::{Markup, Render, html};

/// A line that opens to more.
#[derive(Debug, Clone)]
pub struct Details {
    line: String,
    more: Markup,
    open: bool,
}

impl Details {
    /// A line and what it opens.
    pub fn new(line: impl Into<String>, more: Markup) -> Self {
        Self {
            line: line.into(),
            more,
            open: false,
        }
    }

    /// Already opened.
    #[must_use]
    pub const fn open(mut self) -> Self {
        self.open = true;
        self
    }
}

impl Render for Details {
    fn render(&self) -> Markup {
        html! {
            details open[self.open] { summary { (self.line) } div.more { (self.more) } }
        }
    }
}
