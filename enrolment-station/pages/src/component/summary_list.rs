//! What was entered, to read and to change.

use maud::{Markup, Render, html};

/// One entry.
#[derive(Debug, Clone)]
pub struct SummaryRow {
    /// What it is.
    pub name: String,
    /// What was entered.
    pub value: Markup,
    /// Where to change it, and the link's whole text ("Change the name").
    pub change: Option<(String, String)>,
}

/// A list of entries.
#[derive(Debug, Clone, Default)]
pub struct SummaryList(Vec<SummaryRow>);

impl SummaryList {
    /// The entries.
    pub fn new(rows: impl IntoIterator<Item = SummaryRow>) -> Self {
        Self(rows.into_iter().collect())
    }
}

impl Render for SummaryList {
    fn render(&self) -> Markup {
        html! {
            dl.summary {
                @for row in &self.0 {
                    div {
                        dt { (row.name) }
                        dd {
                            span { (row.value) }
                            @if let Some((href, text)) = &row.change { a href=(href) { (text) } }
                        }
                    }
                }
            }
        }
    }
}
