//! The binary `personalisation`: command line and exit status; the roles are in the library.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{CommandFactory as _, Parser, Subcommand, error::ErrorKind};
use personalisation::{
    audit, blanks, config::Config, console, courier, edge, fleet, inspect, intake, keys, line,
    order, staff, stock, template,
};
use personalisation_core::ids::OrderId;
use personalisation_store::Database;
use tokio::runtime::Runtime;
use tracing_subscriber::EnvFilter;

/// The centre: orders, blanks, the line, inspection.
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// The configuration file (docs/line.md): before or after the command. `inspect` needs none.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    /// Another database than the configuration's: a path, or `postgres://USER@HOST/DATABASE`.
    #[arg(long, global = true, value_name = "URL")]
    database: Option<Database>,
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
    /// Lists rejected dossiers, opens them again, or erases them.
    #[command(subcommand)]
    Quarantine(intake::quarantine::Command),
    /// Takes in and counts card blanks.
    #[command(subcommand)]
    Blanks(Blanks),
    /// Accounts for every blank: boxes, lines, shifts, destruction (docs/stock.md).
    #[command(subcommand)]
    Stock(stock::command::Command),
    /// Takes stations in and ends them; signs their configuration.
    #[command(subcommand)]
    Fleet(fleet::command::Command),
    /// Serves the pages of the centre's staff.
    Console,
    /// Serves the page of couriers and dispatchers on their phones (docs/shipping.md).
    Courier,
    /// Adds, changes and lists members of staff.
    #[command(subcommand)]
    Staff(staff::command::Command),
    /// Lists, proposes and approves versions of templates.
    #[command(subcommand)]
    Template(template::command::Command),
    /// Prepares a database on a server (docs/database.md).
    #[command(subcommand)]
    Database(DatabaseCommand),
    /// Makes what is missing of the sealing key, the tokens and their keys.
    Keys,
    /// Writes the audit as lines of JSON to standard output; makes its log, and exports it (docs/audit.md).
    Audit(audit::Args),
}

#[derive(Subcommand)]
enum DatabaseCommand {
    /// Brings it up to date and gives the roles of our programs what they need; run by its owner.
    Migrate,
}

#[derive(clap::Args)]
struct Intake {
    #[command(subcommand)]
    command: Option<IntakeCommand>,
}

#[derive(Subcommand)]
enum IntakeCommand {
    /// Takes in a folder that `enrolment-station outbox export` wrote; says what became of each dossier.
    Import {
        /// The folder.
        folder: PathBuf,
    },
}

#[derive(clap::Args)]
struct OneOrder {
    /// The order's id.
    order: OrderId,
}

#[derive(Subcommand)]
enum Order {
    /// Checks an order and queues it; prints its id.
    Add {
        /// The order (docs/orders.md).
        file: PathBuf,
    },
    /// Prints id, issuer profile and state of every order.
    List,
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
    },
    /// Prints how many blanks are in each place.
    Count,
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into()))
        .init();
    let cli = Cli::parse();
    let role = match cli.role {
        Role::Inspect(arguments) => return inspect::run(&arguments),
        Role::Centre(role) => role,
    };
    let Some(config) = cli.config else {
        let missing = "--config FILE is needed, before or after the command";
        Cli::command()
            .error(ErrorKind::MissingRequiredArgument, missing)
            .exit()
    };
    match run(role, &config, cli.database) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {}", edge::told(&*error));
            ExitCode::FAILURE
        }
    }
}

fn run(
    role: Centre,
    config: &Path,
    database: Option<Database>,
) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let mut config = Config::load(config)?;
    if let Some(database) = database {
        config.database = database;
    }
    match role {
        Centre::Database(DatabaseCommand::Migrate) => {
            runtime.block_on(config.migrate())?;
            println!("{} is up to date", config.database);
        }
        Centre::Line(args) => return run_line(&runtime, &config, args),
        Centre::Order(order) => command_order(&runtime, &config, order)?,
        Centre::Fleet(command) => command_fleet(&runtime, &config, command)?,
        Centre::Intake(intake) => take_in(&runtime, config, intake)?,
        Centre::Blanks(command) => blanks_of(&runtime, &config, command)?,
        Centre::Stock(command) => {
            let done = stock::command::run(&config, command, edge::rng(), edge::now);
            for line in runtime.block_on(done)? {
                println!("{line}");
            }
        }
        Centre::Console => runtime.block_on(console::run(config))?,
        Centre::Courier => runtime.block_on(courier::run(config))?,
        Centre::Quarantine(command) => {
            let store = runtime.block_on(config.open_store_without_fingers())?;
            let done = intake::quarantine::run(&store, command, edge::now);
            for line in runtime.block_on(done)? {
                println!("{line}");
            }
        }
        Centre::Staff(command) => change_staff(&runtime, &config, command)?,
        Centre::Template(command) => change_templates(&runtime, &config, command)?,
        Centre::Keys => {
            for made in keys::run(&config, &mut edge::rng())? {
                println!("made: {made}");
            }
        }
        Centre::Audit(audit::Args {
            command: Some(command),
        }) => {
            let done = audit::run(&config, command, edge::now, ended());
            println!("{}", runtime.block_on(done)?);
        }
        Centre::Audit(audit::Args { command: None }) => {
            let store = runtime.block_on(config.open_store_without_fingers())?;
            runtime.block_on(store.export_audit(std::io::stdout().lock()))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Takes a delivery in, or counts what there is.
fn blanks_of(
    runtime: &Runtime,
    config: &Config,
    command: Blanks,
) -> Result<(), Box<dyn std::error::Error>> {
    match command {
        Blanks::Import {
            delivery,
            wrapping_key,
        } => {
            let mut rng = edge::rng();
            let key = wrapping_key.as_deref();
            let import = blanks::import(config, &delivery, key, &mut rng, edge::now());
            let place = if config.stock.inspect_deliveries {
                "announced"
            } else {
                "in the vault"
            };
            println!("{} blanks {place}", runtime.block_on(import)?);
        }
        Blanks::Count => {
            let store = runtime.block_on(config.open_store_without_fingers())?;
            for (state, blanks) in runtime.block_on(store.stock())? {
                println!("{state} {blanks}");
            }
        }
    }
    Ok(())
}

/// Makes cards, or hears what somebody says of the line.
fn run_line(
    runtime: &Runtime,
    config: &Config,
    mut args: line::Args,
) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let Some(line::Command::LostMachine { serial, by }) = args.command.take() else {
        return Ok(line::run(config, &args, runtime)?);
    };
    let store = runtime.block_on(config.open_store_without_fingers())?;
    let (mut rng, now) = (edge::rng(), edge::now());
    let lease = config.line.lease();
    let lost = line::lost::give_up(&store, (serial, lease), &by, &mut rng, now);
    for card in runtime.block_on(lost)? {
        println!("{card}");
    }
    Ok(ExitCode::SUCCESS)
}

/// Serves stations, or takes a carried outbox in.
fn take_in(
    runtime: &Runtime,
    config: Config,
    intake: Intake,
) -> Result<(), Box<dyn std::error::Error>> {
    if let Some(IntakeCommand::Import { folder }) = intake.command {
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

fn change_templates(
    runtime: &Runtime,
    config: &Config,
    command: template::command::Command,
) -> Result<(), Box<dyn std::error::Error>> {
    let done = template::command::run(config, command, edge::rng(), edge::now());
    for line in runtime.block_on(done)? {
        println!("{line}");
    }
    Ok(())
}

fn change_staff(
    runtime: &Runtime,
    config: &Config,
    command: staff::command::Command,
) -> Result<(), Box<dyn std::error::Error>> {
    let done = staff::command::run(config, command, edge::rng(), edge::now());
    for line in runtime.block_on(done)? {
        println!("{}", *line);
    }
    Ok(())
}

fn command_order(
    runtime: &Runtime,
    config: &Config,
    order: Order,
) -> Result<(), Box<dyn std::error::Error>> {
    let (one, decision) = match order {
        Order::Add { file } => {
            let id = runtime.block_on(order::add(config, &file, &mut edge::rng(), edge::now()))?;
            println!("{id}");
            return Ok(());
        }
        Order::List => {
            let store = runtime.block_on(config.open_store_without_fingers())?;
            for head in runtime.block_on(store.orders())? {
                let (id, state) = (head.attempt.id(), head.attempt.state().name());
                println!("{id} {} {state}", head.issuer_profile);
            }
            return Ok(());
        }
        Order::Hold(one) => (one, order::Decision::Hold),
        Order::Release(one) => (one, order::Decision::Release),
        Order::Cancel(one) => (one, order::Decision::Cancel),
    };
    let mut rng = edge::rng();
    let decided = order::decide(config, one.order, decision, &mut rng, edge::now());
    let attempt = runtime.block_on(decided)?;
    let (id, state) = (attempt.id(), attempt.state());
    if decision == order::Decision::Cancel && !state.is_final() {
        println!(
            "{id} {}: it is being made; it ends at its next step",
            state.name()
        );
    } else {
        println!("{id} {}", state.name());
    }
    Ok(())
}

fn command_fleet(
    runtime: &Runtime,
    config: &Config,
    command: fleet::command::Command,
) -> Result<(), Box<dyn std::error::Error>> {
    let section = config.fleet.as_ref().ok_or(fleet::FleetError::NoSection)?;
    let printed = runtime.block_on(async {
        let store = config.open_store_without_fingers().await?;
        let place = fleet::Place::open(section, store, edge::now)?;
        let printed = fleet::command::run(&place, command, &mut edge::rng()).await?;
        Ok::<_, Box<dyn std::error::Error>>(printed)
    })?;
    print!("{}", *printed);
    Ok(())
}
