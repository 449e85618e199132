//! What the centre issued to this station, kept sealed: the newest of each kind.
//!
//! Who puts something here has verified it (`fleet`); what is read here was put here, because the
//! seal is the store's own.

use rand::CryptoRng;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{Columns, Store, StoreError, micros, sealing::Place, transaction};

/// Most bytes of one of them.
pub const MAX_LENGTH: usize = 5 << 20;

const TABLE: &str = "issued_item";

/// What is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `Signed<Configuration>`, encoded.
    Configuration,
    /// `Signed<StaffList>`, encoded.
    StaffList,
    /// Who the station is and its certificates, in `fleet`'s own encoding.
    Station,
    /// What is under way at the centre (a renewal, a report), in `fleet`'s own encoding.
    Progress,
    /// What staff did here with their means of signing in (codes spent, passkeys added), in `staff`'s own encoding.
    Staff,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::StaffList => "staff_list",
            Self::Station => "station",
            Self::Progress => "progress",
            Self::Staff => "staff",
        }
    }

    fn place(self) -> Place {
        Place {
            table: TABLE,
            row: self.name().into(),
            column: "sealed",
        }
    }
}

impl Store {
    /// Replaces what is kept, all of it in one commit.
    pub async fn put_issued(
        &self,
        rng: &mut impl CryptoRng,
        items: &[(Kind, &[u8])],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        const DOING: &str = "keeping what the centre issued";
        let mut sealed = Vec::with_capacity(items.len());
        for (kind, plain) in items {
            if plain.len() > MAX_LENGTH {
                return Err(StoreError::TooLong {
                    doing: DOING,
                    found: plain.len(),
                    limit: MAX_LENGTH,
                });
            }
            sealed.push((*kind, self.sealer()?.seal(rng, &kind.place(), plain)?));
        }
        let sealed = &sealed;
        transaction!(self, DOING, |tx| {
            for (kind, sealed) in sealed {
                sqlx::query(
                    "INSERT INTO issued_item (kind, sealed, put_at) VALUES ($1, $2, $3)
                     ON CONFLICT (kind) DO UPDATE SET sealed = $2, put_at = $3",
                )
                .bind(kind.name())
                .bind(sealed)
                .bind(micros(now))
                .execute(&mut **tx)
                .await
                .map_err(StoreError::database(DOING))?;
            }
            Ok(())
        })
    }

    /// The newest of its kind; none before the first was put.
    pub async fn issued(&self, kind: Kind) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let row = sqlx::query("SELECT sealed FROM issued_item WHERE kind = $1")
            .bind(kind.name())
            .fetch_optional(self.pool())
            .await
            .map_err(StoreError::database("reading what the centre issued"))?;
        let Some(row) = row else { return Ok(None) };
        let columns = Columns {
            table: TABLE,
            id: kind.name().into(),
            row: &row,
        };
        let sealed: &[u8] = columns.get("sealed")?;
        self.sealer()?.open(&kind.place(), sealed).map(Some)
    }
}
