//! `hardware-sim machine`: make machines, and serve them to readers.

use std::error::Error;
use std::path::PathBuf;
use std::thread;

use clap::{Args, Subcommand, ValueEnum};

use super::build::{Build, Marking};
use super::serve::{self, Config};

/// Personalisation machines: make one, or serve them to readers (docs/machine.md)
#[derive(Debug, Args)]
pub struct Machine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a machine: a folder with its plate, and room for its cards
    New(New),
    /// Serve machines to readers until killed
    Serve {
        /// What to serve (TOML; see docs/machine.md)
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
}

#[derive(Debug, Args)]
struct New {
    /// Folder of the machine; made if it is not there
    #[arg(long, value_name = "DIR")]
    folder: PathBuf,
    /// Serial number on its plate
    #[arg(long, value_name = "TEXT")]
    serial: String,
    /// How it marks cards
    #[arg(long, value_enum, default_value_t = Kind::Printer)]
    kind: Kind,
    /// Dots in an inch that it prints
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u32).range(30..=1200))]
    dpi: u32,
    /// Cards that a new ribbon prints
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    ribbon: u32,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    Printer,
    Laser,
}

/// Runs the subcommand; `serve` does not return.
pub fn run(machine: &Machine) -> Result<(), Box<dyn Error>> {
    match &machine.command {
        Command::New(new) => make(new),
        Command::Serve { config } => {
            let config = Config::read(config)?;
            serve::start(&config)?;
            println!("{} machines are ready", config.machines.len());
            loop {
                thread::park();
            }
        }
    }
}

fn make(new: &New) -> Result<(), Box<dyn Error>> {
    let marking = match new.kind {
        Kind::Printer => Marking::Ribbon,
        Kind::Laser => Marking::Laser,
    };
    let build = Build {
        dpi: new.dpi,
        ribbon: new.ribbon,
        ..Build::new(marking, new.serial.clone())
    };
    build.write(&new.folder).map_err(|error| {
        let folder = new.folder.display();
        format!("{folder} cannot become a machine; choose a new, empty folder: {error}")
    })?;
    println!(
        "{} {} in {}",
        build.model,
        build.serial,
        new.folder.display()
    );
    Ok(())
}
