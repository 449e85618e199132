//! From what the exit camera saw to a verdict: the reasons of core, and the findings in words.

use icao9303::mrz::Mrz;
use personalisation_core::quality::{Reason, Verdict};

use super::exit::{ExitFindings, Flaw};

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
        return (!found.reads(ordered)).then(|| "back: drawn with another zone".to_owned());
    }
    let mut told: Vec<String> = findings
        .iter()
        .take(TOLD)
        .map(ToString::to_string)
        .collect();
    if let Some(more) = findings.len().checked_sub(TOLD).filter(|more| *more > 0) {
        told.push(format!("{more} more"));
    }
    Some(told.join("; "))
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
