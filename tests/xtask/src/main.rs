//! The project's own commands: `cargo xtask demo | up | test | bench | fuzz | fault`.
//!
//! This program needs nothing but Rust, so that it can install what everything else needs.

mod bench;
mod demo;
mod fault;
mod fuzz;
mod packages;
mod postgres;
mod process;
mod python;
mod test;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask demo [--once] [--out DIR] [--applicants N] [--portrait FILE --name \"SURNAME, GIVEN\"]
    From applicants' data to verified cards: token, PKI, card readers, chips, report.
cargo xtask up [--machines N] [--applicants N] [--every SECONDS] [--hurry N]
    The whole house at work until Ctrl-C, to be watched in its pages; prints where, and as whom to sign in.
cargo xtask test [STAGE ...]
    Everything that must hold before a change lands; with names, only those stages.
cargo xtask postgres
    A PostgreSQL server for single tests; prints what to export, and ends with Ctrl-C.
cargo xtask bench [--json] [NAME ...]
    The promised speeds, each measured against its limit or peer in the same run.
cargo xtask fuzz [TARGET] [--seconds N]
    Feeds a parser (or each in turn) with bad bytes; ten seconds a target unless told.
cargo xtask fault [NAME ...]
    Power cut at every position of every crash test, on both engines; an hour or more.
";

/// Runs a server until this program is interrupted, which the server hears as well.
fn serve_postgres() -> Result<ExitCode, String> {
    packages::ensure(&[packages::TEST])?;
    let server = postgres::Server::start(postgres::Commits::Vanish)?;
    println!("export STEMPEL_POSTGRES='{}'", server.url());
    loop {
        std::thread::park();
    }
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    let outcome = match command.as_str() {
        "demo" | "up" => demo::run(&command, &rest),
        "test" => test::run(&rest),
        "postgres" => serve_postgres(),
        "bench" => bench::run(&rest),
        "fuzz" => fuzz::run(&rest),
        "fault" => fault::run(&rest),
        "" | "help" | "--help" | "-h" => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        other => Err(format!("there is no command {other:?}\n\n{USAGE}")),
    };
    match outcome {
        Ok(code) => code,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}
