//! The binary `personalisation`: command line and exit status; the roles are in the library.

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use personalisation::{
    blanks, config::Config, console, edge, fleet, inspect, intake, keys, line, order, staff,
};
use personalisation_core::ids::OrderId;
use tokio::runtime::Runtime;
use tracing_subscriber::EnvFilter;

/// The centre: orders, blanks, the line, inspection.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    role: Role,
}

#[derive(Subcommand)]
enum Role {
    /// Reads any ICAO document in a PC/SC reader and says whether it is genuine.
    Inspect(inspect::Arguments),
    #[command(flatten)]
    Centre(Centre),
}

#[derive(Subcommand)]
enum Centre {
    /// Turns queued orders into documents.
    Line(line::Args),
    /// Adds and lists orders.
    #[command(subcommand)]
    Order(Order),
    /// Takes sealed dossiers in, opens, verifies and checks them (docs/intake.md).
    Intake(Intake),
    /// Takes in and counts card blanks.
    #[command(subcommand)]
    Blanks(Blanks),
    /// Takes stations in and ends them; signs their configuration.
    Fleet(Fleet),
    /// Serves the pages of the centre's staff.
    Console(Common),
    /// Adds, changes and lists members of staff.
    Staff {
        #[command(subcommand)]
        command: staff::command::Command,
        #[command(flatten)]
        common: Common,
    },
    /// Makes what is missing of the sealing key, the tokens and their keys.
    Keys(Common),
    /// Writes the audit as lines of JSON to standard output.
    Audit(Common),
}

#[derive(clap::Args)]
struct Common {
    /// The configuration file.
    #[arg(long)]
    config: PathBuf,
}

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
struct Intake {
    #[command(subcommand)]
    command: Option<IntakeCommand>,
    /// The configuration file.
    #[arg(long, required = true)]
    config: Option<PathBuf>,
}

#[derive(Subcommand)]
enum IntakeCommand {
    /// Takes in a folder that `enrolment-station outbox export` wrote; says what became of each dossier.
    Import {
        /// The folder.
        folder: PathBuf,
        #[command(flatten)]
        common: Common,
    },
}

#[derive(clap::Args)]
struct Fleet {
    #[command(subcommand)]
    command: fleet::command::Command,
    #[command(flatten)]
    common: Common,
}

#[derive(clap::Args)]
struct OneOrder {
    /// The order's id.
    order: OrderId,
    #[command(flatten)]
    common: Common,
}

#[derive(Subcommand)]
enum Order {
    /// Checks an order and queues it; prints its id.
    Add {
        /// The order (docs/orders.md).
        file: PathBuf,
        #[command(flatten)]
        common: Common,
    },
    /// Prints id, issuer profile and state of every order.
    List(Common),
    /// Stops an order that nobody is working on.
    Hold(OneOrder),
    /// Lets an order go on that was stopped, or that waits for a person.
    Release(OneOrder),
    /// Ends an order for good.
    Cancel(OneOrder),
}

#[derive(Subcommand)]
enum Blanks {
    /// Takes a maker's delivery into the vault.
    Import {
        /// The delivery file.
        delivery: PathBuf,
        /// The key that maker and centre exchanged, where the batch key is wrapped under one.
        #[arg(long)]
        wrapping_key: Option<PathBuf>,
        #[command(flatten)]
        common: Common,
    },
    /// Prints how many blanks are in each place.
    Count(Common),
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into()))
        .init();
    match Cli::parse().role {
        Role::Inspect(arguments) => inspect::run(&arguments),
        Role::Centre(role) => match run(role) {
            Ok(code) => code,
            Err(error) => {
                eprintln!("error: {}", edge::told(&*error));
                ExitCode::FAILURE
            }
        },
    }
}

fn run(role: Centre) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    match role {
        Centre::Line(args) => return Ok(line::run(&args, &runtime)?),
        Centre::Order(Order::Add { file, common }) => {
            let config = Config::load(&common.config)?;
            let id = runtime.block_on(order::add(&config, &file, &mut edge::rng(), edge::now()))?;
            println!("{id}");
        }
        Centre::Order(Order::List(common)) => {
            let store = runtime.block_on(Config::load(&common.config)?.open_store())?;
            for head in runtime.block_on(store.orders())? {
                println!(
                    "{} {} {}",
                    head.attempt.id(),
                    head.issuer_profile,
                    head.attempt.state().name()
                );
            }
        }
        Centre::Fleet(fleet) => command_fleet(&runtime, fleet)?,
        Centre::Order(Order::Hold(one)) => decide(&runtime, &one, order::Decision::Hold)?,
        Centre::Order(Order::Release(one)) => decide(&runtime, &one, order::Decision::Release)?,
        Centre::Order(Order::Cancel(one)) => decide(&runtime, &one, order::Decision::Cancel)?,
        Centre::Intake(intake) => take_in(&runtime, intake)?,
        Centre::Blanks(Blanks::Import {
            delivery,
            wrapping_key,
            common,
        }) => {
            let config = Config::load(&common.config)?;
            let mut rng = edge::rng();
            let import = blanks::import(
                &config,
                &delivery,
                wrapping_key.as_deref(),
                &mut rng,
                edge::now(),
            );
            println!("{} blanks in the vault", runtime.block_on(import)?);
        }
        Centre::Blanks(Blanks::Count(common)) => {
            let store = runtime.block_on(Config::load(&common.config)?.open_store())?;
            for (state, blanks) in runtime.block_on(store.stock())? {
                println!("{state} {blanks}");
            }
        }
        Centre::Console(common) => {
            runtime.block_on(console::run(Config::load(&common.config)?))?;
        }
        Centre::Staff { command, common } => change_staff(&runtime, command, &common)?,
        Centre::Keys(common) => {
            for made in keys::run(&Config::load(&common.config)?, &mut edge::rng())? {
                println!("made: {made}");
            }
        }
        Centre::Audit(common) => {
            let store = runtime.block_on(Config::load(&common.config)?.open_store())?;
            runtime.block_on(store.export_audit(std::io::stdout().lock()))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Serves stations, or takes a carried outbox in.
fn take_in(runtime: &Runtime, intake: Intake) -> Result<(), Box<dyn std::error::Error>> {
    if let Some(IntakeCommand::Import { folder, common }) = intake.command {
        let config = Config::load(&common.config)?;
        let mut left = 0;
        let told = |line: intake::import::Line| {
            left += u64::from(line.result.is_err());
            println!("{line}");
        };
        runtime.block_on(intake::import::run(config, &folder, told))?;
        return match left {
            0 => Ok(()),
            left => Err(intake::IntakeError::NotAll(left).into()),
        };
    }
    // Demanded where there is no subcommand.
    let config = Config::load(&intake.config.unwrap_or_default())?;
    let listening = |at: intake::Listening| {
        // Standard output: whoever chose port 0 reads it there.
        println!("listening on {} and {}", at.stations, at.onboarding);
    };
    runtime.block_on(intake::run(config, listening, ended()))?;
    Ok(())
}

/// Until somebody asks the program to end.
async fn ended() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}

fn change_staff(
    runtime: &Runtime,
    command: staff::command::Command,
    common: &Common,
) -> Result<(), Box<dyn std::error::Error>> {
    let config = Config::load(&common.config)?;
    let done = staff::command::run(&config, command, edge::rng(), edge::now());
    for line in runtime.block_on(done)? {
        println!("{}", *line);
    }
    Ok(())
}

fn decide(
    runtime: &Runtime,
    one: &OneOrder,
    decision: order::Decision,
) -> Result<(), Box<dyn std::error::Error>> {
    let config = Config::load(&one.common.config)?;
    let mut rng = edge::rng();
    let decided = order::decide(&config, one.order, decision, &mut rng, edge::now());
    let attempt = runtime.block_on(decided)?;
    println!("{} {}", attempt.id(), attempt.state().name());
    Ok(())
}

fn command_fleet(runtime: &Runtime, fleet: Fleet) -> Result<(), Box<dyn std::error::Error>> {
    let config = Config::load(&fleet.common.config)?;
    let section = config.fleet.as_ref().ok_or(fleet::FleetError::NoSection)?;
    let printed = runtime.block_on(async {
        let store = config.open_store().await?;
        let place = fleet::Place::open(section, store, edge::now)?;
        let printed = fleet::command::run(&place, fleet.command, &mut edge::rng()).await?;
        Ok::<_, Box<dyn std::error::Error>>(printed)
    })?;
    print!("{}", *printed);
    Ok(())
}
