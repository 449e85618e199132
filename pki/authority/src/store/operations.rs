//! Certificates of stations and the revocation lists: intent before outcome, each key once.

use evidence::entry::Act;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use time::OffsetDateTime;
use tokio::sync::oneshot;

use super::{
    Recorded, Store, StoreError,
    operation::{Operation, Reply, tell, write},
};
use crate::operations::{
    Issued, KeyUse, Refusal, RevocationReason,
    record::{CertificateRecord, ListRecord, RevokedProgram, RevokedSerial, Standing},
};

/// What came of asking for a certificate.
#[derive(Debug)]
pub(crate) enum Asked {
    /// The intent is recorded: now, or earlier and nothing was issued; this is what is to be signed.
    Recorded(Recorded, Box<CertificateRecord>),
    /// It was issued before.
    Issued(Issued),
    /// It is not.
    Refused(Refusal),
}

/// One thing to do, and where to answer.
pub(super) enum OperationsOperation {
    Ask {
        record: Box<CertificateRecord>,
        act: Act,
        at: OffsetDateTime,
        reply: Reply<Result<Asked, StoreError>>,
    },
    Issue {
        serial: Vec<u8>,
        certificate: Vec<u8>,
        act: Act,
        at: OffsetDateTime,
        reply: Reply<Result<Result<Issued, Refusal>, StoreError>>,
    },
    Revoke {
        station: [u8; 16],
        reason: RevocationReason,
        act: Act,
        at: OffsetDateTime,
        reply: Reply<Result<u32, StoreError>>,
    },
    RevokeProgram {
        program: RevokedProgram,
        act: Act,
        at: OffsetDateTime,
        reply: Reply<Result<bool, StoreError>>,
    },
    Standing {
        reply: Reply<Result<Standing, StoreError>>,
    },
    IntendList {
        list: ListRecord,
        act: Act,
        reply: Reply<Result<Recorded, StoreError>>,
    },
    IssueList {
        number: u64,
        list: Vec<u8>,
        act: Act,
        at: OffsetDateTime,
        reply: Reply<Result<(), StoreError>>,
    },
}

/// What an operation came to, to be told after the commit.
pub(super) enum OperationsAnswer {
    Asked(Asked),
    Issued(Result<Issued, Refusal>),
    Revoked(u32),
    ProgramRevoked(bool),
    Standing(Standing),
    ListIntended,
    ListIssued,
}

impl Store {
    /// Records the intent to certify, or says what was recorded before, or refuses.
    pub(crate) async fn ask_for_certificate(
        &self,
        record: CertificateRecord,
        act: &Act,
        at: OffsetDateTime,
    ) -> Result<Asked, StoreError> {
        let (record, act) = (Box::new(record), act.clone());
        self.operations(|reply| OperationsOperation::Ask {
            record,
            act,
            at,
            reply,
        })
        .await
    }

    /// Records a certificate, and returns what is issued: of two signatures over the same body, the
    /// first one recorded; none once the station is revoked.
    pub(crate) async fn issue_certificate(
        &self,
        serial: Vec<u8>,
        certificate: Vec<u8>,
        act: &Act,
        at: OffsetDateTime,
    ) -> Result<Result<Issued, Refusal>, StoreError> {
        let act = act.clone();
        self.operations(|reply| OperationsOperation::Issue {
            serial,
            certificate,
            act,
            at,
            reply,
        })
        .await
    }

    /// Revokes a station; returns how many certificates became revoked.
    pub(crate) async fn revoke_station(
        &self,
        station: [u8; 16],
        reason: RevocationReason,
        act: &Act,
        at: OffsetDateTime,
    ) -> Result<u32, StoreError> {
        let act = act.clone();
        self.operations(|reply| OperationsOperation::Revoke {
            station,
            reason,
            act,
            at,
            reply,
        })
        .await
    }

    /// Revokes a program's certificate; says whether it was not before.
    pub(crate) async fn revoke_program(
        &self,
        program: RevokedProgram,
        act: &Act,
        at: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let act = act.clone();
        self.operations(|reply| OperationsOperation::RevokeProgram {
            program,
            act,
            at,
            reply,
        })
        .await
    }

    /// The newest list and everything that is revoked.
    pub(crate) async fn revocations(&self) -> Result<Standing, StoreError> {
        self.operations(|reply| OperationsOperation::Standing { reply })
            .await
    }

    /// Records the intent to sign a list; its number is used up.
    pub(crate) async fn intend_list(
        &self,
        list: ListRecord,
        act: &Act,
    ) -> Result<Recorded, StoreError> {
        let act = act.clone();
        self.operations(|reply| OperationsOperation::IntendList { list, act, reply })
            .await
    }

    /// Records a list.
    pub(crate) async fn issue_list(
        &self,
        number: u64,
        list: Vec<u8>,
        act: &Act,
        at: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let act = act.clone();
        self.operations(|reply| OperationsOperation::IssueList {
            number,
            list,
            act,
            at,
            reply,
        })
        .await
    }

    async fn operations<T>(
        &self,
        operation: impl FnOnce(Reply<Result<T, StoreError>>) -> OperationsOperation,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.send(Operation::Operations(operation(reply))).await?;
        answer.await.map_err(|_| StoreError::Closed)?
    }
}

impl OperationsOperation {
    pub(super) async fn apply(
        &self,
        connection: &mut SqliteConnection,
    ) -> Result<OperationsAnswer, StoreError> {
        use OperationsAnswer as Answer;
        Ok(match self {
            Self::Ask {
                record, act, at, ..
            } => Answer::Asked(ask(connection, record, act, *at).await?),
            Self::Issue {
                serial,
                certificate,
                act,
                at,
                ..
            } => Answer::Issued(issue(connection, serial, certificate, act, *at).await?),
            Self::Revoke {
                station,
                reason,
                act,
                at,
                ..
            } => Answer::Revoked(revoke(connection, station, *reason, act, *at).await?),
            Self::RevokeProgram {
                program, act, at, ..
            } => Answer::ProgramRevoked(revoke_program(connection, program, act, *at).await?),
            Self::Standing { .. } => Answer::Standing(standing(connection).await?),
            Self::IntendList { list, act, .. } => {
                intend_list(connection, list, act).await?;
                Answer::ListIntended
            }
            Self::IssueList {
                number,
                list,
                act,
                at,
                ..
            } => {
                issue_list(connection, *number, list, act, *at).await?;
                Answer::ListIssued
            }
        })
    }

    /// Answers after the commit. A caller that went away asks again.
    pub(super) fn answer(self, answer: OperationsAnswer) {
        use OperationsAnswer as Answer;
        match (self, answer) {
            (Self::Ask { reply, .. }, Answer::Asked(value)) => drop(reply.send(Ok(value))),
            (Self::Issue { reply, .. }, Answer::Issued(value)) => drop(reply.send(Ok(value))),
            (Self::Revoke { reply, .. }, Answer::Revoked(value)) => drop(reply.send(Ok(value))),
            (Self::RevokeProgram { reply, .. }, Answer::ProgramRevoked(value)) => {
                drop(reply.send(Ok(value)));
            }
            (Self::Standing { reply }, Answer::Standing(value)) => drop(reply.send(Ok(value))),
            (Self::IntendList { reply, .. }, Answer::ListIntended) => {
                drop(reply.send(Ok(Recorded(()))));
            }
            (Self::IssueList { reply, .. }, Answer::ListIssued) => drop(reply.send(Ok(()))),
            (operation, _) => operation.fail(StoreError::Closed),
        }
    }

    /// Answers that nothing was done.
    pub(super) fn fail(self, error: StoreError) {
        match self {
            Self::Ask { reply, .. } => drop(reply.send(Err(error))),
            Self::Issue { reply, .. } => drop(reply.send(Err(error))),
            Self::Revoke { reply, .. } => drop(reply.send(Err(error))),
            Self::RevokeProgram { reply, .. } => drop(reply.send(Err(error))),
            Self::Standing { reply } => drop(reply.send(Err(error))),
            Self::IntendList { reply, .. } => drop(reply.send(Err(error))),
            Self::IssueList { reply, .. } => drop(reply.send(Err(error))),
        }
    }
}

async fn ask(
    connection: &mut SqliteConnection,
    record: &CertificateRecord,
    act: &Act,
    at: OffsetDateTime,
) -> Result<Asked, StoreError> {
    tell(connection, &act.intent(at)).await?;
    let known = known(connection, "public_key", &record.spki).await?;
    if let Some((known, _)) = &known
        && !known.same_subject(record)
    {
        alarm(connection, record, at).await?;
        let refusal = Refusal::KeyOfAnother;
        tell(connection, &act.outcome(at, format!("ALARM: {refusal}"))).await?;
        return Ok(Asked::Refused(refusal));
    }
    if is_revoked(connection, &record.station).await? {
        let refusal = Refusal::Revoked;
        tell(connection, &act.outcome(at, refusal.to_string())).await?;
        return Ok(Asked::Refused(refusal));
    }
    match known {
        Some((_, Some(certificate))) => {
            tell(connection, &act.outcome(at, "issued again")).await?;
            Ok(Asked::Issued(Issued {
                certificate,
                repeated: true,
            }))
        }
        Some((known, None)) => Ok(Asked::Recorded(Recorded(()), Box::new(known))),
        None => {
            insert(connection, record, at).await?;
            Ok(Asked::Recorded(Recorded(()), Box::new(record.clone())))
        }
    }
}

async fn insert(
    connection: &mut SqliteConnection,
    record: &CertificateRecord,
    at: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO operations_certificate (serial, public_key, key_use, station, office, \
         not_before, not_after, intended_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&record.serial)
    .bind(&record.spki)
    .bind(record.key_use.number())
    .bind(&record.station[..])
    .bind(&record.office)
    .bind(record.not_before.unix_timestamp())
    .bind(record.not_after.unix_timestamp())
    .bind(at.unix_timestamp())
    .execute(connection)
    .await
    .map(|_| ())
    .map_err(write)
}

async fn alarm(
    connection: &mut SqliteConnection,
    record: &CertificateRecord,
    at: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO operations_alarm (raised_at, station, reason) VALUES (?, ?, ?)")
        .bind(at.unix_timestamp())
        .bind(&record.station[..])
        .bind(Refusal::KeyOfAnother.to_string())
        .execute(connection)
        .await
        .map(|_| ())
        .map_err(write)
}

async fn is_revoked(
    connection: &mut SqliteConnection,
    station: &[u8; 16],
) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT 1 FROM operations_revoked_station WHERE station = ?")
        .bind(&station[..])
        .fetch_optional(connection)
        .await
        .map_err(write)?;
    Ok(row.is_some())
}

async fn issue(
    connection: &mut SqliteConnection,
    serial: &[u8],
    certificate: &[u8],
    act: &Act,
    at: OffsetDateTime,
) -> Result<Result<Issued, Refusal>, StoreError> {
    let updated = sqlx::query(
        "UPDATE operations_certificate SET certificate = ?, issued_at = ? \
         WHERE serial = ? AND certificate IS NULL AND revoked_at IS NULL",
    )
    .bind(certificate)
    .bind(at.unix_timestamp())
    .bind(serial)
    .execute(&mut *connection)
    .await
    .map_err(write)?;
    let first = updated.rows_affected() == 1;
    let known = known(connection, "serial", serial).await?;
    let revoked = match &known {
        Some((known, _)) => is_revoked(connection, &known.station).await?,
        None => false,
    };
    if let (Some((_, Some(certificate))), false) = (known, revoked) {
        let detail = if first {
            "signed, verified, issued"
        } else {
            "issued again"
        };
        tell(connection, &act.outcome(at, detail)).await?;
        let repeated = !first;
        return Ok(Ok(Issued {
            certificate,
            repeated,
        }));
    }
    let refusal = Refusal::Revoked;
    tell(connection, &act.outcome(at, refusal.to_string())).await?;
    Ok(Err(refusal))
}

async fn revoke(
    connection: &mut SqliteConnection,
    station: &[u8; 16],
    reason: RevocationReason,
    act: &Act,
    at: OffsetDateTime,
) -> Result<u32, StoreError> {
    tell(connection, &act.intent(at)).await?;
    sqlx::query(
        "INSERT INTO operations_revoked_station (station, reason, revoked_at) VALUES (?, ?, ?) \
         ON CONFLICT (station) DO NOTHING",
    )
    .bind(&station[..])
    .bind(reason.number())
    .bind(at.unix_timestamp())
    .execute(&mut *connection)
    .await
    .map_err(write)?;
    // Also what was intended and perhaps signed, but never issued.
    let revoked = sqlx::query(
        "UPDATE operations_certificate SET revoked_at = ? WHERE station = ? AND revoked_at IS NULL",
    )
    .bind(at.unix_timestamp())
    .bind(&station[..])
    .execute(&mut *connection)
    .await
    .map_err(write)?;
    let count = u32::try_from(revoked.rows_affected()).unwrap_or(u32::MAX);
    let detail = format!("{count} certificates revoked ({})", reason.name());
    tell(connection, &act.outcome(at, detail)).await?;
    Ok(count)
}

async fn revoke_program(
    connection: &mut SqliteConnection,
    program: &RevokedProgram,
    act: &Act,
    at: OffsetDateTime,
) -> Result<bool, StoreError> {
    tell(connection, &act.intent(at)).await?;
    let revoked = sqlx::query(
        "INSERT INTO operations_revoked_program (serial, name, reason, revoked_at) \
         VALUES (?, ?, ?, ?) ON CONFLICT (serial) DO NOTHING",
    )
    .bind(&program.serial)
    .bind(&program.name)
    .bind(program.reason.number())
    .bind(at.unix_timestamp())
    .execute(&mut *connection)
    .await
    .map_err(write)?;
    let now = revoked.rows_affected() == 1;
    let detail = if now { "revoked" } else { "was revoked before" };
    let detail = format!("{detail} ({})", program.reason.name());
    tell(connection, &act.outcome(at, detail)).await?;
    Ok(now)
}

async fn standing(connection: &mut SqliteConnection) -> Result<Standing, StoreError> {
    let rows = sqlx::query(
        "SELECT one.serial, one.revoked_at, station.reason FROM operations_certificate AS one \
         JOIN operations_revoked_station AS station ON station.station = one.station \
         WHERE one.revoked_at IS NOT NULL \
         UNION ALL SELECT serial, revoked_at, reason FROM operations_revoked_program \
         ORDER BY 1",
    )
    .fetch_all(&mut *connection)
    .await
    .map_err(write)?;
    let mut revoked = Vec::with_capacity(rows.len());
    for row in &rows {
        revoked.push(RevokedSerial {
            serial: get(row, "serial")?,
            since: instant(row, "revoked_at")?,
            reason: RevocationReason::by_number(get(row, "reason")?)
                .ok_or_else(|| bad("reason", "any"))?,
        });
    }
    let newest = sqlx::query(
        "SELECT list FROM operations_revocation_list WHERE list IS NOT NULL \
         ORDER BY number DESC LIMIT 1",
    )
    .fetch_optional(&mut *connection)
    .await
    .map_err(write)?;
    let last =
        sqlx::query("SELECT coalesce(max(number), 0) AS last FROM operations_revocation_list")
            .fetch_one(connection)
            .await
            .map_err(write)?;
    let last: i64 = get(&last, "last")?;
    Ok(Standing {
        revoked,
        newest: newest.map(|row| get(&row, "list")).transpose()?,
        last_number: last.unsigned_abs(),
    })
}

async fn intend_list(
    connection: &mut SqliteConnection,
    list: &ListRecord,
    act: &Act,
) -> Result<(), StoreError> {
    tell(connection, &act.intent(list.this_update)).await?;
    sqlx::query(
        "INSERT INTO operations_revocation_list (number, this_update, next_update) VALUES (?, ?, ?)",
    )
    .bind(number(list.number))
    .bind(list.this_update.unix_timestamp())
    .bind(list.next_update.unix_timestamp())
    .execute(connection)
    .await
    .map(|_| ())
    .map_err(write)
}

async fn issue_list(
    connection: &mut SqliteConnection,
    of: u64,
    list: &[u8],
    act: &Act,
    at: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE operations_revocation_list SET list = ? WHERE number = ? AND list IS NULL")
        .bind(list)
        .bind(number(of))
        .execute(&mut *connection)
        .await
        .map_err(write)?;
    tell(connection, &act.outcome(at, "signed, verified, issued")).await
}

/// A certificate by its key or serial number, and its DER once issued.
async fn known(
    connection: &mut SqliteConnection,
    column: &'static str,
    value: &[u8],
) -> Result<Option<(CertificateRecord, Option<Vec<u8>>)>, StoreError> {
    let query = match column {
        "serial" => sqlx::query("SELECT * FROM operations_certificate WHERE serial = ?"),
        _ => sqlx::query("SELECT * FROM operations_certificate WHERE public_key = ?"),
    };
    let row = query
        .bind(value)
        .fetch_optional(connection)
        .await
        .map_err(write)?;
    let Some(row) = row else { return Ok(None) };
    let station: Vec<u8> = get(&row, "station")?;
    let record = CertificateRecord {
        serial: get(&row, "serial")?,
        spki: get(&row, "public_key")?,
        key_use: KeyUse::by_number(get(&row, "key_use")?).ok_or_else(|| bad("key_use", "any"))?,
        station: station.try_into().map_err(|_| bad("station", "any"))?,
        office: get(&row, "office")?,
        not_before: instant(&row, "not_before")?,
        not_after: instant(&row, "not_after")?,
    };
    Ok(Some((record, get(&row, "certificate")?)))
}

fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn instant(row: &SqliteRow, column: &'static str) -> Result<OffsetDateTime, StoreError> {
    OffsetDateTime::from_unix_timestamp(get(row, column)?).map_err(|_| bad(column, "any"))
}

fn get<'r, T>(row: &'r SqliteRow, column: &'static str) -> Result<T, StoreError>
where
    T: sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
{
    row.try_get(column).map_err(|_| bad(column, "any"))
}

fn bad(column: &'static str, row: &str) -> StoreError {
    StoreError::BadRow {
        table: "operations_certificate",
        column,
        row: row.into(),
    }
}
