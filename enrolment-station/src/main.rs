//! The binary `enrolment-station`: command line and exit status; everything else is in the library.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand, error::ErrorKind};
use enrolment_station::config::Config;
use enrolment_station::{edge, fleet, outbox, web};
use tracing_subscriber::EnvFilter;

/// The counter: captures applications and sends them to the centre.
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// The configuration file (docs/capture.md): before or after the command.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    role: Role,
}

#[derive(Subcommand)]
enum Role {
    /// Shows the clerk's pages and sends what was captured.
    Serve,
    /// Takes this station in with a one-time code of the centre; safe to repeat.
    Onboard {
        /// As printed: 20 letters and digits.
        code: String,
    },
    /// What lies in the outbox: listed, sent now, carried away, or checked.
    #[command(subcommand)]
    Outbox(outbox::command::Command),
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    let cli = Cli::parse();
    match run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("enrolment-station: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<(), Box<dyn std::error::Error>> {
    let Some(config) = &cli.config else {
        let missing = "--config FILE is needed, before or after the command";
        Cli::command()
            .error(ErrorKind::MissingRequiredArgument, missing)
            .exit()
    };
    let config = Config::load(config)?;
    match cli.role {
        Role::Serve => web::run(config).await?,
        Role::Onboard { code } => onboard(&config, &code).await?,
        Role::Outbox(command) => {
            let uploader = async || Ok(web::uploader(&config).await?);
            let mut out = std::io::stdout().lock();
            outbox::command::run(command, &config.data_dir, &mut out, uploader).await?;
        }
    }
    Ok(())
}

async fn onboard(config: &Config, code: &str) -> Result<(), Box<dyn std::error::Error>> {
    let (standing, pulled) =
        fleet::onboard::run(config, code, &mut edge::rng(), edge::now()).await?;
    let identity = standing.identity();
    println!("station {} of {}", identity.station, identity.office);
    if let Err(error) = pulled {
        eprintln!("enrolment-station: what is newer was not fetched, `serve` tries again: {error}");
    }
    Ok(())
}
