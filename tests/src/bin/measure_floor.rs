//! The measurements of the floor: `cargo xtask bench measure_floor` builds it in release and runs it.
//!
//! ```text
//! measure_floor [--quick] [cost] [pace] [many]
//! ```

use std::process::ExitCode;

use e2e::measure::floor::{self, Part, Size};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let size = if quick { Size::Quick } else { Size::Full };
    let wanted = |name: &str| {
        let mut names = arguments
            .iter()
            .filter(|argument| !argument.starts_with("--"));
        arguments.len() == usize::from(quick) || names.any(|argument| argument == name)
    };
    let parts = Part::ALL.iter().filter(|(name, _)| wanted(name));
    let parts: Vec<_> = parts.map(|(_, part)| *part).collect();
    // Not in the build folder: sockets have short names only.
    let work = match tempfile::Builder::new().prefix("stempel-").tempdir() {
        Ok(work) => work,
        Err(error) => {
            eprintln!("measure_floor: no folder for the house: {error}");
            return ExitCode::FAILURE;
        }
    };
    match floor::run(work.path(), (&parts, size), |figure| println!("{figure}")) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("measure_floor: {error}");
            ExitCode::FAILURE
        }
    }
}
