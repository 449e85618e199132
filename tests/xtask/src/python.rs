//! A private Python environment with the oracles and prebuilt tools, every package pinned by hash.

use std::fs;
use std::path::PathBuf;

use crate::process;

const REQUIREMENTS: [&str; 2] = ["tests/oracles/tools.txt", "tests/oracles/requirements.txt"];

/// The environment's folder of programs.
pub fn programs() -> PathBuf {
    process::target().join("oracles/bin")
}

/// Makes the environment, or leaves it alone if it was made from the same requirements.
pub fn ensure() -> Result<(), String> {
    let wanted = requirements()?;
    let folder = process::target().join("oracles");
    let stamp = folder.join("requirements.stamp");
    if fs::read_to_string(&stamp).is_ok_and(|made_from| made_from == wanted) {
        return Ok(());
    }
    eprintln!("Setting up the Python oracles (once) …");
    process::run(
        process::command("python3")
            .args(["-m", "venv"])
            .arg(&folder),
    )?;
    for file in REQUIREMENTS {
        let pip = programs().join("pip");
        let mut install = process::command(pip);
        install.args([
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--require-hashes",
        ]);
        process::run(install.args(["-r", file]))?;
    }
    fs::write(&stamp, wanted).map_err(|error| format!("cannot write {}: {error}", stamp.display()))
}

fn requirements() -> Result<String, String> {
    let read = |file| {
        fs::read_to_string(process::root().join(file))
            .map_err(|error| format!("cannot read {file}: {error}"))
    };
    REQUIREMENTS.into_iter().map(read).collect()
}
