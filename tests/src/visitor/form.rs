//! Forms as our pages write them: elements and attributes in double quotes. No reader of foreign HTML.

/// One form, with what it holds when the page comes.
#[derive(Debug, Clone, Default)]
pub struct Form {
    /// Where it sends to.
    pub action: String,
    /// What would be sent without touching it.
    held: Vec<(String, String)>,
    /// Every name, with its values where only some can be chosen.
    offered: Vec<(String, Option<String>)>,
}

impl Form {
    /// Whether this can be filled in.
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.offered.iter().any(|(offered, only)| {
            offered == name && only.as_deref().is_none_or(|one| one == value)
        })
    }

    /// What a field holds.
    pub fn value_of(&self, name: &str) -> Option<String> {
        let held = self.held.iter().find(|(held, _)| held == name);
        held.map(|(_, value)| value.clone())
    }

    /// What can be chosen for a field that offers choices.
    pub fn choices(&self, name: &str) -> Vec<String> {
        let offered = self.offered.iter().filter(|(offered, _)| offered == name);
        offered.filter_map(|(_, only)| only.clone()).collect()
    }

    /// Everything that is sent when these fields were filled in.
    pub fn filled(&self, fields: &[(&str, &str)]) -> Vec<(String, String)> {
        let untouched = self
            .held
            .iter()
            .filter(|(name, _)| fields.iter().all(|(filled, _)| filled != name));
        let filled = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        untouched.cloned().chain(filled).collect()
    }
}

/// The forms of a page.
pub fn forms(html: &str) -> Vec<Form> {
    let mut forms = Vec::new();
    for part in html.split("<form").skip(1) {
        let (head, rest) = part.split_once('>').unwrap_or((part, ""));
        let inside = rest.split("</form>").next().unwrap_or_default();
        let mut form = Form {
            action: attribute(head, "action").unwrap_or_default(),
            ..Form::default()
        };
        read_fields(inside, &mut form);
        forms.push(form);
    }
    forms
}

fn read_fields(inside: &str, form: &mut Form) {
    let mut select: Option<String> = None;
    for element in inside.split('<').skip(1) {
        let (tag, text) = element.split_once('>').unwrap_or((element, ""));
        let name = attribute(tag, "name");
        let value = attribute(tag, "value");
        let kind = tag.split([' ', '/']).next().unwrap_or_default();
        match (kind, name, attribute(tag, "type").as_deref()) {
            ("input", Some(name), Some("radio" | "checkbox")) => {
                let value = value.unwrap_or_else(|| "on".to_owned());
                form.offered.push((name.clone(), Some(value.clone())));
                if is_set(tag, "checked") {
                    form.held.push((name, value));
                }
            }
            ("input", Some(name), _) => {
                form.offered.push((name.clone(), None));
                form.held.push((name, value.unwrap_or_default()));
            }
            ("textarea", Some(name), _) => {
                form.offered.push((name.clone(), None));
                form.held.push((name, plain(text)));
            }
            ("button", Some(name), _) => form.offered.push((name, value)),
            ("select", name, _) => select = name,
            ("/select", ..) => select = None,
            ("option", ..) => {
                if let Some(name) = &select {
                    let value = value.unwrap_or_default();
                    form.offered.push((name.clone(), Some(value.clone())));
                    if is_set(tag, "selected") {
                        form.held.push((name.clone(), value));
                    }
                }
            }
            _ => {}
        }
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    between(tag, &format!(" {name}=\""), "\"")
}

fn is_set(tag: &str, name: &str) -> bool {
    tag.split([' ', '/']).any(|word| word == name)
}

/// The text between two marks, with its entities read.
pub(super) fn between(text: &str, from: &str, to: &str) -> Option<String> {
    let (_, after) = text.split_once(from)?;
    let (inside, _) = after.split_once(to)?;
    Some(plain(inside))
}

fn plain(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<form method="post" action="/a?b=1&amp;c=2"><input type="hidden" name="token" value="t&quot;1">
<input type="radio" name="how" value="one"><input type="radio" name="how" value="two" checked>
<select name="place"><option value="x">X</option><option value="y" selected>Y</option></select>
<textarea name="note">&lt;old&gt;</textarea><button name="act" value="go">Go</button></form><form action="/d"></form>"#;

    #[test]
    fn a_form_holds_what_the_page_shows() {
        let forms = forms(PAGE);
        assert_eq!(forms.len(), 2);
        let form = &forms[0];
        assert_eq!(form.action, "/a?b=1&c=2");
        let held = |name| form.value_of(name);
        assert_eq!(held("token").as_deref(), Some("t\"1"));
        assert_eq!(held("how").as_deref(), Some("two"));
        assert_eq!(held("place").as_deref(), Some("y"));
        assert_eq!(held("note").as_deref(), Some("<old>"));
        assert_eq!(
            held("act"),
            None,
            "a button is sent only when it is pressed"
        );
    }

    #[test]
    fn only_what_a_page_offers_can_be_filled_in() {
        let form = &forms(PAGE)[0];
        assert!(form.has("how", "one") && form.has("note", "anything") && form.has("act", "go"));
        assert!(!form.has("how", "three") && !form.has("act", "stop") && !form.has("other", ""));
        let filled = form.filled(&[("how", "one"), ("act", "go")]);
        assert!(filled.contains(&("how".to_owned(), "one".to_owned())));
        assert!(!filled.contains(&("how".to_owned(), "two".to_owned())));
        assert!(filled.contains(&("place".to_owned(), "y".to_owned())));
    }
}
