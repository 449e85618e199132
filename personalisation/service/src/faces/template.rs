//! Templates: SVG with named places, and pixels from them.

use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{Options, Tree},
};

use super::{error::FaceError, fonts::DATABASE, geometry};

/// What a place of a template gets.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// Text, or the value of an attribute.
    Text(String),
    /// SVG.
    Markup(String),
}

/// Text as XML writes it.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Fills every `{{name}}`; a name that `value` does not know is a defect of the template.
pub(super) fn fill(
    template: &str,
    value: impl Fn(&str) -> Option<Value>,
) -> Result<String, FaceError> {
    let mut filled = String::with_capacity(template.len() * 2);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after
            .split_once("}}")
            .ok_or_else(|| FaceError::Template("a place is not closed".to_owned()))?;
        filled.push_str(before);
        match value(name) {
            Some(Value::Text(text)) => filled.push_str(&escape(&text)),
            Some(Value::Markup(markup)) => filled.push_str(&markup),
            None if name == "…" => {}
            None => return Err(FaceError::Template(format!("nothing is known for {name}"))),
        }
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// Draws SVG in millimetres onto a picture of 600 dpi.
pub(super) fn draw(svg: &str, onto: &mut Pixmap) -> Result<(), FaceError> {
    let options = Options {
        font_family: "Inter".to_owned(),
        fontdb: DATABASE.clone(),
        ..Options::default()
    };
    let tree =
        Tree::from_str(svg, &options).map_err(|error| FaceError::Template(error.to_string()))?;
    // Millimetres have no more digits than a float.
    #[expect(clippy::cast_possible_truncation, reason = "a scale of 23.6")]
    let scale = geometry::scale() as f32;
    resvg::render(
        &tree,
        Transform::from_scale(scale, scale),
        &mut onto.as_mut(),
    );
    Ok(())
}

/// An empty picture of a card.
pub(super) fn blank() -> Result<Pixmap, FaceError> {
    Pixmap::new(geometry::PIXEL_WIDTH, geometry::PIXEL_HEIGHT)
        .ok_or_else(|| FaceError::Template("no room for a picture".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_and_unknown_places_refused() {
        let value =
            |name: &str| (name == "name").then(|| Value::Text("<O'Neil & \"Co\">".to_owned()));
        assert_eq!(
            fill("a {{name}}", value).unwrap(),
            "a &lt;O'Neil &amp; &quot;Co&quot;&gt;"
        );
        assert!(fill("{{other}}", value).is_err());
        assert!(fill("{{name", value).is_err());
    }
}
