//! What `--out DIR` leaves: exactly the files of docs/demo.md.

use std::fs;
use std::path::Path;

use super::{DemoError, Report};
use crate::house::{Centre, Floor, Pki};

/// The pictures of a card.
pub const FACES: [&str; 2] = ["front.png", "back.png"];

/// Leaves report, trust anchors, chip files, pictures of the cards and audit in `out`.
pub fn leave(
    out: &Path,
    work: &Path,
    report: &Report,
    pki: &Pki,
    centre: &Centre,
    floor: &Floor,
) -> Result<(), DemoError> {
    copy_folder(&pki.trust(), &out.join("trust"), |name| {
        [".cer", ".crl", ".cvcert"]
            .iter()
            .any(|ending| name.ends_with(ending))
    })?;
    for one in &report.documents {
        let number = &one.document.number;
        let (from, to) = (
            work.join("documents").join(number),
            out.join("documents").join(number),
        );
        for part in ["chip", "written"] {
            copy_folder(&from.join(part), &to.join(part), |name| {
                name.starts_with("EF_")
            })?;
        }
        for face in FACES {
            copy(&from.join(face), &to.join(face))?;
        }
    }
    let mut audit = centre.audit(floor)?;
    audit.push_str(&read(&pki.audit())?);
    write(&out.join("audit.jsonl"), &audit)?;
    write(
        &out.join("report.json"),
        &format!("{:#}\n", report.to_json()),
    )
}

fn copy_folder(from: &Path, to: &Path, wanted: impl Fn(&str) -> bool) -> Result<(), DemoError> {
    let error = |path: &Path| {
        let path = path.to_path_buf();
        move |source| DemoError::File { path, source }
    };
    // What an earlier demo left must not pass for this one's.
    if to.exists() {
        fs::remove_dir_all(to).map_err(error(to))?;
    }
    fs::create_dir_all(to).map_err(error(to))?;
    for entry in fs::read_dir(from).map_err(error(from))? {
        let entry = entry.map_err(error(from))?;
        if wanted(&entry.file_name().to_string_lossy()) {
            fs::copy(entry.path(), to.join(entry.file_name())).map_err(error(&entry.path()))?;
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<(), DemoError> {
    let copied = fs::copy(from, to).map(drop);
    copied.map_err(|source| DemoError::File {
        path: from.into(),
        source,
    })
}

fn read(path: &Path) -> Result<String, DemoError> {
    fs::read_to_string(path).map_err(|source| DemoError::File {
        path: path.into(),
        source,
    })
}

fn write(path: &Path, text: &str) -> Result<(), DemoError> {
    fs::write(path, text).map_err(|source| DemoError::File {
        path: path.into(),
        source,
    })
}
