//! The writer: takes what waits, does it in one transaction, and answers after the commit.

use sqlx::SqliteConnection;
use time::OffsetDateTime;
use tokio::sync::mpsc::Receiver;

use super::{
    StoreError,
    audit_file::AuditFile,
    operation::{self, Answer, Operation},
};

/// The most operations of one transaction.
const BATCH: usize = 64;

/// Runs until every handle is dropped.
pub(super) async fn run(
    mut connection: SqliteConnection,
    mut audit: AuditFile,
    mut waiting: Receiver<Operation>,
) {
    let mut batch = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut batch, BATCH).await > 0 {
        match commit(&mut connection, &batch).await {
            Ok(answers) => {
                // First told, then answered: whoever has an answer finds its line in the file. A file
                // that cannot be written is caught up later, for the store has the line.
                if let Err(error) = audit.catch_up(&mut connection).await {
                    tracing::error!(%error, "the audit file is behind the store");
                }
                for (operation, answer) in batch.drain(..).zip(answers) {
                    operation.answer(answer);
                }
            }
            Err(error) => {
                tracing::error!(%error, "a transaction failed");
                for operation in batch.drain(..) {
                    operation.fail(&error);
                }
            }
        }
    }
}

/// See [`operation::close_open_acts`]; in one transaction.
pub(super) async fn close_open_acts(
    connection: &mut SqliteConnection,
    at: OffsetDateTime,
) -> Result<(), StoreError> {
    execute(connection, Statement::Begin).await?;
    let closed = operation::close_open_acts(connection, at).await;
    let end = if closed.is_ok() {
        Statement::Commit
    } else {
        Statement::Rollback
    };
    execute(connection, end).await?;
    closed
}

async fn commit(
    connection: &mut SqliteConnection,
    batch: &[Operation],
) -> Result<Vec<Answer>, StoreError> {
    execute(connection, Statement::Begin).await?;
    let mut answers = Vec::with_capacity(batch.len());
    for operation in batch {
        match operation.apply(connection).await {
            Ok(answer) => answers.push(answer),
            Err(error) => {
                // The answer to the first fault matters, not that of the way back.
                let _ = execute(connection, Statement::Rollback).await;
                return Err(error);
            }
        }
    }
    if let Err(error) = execute(connection, Statement::Commit).await {
        let _ = execute(connection, Statement::Rollback).await;
        return Err(error);
    }
    Ok(answers)
}

#[derive(Clone, Copy)]
enum Statement {
    Begin,
    Commit,
    Rollback,
}

async fn execute(
    connection: &mut SqliteConnection,
    statement: Statement,
) -> Result<(), StoreError> {
    let query = match statement {
        Statement::Begin => sqlx::query("BEGIN IMMEDIATE"),
        Statement::Commit => sqlx::query("COMMIT"),
        Statement::Rollback => sqlx::query("ROLLBACK"),
    };
    query
        .execute(connection)
        .await
        .map(|_| ())
        .map_err(|error| StoreError::Write(error.to_string()))
}
