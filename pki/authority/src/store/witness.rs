//! Heads of a log that were seen: the last one is durable before it is signed, and what contradicts it is kept as evidence.

use evidence::{
    entry::Act,
    head::SignedHead,
    merkle::Hash,
    witness::{Refusal, Watched},
};
use sqlx::{Row, SqliteConnection};
use time::OffsetDateTime;
use tokio::sync::oneshot;

use super::{
    Recorded, Store, StoreError,
    operation::{Answer, Operation, Reply, tell, write},
};

/// A head that somebody shows.
pub(crate) struct Seeing {
    /// Whose heads are signed here.
    pub(crate) watched: Watched,
    pub(crate) shown: SignedHead,
    /// From which size on the proof shows that the log went on.
    pub(crate) since: u64,
    pub(crate) proof: Vec<Hash>,
    pub(crate) act: Act,
    pub(crate) at: OffsetDateTime,
}

/// What is to be done about it.
#[derive(Debug)]
pub(crate) enum Saw {
    /// It is the last head now, and its intent is told: sign it.
    Recorded(Recorded),
    /// The proof is to begin at this size.
    Known(u64),
    /// It is not to be signed. What is evidence is kept, and an alarm.
    Refused(Refusal),
}

pub(super) type SeeingReply = Reply<Result<Saw, StoreError>>;

impl Store {
    /// Holds a head against the last one, and records it as the last.
    pub(crate) async fn see(&self, seeing: Seeing) -> Result<Saw, StoreError> {
        let (reply, answer) = oneshot::channel();
        let seeing = Box::new(seeing);
        self.send(Operation::See { seeing, reply }).await?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Writes that a head was signed.
    pub(crate) async fn witnessed(&self, act: &Act, at: OffsetDateTime) -> Result<(), StoreError> {
        self.tell(vec![act.outcome(at, "signed")]).await
    }
}

pub(super) async fn see(
    connection: &mut SqliteConnection,
    seeing: &Seeing,
) -> Result<Answer, StoreError> {
    let Seeing {
        watched,
        shown,
        since,
        proof,
        ..
    } = seeing;
    if let Err(refusal) = watched.judge(None, shown, &[]) {
        return refuse(connection, seeing, None, refusal).await;
    }
    let known = known(connection, &watched.log).await?;
    if let Some(known) = &known {
        let size = known.head.size;
        if shown.head.size > size && *since != size {
            return Ok(Answer::Saw(Saw::Known(size)));
        }
    }
    let head = known.as_ref().map(|known| &known.head);
    if let Err(refusal) = watched.judge(head, shown, proof) {
        return refuse(connection, seeing, known.as_ref(), refusal).await;
    }
    tell(connection, &seeing.act.intent(seeing.at)).await?;
    sqlx::query(
        "INSERT INTO witness_head (log, head, seen_at) VALUES (?, ?, ?) \
         ON CONFLICT (log) DO UPDATE SET head = excluded.head, seen_at = excluded.seen_at",
    )
    .bind(&watched.log)
    .bind(json(shown)?)
    .bind(seeing.at.unix_timestamp())
    .execute(connection)
    .await
    .map_err(write)?;
    Ok(Answer::Saw(Saw::Recorded(Recorded(()))))
}

async fn known(
    connection: &mut SqliteConnection,
    log: &str,
) -> Result<Option<SignedHead>, StoreError> {
    let row = sqlx::query("SELECT head FROM witness_head WHERE log = ?").bind(log);
    let row = row.fetch_optional(connection).await.map_err(write)?;
    let Some(row) = row else { return Ok(None) };
    let bad = || StoreError::BadRow {
        table: "witness_head",
        column: "head",
        row: log.to_owned(),
    };
    let head: Vec<u8> = row.try_get("head").map_err(|_| bad())?;
    SignedHead::decode(&head).map(Some).map_err(|_| bad())
}

/// Tells that a head is not signed; what the log's own key signed against itself is kept.
async fn refuse(
    connection: &mut SqliteConnection,
    seeing: &Seeing,
    known: Option<&SignedHead>,
    refusal: Refusal,
) -> Result<Answer, StoreError> {
    let Seeing { act, at, shown, .. } = seeing;
    tell(connection, &act.intent(*at)).await?;
    let outcome = match known.filter(|_| refusal.is_evidence()) {
        None => format!("refused: {refusal}"),
        Some(known) => {
            sqlx::query(
                "INSERT INTO witness_alarm (raised_at, known, shown, reason) VALUES (?, ?, ?, ?)",
            )
            .bind(at.unix_timestamp())
            .bind(json(known)?)
            .bind(json(shown)?)
            .bind(refusal.to_string())
            .execute(&mut *connection)
            .await
            .map_err(write)?;
            format!("ALARM: {refusal}")
        }
    };
    tell(connection, &act.outcome(*at, outcome)).await?;
    Ok(Answer::Saw(Saw::Refused(refusal)))
}

fn json(head: &SignedHead) -> Result<Vec<u8>, StoreError> {
    let json = head.encode();
    json.map_err(|error| StoreError::Write(error.to_string()))
}
