//! Inspections: each look at a card once, by a machine or by a person who did not make it.

use dossier::PersonId;
use evidence::entry::Entry;
use personalisation_core::{
    attempt::{AttemptId, ScrapReason},
    quality::{Known, Look, Reason, Sampling, Standing, Verdict},
};
use time::OffsetDateTime;

use super::{operator, set_up};
use crate::{
    Store, StoreError, audit,
    line::{attempt_of, end_of_attempt, write_unleased},
    row::{Columns, micros},
    transaction::{Tx, transaction},
};

const DOING: &str = "recording an inspection";

/// What a machine's exit camera saw.
#[derive(Clone, Copy, Debug)]
pub struct ByMachine<'a> {
    /// Which card.
    pub card: AttemptId,
    /// Which machine made it, by its serial number.
    pub machine: &'a str,
    /// What was found.
    pub verdict: &'a Verdict,
    /// The findings in words; no personal data.
    pub detail: Option<&'a str>,
}

/// What a person saw.
#[derive(Clone, Copy, Debug)]
pub struct ByPerson<'a> {
    /// Which card.
    pub card: AttemptId,
    /// Who looked.
    pub inspector: PersonId,
    /// What they found.
    pub verdict: &'a Verdict,
}

/// What an inspection led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Why it was asked for.
    pub look: Look,
    /// What the card waits for now.
    pub standing: Standing,
}

/// One inspection as it is written.
struct Row<'a> {
    card: AttemptId,
    look: Look,
    machine: &'a str,
    verdict: &'a Verdict,
    detail: Option<&'a str>,
    inspector: Option<PersonId>,
}

impl Store {
    /// Records what a machine's exit camera saw of a card. A second verdict on the same card is
    /// [`StoreError::AlreadyThere`]; the same one again is not.
    pub async fn inspected_by_machine(
        &self,
        seen: &ByMachine<'_>,
        sampling: Sampling,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<Recorded, StoreError> {
        transaction!(self, DOING, |tx| {
            let known = known(tx, seen.card).await?;
            if known.machine.as_ref() != Some(seen.verdict) {
                let row = Row {
                    card: seen.card,
                    look: Look::Machine,
                    machine: seen.machine,
                    verdict: seen.verdict,
                    detail: seen.detail,
                    inspector: None,
                };
                insert(tx, &row, now).await?;
                if !seen.verdict.reasons().is_empty() {
                    set_up::judge_article(tx, seen.card, None).await?;
                }
                audit::write(tx, entries).await?;
            }
            Ok(Recorded {
                look: Look::Machine,
                standing: standing(tx, seen.card, sampling).await?,
            })
        })
    }

    /// Records what a person saw of a card that waits for one: a first article, which approves its machine's set-up or leaves it
    /// waiting for another one, or a sample. A card that fails is scrapped with the same commit: blank spoiled, number void, a
    /// remake of its order in the queue; while a worker has it that is [`StoreError::Stale`]. Refuses who made the card ([`StoreError::MadeIt`]), and a card that waits for
    /// nobody ([`StoreError::Stale`]).
    pub async fn inspected_by_person(
        &self,
        seen: &ByPerson<'_>,
        sampling: Sampling,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<Recorded, StoreError> {
        transaction!(self, DOING, |tx| {
            operator::demand_stranger(tx, seen.card, seen.inspector).await?;
            let Standing::Waits(look @ (Look::FirstArticle | Look::Sample)) =
                standing(tx, seen.card, sampling).await?
            else {
                return Err(stale(seen.card));
            };
            let machine: String = sqlx::query_scalar(
                "SELECT machine FROM quality_inspection
                 WHERE order_id = $1 AND attempt = $2 AND look = 'machine'",
            )
            .bind(&seen.card.order.as_bytes()[..])
            .bind(i64::from(seen.card.attempt.get()))
            .fetch_one(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            let row = Row {
                card: seen.card,
                look,
                machine: &machine,
                verdict: seen.verdict,
                detail: None,
                inspector: Some(seen.inspector),
            };
            insert(tx, &row, now).await?;
            // Known before its set-up forgets it.
            let after = standing(tx, seen.card, sampling).await?;
            if look == Look::FirstArticle {
                let passed = *seen.verdict == Verdict::Passed;
                let by = passed.then_some((&seen.inspector.as_bytes()[..], now));
                set_up::judge_article(tx, seen.card, by).await?;
            }
            if after == Standing::Failed {
                scrap(self, tx, seen.card, now).await?;
            }
            audit::write(tx, entries).await?;
            Ok(Recorded {
                look,
                standing: after,
            })
        })
    }

    /// What a card waits for.
    pub async fn quality(
        &self,
        card: AttemptId,
        sampling: Sampling,
    ) -> Result<Standing, StoreError> {
        transaction!(self, "reading a card's quality", |tx| {
            standing(tx, card, sampling).await
        })
    }
}

/// Ends a finished card that an inspector has in hand.
async fn scrap(
    store: &Store,
    tx: &mut Tx,
    card: AttemptId,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let row = sqlx::query("SELECT * FROM line_attempt WHERE order_id = $1 AND attempt = $2")
        .bind(card.order.as_bytes().to_vec())
        .bind(i64::from(card.attempt.get()))
        .fetch_one(&mut **tx)
        .await
        .map_err(StoreError::database(DOING))?;
    let from = attempt_of(&row)?;
    let to = from.clone().scrap(ScrapReason::InspectionFailed)?;
    write_unleased(store, tx, &from, &to, now).await?;
    end_of_attempt(tx, &to, now).await
}

fn stale(card: AttemptId) -> StoreError {
    StoreError::Stale {
        doing: DOING,
        object: format!("attempt {card}"),
    }
}

async fn standing(
    tx: &mut Tx,
    card: AttemptId,
    sampling: Sampling,
) -> Result<Standing, StoreError> {
    let article = set_up::is_article(tx, card).await?;
    Ok(known(tx, card)
        .await?
        .standing(article, sampling.picks(card)))
}

async fn insert(tx: &mut Tx, row: &Row<'_>, now: OffsetDateTime) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO quality_inspection (order_id, attempt, look, machine, passed, detail, inspector, inspected_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(row.card.order.as_bytes().to_vec())
    .bind(i64::from(row.card.attempt.get()))
    .bind(row.look.name())
    .bind(row.machine)
    .bind(i64::from(*row.verdict == Verdict::Passed))
    .bind(row.detail)
    .bind(row.inspector.map(|person| person.as_bytes().to_vec()))
    .bind(micros(now))
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    for reason in row.verdict.reasons() {
        sqlx::query(
            "INSERT INTO quality_reason (order_id, attempt, look, reason) VALUES ($1, $2, $3, $4)",
        )
        .bind(row.card.order.as_bytes().to_vec())
        .bind(i64::from(row.card.attempt.get()))
        .bind(row.look.name())
        .bind(reason.name())
        .execute(&mut **tx)
        .await
        .map_err(StoreError::database(DOING))?;
    }
    Ok(())
}

/// Everything that was said of a card.
async fn known(tx: &mut Tx, card: AttemptId) -> Result<Known, StoreError> {
    const DOING: &str = "reading the inspections of a card";
    let rows = sqlx::query(
        "SELECT inspection.look, inspection.passed, reason.reason
         FROM quality_inspection AS inspection
         LEFT JOIN quality_reason AS reason ON reason.order_id = inspection.order_id
             AND reason.attempt = inspection.attempt AND reason.look = inspection.look
         WHERE inspection.order_id = $1 AND inspection.attempt = $2",
    )
    .bind(&card.order.as_bytes()[..])
    .bind(i64::from(card.attempt.get()))
    .fetch_all(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    let mut looks: Vec<(Look, i64, Option<Reason>)> = Vec::with_capacity(rows.len());
    for row in &rows {
        let columns = Columns {
            table: "quality_inspection",
            id: card.to_string(),
            row,
        };
        let look = columns
            .word_if_any("look", Look::from_name)?
            .ok_or_else(|| columns.bad("look"))?;
        let reason = columns.word_if_any("reason", Reason::from_name)?;
        let passed: i64 = columns.get("passed")?;
        if (passed == 1) != reason.is_none() {
            return Err(columns.bad("passed"));
        }
        looks.push((look, passed, reason));
    }
    let verdict = |wanted: Look| {
        let mut own = looks.iter().filter(|(look, ..)| *look == wanted).peekable();
        own.peek()?;
        Some(Verdict::from_reasons(
            own.filter_map(|(.., reason)| *reason),
        ))
    };
    Ok(Known {
        machine: verdict(Look::Machine),
        first_article: verdict(Look::FirstArticle),
        sample: verdict(Look::Sample),
    })
}
