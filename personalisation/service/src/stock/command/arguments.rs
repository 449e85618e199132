//! What `personalisation stock` is told, and what it means in the store.

use std::{fs, path::PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use dossier::{PersonId, StationId};
use personalisation_core::{
    chip_serial::ChipSerial,
    stock::{LineName, Signatures},
};
use personalisation_store::{
    Store,
    stock::{BoxHead, Method, Which},
};

use crate::stock::StockError;

/// Longest file of serials, in bytes.
const LIMIT: u64 = 1 << 20;

/// What to do about blanks.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Prints how many blanks are in each place.
    Show,
    /// Reads all books again and compares them; fails where they do not agree.
    Check,
    /// Compares what pki signed with what the attempts say; an alarm rings where they differ, and it fails.
    Reconcile,
    /// Prints deliveries and their boxes.
    Deliveries,
    /// Takes an inspected box into the vault.
    Inspect(Inspect),
    /// Hands blanks out of the vault to a line.
    Issue {
        /// The line's name.
        #[arg(long)]
        to: LineName,
        /// Which.
        #[command(flatten)]
        which: Chosen,
        /// Who does it.
        #[command(flatten)]
        by: By,
    },
    /// Signs issues of blanks that wait for a signature, with the key of `[tokens.stock]`.
    Sign,
    /// Takes unused blanks back into the vault.
    Return {
        /// All that are unused at this line.
        #[arg(long, conflicts_with_all = ["chip", "chips"])]
        line: Option<LineName>,
        /// Which.
        #[command(flatten)]
        chips: Chips,
        /// Who does it.
        #[command(flatten)]
        by: By,
    },
    /// Takes blanks out of the vault for tests and for setting machines up.
    SetAside {
        /// Which.
        #[command(flatten)]
        which: Chosen,
        /// Who does it.
        #[command(flatten)]
        by: By,
    },
    /// Records that blanks at a line, or test cards, cannot be used any more.
    Spoil {
        /// Why, in a word.
        #[arg(long)]
        reason: Reason,
        /// Which.
        #[command(flatten)]
        chips: Chips,
        /// Who does it.
        #[command(flatten)]
        by: By,
    },
    /// Opens, closes or signs for a shift at a line.
    #[command(subcommand)]
    Shift(Shift),
    /// Records that blanks are not where they should be.
    Missing {
        /// Which.
        #[command(flatten)]
        chips: Chips,
        /// Who says so.
        #[command(flatten)]
        by: By,
    },
    /// What two persons do.
    #[command(flatten)]
    Witnessed(Witnessed),
    /// Prints which cards came from where, the newest first: number, chip, batch, box, worker, station, signer, state.
    Cards(Cards),
    /// Writes a certificate of destruction again (PDF).
    Certificate {
        /// Its number.
        number: u64,
        /// Where it is written.
        #[arg(long)]
        out: PathBuf,
    },
}

impl Command {
    /// Whether it signs issues: the token is opened for nothing else.
    pub(super) const fn signs(&self) -> bool {
        matches!(self, Self::Issue { .. } | Self::Sign)
    }
}

/// What two persons do.
#[derive(Debug, Subcommand)]
pub enum Witnessed {
    /// Records that two persons destroyed spoiled or defective blanks.
    Destroy {
        /// How.
        #[arg(long)]
        method: How,
        /// Which.
        #[command(flatten)]
        chips: Chips,
        /// The two.
        #[command(flatten)]
        both: Both,
        /// Where its certificate is written.
        #[arg(long)]
        certificate: Option<PathBuf>,
    },
    /// Records before two supervisors that missing blanks turned up.
    Found {
        /// Which.
        #[command(flatten)]
        chips: Chips,
        /// The two.
        #[command(flatten)]
        both: Both,
    },
    /// Gives missing blanks up, by two supervisors.
    WriteOff {
        /// Which.
        #[command(flatten)]
        chips: Chips,
        /// The two.
        #[command(flatten)]
        both: Both,
    },
}

/// Which cards; nothing: all.
#[derive(Debug, Args)]
pub struct Cards {
    /// Of this batch.
    #[arg(long)]
    pub(super) batch: Option<String>,
    /// Of this box.
    #[arg(long = "box")]
    pub(super) label: Option<String>,
    /// Made by this line, or at one of its readers (LINE/READER).
    #[arg(long)]
    pub(super) worker: Option<String>,
    /// Applied for at this station.
    #[arg(long)]
    pub(super) station: Option<StationId>,
    /// Signed by the document signer whose certificate has this SHA-256.
    #[arg(long, value_name = "HEX")]
    pub(super) signer: Option<String>,
    /// The one with this number.
    #[arg(long)]
    pub(super) number: Option<String>,
    /// As many at most.
    #[arg(long, default_value_t = 1000)]
    pub(super) most: u32,
}

/// What was found in a box.
#[derive(Debug, Args)]
pub struct Inspect {
    /// What stands on the box.
    #[arg(long = "box")]
    pub(super) label: String,
    /// The batch, where several have a box of that label.
    #[arg(long)]
    pub(super) batch: Option<String>,
    /// Blanks in it, the defective included.
    #[arg(long)]
    pub(super) counted: u64,
    /// Reads the sample at this reader (its PC/SC name): lay as many chips on it as `--read` says, one after another.
    #[arg(long, requires = "read")]
    pub(super) reader: Option<String>,
    /// As many.
    #[arg(long, requires = "reader")]
    pub(super) read: Option<usize>,
    /// Serial of a chip that was read; again for each.
    #[arg(long)]
    pub(super) sampled: Vec<ChipSerial>,
    /// Serial of a blank that cannot be used; again for each.
    #[arg(long)]
    pub(super) defective: Vec<ChipSerial>,
    /// Serial of a blank that is not in it; again for each.
    #[arg(long)]
    pub(super) missing: Vec<ChipSerial>,
    /// Who does it.
    #[command(flatten)]
    pub(super) by: By,
}

/// A shift at a line.
#[derive(Debug, Subcommand)]
pub enum Shift {
    /// Begins with a count of the unused blanks.
    Open {
        /// The line's name.
        #[arg(long)]
        line: LineName,
        /// Unused blanks at the line.
        #[arg(long)]
        unused: u64,
        /// Who counted.
        #[command(flatten)]
        by: By,
    },
    /// Ends with a count of everything.
    Close {
        /// The line's name.
        #[arg(long)]
        line: LineName,
        /// Unused blanks at the line.
        #[arg(long)]
        unused: u64,
        /// Documents of the shift.
        #[arg(long)]
        documents: u64,
        /// Spoiled blanks of the shift.
        #[arg(long)]
        spoiled: u64,
        /// Does not count again where the first count differs from the ledger: it then waits for two supervisors.
        #[arg(long)]
        although_differing: bool,
        /// Who counted.
        #[command(flatten)]
        by: By,
    },
    /// Two supervisors who counted nothing sign for a shift whose counts differ.
    Sign {
        /// The line's name.
        #[arg(long)]
        line: LineName,
        /// What they found.
        #[arg(long)]
        note: String,
        /// The two.
        #[command(flatten)]
        both: Both,
    },
}

/// Who acts.
#[derive(Debug, Args)]
pub struct By {
    /// Login of whoever does it.
    #[arg(long)]
    pub(super) by: String,
}

/// Which two act.
#[derive(Debug, Args)]
pub struct Both {
    /// Login of whoever does it.
    #[arg(long)]
    pub(super) by: String,
    /// Login of whoever signs with them.
    #[arg(long)]
    pub(super) with: String,
}

/// Blanks by their chips.
#[derive(Debug, Args)]
pub struct Chips {
    /// A chip's serial; again for each.
    #[arg(long)]
    pub(super) chip: Vec<ChipSerial>,
    /// A file of serials, one a line.
    #[arg(long, value_name = "FILE")]
    pub(super) chips: Option<PathBuf>,
}

/// Blanks by their box or by their chips.
#[derive(Debug, Args)]
pub struct Chosen {
    /// All that are left in the box of this label.
    #[arg(long = "box", conflicts_with_all = ["chip", "chips"])]
    pub(super) label: Option<String>,
    /// The batch, where several have a box of that label.
    #[arg(long)]
    pub(super) batch: Option<String>,
    #[command(flatten)]
    pub(super) chips: Chips,
}

/// Why a blank is spoiled by hand.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Reason {
    /// Used to set a machine up or to test it.
    SetUp,
    /// Damaged by hand or machine.
    Damaged,
    /// Made or transported badly, found after its receipt.
    Defective,
}

/// How blanks are destroyed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum How {
    /// Cut to particles, the chip too.
    Shredded,
    /// Burnt.
    Incinerated,
}

/// The box of that label.
pub(super) async fn box_of(
    store: &Store,
    batch: Option<&str>,
    label: &str,
) -> Result<BoxHead, StockError> {
    let found = store.box_labelled(batch, label).await?;
    found.ok_or_else(|| StockError::NoBox(label.to_owned()))
}

async fn person(store: &Store, login: String) -> Result<PersonId, StockError> {
    match store.person_by_login(&login).await? {
        Some(person) => Ok(person.id),
        None => Err(StockError::Nobody(login)),
    }
}

impl By {
    pub(super) async fn find(self, store: &Store) -> Result<PersonId, StockError> {
        person(store, self.by).await
    }
}

impl Both {
    pub(super) async fn find(self, store: &Store) -> Result<Signatures, StockError> {
        let first = person(store, self.by).await?;
        Ok(Signatures::new(first, person(store, self.with).await?)?)
    }
}

impl Chips {
    pub(super) fn read(self) -> Result<Vec<ChipSerial>, StockError> {
        let Some(path) = self.chips else {
            return Ok(self.chip);
        };
        let failed = |source| StockError::File {
            path: path.clone(),
            source,
        };
        if fs::metadata(&path).map_err(failed)?.len() > LIMIT {
            return Err(StockError::TooLong { path, most: LIMIT });
        }
        let text = fs::read_to_string(&path).map_err(failed)?;
        let mut chips = self.chip;
        for (line, serial) in (1..).zip(text.lines().map(str::trim)) {
            if !serial.is_empty() {
                let chip = serial.parse().map_err(|source| StockError::Serial {
                    path: path.clone(),
                    line,
                    source,
                })?;
                chips.push(chip);
            }
        }
        Ok(chips)
    }
}

impl Chosen {
    pub(super) async fn read(self, store: &Store) -> Result<Which, StockError> {
        Ok(match self.label {
            Some(label) => Which::Box(box_of(store, self.batch.as_deref(), &label).await?.id),
            None => Which::Chips(self.chips.read()?),
        })
    }
}

impl Reason {
    /// Its name in the database.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::SetUp => "set_up",
            Self::Damaged => "damaged",
            Self::Defective => "defective",
        }
    }
}

impl From<How> for Method {
    fn from(how: How) -> Self {
        match how {
            How::Shredded => Self::Shredded,
            How::Incinerated => Self::Incinerated,
        }
    }
}
