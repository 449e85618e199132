//! What every fuzz target shares: the entry point, and the replay of files in plain builds.
//!
//! A target is one file in `fuzz_targets/`: a `//!` line, `#![cfg_attr(fuzzing, no_main)]`, and one call of [`target!`].
//! docs/fuzzing.md has the commands.

// The bench of the chip's own tests: it personalises, certifies and opens sessions.
#[path = "../../../hardware-sim/tests/bench/mod.rs"]
pub mod bench;
pub mod chip;

pub use bench::{MRZ_PASSWORD, hex, host, seeded, signing_key};

use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[cfg(fuzzing)]
pub use libfuzzer_sys;

/// Declares the entry point of a fuzz target.
///
/// Under `--cfg fuzzing` this is libFuzzer's; in a plain build it is a `main` that runs the body once over every file
/// named on the command line (folders are walked), so that a corpus or a crash can be replayed in a debugger.
#[macro_export]
macro_rules! target {
    (|$data:ident| $body:expr) => {
        #[cfg(fuzzing)]
        use $crate::libfuzzer_sys;
        #[cfg(fuzzing)]
        $crate::libfuzzer_sys::fuzz_target!(|$data: &[u8]| {
            $body;
        });
        #[cfg(not(fuzzing))]
        fn main() -> std::process::ExitCode {
            $crate::replay(|$data: &[u8]| {
                $body;
            })
        }
    };
}

/// Runs `body` over every file named on the command line and says how many there were; status 2 when none could be read.
pub fn replay(body: impl Fn(&[u8])) -> ExitCode {
    let mut files = Vec::new();
    for argument in std::env::args_os().skip(1) {
        collect(Path::new(&argument), &mut files);
    }
    files.sort();
    for file in &files {
        match std::fs::read(file) {
            Ok(bytes) => body(&bytes),
            Err(error) => {
                eprintln!("cannot read {}: {error}", file.display());
                return ExitCode::from(2);
            }
        }
    }
    println!("replayed {} files", files.len());
    if files.is_empty() {
        ExitCode::from(2)
    } else {
        ExitCode::SUCCESS
    }
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    match std::fs::read_dir(path) {
        Ok(entries) => entries
            .flatten()
            .for_each(|entry| collect(&entry.path(), files)),
        Err(_) => files.push(path.to_owned()),
    }
}
