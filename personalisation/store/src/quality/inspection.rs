//! Inspections: each look at a card once, by a machine or by a person who did not make it.

use dossier::PersonId;
use evidence::entry::Entry;
use personalisation_core::{
    attempt::{Attempt, AttemptId, AttemptNumber, ScrapReason},
    chip_serial::ChipSerial,
    document_number::DocumentNumber,
    ids::OrderId,
    quality::{Draw, Known, Look, Reason, Sampling, Stage, Standing, Verdict},
};
use rand::CryptoRng;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{
    operator,
    picture::{self, Picture, Sealed},
    sampling, set_up,
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

/// The same, with its pictures sealed, and the card's draw.
pub(crate) struct Sighting<'a> {
    seen: &'a ByMachine<'a>,
    pictures: Vec<Sealed>,
    draw: Draw,
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
    /// The serial of its chip.
    pub chip: ChipSerial,
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
    /// that is [`StoreError::Stale`]. Refuses who made the card ([`StoreError::MadeIt`]), one that has not left its machine by
    /// the exit ([`StoreError::StillInside`]), and one that waits for nobody ([`StoreError::Stale`]); and to let a card pass of
    /// which nobody knows who made it ([`StoreError::MakerUnknown`]), or whose pictures are not there
    /// ([`StoreError::NoPictures`]). Rejected it is nevertheless: a machine that waits for it goes on with another one.
    pub async fn inspected_by_person(
        &self,
        seen: &ByPerson<'_>,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<Recorded, StoreError> {
        let recorded = transaction!(self, DOING, |tx| {
            let made = operator::demand_stranger(tx, seen.card, seen.inspector).await?;
            let attempt = attempt(tx, seen.card).await?;
            let mut known = known(tx, &attempt).await?;
            let Some(look) = known.waits_for_person() else {
                return Err(stale(seen.card));
            };
            if known.stage == Stage::Inside {
                let (card, machine) = (seen.card, made.machine);
                return Err(StoreError::StillInside { card, machine });
            }
            if *seen.verdict == Verdict::Passed {
                made.demand_maker(seen.card)?;
                picture::demand_kept(tx, seen.card).await?;
            }
            let row = Row {
                card: seen.card,
                look,
                machine: &made.machine,
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
                scrap(self, tx, attempt, now).await?;
            }
            picture::erase(tx, seen.card, now).await?;
            Ok(Recorded { look, standing })
        });
        self.empty_log().await;
        recorded
    }

    /// Everything that is known of a card: what it waits for, and whether it may be packed.
    pub async fn quality(&self, card: AttemptId) -> Result<Known, StoreError> {
        transaction!(self, "reading a card's quality", |tx| {
            let attempt = attempt(tx, card).await?;
            known(tx, &attempt).await
        })
    }

    /// Who made a card is no stranger to it: refuses whom [`Store::inspected_by_person`] would not let pass a card
    /// ([`StoreError::MakerUnknown`]), or not judge it at all ([`StoreError::MadeIt`]).
    pub async fn may_inspect(&self, card: AttemptId, person: PersonId) -> Result<(), StoreError> {
        transaction!(self, "looking who made a card", |tx| {
            let made = operator::demand_stranger(tx, card, person).await?;
            made.demand_maker(card)
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
                "SELECT attempt.document_number, attempt.chip_serial, seen.machine, seen.detail FROM line_attempt AS attempt
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
            let attempt = attempt(tx, id).await?;
            Ok(Some(Card {
                id,
                number: number.ok_or_else(|| columns.bad("document_number"))?,
                chip: columns.read("chip_serial", |bytes| {
                    Some(ChipSerial::from_bytes(bytes.try_into().ok()?))
                })?,
                machine: columns.get("machine")?,
                detail: columns.get("detail")?,
                known: known(tx, &attempt).await?,
            }))
        })
    }

    /// What a machine saw of a card, as it is written.
    pub(crate) fn sighting<'a>(
        &self,
        rng: &mut impl CryptoRng,
        card: AttemptId,
        seen: &'a ByMachine<'a>,
    ) -> Result<Sighting<'a>, StoreError> {
        Ok(Sighting {
            seen,
            pictures: self.seal_pictures(rng, card, seen.pictures)?,
            draw: self.draw(card)?,
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
    let sampled =
        seen.sampling.picks(sighting.draw) || sampling::is_suspect(&mut **tx, card).await?;
    let asks = Look::after(seen.verdict, article, sampled);
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
    from: Attempt,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
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

/// The line's role may not name an inspector, so what a machine saw is written without that column.
async fn insert(tx: &mut Tx, row: &Row<'_>, now: OffsetDateTime) -> Result<(), StoreError> {
    let statement = if row.inspector.is_some() {
        "INSERT INTO quality_inspection (order_id, attempt, look, machine, passed, inspected_at, inspector)
         VALUES ($1, $2, $3, $4, $5, $6, $7)"
    } else {
        "INSERT INTO quality_inspection
             (order_id, attempt, look, machine, passed, inspected_at, detail, asks, figures)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    };
    let query = sqlx::query(statement)
        .bind(row.card.order.as_bytes().to_vec())
        .bind(i64::from(row.card.attempt.get()))
        .bind(row.look.name())
        .bind(row.machine)
        .bind(i64::from(*row.verdict == Verdict::Passed))
        .bind(micros(now));
    let query = match row.inspector {
        Some(person) => query.bind(person.as_bytes().to_vec()),
        None => query
            .bind(row.detail)
            .bind(row.asks.map(Look::name))
            .bind(row.figures),
    };
    query
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

/// The attempt that a card was made by.
async fn attempt(tx: &mut Tx, card: AttemptId) -> Result<Attempt, StoreError> {
    let row = sqlx::query("SELECT * FROM line_attempt WHERE order_id = $1 AND attempt = $2")
        .bind(card.order.as_bytes().to_vec())
        .bind(i64::from(card.attempt.get()))
        .fetch_optional(&mut **tx)
        .await
        .map_err(StoreError::database(
            "reading by which attempt a card was made",
        ))?;
    row.as_ref()
        .map(attempt_of)
        .transpose()?
        .ok_or(StoreError::NeverSeen { card })
}

/// Everything that was said of a card, and where it is.
pub(crate) async fn known(tx: &mut Tx, attempt: &Attempt) -> Result<Known, StoreError> {
    const DOING: &str = "reading the inspections of a card";
    let card = attempt.id();
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
        stage: Stage::of(attempt.state()),
        machine: verdict(true),
        asks,
        person: verdict(false),
    })
}
