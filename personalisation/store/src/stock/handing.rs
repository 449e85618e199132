//! Handing blanks out of the vault and taking them back.

use dossier::PersonId;
use evidence::entry::Entry;
use personalisation_core::{
    blank::{BlankState, BlankStep},
    chip_serial::ChipSerial,
    ids::{BlankId, BoxId},
    stock::LineName,
};
use time::OffsetDateTime;

use super::{
    Movement,
    blank::{BlankHead, find_all, not_under_way, was_used},
    duty::{COUNTERS, KEEPERS, demand},
    move_blanks, shift,
};
use crate::{
    Store, StoreError, audit,
    transaction::{Tx, transaction},
};

/// Most blanks of one entry here: those of one issue (`evidence::issue`).
const MOST_AT_ONCE: usize = evidence::issue::MAX_CHIPS;

/// Which blanks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those that are still in that box, in the vault.
    Box(BoxId),
    /// Those at that line that no attempt ever had.
    UnusedAt(LineName),
    /// These.
    Chips(Vec<ChipSerial>),
}

impl Store {
    /// Hands blanks out of the vault to a line, in issues of a thousand at most. How many.
    pub async fn issue_blanks(
        &self,
        which: &Which,
        to: &LineName,
        by: PersonId,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        let movement = Movement {
            to_line: Some(to),
            ..Movement::by_person(BlankStep::Issue, by, now)
        };
        self.hand("handing blanks out", (which, by), &movement, entries)
            .await
    }

    /// Takes unused blanks back from a line; one that an attempt ever had is refused, and all of a line at once while a
    /// shift there is not closed or signed for. How many.
    pub async fn return_blanks(
        &self,
        which: &Which,
        by: PersonId,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        let movement = Movement::by_person(BlankStep::Return, by, now);
        self.hand("taking blanks back", (which, by), &movement, entries)
            .await
    }

    /// Takes blanks out of the vault for tests and for setting machines up: they never become documents. How many.
    pub async fn set_blanks_aside(
        &self,
        which: &Which,
        by: PersonId,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        let movement = Movement::by_person(BlankStep::SetAside, by, now);
        self.hand("setting test cards aside", (which, by), &movement, entries)
            .await
    }

    /// What whoever looks after blanks does with some of them.
    async fn hand(
        &self,
        doing: &'static str,
        (which, by): (&Which, PersonId),
        movement: &Movement<'_>,
        entries: &[Entry],
    ) -> Result<u64, StoreError> {
        transaction!(self, doing, |tx| {
            demand(tx, by, KEEPERS, movement.at).await?;
            if let (BlankStep::Return, Which::UnusedAt(line)) = (movement.step, which) {
                // What is missing would come back by the ledger alone.
                shift::none_under_way(tx, line).await?;
            }
            let blanks = chosen(tx, which).await?;
            if movement.step == BlankStep::Return {
                for blank in &blanks {
                    if was_used(tx, blank.id).await? {
                        return Err(StoreError::UsedBlank(blank.chip));
                    }
                }
            }
            let blanks = ids(&blanks);
            for part in blanks.chunks(MOST_AT_ONCE) {
                move_blanks(tx, part, movement).await?;
            }
            audit::write(tx, entries).await?;
            counted(&blanks)
        })
    }

    /// Records that blanks at a line, or test cards, cannot be used any more: they wait for their destruction. One that
    /// an attempt under way has is refused. How many.
    pub async fn spoil_blanks(
        &self,
        chips: &[ChipSerial],
        reason: &str,
        by: PersonId,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        transaction!(self, "recording spoiled blanks", |tx| {
            demand(tx, by, COUNTERS, now).await?;
            let blanks = find_all(tx, chips).await?;
            for blank in &blanks {
                not_under_way(tx, blank.id).await?;
                // A document is scrapped with its attempt, never behind it.
                if blank.state == BlankState::Document {
                    return Err(StoreError::UsedBlank(blank.chip));
                }
            }
            let movement = Movement {
                spoil_reason: Some(reason),
                ..Movement::by_person(BlankStep::Spoil, by, now)
            };
            let blanks = ids(&blanks);
            move_blanks(tx, &blanks, &movement).await?;
            audit::write(tx, entries).await?;
            counted(&blanks)
        })
    }
}

pub(super) fn ids(blanks: &[BlankHead]) -> Vec<BlankId> {
    blanks.iter().map(|blank| blank.id).collect()
}

/// How many; `NoBlanks` where there is none.
pub(super) fn counted(blanks: &[BlankId]) -> Result<u64, StoreError> {
    match u64::try_from(blanks.len()) {
        Ok(0) => Err(StoreError::NoBlanks),
        Ok(blanks) => Ok(blanks),
        Err(_) => Ok(u64::MAX),
    }
}

async fn chosen(tx: &mut Tx, which: &Which) -> Result<Vec<BlankHead>, StoreError> {
    const DOING: &str = "looking for blanks";
    let rows = match which {
        Which::Chips(chips) => return find_all(tx, chips).await,
        Which::Box(of) => {
            let query = sqlx::query(
                "SELECT * FROM stock_blank WHERE box_id = $1 AND state = 'vault'
                 ORDER BY chip_serial",
            );
            query.bind(of.as_bytes().to_vec())
        }
        Which::UnusedAt(line) => {
            let query = sqlx::query(
                "SELECT * FROM stock_blank AS blank WHERE line = $1 AND state = 'line'
                 AND NOT EXISTS (SELECT 1 FROM line_attempt AS attempt
                                 WHERE attempt.blank_id = blank.blank_id)
                 ORDER BY chip_serial",
            );
            query.bind(line.as_str().to_owned())
        }
    };
    let rows = rows.fetch_all(&mut **tx).await;
    let rows = rows.map_err(StoreError::database(DOING))?;
    rows.iter().map(BlankHead::of).collect()
}
