//! Set-ups of machines and their first articles.

use evidence::entry::Entry;
use personalisation_core::{
    attempt::{AttemptId, AttemptNumber},
    ids::OrderId,
    machine::MachineSerial,
    quality::{Answer, Cause, InPlace, Leave, SetUp, answer},
};
use sqlx::Executor;
use time::OffsetDateTime;

use crate::{
    Store, StoreError, audit,
    engine::Engine,
    row::{Columns, micros},
    transaction::{Tx, transaction},
};

const DOING: &str = "reading a machine's set-up";
const TABLE: &str = "quality_set_up";

/// A machine asks whether it may print a card.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// Which machine, by its serial number.
    pub machine: &'a str,
    /// Which ribbon is in it, as its driver tells one from another; none where it needs none.
    pub ribbon: Option<u64>,
    /// Which card.
    pub card: AttemptId,
    /// Drawn once: of the set-up that begins, if one does.
    pub id: [u8; 16],
}

/// The last set-up of a machine, and its number.
type Numbered = (i64, SetUp);

impl Store {
    /// Whether a machine may print a card now; a machine's first card, and the first one with another ribbon or template,
    /// is a first article, and the others wait until a person approved it. Asked again, the answer is the same. Nothing
    /// is written, and `entries` not used, but for a first article.
    pub async fn leave_to_print(
        &self,
        ask: &Ask<'_>,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<Leave, StoreError> {
        const DOING: &str = "asking whether a card may be printed";
        // Of many cards one is a first article: the others cost no transaction.
        let in_place = in_place(&self.pool, ask).await?;
        let last = latest(&self.pool, ask.machine).await?;
        let before = approved(&self.pool, ask.machine, &in_place).await?;
        let last = last.as_ref().map(|(_, set_up)| set_up);
        if let Answer::Leave(leave) = answer(last, before, &in_place, ask.card) {
            return Ok(leave);
        }
        transaction!(self, DOING, |tx| {
            let last = latest(&mut **tx, ask.machine).await?;
            let before = approved(&mut **tx, ask.machine, &in_place).await?;
            let known = last.as_ref().map(|(_, set_up)| set_up);
            match answer(known, before, &in_place, ask.card) {
                Answer::Leave(leave) => Ok(leave),
                Answer::Claim => {
                    claim(tx, ask, last.map_or(0, |(number, _)| number)).await?;
                    audit::write(tx, entries).await?;
                    Ok(Leave::PrintFirstArticle)
                }
                Answer::Begin(cause) => {
                    begin(tx, ask, (cause, &in_place), now).await?;
                    audit::write(tx, entries).await?;
                    Ok(Leave::PrintFirstArticle)
                }
            }
        })
    }

    /// How a machine is set up since its last change; none for one that never printed.
    pub async fn set_up(&self, machine: &str) -> Result<Option<SetUp>, StoreError> {
        Ok(latest(&self.pool, machine).await?.map(|(_, set_up)| set_up))
    }

    /// Whether a machine's first article was found right by its exit camera, lies in its exit tray, and waits for a person.
    pub async fn article_lies_ready(&self, machine: MachineSerial) -> Result<bool, StoreError> {
        let found: Option<i64> = sqlx::query_scalar(
            "SELECT 1 FROM quality_set_up AS set_up
             JOIN line_attempt AS article ON article.order_id = set_up.article_order
                 AND article.attempt = set_up.article_attempt
             WHERE set_up.machine = $1 AND set_up.approved_at IS NULL
             AND set_up.number = (SELECT MAX(number) FROM quality_set_up WHERE machine = $1)
             AND article.left_machine = 'exit'",
        )
        .bind(machine.as_str())
        .fetch_optional(&self.pool)
        .await
        .map_err(StoreError::database(DOING))?;
        Ok(found.is_some())
    }

    /// Whether a card is the first article of any set-up.
    pub async fn is_first_article(&self, card: AttemptId) -> Result<bool, StoreError> {
        is_article(&self.pool, card).await
    }
}

/// The card becomes the first article of the set-up that holds.
async fn claim(tx: &mut Tx, ask: &Ask<'_>, number: i64) -> Result<(), StoreError> {
    const DOING: &str = "claiming a first article";
    let claimed = sqlx::query(
        "UPDATE quality_set_up SET article_order = $3, article_attempt = $4
         WHERE machine = $1 AND number = $2 AND approved_at IS NULL
         AND (article_order IS NULL OR EXISTS (
             SELECT 1 FROM line_attempt
             WHERE order_id = article_order AND attempt = article_attempt
             AND state IN ('scrapped', 'cancelled')))",
    )
    .bind(ask.machine)
    .bind(number)
    .bind(&ask.card.order.as_bytes()[..])
    .bind(i64::from(ask.card.attempt.get()))
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    if claimed.rows_affected() == 1 {
        return Ok(());
    }
    Err(StoreError::Stale {
        doing: DOING,
        object: format!("machine {}", ask.machine),
    })
}

/// A set-up begins with the card as its first article.
async fn begin(
    tx: &mut Tx,
    ask: &Ask<'_>,
    (cause, in_place): (Cause, &InPlace),
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO quality_set_up
             (machine, number, change_id, cause, template, ribbon, began_at, article_order, article_attempt)
         SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5, $6, $7, $8
         FROM quality_set_up WHERE machine = $1",
    )
    .bind(ask.machine)
    .bind(&ask.id[..])
    .bind(cause.name())
    .bind(&in_place.template)
    .bind(ribbon(in_place))
    .bind(micros(now))
    .bind(&ask.card.order.as_bytes()[..])
    .bind(i64::from(ask.card.attempt.get()))
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database("beginning a machine's set-up"))?;
    Ok(())
}

fn ribbon(in_place: &InPlace) -> Option<i64> {
    let ribbon = in_place.ribbon?;
    Some(i64::try_from(ribbon).unwrap_or(i64::MAX))
}

/// The ribbon that the machine has, and the template that the card was bound to.
async fn in_place<'e>(
    from: impl Executor<'e, Database = Engine>,
    ask: &Ask<'_>,
) -> Result<InPlace, StoreError> {
    const DOING: &str = "reading by what a card is printed";
    let row = sqlx::query(
        "SELECT item.issuer_profile, item.document_type, attempt.template_version, attempt.template_digest
         FROM line_attempt AS attempt JOIN order_item AS item ON item.order_id = attempt.order_id
         WHERE attempt.order_id = $1 AND attempt.attempt = $2",
    )
    .bind(&ask.card.order.as_bytes()[..])
    .bind(i64::from(ask.card.attempt.get()))
    .fetch_one(from)
    .await
    .map_err(StoreError::database(DOING))?;
    let columns = Columns {
        table: "line_attempt",
        id: ask.card.to_string(),
        row: &row,
    };
    let (profile, document): (String, String) = (
        columns.get("issuer_profile")?,
        columns.get("document_type")?,
    );
    let version: Option<i64> = columns.get("template_version")?;
    let digest: Option<String> = columns.get("template_digest")?;
    Ok(InPlace {
        ribbon: ask.ribbon,
        template: format!(
            "{profile} {document} {} {}",
            version.unwrap_or(1),
            digest.unwrap_or_default()
        ),
    })
}

async fn latest<'e>(
    from: impl Executor<'e, Database = Engine>,
    machine: &str,
) -> Result<Option<Numbered>, StoreError> {
    let row = sqlx::query(
        "SELECT set_up.*, article.state AS article_state FROM quality_set_up AS set_up
         LEFT JOIN line_attempt AS article ON article.order_id = set_up.article_order
             AND article.attempt = set_up.article_attempt
         WHERE set_up.machine = $1 ORDER BY set_up.number DESC LIMIT 1",
    )
    .bind(machine)
    .fetch_optional(from)
    .await
    .map_err(StoreError::database(DOING))?;
    let Some(row) = row else { return Ok(None) };
    let columns = Columns {
        table: TABLE,
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
    let ribbon: Option<i64> = columns.get("ribbon")?;
    let set_up = SetUp {
        cause: columns
            .word_if_any("cause", Cause::from_name)?
            .ok_or_else(|| columns.bad("cause"))?,
        in_place: InPlace {
            ribbon: ribbon.map(i64::unsigned_abs),
            template: columns.get("template")?,
        },
        article,
        approved: approved.is_some(),
    };
    Ok(Some((columns.get("number")?, set_up)))
}

/// Whether a first article was approved before with the same ribbon and template.
async fn approved<'e>(
    from: impl Executor<'e, Database = Engine>,
    machine: &str,
    in_place: &InPlace,
) -> Result<bool, StoreError> {
    let found: Option<i64> = sqlx::query_scalar(
        "SELECT 1 FROM quality_set_up WHERE machine = $1 AND template = $2
         AND COALESCE(ribbon, -1) = $3 AND approved_at IS NOT NULL LIMIT 1",
    )
    .bind(machine)
    .bind(&in_place.template)
    .bind(ribbon(in_place).unwrap_or(-1))
    .fetch_optional(from)
    .await
    .map_err(StoreError::database(DOING))?;
    Ok(found.is_some())
}

/// Whether a card is the first article of any set-up.
pub(super) async fn is_article<'e>(
    from: impl Executor<'e, Database = Engine>,
    card: AttemptId,
) -> Result<bool, StoreError> {
    let found: Option<i64> = sqlx::query_scalar(
        "SELECT 1 FROM quality_set_up WHERE article_order = $1 AND article_attempt = $2 LIMIT 1",
    )
    .bind(&card.order.as_bytes()[..])
    .bind(i64::from(card.attempt.get()))
    .fetch_optional(from)
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
