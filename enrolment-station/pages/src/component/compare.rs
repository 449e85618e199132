//! Pictures side by side, large, each with where it comes from.

use maud::{Markup, Render, html};

/// One picture.
#[derive(Debug, Clone)]
pub struct Picture {
    /// Its path on this site.
    pub source: String,
    /// What it shows, for those who do not see it.
    pub alternative: String,
    /// Where it comes from and when.
    pub caption: String,
}

/// Pictures side by side; below each other on a small screen.
#[derive(Debug, Clone)]
pub struct Compare(Vec<Picture>);

impl Compare {
    /// The pictures, the newest first.
    pub fn new(pictures: impl IntoIterator<Item = Picture>) -> Self {
        Self(pictures.into_iter().collect())
    }
}

impl Render for Compare {
    fn render(&self) -> Markup {
        html! {
            div.compare {
                @for picture in &self.0 {
                    figure {
                        img src=(picture.source) alt=(picture.alternative);
                        figcaption { (picture.caption) }
                    }
                }
            }
        }
    }
}
