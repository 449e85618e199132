//! People who do not exist: fingers, portraits, signatures and names, all from a seed.
//!
//! The same seed draws the same person again. Real people's pictures are never used.

mod cache;
mod dice;
pub mod finger;
mod folder;
pub mod identity;
mod names;
pub mod national_number;
pub mod portrait;
pub mod progress;
pub mod register;
pub mod signature;

use std::path::{Path, PathBuf};

use clap::Args;
use thiserror::Error;

pub use folder::FolderError;
use portrait::Fault;
pub use register::RegisterError;

/// Arguments of `hardware-sim people`.
#[derive(Args, Clone, Debug)]
pub struct People {
    /// Draws other people, always the same for the same number
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// How many people
    #[arg(long, value_name = "K", default_value_t = 1)]
    pub count: u32,
    /// Where to leave a folder a person: person.toml (an order), portrait, two fingers, signature. Made if its parent is there
    #[arg(long, value_name = "DIR", required_unless_present = "register")]
    pub out: Option<PathBuf>,
    /// Keeps drawn people, so that the next time costs a copy [default: DIR/.cache of --out]
    #[arg(long, value_name = "DIR")]
    pub cache: Option<PathBuf>,
    /// What is wrong with the portraits
    #[arg(long, value_name = "FAULT", value_enum, default_value_t = Fault::None)]
    pub fault: Fault,
    /// Writes a population register of --count people instead (CSV; see docs/people.md)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["out", "cache", "fault"])]
    pub register: Option<PathBuf>,
}

/// Why people could not be drawn.
#[derive(Debug, Error)]
pub enum PeopleError {
    /// The folder in which to make something is not there.
    #[error("there is no folder {0}; make it, or correct the path")]
    NoFolder(PathBuf),
    /// A person's folder could not be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The register could not be written.
    #[error(transparent)]
    Register(#[from] RegisterError),
}

/// Draws what was asked for; the folders `OUT/person-1`, `OUT/person-2`, …, or the register's file.
/// `progress` is told how many people of a register are written.
pub fn run(people: &People, progress: impl FnMut(u32)) -> Result<Vec<PathBuf>, PeopleError> {
    if let Some(file) = &people.register {
        check_parent(file)?;
        register::write(file, people.seed, people.count, progress)?;
        return Ok(vec![file.clone()]);
    }
    let out = people.out.clone().unwrap_or_default();
    check_parent(&out)?;
    let root = people.cache.clone().unwrap_or_else(|| out.join(".cache"));
    let cache = cache::Cache::new(&root);
    let mut folders = Vec::new();
    for number in 1..=people.count {
        let seed = person_seed(people.seed, number);
        let name = folder::name(seed, people.fault);
        let kept = cache.person(&name, |folder| folder::draw(seed, people.fault, folder))?;
        let folder = out.join(format!("person-{number}"));
        cache::copy(&kept, &folder).map_err(FolderError::from)?;
        folders.push(folder);
    }
    Ok(folders)
}

/// A mistyped path makes no folders.
fn check_parent(path: &Path) -> Result<(), PeopleError> {
    match path.parent() {
        Some(parent) if parent != Path::new("") && !parent.is_dir() => {
            Err(PeopleError::NoFolder(parent.to_owned()))
        }
        _ => Ok(()),
    }
}

/// The seed of the `number`th person of a run.
pub fn person_seed(seed: u64, number: u32) -> u64 {
    let mixed = seed
        .wrapping_mul(0x1_0000_0001)
        .wrapping_add(u64::from(number));
    dice::Dice::new(mixed, "person").bits()
}
