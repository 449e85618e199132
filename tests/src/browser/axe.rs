//! axe-core, the judge of accessibility: its script comes with the oracles, pinned by hash.

use std::fmt;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Browser, BrowserError};
use crate::oracles;

/// What axe-core holds against a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule, such as `color-contrast`.
    pub rule: String,
    /// What it asks for.
    pub help: String,
    /// Where, and what was measured there.
    pub places: Vec<String>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} at {}",
            self.rule,
            self.help,
            self.places.join(" | ")
        )
    }
}

/// All rules of WCAG 2.0 to 2.2, A and AA, and the best practices: no finding is let pass, and none left open.
const JUDGE: &str = "const done = arguments[arguments.length - 1]; axe.run(document, { resultTypes: ['violations'], \
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }) \
    .then((result) => done(result.violations), (error) => done([{ id: 'axe', help: String(error), nodes: [] }]))";

impl Browser {
    /// What axe-core holds against the page as it is now.
    pub fn axe(&self) -> Result<Vec<Finding>, BrowserError> {
        let script = script()?;
        let source = std::fs::read_to_string(&script)
            .map_err(|error| missing(&script, &error.to_string()))?;
        self.run(&source)?;
        let body = serde_json::json!({ "script": JUDGE, "args": [] });
        let violations = self.wire.post("execute/async", &body)?;
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        Ok(list(&violations)
            .iter()
            .map(|violation| Finding {
                rule: text(&violation["id"]),
                help: text(&violation["help"]),
                places: list(&violation["nodes"])
                    .iter()
                    .map(|node| {
                        format!(
                            "{} ({})",
                            text(&node["html"]),
                            text(&node["failureSummary"])
                        )
                    })
                    .collect(),
            })
            .collect())
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// `axe.min.js` in the package that carries it; the package's own code is never run.
fn script() -> Result<PathBuf, BrowserError> {
    let ask = "import importlib.util as u; print(u.find_spec('axe_playwright_python').submodule_search_locations[0])";
    let folder = oracles::python_says(&["-c", ask])
        .map_err(|error| missing(Path::new("axe-core"), &error.to_string()))?;
    Ok(Path::new(folder.trim()).join("axe.min.js"))
}

fn missing(path: &Path, reason: &str) -> BrowserError {
    BrowserError::Wire {
        command: format!(
            "reading {}; `cargo xtask test oracles` fetches it",
            path.display()
        ),
        reason: reason.to_owned(),
    }
}
