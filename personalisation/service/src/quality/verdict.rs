//! From what the exit camera saw to a verdict: the reasons of core, and the findings in words.

use icao9303::mrz::Mrz;
use personalisation_core::quality::{Reason, Verdict};

use super::exit::{ExitFindings, Face, Flaw};

/// Findings that are told; a card that is blank or smeared has dozens.
const TOLD: usize = 8;

/// The verdict on a card. `ordered` is the machine readable zone of the order itself: a face that was drawn wrong and printed as
/// it was drawn is found by it.
pub fn verdict(found: &ExitFindings, ordered: &Mrz) -> Verdict {
    let reasons = found.findings().iter().map(|finding| reason(finding.flaw));
    // Where the back is blank or the front's, nothing was read, and that is reason enough.
    let misread = found.passed() && !found.reads(ordered);
    Verdict::from_reasons(reasons.chain(misread.then_some(Reason::MachineReadableZone)))
}

/// What is wrong, for operators and the audit; none where nothing is. No personal data.
pub fn detail(found: &ExitFindings, ordered: &Mrz) -> Option<String> {
    let findings = found.findings();
    if findings.is_empty() {
        // Printed as it was drawn, and drawn as nobody ordered.
        let misread = "back: the machine-readable zone is not that of the order";
        return (!found.reads(ordered)).then(|| misread.to_owned());
    }
    // What explains the others comes first.
    let (small, large): (Vec<_>, Vec<_>) = findings
        .iter()
        .partition(|finding| finding.flaw == Flaw::Blemish);
    let told = large.into_iter().chain(small).take(TOLD);
    let mut told: Vec<String> = told.map(ToString::to_string).collect();
    if let Some(more) = findings.len().checked_sub(TOLD).filter(|more| *more > 0) {
        told.push(format!("{more} more"));
    }
    Some(told.join("; "))
}

/// What was measured on both faces, wrong or not, as a JSON object: `front` and `back`, each with its measures in the units of
/// [`Measures`](super::exit::Measures). No personal data.
pub fn figures(found: &ExitFindings) -> String {
    let face = |face| {
        let of = found.measures(face);
        let round = |value: f64| (value * 1000.0).round() / 1000.0;
        serde_json::json!({
            "across_mm": round(of.offset_mm.0),
            "down_mm": round(of.offset_mm.1),
            "turn_degrees": round(of.turn),
            "ink": of.ink.map(round),
            "portrait": round(of.portrait),
            "worst_cell": round(of.worst_cell),
            "least_character": round(of.least_character),
        })
    };
    serde_json::json!({ "front": face(Face::Front), "back": face(Face::Back) }).to_string()
}

/// The reason that a flaw is counted under.
pub const fn reason(flaw: Flaw) -> Reason {
    match flaw {
        Flaw::Blank => Reason::Blank,
        Flaw::WrongSide => Reason::WrongSide,
        Flaw::Across | Flaw::Down | Flaw::Turned => Reason::Position,
        Flaw::Ink(_) => Reason::Colour,
        Flaw::Portrait => Reason::Portrait,
        Flaw::WrongCharacter { .. } | Flaw::UnclearCharacter { .. } => Reason::MachineReadableZone,
        Flaw::Blemish => Reason::Blemish,
    }
}
