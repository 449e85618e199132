//! Something more, for those who want it.

use maud::{Markup, Render, html};

/// A line that opens to more.
#[derive(Debug, Clone)]
pub struct Details {
    line: String,
    more: Markup,
}

impl Details {
    /// A line and what it opens.
    pub fn new(line: impl Into<String>, more: Markup) -> Self {
        Self {
            line: line.into(),
            more,
        }
    }
}

impl Render for Details {
    fn render(&self) -> Markup {
        html! {
            details { summary { (self.line) } div.more { (self.more) } }
        }
    }
}
