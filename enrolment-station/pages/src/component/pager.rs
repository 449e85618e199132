//! Pages of a long list.

use maud::{Markup, html};

use crate::language::Speech;

/// Where one is in a long list.
#[derive(Debug, Clone)]
pub struct Pager {
    page: usize,
    pages: usize,
    path: String,
}

impl Pager {
    /// Page `page` of `pages`, both from 1; page n is at `path` followed by n, such as `/stations?page=`.
    pub fn new(page: usize, pages: usize, path: impl Into<String>) -> Self {
        Self {
            page,
            pages,
            path: path.into(),
        }
    }

    /// The links; nothing where there is one page.
    pub fn show(&self, speech: Speech<'_>) -> Markup {
        html! {
            @if self.pages > 1 {
                nav.pager aria-label=(speech.text("pager")) {
                    @if self.page > 1 {
                        a.button rel="prev" href={ (self.path) (self.page - 1) } { (speech.text("pager-previous")) }
                    }
                    span {
                        (speech.format("pager-place", &[("page", self.page.into()), ("pages", self.pages.into())]))
                    }
                    @if self.page < self.pages {
                        a.button rel="next" href={ (self.path) (self.page + 1) } { (speech.text("pager-next")) }
                    }
                }
            }
        }
    }
}
