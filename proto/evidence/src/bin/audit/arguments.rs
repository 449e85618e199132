//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Checks an exported audit log.
#[derive(Debug, Parser)]
#[command(name = "audit", version)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Says whether a log is whole and unchanged. Exit status 0: verified, 1: not, 2: no verdict
    Verify(Verify),
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The exported log
    pub(crate) archive: PathBuf,
    /// The log's public key (PEM), from whom you trust; of several, each may have signed
    #[arg(long, value_name = "PEM")]
    pub(crate) key: Vec<PathBuf>,
    /// A witness's public key (PEM), from whom you trust
    #[arg(long, value_name = "PEM")]
    pub(crate) witness: Vec<PathBuf>,
    /// How many of the witnesses must have signed the newest head; all, unless told
    #[arg(long, value_name = "NUMBER")]
    pub(crate) witnesses: Option<usize>,
    /// A head of the log from elsewhere: what an earlier run kept, or a witness has
    #[arg(long, value_name = "HEAD.json")]
    pub(crate) since: Vec<PathBuf>,
    /// A role whose programs may write (the part of a writer's name before `/`); any, unless told
    #[arg(long, value_name = "NAME")]
    pub(crate) role: Vec<String>,
    /// Where to keep the newest head once the log is verified, for `--since`
    #[arg(long, value_name = "HEAD.json")]
    pub(crate) keep: Option<PathBuf>,
    /// Prints the report as JSON
    #[arg(long)]
    pub(crate) json: bool,
}
