//! The report as a newcomer reads it.

use std::fmt;

use super::{
    CertificateFacts, CheckResult, ChipFacts, DocumentFacts, FileState, FingerState,
    InspectionReport,
};

/// Width of the left column.
const LEFT: usize = 29;

impl fmt::Display for InspectionReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.verdict)?;
        writeln!(f, "{}", self.summary)?;
        if let Some(document) = &self.document {
            print_document(f, document)?;
        }
        self.print_pictures(f)?;
        self.print_checks(f)?;
        print_certificates(f, &self.certificates)?;
        print_chip(f, &self.chip)?;
        self.print_files(f)?;
        self.print_timings(f)
    }
}

impl InspectionReport {
    fn print_pictures(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        heading(f, "Biometrics on the chip")?;
        for picture in &self.pictures {
            let size = picture.pixels.map_or(String::new(), |(width, height)| {
                format!("{width} x {height} pixels, ")
            });
            let text = format!("{}, {size}{} bytes", picture.format, picture.bytes);
            row(f, &capitalised(&picture.subject), &text)?;
        }
        let fingers = match self.fingers.state {
            FingerState::Absent => "none on this chip",
            FingerState::Locked => {
                "locked: only a terminal that its country certified may read them \
                 (terminal authentication)"
            }
            FingerState::NotReached => "not reached",
            FingerState::Readable => "readable",
        };
        row(f, "Fingerprints", fingers)?;
        for (position, bytes) in &self.fingers.images {
            row(f, "", &format!("{position}, {bytes} bytes"))?;
        }
        Ok(())
    }

    fn print_checks(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        heading(f, "Checks")?;
        for check in &self.checks {
            let mark = match check.result {
                CheckResult::Passed => "yes ",
                CheckResult::Failed => "NO  ",
                CheckResult::Undetermined => "?   ",
                CheckResult::Noted => "note",
                CheckResult::NotChecked => "-   ",
            };
            writeln!(f, "  {mark}  {}", check.name.question())?;
            let code = check
                .code
                .map_or_else(String::new, |code| format!(" [{code}]"));
            if !check.detail.is_empty() {
                writeln!(f, "        {}{code}", printable(&check.detail))?;
            }
        }
        Ok(())
    }

    fn print_files(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.files.is_empty() {
            return Ok(());
        }
        heading(f, "Files")?;
        for file in &self.files {
            let text = match file.state {
                FileState::Absent => "not on this chip".to_owned(),
                FileState::Failed => "could not be read".to_owned(),
                FileState::Locked => "locked".to_owned(),
                FileState::Read => format!("{} bytes", file.bytes),
            };
            row(f, &file.name, &text)?;
        }
        Ok(())
    }

    fn print_timings(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.timings.is_empty() {
            return Ok(());
        }
        heading(f, "Time taken")?;
        for timing in &self.timings {
            let cost = match timing.commands {
                0 => String::new(),
                commands => format!(", {commands} commands, {} bytes received", timing.bytes),
            };
            row(
                f,
                &timing.step,
                &format!("{:.2} ms{cost}", timing.milliseconds),
            )?;
        }
        Ok(())
    }
}

fn print_document(f: &mut fmt::Formatter<'_>, document: &DocumentFacts) -> fmt::Result {
    heading(f, "Holder")?;
    row(f, "Surname", &document.surname)?;
    row(f, "Given names", &document.given_names)?;
    row(f, "Date of birth", &document.date_of_birth)?;
    row(f, "Sex", &document.sex)?;
    row(f, "Nationality", &document.nationality)?;
    heading(f, "Document")?;
    row(
        f,
        "Type",
        &format!("{} ({})", document.code, document.format),
    )?;
    row(f, "Issued by", &document.issuer)?;
    row(f, "Number", &document.number)?;
    row(f, "Valid until", &document.date_of_expiry)?;
    for (name, text) in &document.further {
        row(f, name, text)?;
    }
    heading(f, "Machine readable zone")?;
    for line in &document.mrz {
        writeln!(f, "  {}", printable(line))?;
    }
    Ok(())
}

fn print_certificates(
    f: &mut fmt::Formatter<'_>,
    certificates: &[CertificateFacts],
) -> fmt::Result {
    if certificates.is_empty() {
        return Ok(());
    }
    heading(f, "Signed by")?;
    for certificate in certificates {
        let name = format!("{}, {}", certificate.subject, certificate.country);
        row(f, &capitalised(&certificate.role), &name)?;
        row(f, "", &format!("serial number {}", certificate.serial))?;
        row(f, "", &certificate.key)?;
        row(
            f,
            "",
            &format!("{} to {}", certificate.not_before, certificate.not_after),
        )?;
    }
    Ok(())
}

fn print_chip(f: &mut fmt::Formatter<'_>, chip: &ChipFacts) -> fmt::Result {
    heading(f, "Chip")?;
    let rows = [
        ("Reader", &chip.reader),
        ("Answer to reset", &chip.atr),
        ("Opened by", &chip.access),
    ];
    for (name, text) in rows {
        if let Some(text) = text {
            row(f, name, text)?;
        }
    }
    if let Some(password) = &chip.password {
        row(f, "", &format!("with the {password}"))?;
    }
    if let (Some(command), Some(response)) = (chip.max_command, chip.max_response) {
        row(
            f,
            "Longest message",
            &format!("{command} bytes in, {response} bytes out"),
        )?;
    }
    for (index, offer) in chip.offers.iter().enumerate() {
        let left = if index == 0 { "Offers" } else { "" };
        let supported = if offer.supported {
            ""
        } else {
            " (not supported here)"
        };
        row(
            f,
            left,
            &format!("{}{supported}, {}", offer.protocol, offer.listed_in),
        )?;
    }
    Ok(())
}

fn heading(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    writeln!(f, "\n{text}")
}

fn row(f: &mut fmt::Formatter<'_>, left: &str, right: &str) -> fmt::Result {
    writeln!(f, "  {:LEFT$}{}", printable(left), printable(right))
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + characters.as_str()
    })
}

/// Text from a chip goes to a terminal: control characters, and those that turn the direction of
/// writing, are shown as a replacement character.
fn printable(text: &str) -> String {
    let hostile = |c: char| {
        c.is_control()
            || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    text.chars()
        .map(|c| {
            if hostile(c) {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chip_cannot_write_to_the_terminal() {
        assert_eq!(
            printable("A\u{1b}[2J\n\u{202E}é"),
            "A\u{FFFD}[2J\u{FFFD}\u{FFFD}é"
        );
        assert_eq!(capitalised("état"), "État");
    }
}
