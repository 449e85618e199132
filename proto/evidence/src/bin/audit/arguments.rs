//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

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
    /// Says whether single entries are in a log, by the proof that its keeper gave out. Exit status as of `verify`
    VerifyEntry(VerifyEntry),
}

/// Whom to trust.
#[derive(Debug, Args)]
pub(crate) struct Trusted {
    /// The log's public key (PEM), from whom you trust; of several, each may have signed
    #[arg(long, value_name = "PEM")]
    pub(crate) key: Vec<PathBuf>,
    /// A witness's public key (PEM), from whom you trust
    #[arg(long, value_name = "PEM")]
    pub(crate) witness: Vec<PathBuf>,
    /// How many of the witnesses must have signed the newest head; all, unless told
    #[arg(long, value_name = "NUMBER")]
    pub(crate) witnesses: Option<usize>,
    /// What the log is called; whatever it says itself, unless told
    #[arg(long, value_name = "NAME")]
    pub(crate) log: Option<String>,
    /// Prints what was found as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyEntry {
    /// The proof
    pub(crate) proof: PathBuf,
    #[command(flatten)]
    pub(crate) trusted: Trusted,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The exported log
    pub(crate) archive: PathBuf,
    #[command(flatten)]
    pub(crate) trusted: Trusted,
    /// A head of the log from elsewhere: what an earlier run kept, or a witness has
    #[arg(long, value_name = "HEAD.json")]
    pub(crate) since: Vec<PathBuf>,
    /// The newest head must have been signed after this: RFC 3339, or seconds since 1970
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    pub(crate) newer_than: Option<i64>,
    /// A role whose programs may write (the part of a writer's name before `/`); any, unless told
    #[arg(long, value_name = "NAME")]
    pub(crate) role: Vec<String>,
    /// Where to keep the newest head once the log is verified, for `--since`
    #[arg(long, value_name = "HEAD.json")]
    pub(crate) keep: Option<PathBuf>,
}

/// A time, in seconds since 1970.
fn seconds(text: &str) -> Result<i64, String> {
    let read = OffsetDateTime::parse(text, &Rfc3339).map(OffsetDateTime::unix_timestamp);
    let read = read.ok().or_else(|| text.parse().ok());
    read.ok_or_else(|| "a time is 2026-11-23T12:00:00Z or a number of seconds".to_owned())
}
