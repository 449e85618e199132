//! Simulated chips, devices and people, behind the real interfaces.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;

use clap::{Args, Parser, Subcommand};
use hardware_sim::card::delivery::{self, BatchKeyTo, Order};
use hardware_sim::card::layout::DEFAULT_BUFFER;
use hardware_sim::card::profile::Profile;
use hardware_sim::card::serve::{self, Config};
use hardware_sim::people::{self, People};
use rand::SeedableRng;
use rand::rand_core::UnwrapErr;
use rand::rngs::{StdRng, SysRng};

/// Simulated chips, devices and people, behind the real interfaces.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Chips: put them into readers, or have blank ones made
    Card(Card),
    /// People who do not exist: orders with portraits, fingers and signatures, or a population register
    People(People),
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, arg_required_else_help = true)]
struct Card {
    /// What to serve: slots, their readers and first chips (TOML; see docs/chip.md)
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<CardCommand>,
}

#[derive(Debug, Subcommand)]
enum CardCommand {
    /// Make blank chips and the delivery file that goes with them
    New(New),
    /// Serve chips to readers until killed
    Serve {
        /// What to serve (TOML; see docs/chip.md)
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
}

#[derive(Debug, Args)]
struct New {
    /// Folder for the chips and delivery.toml
    #[arg(long, value_name = "DIR")]
    delivery: PathBuf,
    /// How many chips
    #[arg(long, value_name = "N", default_value_t = 1)]
    count: u32,
    /// Key file that maker and centre exchanged; made when it is not there [default: DIR/wrapping-key.toml]
    #[arg(long, value_name = "FILE")]
    wrapping_key: Option<PathBuf>,
    /// Public half of the centre's delivery key (DER or PEM): the batch key is encrypted to it instead
    #[arg(long, value_name = "FILE", conflicts_with = "wrapping_key")]
    delivery_key: Option<PathBuf>,
    /// Longest APDU of each chip, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = DEFAULT_BUFFER)]
    buffer: u32,
    /// Which protocols the chips offer: identity-card, bac-passport or passport (see docs/chip.md)
    #[arg(long, value_name = "NAME", default_value_t = Profile::default())]
    profile: Profile,
    /// Draw keys and serials from a seed instead of the operating system (tests only)
    #[arg(long)]
    seed: Option<u64>,
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let result = match Cli::parse().command {
        Command::Card(card) => run_card(card),
        Command::People(people) => run_people(&people),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&*error);
            ExitCode::FAILURE
        }
    }
}

fn run_card(card: Card) -> Result<(), Box<dyn Error>> {
    let config = match (card.config, card.command) {
        (_, Some(CardCommand::New(new))) => return make(new),
        (_, Some(CardCommand::Serve { config })) | (Some(config), None) => config,
        (None, None) => return Err("name a configuration file with --config".into()),
    };
    let config = Config::read(&config)?;
    serve::start(&config)?;
    println!("{} slots are ready", config.slots.len());
    loop {
        thread::park();
    }
}

fn run_people(people: &People) -> Result<(), Box<dyn Error>> {
    let tell = |done| eprint!("\r{done} of {} people", people.count);
    let made = people::run(people, tell)?;
    if people.register.is_some() {
        eprintln!();
    }
    for path in made {
        println!("{}", path.display());
    }
    Ok(())
}

fn make(new: New) -> Result<(), Box<dyn Error>> {
    let to = match (new.delivery_key, new.wrapping_key) {
        (Some(path), _) => BatchKeyTo::PublicKey(path),
        (None, Some(path)) => BatchKeyTo::WrappingKey(path),
        (None, None) => BatchKeyTo::WrappingKey(new.delivery.join("wrapping-key.toml")),
    };
    let order = Order {
        folder: new.delivery,
        count: new.count,
        buffer: new.buffer,
        profile: new.profile,
        to,
    };
    let delivery = match new.seed {
        Some(seed) => delivery::make(&order, &mut StdRng::seed_from_u64(seed))?,
        None => delivery::make(&order, &mut UnwrapErr(SysRng))?,
    };
    println!("Batch {}: {} chips", delivery.batch, delivery.chips.len());
    Ok(())
}

/// An error and its causes, one a line.
fn report(error: &dyn Error) {
    eprintln!("hardware-sim: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        eprintln!("  because: {error}");
        cause = error.source();
    }
}
