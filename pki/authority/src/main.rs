//! `pki-authority`: makes the keys in a ceremony, then signs what tickets and profiles permit.

use std::{
    io::{self, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use key_custody::softhsm;
use pki_authority::{
    ceremony::{self, Outcome},
    operations::{self, config::OperationsConfig},
    serve::{self, ServeError, config::ServeConfig},
    surroundings::Surroundings,
};
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
    /// Signs what tickets and profiles permit, over gRPC with mutual TLS
    Serve {
        /// The configuration (schema in docs/pki.md)
        #[arg(long)]
        config: PathBuf,
    },
    /// Certifies and revokes our stations, over gRPC with mutual TLS
    Operations {
        /// The configuration (schema in docs/pki.md)
        #[arg(long)]
        config: PathBuf,
    },
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info")),
        )
        .init();
    let done = match Arguments::parse().act {
        Act::Ceremony { file } => hold_ceremony(&file).map_err(|error| error.to_string()),
        Act::Serve { config } => serve(&config),
        Act::Operations { config } => serve_operations(&config),
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

fn hold_ceremony(file: &Path) -> Result<(), ceremony::CeremonyError> {
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

fn serve(config: &Path) -> Result<(), String> {
    let config = ServeConfig::read(config).map_err(|error| error.to_string())?;
    match &config.token.softhsm2_conf {
        Some(path) => softhsm::with_configuration(path, || serve_configured(&config)),
        None => serve_configured(&config),
    }
}

fn serve_configured(config: &ServeConfig) -> Result<(), String> {
    let signers = serve::signers(config).map_err(|error| error.to_string())?;
    let surroundings = Surroundings::new(now, UnwrapErr(SysRng));
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| format!("cannot start the runtime: {error}"))?;
    let served: Result<(), ServeError> =
        runtime.block_on(serve::run(config, signers, surroundings, listening, end()));
    served.map_err(|error| error.to_string())
}

fn serve_operations(config: &Path) -> Result<(), String> {
    let config = OperationsConfig::read(config).map_err(|error| error.to_string())?;
    let serve = || {
        let surroundings = Surroundings::new(now, UnwrapErr(SysRng));
        let runtime = tokio::runtime::Runtime::new()
            .map_err(|error| format!("cannot start the runtime: {error}"))?;
        let served = operations::serve::run(&config, surroundings, listening, end());
        runtime.block_on(served).map_err(|error| error.to_string())
    };
    match &config.token.softhsm2_conf {
        Some(path) => softhsm::with_configuration(path, serve),
        None => serve(),
    }
}

fn listening(address: SocketAddr) {
    // A supervisor waits for this line; one that closed the pipe does not want it.
    let _ = writeln!(io::stdout(), "listening on {address}").and_then(|()| io::stdout().flush());
}

/// Ends at SIGTERM or Ctrl-C.
async fn end() {
    let mut terminate =
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(terminate) => terminate,
            Err(error) => {
                tracing::warn!(%error, "cannot wait for SIGTERM, only for Ctrl-C");
                let _ = tokio::signal::ctrl_c().await;
                return;
            }
        };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
