//! Numbers as the line is done with them: a finished card is produced, one that was given up is void. Part of the transaction in which
//! the attempt ends.

use dossier::PersonId;
use personalisation_core::{
    attempt::AttemptId,
    document::{DocumentState, VoidReason},
    document_number::DocumentNumber,
};
use time::OffsetDateTime;

use super::{
    read::{find, stale},
    write,
};
use crate::{StoreError, row::micros, transaction::Tx};

const DOING: &str = "noting what became of a document's number";

/// Notes that an attempt made its document (`void` is none), or that its number is void for ever. A document that is its holder's is
/// not given up: that is `Stale`.
pub(crate) async fn end_of_number(
    tx: &mut Tx,
    number: DocumentNumber,
    attempt: AttemptId,
    void: Option<VoidReason>,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let inserted = sqlx::query(
        "INSERT INTO document_item (number, order_id, attempt, issuer_profile, document_type, state, produced_at, reason, ended_at)
         SELECT $1, item.order_id, $3, item.issuer_profile, item.document_type, $4, $5, $6, $7
         FROM order_item AS item WHERE item.order_id = $2
         ON CONFLICT (number) DO NOTHING",
    )
    .bind(number.as_str())
    .bind(&attempt.order.as_bytes()[..])
    .bind(i64::from(attempt.attempt.get()))
    .bind(if void.is_some() { "void" } else { "produced" })
    .bind(void.is_none().then(|| micros(now)))
    .bind(void.map(VoidReason::name))
    .bind(void.is_some().then(|| micros(now)))
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    if inserted.rows_affected() == 1 {
        return Ok(());
    }
    let Some(reason) = void else {
        // It was noted before.
        return Ok(());
    };
    let row = find(&mut **tx, number).await?;
    let from = row.ok_or_else(|| stale(number, DOING))?.document;
    if matches!(from.state(), DocumentState::Void(_)) {
        return Ok(());
    }
    let to = from.clone().void(reason, None, now)?;
    let nobody: Option<PersonId> = None;
    write::state(tx, &from, &to, nobody, now).await
}
