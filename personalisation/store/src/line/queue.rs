//! The queue: who comes in, and whom a worker takes next.

use dossier::dossier::DocumentType;
use personalisation_core::{
    attempt::Attempt,
    ids::BatchId,
    queue::{BATCH, Class},
    template::TemplateRefusal,
};
use time::OffsetDateTime;

use super::{Bind, attempt_of, insert_move};
use crate::{
    Store, StoreError,
    engine::EngineRow,
    review::names,
    row::{Columns, micros},
    statement::Statement,
    template::{NoTemplate, Printable, Standing},
    transaction::Tx,
};

/// Puts a new attempt into the table, as its order says; part of the caller's transaction.
pub(crate) async fn queue(
    tx: &mut Tx,
    attempt: &Attempt,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    const DOING: &str = "queueing an attempt";
    let id = attempt.id();
    let row = sqlx::query(
        "SELECT express, document_type, destination FROM order_item WHERE order_id = $1",
    )
    .bind(&id.order.as_bytes()[..])
    .fetch_one(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    let order = Columns {
        table: "order_item",
        id: id.order.to_string(),
        row: &row,
    };
    let express: i64 = order.get("express")?;
    let class = if id.attempt.get() > 1 {
        Class::Remake
    } else {
        Class::of_order(express == 1)
    };
    let record = attempt.record();
    sqlx::query(
        "INSERT INTO line_attempt (order_id, attempt, state, from_state, queued_at, tries,
                                   class, rank_at, document_type, destination)
         VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8, $9)",
    )
    .bind(&id.order.as_bytes()[..])
    .bind(i64::from(id.attempt.get()))
    .bind(&record.state)
    .bind(&record.from_state)
    .bind(micros(now))
    .bind(class.name())
    .bind(micros(class.rank(now)))
    .bind(order.get::<String>("document_type")?)
    .bind(order.get::<String>("destination")?)
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    insert_move(tx, attempt, now).await
}

/// An attempt that waits.
pub(super) struct Waiting {
    pub(super) attempt: Attempt,
    /// Somebody asked that it be cancelled.
    pub(super) is_unwanted: bool,
    class: Class,
    destination: String,
    document_type: String,
}

impl Waiting {
    fn of(row: &EngineRow) -> Result<Self, StoreError> {
        let attempt = attempt_of(row)?;
        let columns = Columns {
            table: "line_attempt",
            id: attempt.id().to_string(),
            row,
        };
        Ok(Self {
            is_unwanted: columns.get::<Option<i64>>("cancel_at")?.is_some(),
            class: columns
                .word_if_any("class", Class::from_name)?
                .ok_or_else(|| columns.bad("class"))?,
            destination: columns.get("destination")?,
            document_type: columns.get("document_type")?,
            attempt,
        })
    }
}

impl Store {
    /// The attempt that is next for a worker that may print by those templates, and its batch: of the one it has while that is not full and nobody of a
    /// higher class waits, else `head`, for which a batch begins.
    pub(super) async fn take_next(
        &self,
        tx: &mut Tx,
        head: Waiting,
        (bind, standing): (&Bind<'_>, &Standing<'_>),
        now: OffsetDateTime,
    ) -> Result<(Attempt, BatchId), StoreError> {
        let holder = &bind.lease.holder;
        if let Some(open) = open_batch(tx, holder).await? {
            if open.taken < i64::from(BATCH)
                && standing.prints(&open.document_type)
                && let Some(next) = self.next_for(tx, &open, standing).await?
                && next.class <= head.class
            {
                count(tx, open.id).await?;
                return Ok((next.attempt, open.id));
            }
            close(tx, open.id, now).await?;
        }
        if begin(tx, bind.batch, holder, &head, now).await? {
            return Ok((head.attempt, bind.batch));
        }
        // Two workers of one name: the other one's batch is this one's too.
        match open_batch(tx, holder).await? {
            Some(open) => {
                count(tx, open.id).await?;
                Ok((head.attempt, open.id))
            }
            None => Err(StoreError::Stale {
                doing: "beginning a batch",
                object: holder.clone(),
            }),
        }
    }

    /// Whoever is next among all of whom a document can be printed; nobody else is given it until the caller's transaction ends.
    pub(super) async fn head_of_queue(
        &self,
        tx: &mut Tx,
        standing: &Standing<'_>,
    ) -> Result<Option<Waiting>, StoreError> {
        let types = [DocumentType::IdentityCard, DocumentType::ResidencePermit];
        let printed = types.map(names::document_type).into_iter();
        let printed: Vec<_> = printed.filter(|name| standing.prints(name)).collect();
        if printed.is_empty() {
            return Ok(None);
        }
        let mut queued = queued();
        queued.push(" AND document_type IN (");
        queued.bind_list(printed).push(")");
        self.first(tx, queued, standing).await
    }

    /// Whoever is next for a batch. Whom somebody cancelled meanwhile, the head of the queue tells.
    async fn next_for(
        &self,
        tx: &mut Tx,
        batch: &Open,
        standing: &Standing<'_>,
    ) -> Result<Option<Waiting>, StoreError> {
        let mut queued = queued();
        queued.push(" AND destination = ").bind(&*batch.destination);
        queued.push(" AND document_type = ");
        queued.bind(&*batch.document_type);
        queued.push(" AND cancel_at IS NULL");
        self.first(tx, queued, standing).await
    }

    /// The first of those who wait, but for those whom only other lines' programs print.
    async fn first(
        &self,
        tx: &mut Tx,
        mut queued: Statement,
        standing: &Standing<'_>,
    ) -> Result<Option<Waiting>, StoreError> {
        // Where all is printed here, the queue's index alone is read.
        for other in &standing.elsewhere {
            queued.push(" AND NOT (document_type = ");
            queued.bind(names::document_type(other.document));
            queued.push(" AND EXISTS (SELECT 1 FROM order_item WHERE order_id = line_attempt.order_id AND issuer_profile = ");
            queued.bind(&*other.issuer_profile).push("))");
        }
        queued.push(" ORDER BY rank_at, order_id LIMIT 1");
        let lock = self.dialect.locked_alone("", " FOR UPDATE SKIP LOCKED");
        queued.push(lock);
        let row = queued.build().fetch_optional(&mut **tx).await;
        let row = row.map_err(StoreError::database("reading the queue"))?;
        row.as_ref().map(Waiting::of).transpose()
    }
}

/// Those who wait.
fn queued() -> Statement {
    Statement::new("SELECT * FROM line_attempt WHERE state = 'queued'")
}

/// Why the first of those who wait is not taken; none where nobody waits.
pub(super) async fn refused(
    tx: &mut Tx,
    standing: &Standing<'_>,
) -> Result<Option<NoTemplate>, StoreError> {
    let mut queued = queued();
    queued.push(" ORDER BY rank_at, order_id LIMIT 1");
    let row = queued.build().fetch_optional(&mut **tx).await;
    let row = row.map_err(StoreError::database(
        "reading for what no template is approved",
    ))?;
    let Some(row) = row else { return Ok(None) };
    let wanted = wanted(tx, &attempt_of(&row)?).await?;
    Ok(Some(refusal(standing, wanted)))
}

/// Which State's document of which type somebody waits for.
async fn wanted(tx: &mut Tx, attempt: &Attempt) -> Result<(String, DocumentType), StoreError> {
    const DOING: &str = "choosing an attempt's template";
    let order = attempt.id().order;
    let row =
        sqlx::query("SELECT issuer_profile, document_type FROM order_item WHERE order_id = $1")
            .bind(&order.as_bytes()[..])
            .fetch_one(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
    let columns = Columns {
        table: "order_item",
        id: order.to_string(),
        row: &row,
    };
    let document = columns.word_if_any("document_type", names::document_type_named)?;
    let document = document.ok_or_else(|| columns.bad("document_type"))?;
    Ok((columns.get("issuer_profile")?, document))
}

/// Why nothing is printed for that State and type here; where nobody proposed anything, that.
fn refusal(
    standing: &Standing<'_>,
    (issuer_profile, document): (String, DocumentType),
) -> NoTemplate {
    let same = |one: &&NoTemplate| one.issuer_profile == issuer_profile && one.document == document;
    let mut known = standing.refused.iter().chain(&standing.elsewhere);
    let why = known.find(same).map(|one| one.why);
    NoTemplate {
        why: why.unwrap_or(TemplateRefusal::Unknown),
        issuer_profile,
        document,
    }
}

/// By what an attempt's document is printed: its own State's template. `NoTemplate` where none may be printed by.
pub(super) async fn template_for<'t>(
    tx: &mut Tx,
    attempt: &Attempt,
    standing: &Standing<'t>,
) -> Result<Printable<'t>, StoreError> {
    let wanted = wanted(tx, attempt).await?;
    let own = |one: &&Printable<'_>| {
        let key = &one.template.key;
        key.issuer_profile == wanted.0 && key.document == wanted.1
    };
    if let Some(printable) = standing.may_print.iter().find(own) {
        return Ok(*printable);
    }
    let refused = refusal(standing, wanted);
    Err(StoreError::NoTemplate(Box::new((attempt.clone(), refused))))
}

/// A worker's batch.
struct Open {
    id: BatchId,
    destination: String,
    document_type: String,
    taken: i64,
}

async fn open_batch(tx: &mut Tx, holder: &str) -> Result<Option<Open>, StoreError> {
    let row = sqlx::query("SELECT * FROM line_batch WHERE holder = $1 AND closed_at IS NULL")
        .bind(holder)
        .fetch_optional(&mut **tx)
        .await
        .map_err(StoreError::database("reading a worker's batch"))?;
    let Some(row) = row else { return Ok(None) };
    let columns = Columns {
        table: "line_batch",
        id: holder.to_owned(),
        row: &row,
    };
    Ok(Some(Open {
        id: columns.read("batch_id", |bytes| bytes.try_into().ok())?,
        destination: columns.get("destination")?,
        document_type: columns.get("document_type")?,
        taken: columns.get("taken")?,
    }))
}

/// Whether it began: not where the worker has another one.
async fn begin(
    tx: &mut Tx,
    id: BatchId,
    holder: &str,
    head: &Waiting,
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    let begun = sqlx::query(
        "INSERT INTO line_batch (batch_id, holder, destination, document_type, taken, opened_at)
         VALUES ($1, $2, $3, $4, 1, $5) ON CONFLICT DO NOTHING",
    )
    .bind(&id.as_bytes()[..])
    .bind(holder)
    .bind(&head.destination)
    .bind(&head.document_type)
    .bind(micros(now))
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database("beginning a batch"))?;
    Ok(begun.rows_affected() == 1)
}

async fn count(tx: &mut Tx, id: BatchId) -> Result<(), StoreError> {
    sqlx::query("UPDATE line_batch SET taken = taken + 1 WHERE batch_id = $1")
        .bind(&id.as_bytes()[..])
        .execute(&mut **tx)
        .await
        .map(|_| ())
        .map_err(StoreError::database("counting into a batch"))
}

async fn close(tx: &mut Tx, id: BatchId, now: OffsetDateTime) -> Result<(), StoreError> {
    sqlx::query("UPDATE line_batch SET closed_at = $2 WHERE batch_id = $1 AND closed_at IS NULL")
        .bind(&id.as_bytes()[..])
        .bind(micros(now))
        .execute(&mut **tx)
        .await
        .map(|_| ())
        .map_err(StoreError::database("closing a batch"))
}
