//! The measurements of the whole house: `cargo xtask bench` builds it in release and runs this program.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Not in the build folder: sockets have short names only.
    let work = tempfile::Builder::new().prefix("stempel-").tempdir();
    let work = match work {
        Ok(work) => work,
        Err(error) => {
            eprintln!("measure: no folder for the house: {error}");
            return ExitCode::FAILURE;
        }
    };
    match e2e::measure::run(work.path(), |figure| println!("{figure}")) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("measure: {error}");
            ExitCode::FAILURE
        }
    }
}
