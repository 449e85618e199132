//! What an attempt leaves behind, sealed: the card access number and the signed files.

use personalisation_core::attempt::AttemptId;
use sqlx::Row as _;
use zeroize::Zeroizing;

use super::bind_id;
use crate::{Store, StoreError, sealing::Place, statement::Statement, transaction::Tx};

/// A piece of an attempt's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptContent {
    /// The card access number, six ASCII digits.
    CardAccessNumber,
    /// EF.SOD.
    Sod,
    /// EF.CardSecurity.
    CardSecurity,
}

impl AttemptContent {
    const fn name(self) -> &'static str {
        match self {
            Self::CardAccessNumber => "can",
            Self::Sod => "sod",
            Self::CardSecurity => "card_security",
        }
    }

    pub(super) fn place(self, id: AttemptId) -> Place {
        Place {
            table: "line_content",
            row: format!("{id}:{}", self.name()),
            column: "sealed",
        }
    }
}

impl Store {
    /// One piece of an attempt's content; `None` before it was left, and after its erasure.
    pub async fn attempt_content(
        &self,
        id: AttemptId,
        kind: AttemptContent,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        const DOING: &str = "reading an attempt's content";
        let query = sqlx::query(
            "SELECT sealed FROM line_content WHERE order_id = $1 AND attempt = $2 AND kind = $3",
        );
        let row = bind_id(query, &id)
            .bind(kind.name())
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::database(DOING))?;
        let Some(row) = row else { return Ok(None) };
        let sealed: Option<Vec<u8>> = row.try_get("sealed").map_err(StoreError::database(DOING))?;
        sealed
            .map(|sealed| self.sealer.open(&kind.place(id), &sealed))
            .transpose()
    }
}

pub(super) async fn insert(
    tx: &mut Tx,
    id: AttemptId,
    sealed: &[(AttemptContent, Vec<u8>)],
) -> Result<(), StoreError> {
    if sealed.is_empty() {
        return Ok(());
    }
    let mut insert =
        Statement::new("INSERT INTO line_content (order_id, attempt, kind, sealed) VALUES ");
    for (place, (kind, sealed)) in sealed.iter().enumerate() {
        insert.push(if place == 0 { "(" } else { "), (" });
        insert.bind(id.order.as_bytes().to_vec()).push(", ");
        insert.bind(i64::from(id.attempt.get())).push(", ");
        insert.bind(kind.name()).push(", ").bind(&**sealed);
    }
    insert.push(")");
    insert
        .build()
        .execute(&mut **tx)
        .await
        .map(|_| ())
        .map_err(StoreError::database("writing an attempt's content"))
}
