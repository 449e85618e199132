//! Independent judges of what the house makes: Debian's OpenSSL, and Pillow, `wsq` and NBIS from Python packages.

use std::path::{Path, PathBuf};

use crate::programs::{Ended, ProgramError, end_of};

/// Names the Python that has the oracles of `tests/oracles/requirements.txt`.
const VARIABLE: &str = "STEMPEL_ORACLES";

fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).to_path_buf()
}

fn python() -> PathBuf {
    std::env::var_os(VARIABLE)
        .map_or_else(|| root().join("target/oracles/bin/python"), PathBuf::from)
}

/// Runs `tests/oracles/pictures.py`; what it printed. That it is not installed is an error too.
pub fn pictures(arguments: &[&str]) -> Result<String, ProgramError> {
    let script = root().join("tests/oracles/pictures.py");
    let script = script.to_string_lossy();
    let arguments = [&[&*script], arguments].concat();
    printed(end_of(&python(), &arguments, &[])?, "pictures.py")
}

/// What `PDFium` and `ZXing` read of a PDF, as `tests/oracles/paper.py` says it.
pub fn paper(pdf: &[u8]) -> Result<serde_json::Value, ProgramError> {
    let place = tempfile::NamedTempFile::new();
    let io = |source| ProgramError::Io {
        program: "paper.py".to_owned(),
        source,
    };
    let file = place.map_err(io)?;
    std::fs::write(file.path(), pdf).map_err(io)?;
    let script = root().join("tests/oracles/paper.py");
    let said = python_says(&[&script.to_string_lossy(), &file.path().to_string_lossy()])?;
    serde_json::from_str(&said).map_err(|error| ProgramError::Refused {
        program: "paper.py".to_owned(),
        status: Some(0),
        output: error.to_string(),
    })
}

/// What `ZXing` reads of the QR codes in a picture, a line each.
pub fn codes(picture: &Path) -> Result<String, ProgramError> {
    const READ: &str = "import sys, zxingcpp; from PIL import Image
for code in zxingcpp.read_barcodes(Image.open(sys.argv[1])): print(code.text)";
    python_says(&["-c", READ, &picture.to_string_lossy()])
}

/// Runs the Python that has the oracles; what it printed.
pub fn python_says(arguments: &[&str]) -> Result<String, ProgramError> {
    printed(end_of(&python(), arguments, &[])?, "python")
}

/// Runs Debian's `openssl`; what it printed.
pub fn openssl(arguments: &[&str]) -> Result<String, ProgramError> {
    printed(end_of(Path::new("openssl"), arguments, &[])?, "openssl")
}

fn printed(ended: Ended, program: &str) -> Result<String, ProgramError> {
    if ended.status == Some(0) {
        return Ok(ended.output);
    }
    Err(ProgramError::Refused {
        program: program.to_owned(),
        status: ended.status,
        output: ended.output + &ended.errors,
    })
}
