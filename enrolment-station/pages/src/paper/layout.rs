//! Where each line of a paper stands: points (1/72 inch) from the upper left of its page.

use super::font::{Face, shown};
use super::{Code, Paper, PaperError, Part};
use crate::qr_code::{Modules, QUIET, modules};

/// A4.
pub(super) const PAGE: (f32, f32) = (595.28, 841.89);
const MILLIMETRE: f32 = 72.0 / 25.4;
pub(super) const LEFT: f32 = 25.0 * MILLIMETRE;
pub(super) const RIGHT: f32 = PAGE.0 - 20.0 * MILLIMETRE;
const TOP: f32 = 20.0 * MILLIMETRE;
const BOTTOM: f32 = PAGE.1 - 25.0 * MILLIMETRE;
/// The upper edge of the address in the window, and of what follows it.
const WINDOW: (f32, f32) = (50.0 * MILLIMETRE, 95.0 * MILLIMETRE);
/// Width of the names of facts.
const NAMES: f32 = 50.0 * MILLIMETRE;
/// Side of a QR code with its quiet zone.
const CODE: f32 = 38.0 * MILLIMETRE;

/// How a line looks.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub(super) face: Face,
    pub(super) size: f32,
    /// From one line to the next.
    leading: f32,
}

const TITLE: Style = style(Face::Strong, 20.0, 26.0);
const HEADING: Style = style(Face::Strong, 12.0, 16.0);
const BODY: Style = style(Face::Regular, 10.5, 15.0);
const VALUE: Style = style(Face::Strong, 10.5, 15.0);
pub(super) const SMALL: Style = style(Face::Regular, 8.5, 12.0);

const fn style(face: Face, size: f32, leading: f32) -> Style {
    Style {
        face,
        size,
        leading,
    }
}

/// A line in its place.
pub(super) struct Line {
    pub(super) page: usize,
    pub(super) x: f32,
    /// The baseline.
    pub(super) y: f32,
    pub(super) style: Style,
    /// What is drawn.
    pub(super) shown: String,
    /// What was written, where that cannot be drawn.
    pub(super) written: Option<String>,
}

/// A part in its place, as the reading order has it.
pub(super) enum Element {
    Title(Vec<Line>),
    Heading(Vec<Line>),
    Paragraph(Vec<Line>),
    List(Vec<Vec<Line>>),
    Facts(Vec<(Vec<Line>, Vec<Line>)>),
    Code(Square),
}

impl Element {
    /// Its lines, in reading order.
    pub(super) fn lines(&self) -> Box<dyn Iterator<Item = &Line> + '_> {
        match self {
            Self::Title(lines) | Self::Heading(lines) | Self::Paragraph(lines) => {
                Box::new(lines.iter())
            }
            Self::List(points) => Box::new(points.iter().flatten()),
            Self::Facts(rows) => Box::new(
                rows.iter()
                    .flat_map(|(name, value)| name.iter().chain(value)),
            ),
            Self::Code(_) => Box::new(std::iter::empty()),
        }
    }
}

/// A QR code in its place.
pub(super) struct Square {
    pub(super) page: usize,
    /// Upper left of the first module, and the side of a module.
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) module: f32,
    pub(super) modules: Modules,
    pub(super) alternative: String,
}

/// All of a paper.
pub(super) struct Laid {
    pub(super) elements: Vec<Element>,
    pub(super) pages: usize,
}

pub(super) fn lay_out(paper: &Paper) -> Result<Laid, PaperError> {
    let mut pen = Pen { page: 0, y: TOP };
    let mut elements = Vec::new();
    let mut above = |lines: &[String], pen: &mut Pen, style| -> Result<(), PaperError> {
        for line in lines {
            let lines = pen.write(line, LEFT, RIGHT - LEFT, style)?;
            elements.push(Element::Paragraph(lines));
        }
        Ok(())
    };
    above(&paper.sender, &mut pen, SMALL)?;
    if !paper.address.is_empty() {
        pen.y = pen.y.max(WINDOW.0);
        above(&paper.address, &mut pen, BODY)?;
        pen.y = pen.y.max(WINDOW.1);
    }
    pen.space(18.0);
    elements.push(Element::Title(pen.write(
        &paper.title,
        LEFT,
        RIGHT - LEFT,
        TITLE,
    )?));
    for part in &paper.parts {
        lay_part(part, &mut pen, &mut elements)?;
    }
    Ok(Laid {
        elements,
        pages: pen.page + 1,
    })
}

fn lay_part(part: &Part, pen: &mut Pen, elements: &mut Vec<Element>) -> Result<(), PaperError> {
    let width = RIGHT - LEFT;
    match part {
        Part::Heading(text) => {
            pen.space(12.0);
            // Not alone at the foot of a page.
            pen.room(HEADING.leading + 3.0 * BODY.leading);
            elements.push(Element::Heading(pen.write(text, LEFT, width, HEADING)?));
        }
        Part::Text(text) => {
            for paragraph in text.lines().filter(|line| !line.trim().is_empty()) {
                pen.space(6.0);
                elements.push(Element::Paragraph(pen.write(paragraph, LEFT, width, BODY)?));
            }
        }
        Part::List(points) => {
            pen.space(6.0);
            let point = |point: &String| pen.write(&format!("• {point}"), LEFT, width, BODY);
            let points: Result<_, _> = points.iter().map(point).collect();
            elements.push(Element::List(points?));
        }
        Part::Facts(rows) => {
            pen.space(8.0);
            let row = |row| lay_row(row, pen);
            let rows: Result<_, _> = rows.iter().map(row).collect();
            elements.push(Element::Facts(rows?));
        }
        Part::Code(code) => lay_code(code, pen, elements)?,
    }
    Ok(())
}

/// A name and its value on one height, never on two pages.
fn lay_row(
    (name, value): &(String, String),
    pen: &mut Pen,
) -> Result<(Vec<Line>, Vec<Line>), PaperError> {
    let (beside, width) = (LEFT + NAMES, RIGHT - LEFT - NAMES);
    let names = cut(&shown(name), NAMES - 8.0, BODY)?.len();
    let values = cut(&shown(value), width, VALUE)?.len();
    pen.room(BODY.leading * f32::from(u16::try_from(names.max(values)).unwrap_or(1)));
    let start = pen.y;
    let name = pen.write(name, LEFT, NAMES - 8.0, BODY)?;
    let below = pen.y;
    pen.y = start;
    let value = pen.write(value, beside, width, VALUE)?;
    pen.y = pen.y.max(below);
    pen.space(3.0);
    Ok((name, value))
}

fn lay_code(code: &Code, pen: &mut Pen, elements: &mut Vec<Element>) -> Result<(), PaperError> {
    let modules = modules(&code.content)?;
    pen.space(10.0);
    pen.room(CODE);
    let module = CODE / f32::from(modules.side + 2 * QUIET);
    let (page, start, quiet) = (pen.page, pen.y, module * f32::from(QUIET));
    // The modules begin where the text does; the margin is their quiet zone.
    elements.push(Element::Code(Square {
        page,
        x: LEFT,
        y: start + quiet,
        module,
        modules,
        alternative: code.alternative.clone(),
    }));
    let beside = LEFT + CODE;
    for paragraph in code.beside.lines() {
        pen.space(4.0);
        let lines = pen.write(paragraph, beside, RIGHT - beside, BODY)?;
        elements.push(Element::Paragraph(lines));
    }
    if pen.page == page {
        pen.y = pen.y.max(start + CODE);
    }
    Ok(())
}

/// Where the next line goes.
struct Pen {
    page: usize,
    y: f32,
}

impl Pen {
    fn space(&mut self, height: f32) {
        self.y += height;
    }

    /// Turns the page unless that much fits.
    fn room(&mut self, height: f32) {
        if self.y + height > BOTTOM {
            self.page += 1;
            self.y = TOP;
        }
    }

    fn write(
        &mut self,
        text: &str,
        x: f32,
        width: f32,
        style: Style,
    ) -> Result<Vec<Line>, PaperError> {
        let drawn = shown(text);
        let mut written = text.chars();
        let mut lines = Vec::new();
        for line in cut(&drawn, width, style)? {
            // One character is drawn for each that was written, so both are cut alike.
            let original: String = written.by_ref().take(line.chars().count()).collect();
            self.room(style.leading);
            lines.push(Line {
                page: self.page,
                x,
                y: self.y + style.size,
                style,
                written: (original != line).then_some(original),
                shown: line,
            });
            self.y += style.leading;
        }
        Ok(lines)
    }
}

/// Cuts a text into lines, after spaces where there are any. A line keeps its space, so that words stay apart for those
/// who hear it. The sum of the lines is the text.
fn cut(text: &str, width: f32, style: Style) -> Result<Vec<String>, PaperError> {
    let long = style.face.ruler(style.size)?;
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_inclusive(' ') {
        let fits = |line: &str, more: &str| long(line) + long(more.trim_end()) <= width;
        if !line.is_empty() && !fits(&line, word) {
            lines.push(std::mem::take(&mut line));
        }
        if fits(&line, word) {
            line.push_str(word);
            continue;
        }
        // Longer than a line by itself.
        for letter in word.chars() {
            if !line.is_empty() && !fits(&line, letter.encode_utf8(&mut [0; 4])) {
                lines.push(std::mem::take(&mut line));
            }
            line.push(letter);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    Ok(lines)
}
