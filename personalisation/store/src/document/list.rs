//! Lists for inspection systems: what a list says is fixed before it is signed, and its number is never used again.

use evidence::document_list::{DocumentList, Heading, ListError, SignedDocumentList};
use personalisation_core::{calendar::civil_day, document::entry, issuer_profile::IssuerProfile};
use sqlx::AssertSqlSafe;
use time::{Duration, OffsetDateTime};

use super::read::{SELECT, row_of};
use crate::{
    Store, StoreError,
    engine::EngineRow,
    row::{Columns, micros},
    transaction::{Tx, transaction},
};

const TABLE: &str = "document_list";

/// A list as it was fixed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListRow {
    /// What it says; its digest is the one that was written when it was made.
    pub list: DocumentList,
    /// Its signature, once the token signed it.
    pub signature: Option<Vec<u8>>,
}

impl ListRow {
    /// The signed list, where it is signed.
    pub fn signed(self) -> Option<SignedDocumentList> {
        let signature = self.signature?;
        Some(self.list.seal(signature))
    }
}

impl Store {
    /// The newest list of an issuer.
    pub async fn newest_document_list(
        &self,
        issuer: &IssuerProfile,
    ) -> Result<Option<ListRow>, StoreError> {
        let row = sqlx::query(
            "SELECT * FROM document_list WHERE issuer_profile = $1 ORDER BY number DESC LIMIT 1",
        )
        .bind(issuer.name)
        .fetch_optional(&self.pool)
        .await
        .map_err(StoreError::database("reading a list of documents"))?;
        row.as_ref().map(list_of).transpose()
    }

    /// Fixes an issuer's next list, good for `lasts`: every document that must not be accepted now. `AlreadyThere` where somebody else made
    /// that list at the same moment.
    pub async fn make_document_list(
        &self,
        issuer: &IssuerProfile,
        lasts: Duration,
        now: OffsetDateTime,
    ) -> Result<DocumentList, StoreError> {
        const DOING: &str = "making a list of documents";
        // Read by one statement: it sees one moment, and makes nobody who writes fail.
        transaction!(
            self,
            DOING,
            taking
                | tx
                | {
                    let number = next_number(tx, issuer).await?;
                    let heading = Heading {
                        issuer: issuer.state.to_owned(),
                        number,
                        this_update: now.unix_timestamp(),
                        next_update: now.saturating_add(lasts).unix_timestamp(),
                    };
                    let rows = sqlx::query(AssertSqlSafe(format!(
                    "{SELECT} WHERE item.state IN ('suspended', 'revoked', 'destroyed', 'void') AND item.issuer_profile = $1"
                )))
                .bind(issuer.name)
                .fetch_all(&mut **tx)
                .await
                .map_err(StoreError::database(DOING))?;
                    let mut entries = Vec::with_capacity(rows.len());
                    for row in &rows {
                        entries.extend(entry(&row_of(row)?.document, civil_day(now)));
                    }
                    let list = DocumentList::new(heading, entries)?;
                    insert(tx, issuer, &list, now).await?;
                    Ok(list)
                }
        )
    }

    /// Keeps a list's signature, and forgets what older lists said. Where one is kept already, that one stays: both say the same.
    pub async fn sign_document_list(
        &self,
        issuer: &IssuerProfile,
        number: u64,
        signature: &[u8],
    ) -> Result<(), StoreError> {
        const DOING: &str = "keeping the signature of a list of documents";
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        transaction!(self, DOING, |tx| {
            sqlx::query(
                "UPDATE document_list SET signature = $3
                 WHERE issuer_profile = $1 AND number = $2 AND signature IS NULL",
            )
            .bind(issuer.name)
            .bind(number)
            .bind(signature)
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            sqlx::query(
                "UPDATE document_list SET body = NULL
                 WHERE issuer_profile = $1 AND number < $2 AND body IS NOT NULL",
            )
            .bind(issuer.name)
            .bind(number)
            .execute(&mut **tx)
            .await
            .map(drop)
            .map_err(StoreError::database(DOING))
        })
    }
}

async fn next_number(tx: &mut Tx, issuer: &IssuerProfile) -> Result<u64, StoreError> {
    const DOING: &str = "numbering a list of documents";
    let newest: i64 = sqlx::query_scalar(
        "SELECT COALESCE(MAX(number), 0) FROM document_list WHERE issuer_profile = $1",
    )
    .bind(issuer.name)
    .fetch_one(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    Ok(newest.unsigned_abs() + 1)
}

async fn insert(
    tx: &mut Tx,
    issuer: &IssuerProfile,
    list: &DocumentList,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO document_list (issuer_profile, number, made_at, entries, digest, body)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(issuer.name)
    .bind(i64::try_from(list.heading().number).unwrap_or(i64::MAX))
    .bind(micros(now))
    .bind(i64::try_from(list.entries().len()).unwrap_or(i64::MAX))
    .bind(list.digest().to_vec())
    .bind(list.to_be_signed())
    .execute(&mut **tx)
    .await
    .map(drop)
    .map_err(StoreError::database("making a list of documents"))
}

fn list_of(row: &EngineRow) -> Result<ListRow, StoreError> {
    let mut columns = Columns {
        table: TABLE,
        id: "unknown".to_owned(),
        row,
    };
    let number: i64 = columns.get("number")?;
    columns.id = number.to_string();
    let list = columns.read("body", |bytes| {
        let list: Result<DocumentList, ListError> = DocumentList::parse(bytes);
        list.ok()
    })?;
    if columns.digest("digest")?.map(|digest| digest.0) != Some(list.digest()) {
        return Err(columns.bad("digest"));
    }
    Ok(ListRow {
        list,
        signature: columns.get("signature")?,
    })
}
