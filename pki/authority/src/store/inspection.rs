//! Certificates of inspection systems: each holder reference once, each certificate vouching for one
//! successor, intent before outcome.

use evidence::entry::Act;
use icao9303::cvc::{CertificateReference, Rights};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use time::{Date, OffsetDateTime};
use tokio::sync::oneshot;

use super::{
    Recorded, Store, StoreError,
    operation::{Operation, Reply, tell, write},
};
use crate::inspection::refusal::Refusal;

const TABLE: &str = "inspection_certificate";

/// First and last day of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dates {
    pub(crate) effective: Date,
    pub(crate) expiration: Date,
}

/// Who vouches for a new key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Vouching {
    /// The registration, so many times in all.
    First { permitted: u32 },
    /// The key certified last, whose certificate must be valid today.
    Successive {
        signer: CertificateReference,
        today: Date,
    },
}

/// What is asked for, verified.
#[derive(Debug, Clone)]
pub(crate) struct Application {
    pub(crate) holder: CertificateReference,
    pub(crate) stem: String,
    /// The uncompressed point.
    pub(crate) key: Vec<u8>,
    pub(crate) rights: Rights,
    pub(crate) vouching: Vouching,
    /// The document verifier's certificate that will sign.
    pub(crate) verifier: Vec<u8>,
    pub(crate) dates: Dates,
}

/// A certificate, durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// The certificate (7F21).
    pub certificate: Vec<u8>,
    /// The document verifier's certificate (7F21) that verifies it.
    pub document_verifier: Vec<u8>,
    /// Whether it was issued before.
    pub repeated: bool,
}

/// What came of an application.
#[derive(Debug)]
pub(crate) enum Applied {
    /// The intent is recorded now.
    Recorded(Recorded),
    /// It was recorded before, and nothing was issued: continue with the verifier and dates of then.
    Earlier(Recorded, Vec<u8>, Dates),
    /// The certificate was issued before.
    Issued(Issued),
    /// It cannot be.
    Refused(Refusal),
}

/// A holder's latest certificate, and how many first requests it made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The certificate (7F21) issued last.
    pub certificate: Option<Vec<u8>>,
    /// First requests so far.
    pub first_requests: u32,
}

/// One thing to do, and where to answer.
pub(super) enum InspectionOperation {
    Apply {
        application: Box<Application>,
        act: Act,
        at: OffsetDateTime,
        reply: Reply<Result<Applied, StoreError>>,
    },
    Issue {
        holder: String,
        certificate: Vec<u8>,
        act: Act,
        at: OffsetDateTime,
        reply: Reply<Result<Issued, StoreError>>,
    },
    Find {
        stem: String,
        holder: String,
        reply: Reply<Result<Option<Vec<u8>>, StoreError>>,
    },
    Standing {
        stem: String,
        reply: Reply<Result<Standing, StoreError>>,
    },
}

/// What an operation came to, to be told after the commit.
pub(super) enum InspectionAnswer {
    Applied(Applied),
    Issued(Issued),
    Found(Option<Vec<u8>>),
    Standing(Standing),
}

impl Store {
    /// Records the intent to certify, or says what was recorded before, or refuses.
    pub(crate) async fn apply_for(
        &self,
        application: Application,
        act: &Act,
        at: OffsetDateTime,
    ) -> Result<Applied, StoreError> {
        let (application, act) = (Box::new(application), act.clone());
        self.ask(|reply| InspectionOperation::Apply {
            application,
            act,
            at,
            reply,
        })
        .await
    }

    /// Records the certificate, and returns what is issued: of two signatures over the same body, the
    /// first one recorded.
    pub(crate) async fn issue(
        &self,
        holder: String,
        certificate: Vec<u8>,
        act: &Act,
        at: OffsetDateTime,
    ) -> Result<Issued, StoreError> {
        let act = act.clone();
        self.ask(|reply| InspectionOperation::Issue {
            holder,
            certificate,
            act,
            at,
            reply,
        })
        .await
    }

    /// The certificate of a reference, if it was issued.
    pub(crate) async fn issued(
        &self,
        stem: &str,
        holder: String,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let stem = stem.to_owned();
        self.ask(|reply| InspectionOperation::Find {
            stem,
            holder,
            reply,
        })
        .await
    }

    /// What a holder has so far.
    pub(crate) async fn standing(&self, stem: &str) -> Result<Standing, StoreError> {
        let stem = stem.to_owned();
        self.ask(|reply| InspectionOperation::Standing { stem, reply })
            .await
    }

    async fn ask<T>(
        &self,
        operation: impl FnOnce(Reply<Result<T, StoreError>>) -> InspectionOperation,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.send(Operation::Inspection(operation(reply))).await?;
        answer.await.map_err(|_| StoreError::Closed)?
    }
}

impl InspectionOperation {
    pub(super) async fn apply(
        &self,
        connection: &mut SqliteConnection,
    ) -> Result<InspectionAnswer, StoreError> {
        Ok(match self {
            Self::Apply {
                application,
                act,
                at,
                ..
            } => InspectionAnswer::Applied(apply(connection, application, act, *at).await?),
            Self::Issue {
                holder,
                certificate,
                act,
                at,
                ..
            } => InspectionAnswer::Issued(issue(connection, holder, certificate, act, *at).await?),
            Self::Find { stem, holder, .. } => {
                let row = find(connection, holder).await?;
                let row = row.filter(|row| row.stem == *stem);
                InspectionAnswer::Found(row.and_then(|row| row.certificate))
            }
            Self::Standing { stem, .. } => {
                InspectionAnswer::Standing(standing(connection, stem).await?)
            }
        })
    }

    /// Answers after the commit. A caller that went away asks again.
    pub(super) fn answer(self, answer: InspectionAnswer) {
        use InspectionAnswer as Answer;
        match (self, answer) {
            (Self::Apply { reply, .. }, Answer::Applied(value)) => drop(reply.send(Ok(value))),
            (Self::Issue { reply, .. }, Answer::Issued(value)) => drop(reply.send(Ok(value))),
            (Self::Find { reply, .. }, Answer::Found(value)) => drop(reply.send(Ok(value))),
            (Self::Standing { reply, .. }, Answer::Standing(value)) => drop(reply.send(Ok(value))),
            (operation, _) => operation.fail(StoreError::Closed),
        }
    }

    /// Answers that nothing was done.
    pub(super) fn fail(self, error: StoreError) {
        match self {
            Self::Apply { reply, .. } => drop(reply.send(Err(error))),
            Self::Issue { reply, .. } => drop(reply.send(Err(error))),
            Self::Find { reply, .. } => drop(reply.send(Err(error))),
            Self::Standing { reply, .. } => drop(reply.send(Err(error))),
        }
    }
}

async fn apply(
    connection: &mut SqliteConnection,
    application: &Application,
    act: &Act,
    at: OffsetDateTime,
) -> Result<Applied, StoreError> {
    tell(connection, &act.intent(at)).await?;
    let applied = match find(connection, &application.holder.to_string()).await? {
        Some(known) => again(application, known),
        None => {
            if let Some(refusal) = refusal(connection, application).await? {
                Applied::Refused(refusal)
            } else {
                insert(connection, application, at).await?;
                Applied::Recorded(Recorded(()))
            }
        }
    };
    match &applied {
        Applied::Refused(refusal) => {
            tell(connection, &act.outcome(at, refusal.to_string())).await?;
        }
        Applied::Issued(_) => tell(connection, &act.outcome(at, "issued again")).await?,
        Applied::Recorded(_) | Applied::Earlier(..) => {}
    }
    Ok(applied)
}

/// A reference that is known: the same key and rights get the same certificate.
fn again(application: &Application, known: Known) -> Applied {
    let signer = match &application.vouching {
        Vouching::First { .. } => None,
        Vouching::Successive { signer, .. } => Some(signer.to_string()),
    };
    let same = known.key == application.key
        && known.rights == application.rights
        && known.signer == signer;
    if !same {
        let holder = application.holder.clone();
        return Applied::Refused(Refusal::ReferenceUsed { holder });
    }
    match known.certificate {
        Some(certificate) => Applied::Issued(Issued {
            certificate,
            document_verifier: known.verifier,
            repeated: true,
        }),
        None => Applied::Earlier(Recorded(()), known.verifier, known.dates),
    }
}

/// Why a new reference may not be certified.
async fn refusal(
    connection: &mut SqliteConnection,
    application: &Application,
) -> Result<Option<Refusal>, StoreError> {
    match &application.vouching {
        Vouching::First { permitted } => {
            let made = first_requests(connection, &application.stem).await?;
            Ok((made >= *permitted).then_some(Refusal::FirstRequestUsed))
        }
        Vouching::Successive { signer, today } => {
            let latest = latest(connection, &application.stem).await?;
            let signer = signer.clone();
            Ok(match latest {
                // A later one, perhaps not issued yet, took over from it.
                Some(latest) if latest.holder != signer.to_string() => {
                    Some(Refusal::SignerSuperseded { signer })
                }
                Some(latest) if latest.dates.expiration < *today => {
                    Some(Refusal::SignerExpired { signer })
                }
                Some(latest) if latest.certificate.is_some() => None,
                _ => Some(Refusal::UnknownSigner { signer }),
            })
        }
    }
}

async fn first_requests(connection: &mut SqliteConnection, stem: &str) -> Result<u32, StoreError> {
    let query = "SELECT count(*) FROM inspection_certificate WHERE stem = ? AND signer IS NULL";
    let row = sqlx::query(query).bind(stem).fetch_one(connection).await;
    let count: i64 = row.and_then(|row| row.try_get(0)).map_err(write)?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

async fn standing(connection: &mut SqliteConnection, stem: &str) -> Result<Standing, StoreError> {
    let query = "SELECT certificate FROM inspection_certificate \
                 WHERE stem = ? AND certificate IS NOT NULL ORDER BY id DESC LIMIT 1";
    let row = sqlx::query(query)
        .bind(stem)
        .fetch_optional(&mut *connection)
        .await
        .map_err(write)?;
    let certificate = row.map(|row| {
        row.try_get("certificate")
            .map_err(|_| bad_row("certificate", stem))
    });
    Ok(Standing {
        certificate: certificate.transpose()?,
        first_requests: first_requests(connection, stem).await?,
    })
}

async fn insert(
    connection: &mut SqliteConnection,
    application: &Application,
    at: OffsetDateTime,
) -> Result<(), StoreError> {
    let insert = sqlx::query(
        "INSERT INTO inspection_certificate (holder, stem, public_key, rights, signer, verifier, \
         effective, expiration, intended_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    let signer = match &application.vouching {
        Vouching::First { .. } => None,
        Vouching::Successive { signer, .. } => Some(signer.to_string()),
    };
    let rights = i64::try_from(application.rights.bits()).unwrap_or(i64::MAX);
    let insert = insert
        .bind(application.holder.to_string())
        .bind(&application.stem)
        .bind(&application.key)
        .bind(rights)
        .bind(signer)
        .bind(&application.verifier)
        .bind(application.dates.effective.to_julian_day())
        .bind(application.dates.expiration.to_julian_day())
        .bind(at.unix_timestamp());
    insert.execute(connection).await.map(|_| ()).map_err(write)
}

async fn issue(
    connection: &mut SqliteConnection,
    holder: &str,
    certificate: &[u8],
    act: &Act,
    at: OffsetDateTime,
) -> Result<Issued, StoreError> {
    let update = sqlx::query(
        "UPDATE inspection_certificate SET certificate = ?, issued_at = ? \
         WHERE holder = ? AND certificate IS NULL",
    );
    let update = update
        .bind(certificate)
        .bind(at.unix_timestamp())
        .bind(holder);
    let done = update.execute(&mut *connection).await.map_err(write)?;
    let first = done.rows_affected() == 1;
    let known = find(connection, holder).await?;
    let known = known.ok_or_else(|| bad_row("holder", holder))?;
    let issued = Issued {
        certificate: known
            .certificate
            .ok_or_else(|| bad_row("certificate", holder))?,
        document_verifier: known.verifier,
        repeated: !first,
    };
    let detail = if first {
        "signed, verified, issued"
    } else {
        "issued again"
    };
    tell(connection, &act.outcome(at, detail)).await?;
    Ok(issued)
}

/// A row.
struct Known {
    holder: String,
    stem: String,
    key: Vec<u8>,
    rights: Rights,
    signer: Option<String>,
    verifier: Vec<u8>,
    dates: Dates,
    certificate: Option<Vec<u8>>,
}

async fn find(
    connection: &mut SqliteConnection,
    holder: &str,
) -> Result<Option<Known>, StoreError> {
    let query = sqlx::query("SELECT * FROM inspection_certificate WHERE holder = ?").bind(holder);
    let row = query.fetch_optional(connection).await.map_err(write)?;
    row.map(|row| known(&row, holder)).transpose()
}

/// The newest row of a holder, issued or not.
async fn latest(
    connection: &mut SqliteConnection,
    stem: &str,
) -> Result<Option<Known>, StoreError> {
    let query = "SELECT * FROM inspection_certificate WHERE stem = ? ORDER BY id DESC LIMIT 1";
    let query = sqlx::query(query).bind(stem);
    let row = query.fetch_optional(connection).await.map_err(write)?;
    row.map(|row| known(&row, stem)).transpose()
}

fn known(row: &SqliteRow, name: &str) -> Result<Known, StoreError> {
    let day = |column| {
        let day: i32 = field(row, column, name)?;
        Date::from_julian_day(day).map_err(|_| bad_row(column, name))
    };
    let rights: i64 = field(row, "rights", name)?;
    Ok(Known {
        holder: field(row, "holder", name)?,
        stem: field(row, "stem", name)?,
        key: field(row, "public_key", name)?,
        rights: Rights::from_bits(rights.unsigned_abs()),
        signer: field(row, "signer", name)?,
        verifier: field(row, "verifier", name)?,
        dates: Dates {
            effective: day("effective")?,
            expiration: day("expiration")?,
        },
        certificate: field(row, "certificate", name)?,
    })
}

fn field<'r, T>(row: &'r SqliteRow, column: &'static str, name: &str) -> Result<T, StoreError>
where
    T: sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
{
    row.try_get(column).map_err(|_| bad_row(column, name))
}

fn bad_row(column: &'static str, name: &str) -> StoreError {
    StoreError::BadRow {
        table: TABLE,
        column,
        row: name.to_owned(),
    }
}
