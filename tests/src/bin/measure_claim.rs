//! The measurements of the queue: `cargo xtask bench measure_claim` starts a server, builds this in release and runs it.
//! `--quick` measures after few finished orders only, and holds nothing against a limit.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let in_a_hurry = std::env::args().any(|argument| argument == "--quick");
    match e2e::measure::claim::run(in_a_hurry, |figure| println!("{figure}")).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("measure_claim: {error}");
            ExitCode::FAILURE
        }
    }
}
