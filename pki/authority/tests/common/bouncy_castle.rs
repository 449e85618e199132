//! Bouncy Castle as an inspector (`oracles/VerifyDocument.java`).
//!
//! Without it tests fail: install `default-jdk-headless` and `libbcpkix-java`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests stop at the first fault"
)]

use std::{path::Path, process::Command};

/// What it says of a signed object and data groups, under a country's root and revocation list: the
/// first line that it prints.
pub fn verdict(root: &[u8], list: &[u8], object: &[u8], groups: &[(u8, Vec<u8>)]) -> String {
    let jars = ["bcprov", "bcpkix", "bcutil"].map(|jar| format!("/usr/share/java/{jar}.jar"));
    for jar in &jars {
        assert!(
            Path::new(jar).exists(),
            "{jar} is missing: install libbcpkix-java"
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles/VerifyDocument.java");
    let mut java = Command::new("java");
    java.arg("-cp").arg(jars.join(":")).arg(program);
    java.arg(write("csca.cer", root));
    java.arg(write("list.crl", list));
    java.arg(write("object.bin", object));
    for (number, file) in groups {
        let path = write(&format!("{number}.bin"), file);
        java.arg(format!("{number}={}", path.display()));
    }
    let output = java
        .output()
        .expect("java is missing: install default-jdk-headless");
    let printed = String::from_utf8_lossy(&output.stdout)
        .lines()
        .next()
        .map(str::to_owned);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    printed.unwrap_or_else(|| panic!("Bouncy Castle printed nothing; errors: {errors}"))
}
