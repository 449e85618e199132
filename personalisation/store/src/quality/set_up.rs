//! Set-ups of machines and their first articles.

use personalisation_core::{
    attempt::{AttemptId, AttemptNumber},
    ids::OrderId,
    quality::{Cause, Leave, SetUp},
};
use time::OffsetDateTime;

use crate::{
    Store, StoreError,
    row::{Columns, micros},
    transaction::{Tx, transaction},
};

const DOING: &str = "reading a machine's set-up";

/// A change at a machine, as the line tells of it.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// Which machine, by its serial number.
    pub machine: &'a str,
    /// Drawn once for this change; told twice, it is one change.
    pub id: [u8; 16],
    /// What changed.
    pub cause: Cause,
    /// What is printed from now on, with its version.
    pub template: &'a str,
}

impl Store {
    /// A machine's ribbon or template was changed: the next card is its first article. Safe to repeat.
    pub async fn change_set_up(
        &self,
        change: &Change<'_>,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        const DOING: &str = "recording a machine's change";
        transaction!(self, DOING, |tx| {
            sqlx::query(
                "INSERT INTO quality_set_up (machine, number, change_id, cause, template, began_at)
                 SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5
                 FROM quality_set_up WHERE machine = $1
                 ON CONFLICT (change_id) DO NOTHING",
            )
            .bind(change.machine)
            .bind(&change.id[..])
            .bind(change.cause.name())
            .bind(change.template)
            .bind(micros(now))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            Ok(())
        })
    }

    /// The template of a machine's last set-up; none for a machine that was never set up.
    pub async fn set_up_template(&self, machine: &str) -> Result<Option<String>, StoreError> {
        sqlx::query_scalar(
            "SELECT template FROM quality_set_up WHERE machine = $1 ORDER BY number DESC LIMIT 1",
        )
        .bind(machine)
        .fetch_optional(&self.pool)
        .await
        .map_err(StoreError::database(DOING))
    }

    /// Whether a machine may print a card now. A card that is told to be the first article is it from then on; asked again,
    /// the answer is the same. A machine that was never set up prints nothing.
    pub async fn leave_to_print(
        &self,
        machine: &str,
        card: AttemptId,
    ) -> Result<Leave, StoreError> {
        const DOING: &str = "asking whether a card may be printed";
        transaction!(self, DOING, |tx| {
            let Some((number, set_up)) = latest(tx, machine).await? else {
                return Ok(Leave::Wait);
            };
            let leave = set_up.leave(card);
            if leave == Leave::PrintFirstArticle && set_up.article.is_none() {
                let claimed = sqlx::query(
                    "UPDATE quality_set_up SET article_order = $3, article_attempt = $4
                     WHERE machine = $1 AND number = $2 AND approved_at IS NULL
                     AND (article_order IS NULL OR EXISTS (
                         SELECT 1 FROM line_attempt
                         WHERE order_id = article_order AND attempt = article_attempt
                         AND state IN ('scrapped', 'cancelled')))",
                )
                .bind(machine)
                .bind(number)
                .bind(&card.order.as_bytes()[..])
                .bind(i64::from(card.attempt.get()))
                .execute(&mut **tx)
                .await
                .map_err(StoreError::database(DOING))?;
                if claimed.rows_affected() != 1 {
                    return Err(StoreError::Stale {
                        doing: DOING,
                        object: format!("machine {machine}"),
                    });
                }
            }
            Ok(leave)
        })
    }

    /// How a machine is set up since its last change.
    pub async fn set_up(&self, machine: &str) -> Result<Option<SetUp>, StoreError> {
        transaction!(self, DOING, |tx| {
            Ok(latest(tx, machine).await?.map(|(_, set_up)| set_up))
        })
    }
}

async fn latest(tx: &mut Tx, machine: &str) -> Result<Option<(i64, SetUp)>, StoreError> {
    let row = sqlx::query(
        "SELECT set_up.*, article.state AS article_state FROM quality_set_up AS set_up
         LEFT JOIN line_attempt AS article ON article.order_id = set_up.article_order
             AND article.attempt = set_up.article_attempt
         WHERE set_up.machine = $1 ORDER BY set_up.number DESC LIMIT 1",
    )
    .bind(machine)
    .fetch_optional(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    let Some(row) = row else { return Ok(None) };
    let columns = Columns {
        table: "quality_set_up",
        id: machine.to_owned(),
        row: &row,
    };
    let order = columns.read_if_any("article_order", |bytes| OrderId::try_from(bytes).ok())?;
    let attempt: Option<i64> = columns.get("article_attempt")?;
    let attempt = attempt
        .map(|number| {
            let number = u32::try_from(number).ok().and_then(AttemptNumber::new);
            number.ok_or_else(|| columns.bad("article_attempt"))
        })
        .transpose()?;
    let approved: Option<i64> = columns.get("approved_at")?;
    // A card that came to nothing is nobody's first article; the next one is.
    let state: Option<String> = columns.get("article_state")?;
    let ended = matches!(state.as_deref(), Some("scrapped" | "cancelled"));
    let article = order
        .zip(attempt)
        .map(|(order, attempt)| AttemptId { order, attempt })
        .filter(|_| approved.is_some() || !ended);
    let set_up = SetUp {
        cause: columns
            .word_if_any("cause", Cause::from_name)?
            .ok_or_else(|| columns.bad("cause"))?,
        article,
        approved: approved.is_some(),
    };
    Ok(Some((columns.get("number")?, set_up)))
}

/// Whether a card is the first article of any set-up.
pub(super) async fn is_article(tx: &mut Tx, card: AttemptId) -> Result<bool, StoreError> {
    let found: Option<i64> = sqlx::query_scalar(
        "SELECT 1 FROM quality_set_up WHERE article_order = $1 AND article_attempt = $2",
    )
    .bind(&card.order.as_bytes()[..])
    .bind(i64::from(card.attempt.get()))
    .fetch_optional(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    Ok(found.is_some())
}

/// A first article was judged: its set-up is approved, or waits for the next one.
pub(super) async fn judge_article(
    tx: &mut Tx,
    card: AttemptId,
    approved_by: Option<(&[u8], OffsetDateTime)>,
) -> Result<(), StoreError> {
    const DOING: &str = "judging a first article";
    let query = match approved_by {
        Some((person, at)) => sqlx::query(
            "UPDATE quality_set_up SET approved_by = $3, approved_at = $4
             WHERE article_order = $1 AND article_attempt = $2 AND approved_at IS NULL",
        )
        .bind(card.order.as_bytes().to_vec())
        .bind(i64::from(card.attempt.get()))
        .bind(person.to_vec())
        .bind(micros(at)),
        None => sqlx::query(
            "UPDATE quality_set_up SET article_order = NULL, article_attempt = NULL
             WHERE article_order = $1 AND article_attempt = $2 AND approved_at IS NULL",
        )
        .bind(card.order.as_bytes().to_vec())
        .bind(i64::from(card.attempt.get())),
    };
    query
        .execute(&mut **tx)
        .await
        .map_err(StoreError::database(DOING))?;
    Ok(())
}
