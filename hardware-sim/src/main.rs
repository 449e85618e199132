//! Simulated chips, devices and people, behind the real interfaces.

use std::error::Error;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;

use clap::{Args, Parser, Subcommand};
use hardware_sim::biometric::{self, Biometric};
use hardware_sim::card::delivery::{self, BatchKeyTo, Order};
use hardware_sim::card::layout::DEFAULT_BUFFER;
use hardware_sim::card::profile::Profile;
use hardware_sim::card::serve::{self, Config};
use hardware_sim::machine::command::{self as machine, Machine};
use hardware_sim::people::progress::Progress;
use hardware_sim::people::{self, People};
use hardware_sim::register::{self, Register, RegisterFile};
use rand::SeedableRng;
use rand::rand_core::UnwrapErr;
use rand::rngs::{StdRng, SysRng};
use time::OffsetDateTime;

/// Simulated chips, devices and people, behind the real interfaces.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Biometric devices: scanners and cameras on ports of this computer (docs/devices.md)
    Biometric(Biometric),
    /// Chips: put them into readers, or have blank ones made
    Card(Card),
    /// Personalisation machines: make one, or serve them to readers (docs/machine.md)
    Machine(Machine),
    /// People who do not exist: orders with portraits, fingers and signatures, or a population register
    People(People),
    /// The population register over gRPC (docs/register.md)
    Register(Register),
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
        Command::Biometric(biometric) => run_biometric(&biometric),
        Command::Card(card) => run_card(card),
        Command::Machine(machine) => machine::run(&machine),
        Command::People(people) => run_people(&people),
        Command::Register(register) => run_register(&register),
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
    let mut progress = Progress::new(people.count, std::io::stderr().is_terminal());
    let tell = |done| {
        if let Some(text) = progress.text(done) {
            eprint!("{text}");
        }
    };
    let made = people::run(people, tell)?;
    for path in made {
        println!("{}", path.display());
    }
    Ok(())
}

fn run_biometric(arguments: &Biometric) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Runtime::new()?;
    let devices = runtime.block_on(biometric::run(arguments, Arc::new(now)))?;
    for device in &devices {
        println!("{} listens on 127.0.0.1:{}", device.serial(), device.port());
    }
    loop {
        thread::park();
    }
}

fn run_register(arguments: &Register) -> Result<(), Box<dyn Error>> {
    let people = RegisterFile::read(&arguments.file)?;
    if arguments.examples {
        for (case, number) in people.examples(now().date()) {
            println!("{number}  {case}");
        }
        return Ok(());
    }
    let runtime = tokio::runtime::Runtime::new()?;
    let running = runtime.block_on(register::start(arguments, people, Arc::new(now)))?;
    println!(
        "{} people are served on {}",
        running.people(),
        running.address()
    );
    if let Some(admin) = running.admin() {
        println!("orders are taken on http://{admin}");
    }
    loop {
        thread::park();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the program's edge reads the clock"
)]
fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
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

/// An error and its causes, one a line; a cause that the line before it already tells is left out.
fn report(error: &dyn Error) {
    let mut told = error.to_string();
    eprintln!("hardware-sim: {told}");
    let mut cause = error.source();
    while let Some(error) = cause {
        let line = error.to_string();
        if !told.contains(&line) {
            eprintln!("  because: {line}");
            told = line;
        }
        cause = error.source();
    }
}
