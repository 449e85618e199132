//! Big figures: what waits, what was made, read from two metres away.

use maud::{Markup, Render, html};

use super::Tag;

/// One figure.
#[derive(Debug, Clone)]
pub struct Tile {
    /// What is counted.
    pub name: String,
    /// The figure, with its unit.
    pub figure: String,
    /// Its state, where it has one.
    pub tag: Option<Tag>,
    /// Where it leads.
    pub href: Option<String>,
}

/// Figures side by side.
#[derive(Debug, Clone, Default)]
pub struct Tiles(Vec<Tile>);

impl Tiles {
    /// The figures.
    pub fn new(tiles: impl IntoIterator<Item = Tile>) -> Self {
        Self(tiles.into_iter().collect())
    }
}

impl Render for Tiles {
    fn render(&self) -> Markup {
        html! {
            ul.tiles role="list" {
                @for tile in &self.0 {
                    li {
                        p.tile-figure { (tile.figure) }
                        p.tile-name {
                            @if let Some(href) = &tile.href { a href=(href) { (tile.name) } }
                            @else { (tile.name) }
                        }
                        @if let Some(tag) = &tile.tag { (tag) }
                    }
                }
            }
        }
    }
}
