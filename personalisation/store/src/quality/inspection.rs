//! Inspections: each look at a card once, by a machine or by a person who did not make it.

use dossier::PersonId;
use evidence::entry::Entry;
use personalisation_core::{
    attempt::{AttemptId, AttemptNumber, ScrapReason},
    chip_serial::ChipSerial,
    document_number::DocumentNumber,
    ids::OrderId,
    quality::{Known, Look, Reason, Sampling, Standing, Verdict},
};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{
    operator,
    picture::{self, Picture, Sealed},
    set_up,
};
use crate::{
    Store, StoreError, audit,
    line::{attempt_of, end_of_attempt, write_unleased},
    row::{Columns, micros},
    transaction::{Tx, transaction},
};

const DOING: &str = "recording an inspection";

/// What a machine's exit camera saw of a card; written with the attempt's move
/// ([`Store::advance`](crate::Store::advance)).
#[derive(Debug)]
pub struct ByMachine<'a> {
    /// Which machine made it, by its serial number.
    pub machine: &'a str,
    /// What was found.
    pub verdict: &'a Verdict,
    /// The findings in words; no personal data.
    pub detail: Option<&'a str>,
    /// What was measured, as JSON; no personal data.
    pub figures: Option<&'a str>,
    /// Which cards a person looks at besides.
    pub sampling: Sampling,
    /// What a person needs to look at it; kept where one has to.
    pub pictures: &'a [(Picture, Zeroizing<Vec<u8>>)],
}

/// The same, with its pictures sealed.
pub(crate) struct Sighting<'a> {
    pub(crate) seen: &'a ByMachine<'a>,
    pub(crate) pictures: Vec<Sealed>,
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

/// A card as an inspector knows it: no personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Which.
    pub id: AttemptId,
    /// Its document number.
    pub number: DocumentNumber,
    /// Which machine made it.
    pub machine: String,
    /// What a machine's look said against it, in words.
    pub detail: Option<String>,
    /// Everything that was said of it.
    pub known: Known,
}

/// One inspection as it is written.
struct Row<'a> {
    card: AttemptId,
    look: Look,
    machine: &'a str,
    verdict: &'a Verdict,
    detail: Option<&'a str>,
    figures: Option<&'a str>,
    asks: Option<Look>,
    inspector: Option<PersonId>,
}

impl Store {
    /// Records what a person saw of a card that waits for one: a first article, which approves its machine's set-up or leaves it
    /// waiting for another one, a sample, or one that its machine rejected. Its pictures are erased. A card that fails is
    /// scrapped with the same commit: blank spoiled, number void, a remake of its order in the queue; while a worker has it
    /// that is [`StoreError::Stale`]. Refuses who made the card ([`StoreError::MadeIt`]), a card of which nobody knows who
    /// made it ([`StoreError::MakerUnknown`]), and one that waits for nobody ([`StoreError::Stale`]).
    pub async fn inspected_by_person(
        &self,
        seen: &ByPerson<'_>,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<Recorded, StoreError> {
        transaction!(self, DOING, |tx| {
            let machine = operator::demand_stranger(tx, seen.card, seen.inspector).await?;
            let mut known = known(tx, seen.card).await?;
            let Some(look) = known.waits_for_person() else {
                return Err(stale(seen.card));
            };
            let row = Row {
                card: seen.card,
                look,
                machine: &machine,
                verdict: seen.verdict,
                detail: None,
                figures: None,
                asks: None,
                inspector: Some(seen.inspector),
            };
            insert(tx, &row, now).await?;
            known.person = Some(seen.verdict.clone());
            if look == Look::FirstArticle {
                let passed = *seen.verdict == Verdict::Passed;
                let by = passed.then_some((&seen.inspector.as_bytes()[..], now));
                set_up::judge_article(tx, seen.card, by).await?;
            }
            let standing = known.standing();
            // Before the attempt ends, with which every act about it that is still open is closed.
            audit::write(tx, entries).await?;
            // What a machine rejected is scrapped already.
            if standing == Standing::Failed && look != Look::Rejection {
                scrap(self, tx, seen.card, now).await?;
            }
            picture::erase(tx, seen.card, now).await?;
            Ok(Recorded { look, standing })
        })
    }

    /// What a card waits for.
    pub async fn quality(&self, card: AttemptId) -> Result<Standing, StoreError> {
        transaction!(self, "reading a card's quality", |tx| {
            Ok(known(tx, card).await?.standing())
        })
    }

    /// Who made a card is no stranger to it: refuses whom [`Store::inspected_by_person`] would refuse.
    pub async fn may_inspect(&self, card: AttemptId, person: PersonId) -> Result<(), StoreError> {
        transaction!(self, "looking who made a card", |tx| {
            operator::demand_stranger(tx, card, person).await.map(drop)
        })
    }

    /// The newest card of that document number, or on that chip, that a machine has looked at.
    pub async fn card_by(
        &self,
        number: Option<DocumentNumber>,
        chip: Option<ChipSerial>,
    ) -> Result<Option<AttemptId>, StoreError> {
        const DOING: &str = "looking for a card";
        let row = sqlx::query(
            "SELECT attempt.order_id, attempt.attempt FROM line_attempt AS attempt
             JOIN quality_inspection AS seen ON seen.order_id = attempt.order_id
                 AND seen.attempt = attempt.attempt AND seen.look = 'machine'
             WHERE attempt.document_number = $1 OR attempt.chip_serial = $2",
        )
        .bind(number.map(|number| number.as_str().to_owned()))
        .bind(chip.map(|chip| chip.as_bytes().to_vec()))
        .fetch_optional(&self.pool)
        .await
        .map_err(StoreError::database(DOING))?;
        let Some(row) = row else { return Ok(None) };
        let columns = Columns {
            table: "line_attempt",
            id: "any".to_owned(),
            row: &row,
        };
        let order = columns.read("order_id", |bytes| OrderId::try_from(bytes).ok())?;
        let attempt: i64 = columns.get("attempt")?;
        let attempt = u32::try_from(attempt).ok().and_then(AttemptNumber::new);
        let attempt = attempt.ok_or_else(|| columns.bad("attempt"))?;
        Ok(Some(AttemptId { order, attempt }))
    }

    /// A card that a machine has looked at.
    pub async fn inspected_card(&self, id: AttemptId) -> Result<Option<Card>, StoreError> {
        const DOING: &str = "reading a card";
        transaction!(self, DOING, |tx| {
            let row = sqlx::query(
                "SELECT attempt.document_number, seen.machine, seen.detail FROM line_attempt AS attempt
                 JOIN quality_inspection AS seen ON seen.order_id = attempt.order_id
                     AND seen.attempt = attempt.attempt AND seen.look = 'machine'
                 WHERE attempt.order_id = $1 AND attempt.attempt = $2",
            )
            .bind(id.order.as_bytes().to_vec())
            .bind(i64::from(id.attempt.get()))
            .fetch_optional(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            let Some(row) = row else { return Ok(None) };
            let columns = Columns {
                table: "line_attempt",
                id: id.to_string(),
                row: &row,
            };
            let number = columns.word_if_any("document_number", |text| text.parse().ok())?;
            Ok(Some(Card {
                id,
                number: number.ok_or_else(|| columns.bad("document_number"))?,
                machine: columns.get("machine")?,
                detail: columns.get("detail")?,
                known: known(tx, id).await?,
            }))
        })
    }
}

/// Writes a machine's look at a card, and keeps its pictures where a person has to look too; part of the transaction that
/// moves the attempt, which moves once.
pub(crate) async fn seen_by_machine(
    tx: &mut Tx,
    card: AttemptId,
    sighting: &Sighting<'_>,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let seen = sighting.seen;
    let article = set_up::is_article(&mut **tx, card).await?;
    let asks = Look::after(seen.verdict, article, seen.sampling.picks(card));
    let row = Row {
        card,
        look: Look::Machine,
        machine: seen.machine,
        verdict: seen.verdict,
        detail: seen.detail,
        figures: seen.figures,
        asks,
        inspector: None,
    };
    insert(tx, &row, now).await?;
    if article && *seen.verdict != Verdict::Passed {
        set_up::judge_article(tx, card, None).await?;
    }
    if asks.is_some() {
        picture::keep(tx, card, &sighting.pictures, now).await?;
    }
    Ok(())
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

async fn insert(tx: &mut Tx, row: &Row<'_>, now: OffsetDateTime) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO quality_inspection
             (order_id, attempt, look, machine, passed, detail, inspector, inspected_at, asks, figures)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(row.card.order.as_bytes().to_vec())
    .bind(i64::from(row.card.attempt.get()))
    .bind(row.look.name())
    .bind(row.machine)
    .bind(i64::from(*row.verdict == Verdict::Passed))
    .bind(row.detail)
    .bind(row.inspector.map(|person| person.as_bytes().to_vec()))
    .bind(micros(now))
    .bind(row.asks.map(Look::name))
    .bind(row.figures)
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
        "SELECT inspection.look, inspection.passed, inspection.asks, reason.reason
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
    let mut looks: Vec<(Look, Option<Reason>)> = Vec::with_capacity(rows.len());
    let mut asks = None;
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
        if look == Look::Machine {
            asks = columns.word_if_any("asks", Look::from_name)?;
        }
        looks.push((look, reason));
    }
    let verdict = |by_machine: bool| {
        let own = looks
            .iter()
            .filter(|(look, _)| (*look == Look::Machine) == by_machine);
        let mut own = own.peekable();
        own.peek()?;
        Some(Verdict::from_reasons(own.filter_map(|(_, reason)| *reason)))
    };
    Ok(Known {
        machine: verdict(true),
        asks,
        person: verdict(false),
    })
}
