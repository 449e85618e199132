//! Breaking the glass: reads of personal data without a case, each with a reason and looked at afterwards.

use dossier::PersonId;
use evidence::entry::Entry;
use rand::CryptoRng;
use sqlx::Row as _;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::{
    Store, StoreError, audit,
    engine::EngineRow,
    row::{Columns, micros},
    sealing::Place,
    transaction::transaction,
};

const TABLE: &str = "staff_glass";

/// One read without a case: 16 random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GlassId(pub [u8; 16]);

impl GlassId {
    /// A new identifier.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 16];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }
}

impl std::fmt::Display for GlassId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl std::str::FromStr for GlassId {
    type Err = hex::FromHexError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 16];
        hex::decode_to_slice(text, &mut bytes)?;
        Ok(Self(bytes))
    }
}

/// What an auditor thought of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GlassVerdict {
    /// The reason holds.
    Justified,
    /// It does not: for whoever leads that person.
    Unjustified,
}

impl GlassVerdict {
    /// The name in the database and in message files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Justified => "justified",
            Self::Unjustified => "unjustified",
        }
    }

    /// The verdict of that name.
    pub fn of_name(name: &str) -> Option<Self> {
        [Self::Justified, Self::Unjustified]
            .into_iter()
            .find(|verdict| verdict.name() == name)
    }
}

/// What an auditor writes down about a read without a case.
#[derive(Clone, Copy)]
pub struct GlassReview<'a> {
    /// The auditor.
    pub by: PersonId,
    /// What they think of it.
    pub verdict: GlassVerdict,
    /// Why, in their words.
    pub remark: &'a str,
    /// When.
    pub at: OffsetDateTime,
}

impl std::fmt::Debug for GlassReview<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GlassReview")
            .field("by", &self.by)
            .field("verdict", &self.verdict)
            .finish_non_exhaustive()
    }
}

/// One read without a case.
#[derive(Clone)]
pub struct Glass {
    /// Its id.
    pub id: GlassId,
    /// Who read.
    pub person: PersonId,
    /// Why, in their words.
    pub reason: Zeroizing<String>,
    /// How many applications were shown.
    pub found: u64,
    /// When.
    pub opened_at: OffsetDateTime,
    /// Who looked at it, what they thought, and why.
    pub review: Option<(PersonId, GlassVerdict, Zeroizing<String>)>,
}

impl std::fmt::Debug for Glass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Glass")
            .field("id", &self.id)
            .field("person", &self.person)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Writes down that somebody reads without a case, before anything is shown.
    pub async fn break_glass(
        &self,
        rng: &mut impl CryptoRng,
        glass: &Glass,
        entries: &[Entry],
    ) -> Result<(), StoreError> {
        const DOING: &str = "writing down a read without a case";
        let reason = &self
            .sealer
            .seal(rng, &place(glass.id, "reason"), glass.reason.as_bytes())?;
        let found = i64::try_from(glass.found).unwrap_or(i64::MAX);
        transaction!(self, DOING, |tx| {
            sqlx::query(
                "INSERT INTO staff_glass (glass_id, person_id, reason, found, opened_at)
                 VALUES ($1, $2, $3, $4, $5)",
            )
            .bind(&glass.id.0[..])
            .bind(&glass.person.as_bytes()[..])
            .bind(reason)
            .bind(found)
            .bind(micros(glass.opened_at))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            audit::write(tx, entries).await
        })
    }

    /// One read without a case.
    pub async fn glass(&self, id: GlassId) -> Result<Option<Glass>, StoreError> {
        let row = sqlx::query("SELECT * FROM staff_glass WHERE glass_id = $1")
            .bind(&id.0[..])
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::database("reading a read without a case"))?;
        row.map(|row| self.read_glass(&row)).transpose()
    }

    /// Reads without a case: those nobody has looked at first, of them the one that waits longest; then the others,
    /// newest first; at most `most`.
    pub async fn broken_glass(&self, most: u32) -> Result<Vec<Glass>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM staff_glass
             ORDER BY CASE WHEN reviewed_at IS NULL THEN 0 ELSE 1 END,
                      CASE WHEN reviewed_at IS NULL THEN opened_at ELSE -opened_at END, glass_id
             LIMIT $1",
        )
        .bind(i64::from(most))
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database("listing reads without a case"))?;
        rows.iter().map(|row| self.read_glass(row)).collect()
    }

    /// How many reads without a case nobody has looked at.
    pub async fn count_unreviewed_glass(&self) -> Result<u64, StoreError> {
        const DOING: &str = "counting reads without a case";
        let row =
            sqlx::query("SELECT COUNT(*) AS waiting FROM staff_glass WHERE reviewed_at IS NULL")
                .fetch_one(&self.pool)
                .await
                .map_err(StoreError::database(DOING))?;
        let waiting: i64 = row
            .try_get("waiting")
            .map_err(StoreError::database(DOING))?;
        Ok(u64::try_from(waiting).unwrap_or_default())
    }

    /// Writes down what an auditor thinks of a read without a case; never one of their own.
    pub async fn review_glass(
        &self,
        rng: &mut impl CryptoRng,
        glass: GlassId,
        review: &GlassReview<'_>,
        entries: &[Entry],
    ) -> Result<(), StoreError> {
        const DOING: &str = "looking at a read without a case";
        let remark = &self
            .sealer
            .seal(rng, &place(glass, "remark"), review.remark.as_bytes())?;
        transaction!(self, DOING, |tx| {
            let reviewed = sqlx::query(
                "UPDATE staff_glass SET reviewed_by = $2, verdict = $3, remark = $4, reviewed_at = $5
                 WHERE glass_id = $1 AND reviewed_at IS NULL AND person_id <> $2",
            )
            .bind(&glass.0[..])
            .bind(&review.by.as_bytes()[..])
            .bind(review.verdict.name())
            .bind(remark)
            .bind(micros(review.at))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            if reviewed.rows_affected() != 1 {
                let object = format!("read {glass}");
                return Err(StoreError::Stale {
                    doing: DOING,
                    object,
                });
            }
            audit::write(tx, entries).await
        })
    }

    fn read_glass(&self, row: &EngineRow) -> Result<Glass, StoreError> {
        let mut columns = Columns {
            table: TABLE,
            id: String::new(),
            row,
        };
        let id = columns.read("glass_id", |bytes| bytes.try_into().ok().map(GlassId))?;
        columns.id = id.to_string();
        let reason: Vec<u8> = columns.get("reason")?;
        let reason = self.sealer.open(&place(id, "reason"), &reason)?;
        let by = columns.read_if_any("reviewed_by", super::person::person_id)?;
        let verdict = columns.word_if_any("verdict", GlassVerdict::of_name)?;
        let remark: Option<Vec<u8>> = columns.get("remark")?;
        let remark = remark
            .map(|sealed| {
                let plain = self.sealer.open(&place(id, "remark"), &sealed)?;
                super::person::text(&plain).ok_or_else(|| columns.bad("remark"))
            })
            .transpose()?;
        let found: i64 = columns.get("found")?;
        Ok(Glass {
            id,
            person: columns.read("person_id", super::person::person_id)?,
            reason: super::person::text(&reason).ok_or_else(|| columns.bad("reason"))?,
            found: u64::try_from(found).map_err(|_| columns.bad("found"))?,
            opened_at: super::person::moment(columns.get("opened_at")?)
                .ok_or_else(|| columns.bad("opened_at"))?,
            review: by
                .zip(verdict)
                .zip(remark)
                .map(|((by, verdict), remark)| (by, verdict, remark)),
        })
    }
}

fn place(glass: GlassId, column: &'static str) -> Place {
    Place {
        table: TABLE,
        row: glass.to_string(),
        column,
    }
}
