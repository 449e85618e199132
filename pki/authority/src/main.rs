//! `pki-authority`: makes the keys in a ceremony, then signs what tickets and profiles permit.

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use pki_authority::ceremony::{self, Outcome};
use rand::{rand_core::UnwrapErr, rngs::SysRng};
use time::OffsetDateTime;

/// The public key infrastructure: ceremonies, and the signing service.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Makes tokens, keys, certificates and the first revocation list from one reviewed file
    Ceremony {
        /// The ceremony's file (schema in docs/pki.md)
        file: PathBuf,
    },
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info")),
        )
        .init();
    let done = match Arguments::parse().act {
        Act::Ceremony { file } => hold_ceremony(&file).map_err(|error| error.to_string()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pki-authority: {error}");
            ExitCode::FAILURE
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the program's edge reads the clock"
)]
fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

fn hold_ceremony(file: &std::path::Path) -> Result<(), ceremony::CeremonyError> {
    let mut rng = UnwrapErr(SysRng);
    let outcome = ceremony::run(file, now(), &mut rng, &mut |what| println!("{what}"))?;
    match outcome {
        Outcome::Done { protocol } => {
            println!("done; read and sign {}", protocol.display());
        }
        Outcome::FinishedBefore { protocol } => {
            println!(
                "finished before, nothing changed; see {}",
                protocol.display()
            );
        }
    }
    Ok(())
}
