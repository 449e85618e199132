//! Draws a paper that was laid out, and tags each line with what it is.

use std::collections::BTreeMap;
use std::num::NonZeroU16;

use krilla::configure::{Accessibility, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, ListNumbering, SpanTag, TableHeaderScope, Tag,
    TagGroup, TagKind, TagTree,
};
use krilla::text::TextDirection;
use krilla::{Document, SerializeSettings};

use super::font::shown;
use super::layout::{Element, LEFT, Laid, Line, PAGE, RIGHT, SMALL, Square};
use super::{Paper, PaperError};

/// The file of a paper.
pub(super) fn draw(paper: &Paper, laid: &Laid) -> Result<Vec<u8>, PaperError> {
    let refused = |error: String| PaperError::Write(error);
    let configuration = ConfigurationBuilder::new()
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| refused(format!("{error:?}")))?;
    let mut document = Document::new_with(SerializeSettings {
        configuration,
        ..SerializeSettings::default()
    });
    let mut marks = Marks::new();
    for page in 0..laid.pages {
        let settings = PageSettings::from_wh(PAGE.0, PAGE.1);
        let settings = settings.ok_or_else(|| refused("the size of a page".to_owned()))?;
        let mut sheet = document.start_page_with(settings);
        let mut surface = sheet.surface();
        for (at, element) in laid.elements.iter().enumerate() {
            draw_element(element, at, page, &mut surface, &mut marks)?;
        }
        draw_foot(paper, page, laid.pages, &mut surface)?;
        surface.finish();
        sheet.finish();
    }
    document.set_metadata(
        Metadata::new()
            .title(paper.title.clone())
            .language(paper.language.tag().to_owned())
            .creator("Stempel".to_owned()),
    );
    document.set_outline(outline(paper, laid));
    document.set_tag_tree(tree(paper, laid, &mut marks));
    // Validation errors name fonts and places, never the text.
    document
        .finish()
        .map_err(|error| refused(error.to_string()))
}

/// What was drawn, by element and line of it.
type Marks = BTreeMap<(usize, usize), Identifier>;

fn draw_element(
    element: &Element,
    at: usize,
    page: usize,
    surface: &mut Surface<'_>,
    marks: &mut Marks,
) -> Result<(), PaperError> {
    if let Element::Code(square) = element
        && square.page == page
    {
        let mark = surface.start_tagged(ContentTag::Other);
        draw_square(square, surface);
        surface.end_tagged();
        marks.insert((at, 0), mark);
    }
    for (number, line) in element.lines().enumerate() {
        if line.page != page {
            continue;
        }
        let actual = line.written.as_deref();
        let span = SpanTag::empty().with_actual_text(actual);
        let mark = surface.start_tagged(ContentTag::Span(span));
        draw_line(line, surface)?;
        surface.end_tagged();
        marks.insert((at, number), mark);
    }
    Ok(())
}

fn draw_line(line: &Line, surface: &mut Surface<'_>) -> Result<(), PaperError> {
    let font = line.style.face.font()?;
    let (start, size) = (Point::from_xy(line.x, line.y), line.style.size);
    surface.draw_text(start, font, size, &line.shown, false, TextDirection::Auto);
    Ok(())
}

fn draw_square(square: &Square, surface: &mut Surface<'_>) {
    let side = usize::from(square.modules.side);
    let mut path = PathBuilder::new();
    for (at, _) in square
        .modules
        .dark
        .iter()
        .enumerate()
        .filter(|(_, dark)| **dark)
    {
        let place = |module: usize| f32::from(u16::try_from(module).unwrap_or(0)) * square.module;
        let (x, y) = (square.x + place(at % side), square.y + place(at / side));
        if let Some(module) = Rect::from_xywh(x, y, square.module, square.module) {
            path.push_rect(module);
        }
    }
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
}

fn draw_foot(
    paper: &Paper,
    page: usize,
    pages: usize,
    surface: &mut Surface<'_>,
) -> Result<(), PaperError> {
    let number = format!("{} / {pages}", page + 1);
    let ruler = SMALL.face.ruler(SMALL.size)?;
    let (y, right) = (PAGE.1 - 40.0, RIGHT - ruler(&number));
    let artifact = |kind| ContentTag::Artifact(Artifact::with_kind(kind));
    for (x, text, kind) in [
        (LEFT, shown(&paper.foot), ArtifactType::Footer),
        (right, number, ArtifactType::PageNumber),
    ] {
        surface.start_tagged(artifact(kind));
        let font = SMALL.face.font()?;
        let (start, direction) = (Point::from_xy(x, y), TextDirection::Auto);
        surface.draw_text(start, font, SMALL.size, &text, false, direction);
        surface.end_tagged();
    }
    Ok(())
}

/// The title and the headings, to jump to.
fn outline(paper: &Paper, laid: &Laid) -> Outline {
    let mut outline = Outline::new();
    for element in &laid.elements {
        let (Element::Title(lines) | Element::Heading(lines)) = element else {
            continue;
        };
        if let Some(first) = lines.first() {
            let text = match element {
                Element::Title(_) => paper.title.clone(),
                _ => whole(lines),
            };
            let place = Point::from_xy(first.x, first.y - first.style.size);
            outline.push_child(OutlineNode::new(
                text,
                XyzDestination::new(first.page, place),
            ));
        }
    }
    outline
}

fn whole(lines: &[Line]) -> String {
    let written = lines
        .iter()
        .map(|line| line.written.as_ref().unwrap_or(&line.shown).as_str());
    written.collect()
}

fn tree(paper: &Paper, laid: &Laid, marks: &mut Marks) -> TagTree {
    let mut tree = TagTree::new().with_lang(Some(paper.language.tag().to_owned()));
    for (at, element) in laid.elements.iter().enumerate() {
        let mut number = 0;
        let mut group = |kind: TagKind, lines: &[Line]| {
            let mut group = TagGroup::new(kind);
            for _ in lines {
                if let Some(mark) = marks.remove(&(at, number)) {
                    group.push(mark);
                }
                number += 1;
            }
            group
        };
        let heading = |level: u16, lines: &[Line]| {
            let level = NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN);
            TagKind::from(Tag::Hn(level, Some(whole(lines))))
        };
        match element {
            Element::Title(lines) => tree.push(group(heading(1, lines), lines)),
            Element::Heading(lines) => tree.push(group(heading(2, lines), lines)),
            Element::Paragraph(lines) => tree.push(group(Tag::P.into(), lines)),
            Element::List(points) => {
                let mut list = TagGroup::new(Tag::L(ListNumbering::Disc));
                for lines in points {
                    let body = group(Tag::LBody.into(), lines);
                    list.push(TagGroup::with_children(Tag::LI, vec![body.into()]));
                }
                tree.push(list);
            }
            Element::Facts(rows) => {
                let mut table = TagGroup::new(Tag::Table);
                for (name, value) in rows {
                    let name = group(Tag::TH(TableHeaderScope::Row).into(), name);
                    let value = group(Tag::TD.into(), value);
                    let cells = vec![name.into(), value.into()];
                    table.push(TagGroup::with_children(Tag::TR, cells));
                }
                tree.push(table);
            }
            Element::Code(square) => {
                let mut figure = TagGroup::new(Tag::Figure(Some(square.alternative.clone())));
                if let Some(mark) = marks.remove(&(at, 0)) {
                    figure.push(mark);
                }
                tree.push(figure);
            }
        }
    }
    tree
}
