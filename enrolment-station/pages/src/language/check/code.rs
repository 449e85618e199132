//! Which messages Rust source asks for. A reader of text, not of Rust: enough for ids written in place.

use std::collections::BTreeSet;
use std::path::Path;

use super::CheckError;

/// One place that asks for a message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Use {
    pub(super) id: String,
    /// `file:line`.
    pub(super) place: String,
    /// The names handed over, where they stand beside the id.
    pub(super) arguments: Option<BTreeSet<String>>,
}

/// All places in the `.rs` files below `folder`.
pub(super) fn uses(folder: &Path) -> Result<Vec<Use>, CheckError> {
    let failed = |source| CheckError::Read {
        path: folder.to_path_buf(),
        source,
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            found.extend(uses(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).map_err(|source| CheckError::Read {
                path: path.clone(),
                source,
            })?;
            found.extend(in_text(&text, &path.display().to_string()));
        }
    }
    Ok(found)
}

/// All places in one file's text.
pub(super) fn in_text(text: &str, name: &str) -> Vec<Use> {
    let code = without_comments(text);
    let mut found = Vec::new();
    for (call, has_arguments) in [(".text(", false), (".format(", true), ("Id(", false)] {
        for (at, _) in code.match_indices(call) {
            let rest = &code[at + call.len()..];
            let Some((id, rest)) = literal(rest) else {
                continue;
            };
            let line = code[..at].matches('\n').count() + 1;
            let arguments = match (call, has_arguments) {
                (".text(", _) => Some(BTreeSet::new()),
                (_, true) => array(rest),
                _ => None,
            };
            found.push(Use {
                id: id.to_owned(),
                place: format!("{name}:{line}"),
                arguments,
            });
        }
    }
    found
}

/// The same lines, those of comments empty.
fn without_comments(text: &str) -> String {
    let keep = |line: &str| !line.trim_start().starts_with("//");
    let lines: Vec<&str> = text
        .lines()
        .map(|line| if keep(line) { line } else { "" })
        .collect();
    lines.join("\n")
}

/// A string literal at the start, and what follows it.
fn literal(text: &str) -> Option<(&str, &str)> {
    text.trim_start().strip_prefix('"')?.split_once('"')
}

/// The names in `, &[("name", …), …]`.
fn array(text: &str) -> Option<BTreeSet<String>> {
    let text = text.trim_start().strip_prefix(',')?.trim_start();
    let text = text.strip_prefix('&')?.trim_start().strip_prefix('[')?;
    let mut names = BTreeSet::new();
    let (mut depth, mut previous) = (1, '[');
    for (at, character) in text.char_indices() {
        match character {
            '[' => depth += 1,
            ']' => depth -= 1,
            '(' if !(previous.is_alphanumeric() || previous == '_') => {
                if let Some((name, rest)) = literal(&text[at + 1..])
                    && rest.trim_start().starts_with(',')
                    && is_name(name)
                {
                    names.insert(name.to_owned());
                }
            }
            _ => {}
        }
        if depth == 0 {
            return Some(names);
        }
        previous = character;
    }
    None
}

/// Whether a text can be a variable of Fluent: what a format string in an argument cannot.
fn is_name(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}
