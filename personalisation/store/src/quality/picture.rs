//! Pictures of cards that a person has to look at, sealed, and erased once they have.

use personalisation_core::{
    attempt::{AttemptId, AttemptNumber},
    ids::OrderId,
    quality::Look,
};
use rand::CryptoRng;
use sqlx::Row as _;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::{
    Store, StoreError,
    engine::Dialect,
    row::{Columns, from_micros, micros},
    sealing::Place,
    transaction::{Tx, transaction},
};

/// One picture of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    /// The portrait's side, as the exit camera saw it.
    FrontSeen,
    /// The other side, as the exit camera saw it.
    BackSeen,
    /// The portrait's side, as it was to be printed.
    FrontOrdered,
    /// The other side, as it was to be printed.
    BackOrdered,
}

impl Picture {
    /// All.
    pub const ALL: [Self; 4] = [
        Self::FrontSeen,
        Self::BackSeen,
        Self::FrontOrdered,
        Self::BackOrdered,
    ];

    /// The name in the database and in addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FrontSeen => "front_seen",
            Self::BackSeen => "back_seen",
            Self::FrontOrdered => "front_ordered",
            Self::BackOrdered => "back_ordered",
        }
    }

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    fn place(self, card: AttemptId) -> Place {
        Place {
            table: "quality_picture",
            row: format!("{card}:{}", self.name()),
            column: "sealed",
        }
    }
}

/// A card that a person has to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Which card.
    pub card: AttemptId,
    /// Which machine made it.
    pub machine: String,
    /// Whose look it waits for.
    pub look: Look,
    /// Since when it waits.
    pub since: OffsetDateTime,
}

/// Where cards that wait for a person's look are found.
macro_rules! waiting {
    () => {
        "FROM quality_inspection AS seen
         JOIN line_attempt AS attempt ON attempt.order_id = seen.order_id AND attempt.attempt = seen.attempt
         WHERE seen.look = 'machine' AND seen.asks IS NOT NULL
         AND NOT EXISTS (
             SELECT 1 FROM quality_inspection AS person
             WHERE person.order_id = seen.order_id AND person.attempt = seen.attempt
             AND person.look <> 'machine')
         AND (attempt.state = 'quality_passed' OR (seen.asks = 'rejection' AND EXISTS (
             SELECT 1 FROM quality_picture AS picture
             WHERE picture.order_id = seen.order_id AND picture.attempt = seen.attempt
             AND picture.erased_at IS NULL)))"
    };
}

/// A picture, sealed for its place.
pub(crate) type Sealed = (Picture, Vec<u8>);

impl Store {
    /// A card's picture (JPEG); none where none was kept, or it is erased.
    pub async fn quality_picture(
        &self,
        card: AttemptId,
        picture: Picture,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        const DOING: &str = "reading an exit picture";
        let row = sqlx::query(
            "SELECT sealed FROM quality_picture WHERE order_id = $1 AND attempt = $2 AND kind = $3",
        )
        .bind(card.order.as_bytes().to_vec())
        .bind(i64::from(card.attempt.get()))
        .bind(picture.name())
        .fetch_optional(&self.pool)
        .await
        .map_err(StoreError::database(DOING))?;
        let Some(row) = row else { return Ok(None) };
        let sealed: Option<Vec<u8>> = row.try_get("sealed").map_err(StoreError::database(DOING))?;
        sealed
            .map(|sealed| self.sealer.open(&picture.place(card), &sealed))
            .transpose()
    }

    /// Whether all pictures of a card are there: nobody finds a card right by less.
    pub async fn has_pictures(&self, card: AttemptId) -> Result<bool, StoreError> {
        transaction!(self, "looking for a card's exit pictures", |tx| {
            is_kept(tx, card).await
        })
    }

    /// The cards that wait for a person's look, at most so many: first articles, for which machines wait, then samples, then
    /// those that machines rejected; of each the longest first. What has not left its machine yet is not among them.
    pub async fn cards_to_inspect(&self, most: u32) -> Result<Vec<Kept>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT seen.order_id, seen.attempt, seen.machine, seen.asks, seen.inspected_at ",
            waiting!(),
            " ORDER BY CASE seen.asks WHEN 'first_article' THEN 0 WHEN 'sample' THEN 1 ELSE 2 END,
                  seen.inspected_at, seen.order_id, seen.attempt LIMIT $1",
        ))
        .bind(i64::from(most))
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database(
            "reading which cards wait for an inspector",
        ))?;
        let kept = rows.iter().map(|row| {
            let columns = Columns {
                table: "quality_inspection",
                id: "any".to_owned(),
                row,
            };
            let order = columns.read("order_id", |bytes| OrderId::try_from(bytes).ok())?;
            let attempt: i64 = columns.get("attempt")?;
            let attempt = u32::try_from(attempt).ok().and_then(AttemptNumber::new);
            let since: i64 = columns.get("inspected_at")?;
            Ok(Kept {
                card: AttemptId {
                    order,
                    attempt: attempt.ok_or_else(|| columns.bad("attempt"))?,
                },
                machine: columns.get("machine")?,
                look: columns
                    .word_if_any("asks", Look::from_name)?
                    .ok_or_else(|| columns.bad("asks"))?,
                since: from_micros(since).ok_or_else(|| columns.bad("inspected_at"))?,
            })
        });
        kept.collect()
    }

    /// How many cards wait for a person's look.
    pub async fn count_to_inspect(&self) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar(concat!("SELECT COUNT(*) ", waiting!()))
            .fetch_one(&self.pool)
            .await
            .map_err(StoreError::database(
                "counting cards that wait for an inspector",
            ))?;
        Ok(count.unsigned_abs())
    }

    /// Erases pictures that nobody has to look at any more: of cards that came to nothing for another reason than their
    /// looks, and of those that a machine rejected before `before`. How many.
    pub async fn erase_old_pictures(
        &self,
        before: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        const DOING: &str = "erasing exit pictures";
        let erased = transaction!(self, DOING, |tx| {
            let erased = sqlx::query(
                "UPDATE quality_picture SET sealed = NULL, erased_at = $2
                 WHERE erased_at IS NULL AND EXISTS (
                     SELECT 1 FROM line_attempt AS attempt
                     WHERE attempt.order_id = quality_picture.order_id
                     AND attempt.attempt = quality_picture.attempt
                     AND (attempt.state = 'cancelled' OR (attempt.state = 'scrapped'
                          AND (attempt.scrap_reason <> 'exit_inspection_failed' OR quality_picture.kept_at < $1))))",
            )
            .bind(micros(before))
            .bind(micros(now))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            Ok(erased.rows_affected())
        })?;
        self.empty_log().await;
        Ok(erased)
    }

    /// What was erased stands in SQLite's log, sealed, until that is written back and emptied. Others who read at this moment
    /// may prevent it: then the next time does it.
    pub(super) async fn empty_log(&self) {
        if self.dialect != Dialect::Sqlite {
            return;
        }
        let emptied = sqlx::query_scalar::<_, i64>("PRAGMA wal_checkpoint(TRUNCATE)")
            .fetch_one(&self.pool)
            .await;
        match emptied {
            Ok(0) => {}
            Ok(_) => tracing::debug!("the database's log is in use, and is emptied later"),
            Err(error) => tracing::warn!(%error, "emptying the database's log of erased pictures"),
        }
    }

    pub(crate) fn seal_pictures(
        &self,
        rng: &mut impl CryptoRng,
        card: AttemptId,
        pictures: &[(Picture, Zeroizing<Vec<u8>>)],
    ) -> Result<Vec<Sealed>, StoreError> {
        let sealed = pictures.iter().map(|(picture, jpeg)| {
            let sealed = self.sealer.seal(rng, &picture.place(card), jpeg)?;
            Ok((*picture, sealed))
        });
        sealed.collect()
    }
}

/// Keeps pictures until somebody has looked.
pub(super) async fn keep(
    tx: &mut Tx,
    card: AttemptId,
    pictures: &[Sealed],
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    for (picture, sealed) in pictures {
        sqlx::query(
            "INSERT INTO quality_picture (order_id, attempt, kind, sealed, kept_at)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(card.order.as_bytes().to_vec())
        .bind(i64::from(card.attempt.get()))
        .bind(picture.name())
        .bind(&sealed[..])
        .bind(micros(now))
        .execute(&mut **tx)
        .await
        .map_err(StoreError::database("keeping an exit picture"))?;
    }
    Ok(())
}

/// Refuses to let a card pass by pictures that are not there.
pub(super) async fn demand_kept(tx: &mut Tx, card: AttemptId) -> Result<(), StoreError> {
    if is_kept(tx, card).await? {
        return Ok(());
    }
    Err(StoreError::NoPictures { card })
}

async fn is_kept(tx: &mut Tx, card: AttemptId) -> Result<bool, StoreError> {
    let kept: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM quality_picture
         WHERE order_id = $1 AND attempt = $2 AND erased_at IS NULL",
    )
    .bind(card.order.as_bytes().to_vec())
    .bind(i64::from(card.attempt.get()))
    .fetch_one(&mut **tx)
    .await
    .map_err(StoreError::database("looking for a card's exit pictures"))?;
    Ok(usize::try_from(kept) == Ok(Picture::ALL.len()))
}

/// Somebody has looked.
pub(super) async fn erase(
    tx: &mut Tx,
    card: AttemptId,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE quality_picture SET sealed = NULL, erased_at = $3
         WHERE order_id = $1 AND attempt = $2 AND erased_at IS NULL",
    )
    .bind(card.order.as_bytes().to_vec())
    .bind(i64::from(card.attempt.get()))
    .bind(micros(now))
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database("erasing exit pictures"))?;
    Ok(())
}
