//! Serials that somebody scans or types, one a line.

use pages::{
    Speech,
    component::{Errors, Input, Values},
};
use personalisation_core::chip_serial::ChipSerial;

/// The most serials of one form.
const MOST: usize = 1000;

/// The field.
pub(super) fn field(speech: Speech<'_>, name: &str, label: String) -> Input {
    Input::lines(name, label)
        .hint(speech.text("serials-hint"))
        .optional()
}

/// The serials in a field; none where a line is none, which its error names. Scanners and people group them differently.
pub(super) fn read(
    speech: Speech<'_>,
    (values, name): (&Values, &str),
    errors: &mut Errors,
) -> Option<Vec<ChipSerial>> {
    let text = values.get(name);
    let lines = (1_usize..).zip(text.lines());
    let mut chips = Vec::new();
    for (number, line) in lines {
        let serial: String = line.split_whitespace().collect();
        if serial.is_empty() {
            continue;
        }
        let Ok(chip) = serial.parse() else {
            let line = u64::try_from(number).unwrap_or(u64::MAX);
            let told = speech.format("serials-error-line", &[("line", line.into())]);
            errors.add(name, told);
            return None;
        };
        chips.push(chip);
    }
    if chips.len() > MOST {
        errors.add(name, speech.text("serials-error-many"));
        return None;
    }
    Some(chips)
}
