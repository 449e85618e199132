//! The measurements of intake: `cargo xtask bench measure_intake` builds it in release and runs it.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    // Beside the programs: memory file systems make nothing durable.
    let here = std::env::current_exe().unwrap_or_default();
    let beside = here.parent().unwrap_or(std::path::Path::new("."));
    let work = tempfile::Builder::new()
        .prefix("intake-")
        .tempdir_in(beside);
    let work = match work {
        Ok(work) => work,
        Err(error) => {
            eprintln!("measure_intake: no folder: {error}");
            return ExitCode::FAILURE;
        }
    };
    match e2e::measure::intake::run(work.path(), |figure| println!("{figure}")).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("measure_intake: {error}");
            ExitCode::FAILURE
        }
    }
}
