//! What the demo did and found: for people on the screen, for programs as `report.json` (docs/demo.md).

use std::fmt;

use serde_json::{Value, json};

use crate::house::Document;

/// Schema name and version of `report.json`.
const SCHEMA: &str = "stempel.demo.report/1";

/// One stage of the demo.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Its name.
    pub name: &'static str,
    /// How long it took.
    pub seconds: f64,
}

/// One document, as made and as inspected.
#[derive(Debug, Clone)]
pub struct DocumentReport {
    /// Name as ordered.
    pub holder: String,
    /// What the line says.
    pub document: Document,
    /// What the inspector says (docs/inspection.md).
    pub inspection: Value,
}

impl DocumentReport {
    /// Whether the inspector found it genuine.
    pub fn is_genuine(&self) -> bool {
        self.inspection["verdict"] == "genuine"
    }

    fn to_json(&self) -> Value {
        json!({
            "number": self.document.number,
            "can": self.document.can,
            "chip_serial": self.document.chip,
            "reader": self.document.reader,
            "holder": self.holder,
            "mrz": self.inspection["document"]["mrz"],
            "verdict": self.inspection["verdict"].as_str().unwrap_or_default().replace('_', " "),
            "seconds": self.document.seconds,
            "inspection": self.inspection,
        })
    }
}

/// The whole run.
#[derive(Debug, Clone)]
pub struct Report {
    /// When it began, RFC 3339.
    pub started: String,
    /// How long it took.
    pub seconds: f64,
    /// Its stages.
    pub stages: Vec<Stage>,
    /// How many documents were ordered.
    pub ordered: usize,
    /// The documents that were made.
    pub documents: Vec<DocumentReport>,
}

impl Report {
    /// Whether every order became a document, and every document is genuine.
    pub fn passed(&self) -> bool {
        self.documents.len() == self.ordered
            && self.documents.iter().all(DocumentReport::is_genuine)
    }

    /// The content of `report.json`.
    pub fn to_json(&self) -> Value {
        let stage = |stage: &Stage| json!({ "name": stage.name, "seconds": stage.seconds });
        json!({
            "schema": SCHEMA,
            "verdict": if self.passed() { "passed" } else { "failed" },
            "started": self.started,
            "seconds": self.seconds,
            "issuer_profile": "luxembourg",
            "ordered": self.ordered,
            "stages": self.stages.iter().map(stage).collect::<Vec<_>>(),
            "documents": self.documents.iter().map(DocumentReport::to_json).collect::<Vec<_>>(),
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for one in &self.documents {
            let verdict = if one.is_genuine() {
                "GENUINE"
            } else {
                "NOT GENUINE OR NO VERDICT"
            };
            writeln!(f, "{} for {}: {verdict}", one.document.number, one.holder)?;
            for line in one.inspection["document"]["mrz"]
                .as_array()
                .into_iter()
                .flatten()
            {
                writeln!(f, "    {}", line.as_str().unwrap_or_default())?;
            }
            for check in one.inspection["checks"].as_array().into_iter().flatten() {
                writeln!(f, "  {}", CheckLine(check))?;
            }
            writeln!(
                f,
                "    reader {}, CAN {}\n",
                one.document.reader, one.document.can
            )?;
        }
        let genuine = self.documents.iter().filter(|one| one.is_genuine()).count();
        let (ordered, seconds) = (self.ordered, self.seconds);
        write!(
            f,
            "{ordered} ordered, {} made, {genuine} genuine, {seconds:.1} s",
            self.documents.len()
        )
    }
}

/// One check of an inspection as a line: mark, name, reason.
struct CheckLine<'a>(&'a Value);

impl fmt::Display for CheckLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |name: &str| self.0[name].as_str().unwrap_or_default();
        let mark = match text("result") {
            "passed" => "+",
            "noted" | "not_checked" => "·",
            _ => "!",
        };
        let (name, detail) = (text("name").replace('_', " "), text("detail"));
        match detail {
            "" => write!(f, "{mark} {name}"),
            _ => write!(f, "{mark} {name}: {detail}"),
        }
    }
}
