//! Runs the Python programs of `tests/oracles`; a missing one is a failure.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What a script printed, in lines.
pub fn lines(script: &str, arguments: &[&str], files: &[PathBuf]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let python = std::env::var_os("STEMPEL_ORACLES")
        .map_or_else(|| root.join("target/oracles/bin/python"), PathBuf::from);
    let output = Command::new(&python)
        .arg(root.join("tests/oracles").join(script))
        .args(arguments)
        .args(files)
        .output()
        .unwrap_or_else(|error| {
            panic!(
                "the oracle {} does not run ({error}); `cargo xtask test` makes it",
                python.display()
            )
        });
    assert!(
        output.status.success(),
        "oracle: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}
