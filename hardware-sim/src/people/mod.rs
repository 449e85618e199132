//! People who do not exist: fingers, portraits, signatures and names, all from a seed.
//!
//! The same seed draws the same person again. Real people's pictures are never used.

mod cache;
mod dice;
pub mod finger;
mod folder;
pub mod identity;
mod names;
mod national_number;
pub mod portrait;
pub mod signature;

use std::path::PathBuf;

use clap::Args;

pub use folder::FolderError;

/// Arguments of `hardware-sim people`.
#[derive(Args, Clone, Debug)]
pub struct People {
    /// Draws other people, always the same for the same number
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// How many people
    #[arg(long, value_name = "K", default_value_t = 1)]
    pub count: u32,
    /// Where to leave a folder a person: person.toml (an order), portrait, two fingers, signature
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Keeps drawn people, so that the next time costs a copy [default: DIR/.cache of --out]
    #[arg(long, value_name = "DIR")]
    pub cache: Option<PathBuf>,
}

/// Draws the people and gives their folders: `OUT/person-1`, `OUT/person-2`, …
pub fn run(people: &People) -> Result<Vec<PathBuf>, FolderError> {
    let root = people
        .cache
        .clone()
        .unwrap_or_else(|| people.out.join(".cache"));
    let cache = cache::Cache::new(&root);
    let mut folders = Vec::new();
    for number in 1..=people.count {
        let seed = person_seed(people.seed, number);
        let kept = cache.person(seed, |folder| folder::draw(seed, folder))?;
        let folder = people.out.join(format!("person-{number}"));
        cache::copy(&kept, &folder)?;
        folders.push(folder);
    }
    Ok(folders)
}

/// The seed of the `number`th person of a run.
fn person_seed(seed: u64, number: u32) -> u64 {
    dice::Dice::new(
        seed.wrapping_mul(0x1_0000_0001)
            .wrapping_add(u64::from(number)),
        "person",
    )
    .bits()
}
