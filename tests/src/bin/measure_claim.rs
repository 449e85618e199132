//! The measurements of the queue: `cargo xtask bench measure_claim` starts a server, builds this in release and runs it.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match e2e::measure::claim::run(|figure| println!("{figure}")).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("measure_claim: {error}");
            ExitCode::FAILURE
        }
    }
}
