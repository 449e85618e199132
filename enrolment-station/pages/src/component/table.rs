//! A table: numbers right and in columns, units in the head. On a small screen each row becomes a card.

use maud::{Markup, PreEscaped, Render, html};

/// A column's head.
#[derive(Debug, Clone)]
pub struct Column {
    name: String,
    number: bool,
}

impl Column {
    /// A column of words.
    pub fn words(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            number: false,
        }
    }

    /// A column of numbers; its name carries their unit.
    pub fn numbers(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            number: true,
        }
    }
}

/// What stands in one place.
#[derive(Debug, Clone)]
pub struct Cell(Markup);

impl Cell {
    /// Markup, such as a tag.
    pub fn of(content: &impl Render) -> Self {
        Self(content.render())
    }

    /// A link.
    pub fn link(href: &str, text: &str) -> Self {
        Self(html! { a href=(href) { (text) } })
    }
}

impl<T: AsRef<str>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self(html! { (text.as_ref()) })
    }
}

/// A table with its caption.
#[derive(Debug, Clone)]
pub struct Table {
    caption: String,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    empty: Markup,
}

impl Table {
    /// A table. The first column names its row.
    pub fn new(caption: impl Into<String>, columns: impl IntoIterator<Item = Column>) -> Self {
        Self {
            caption: caption.into(),
            columns: columns.into_iter().collect(),
            rows: Vec::new(),
            empty: PreEscaped(String::new()),
        }
    }

    /// A row.
    #[must_use]
    pub fn row(mut self, cells: impl IntoIterator<Item = Cell>) -> Self {
        self.rows.push(cells.into_iter().collect());
        self
    }

    /// What is said where there is no row.
    #[must_use]
    pub fn or_if_empty(mut self, text: impl AsRef<str>) -> Self {
        self.empty = html! { p.empty { (text.as_ref()) } };
        self
    }
}

impl Render for Table {
    /// The roles are repeated, because a browser that is told to draw rows as cards forgets them.
    fn render(&self) -> Markup {
        html! {
            table role="table" {
                caption { (self.caption) }
                thead role="rowgroup" {
                    tr role="row" {
                        @for column in &self.columns {
                            th scope="col" role="columnheader" class=[column.number.then_some("number")] {
                                (column.name)
                            }
                        }
                    }
                }
                tbody role="rowgroup" {
                    @for row in &self.rows {
                        tr role="row" {
                            @for (place, (column, cell)) in self.columns.iter().zip(row).enumerate() {
                                (shown(place, column, cell))
                            }
                        }
                    }
                }
            }
            @if self.rows.is_empty() { (self.empty) }
        }
    }
}

fn shown(place: usize, column: &Column, cell: &Cell) -> Markup {
    let class = column.number.then_some("number");
    html! {
        @if place == 0 {
            th scope="row" role="rowheader" class=[class] { (cell.0) }
        } @else {
            td role="cell" class=[class] data-label=(column.name) { span { (cell.0) } }
        }
    }
}
