//! Notices to applicants: written with the move that they tell, printed, sent.

use dossier::{ApplicationId, Language, OfficeId, PersonId};
use evidence::entry::Entry;
use personalisation_core::{
    application::{Channel, NoticeKind},
    ids::NoticeId,
};
use rand::CryptoRng;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::{
    Store, StoreError, audit,
    engine::EngineRow,
    row::{Columns, from_micros, micros},
    sealing::Place,
    transaction::{Tx, transaction},
};

const TABLE: &str = "review_notice";

/// A notice to be written with a decision.
#[derive(Clone, Copy, Debug)]
pub struct NewNotice<'a> {
    /// Its id.
    pub id: NoticeId,
    /// The way to whom it is for.
    pub channel: Channel,
    /// The language in which it is written.
    pub language: Language,
    /// What its text is made of; kept sealed.
    pub facts: &'a [u8],
}

/// One notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeRow {
    /// Which.
    pub id: NoticeId,
    /// About which application.
    pub application: ApplicationId,
    /// The move that it tells.
    pub step: u32,
    /// What it tells.
    pub kind: NoticeKind,
    /// The way to whom it is for.
    pub channel: Channel,
    /// Where the application was captured.
    pub office: OfficeId,
    /// The language in which it is written.
    pub language: Language,
    /// When the decision was made.
    pub made_at: OffsetDateTime,
    /// How often it was given out to be printed.
    pub prints: u32,
    /// When and by whom, the last time.
    pub printed: Option<(OffsetDateTime, PersonId)>,
    /// When and by whom it was said to be sent.
    pub sent: Option<(OffsetDateTime, PersonId)>,
}

/// A notice whose facts are sealed for its row.
pub(super) struct SealedNotice {
    pub(super) id: NoticeId,
    channel: Channel,
    language: Language,
    facts: Vec<u8>,
}

impl Store {
    pub(super) fn seal_notice(
        &self,
        rng: &mut impl CryptoRng,
        new: &NewNotice<'_>,
    ) -> Result<SealedNotice, StoreError> {
        Ok(SealedNotice {
            id: new.id,
            channel: new.channel,
            language: new.language,
            facts: self.sealer.seal(rng, &place(new.id), new.facts)?,
        })
    }

    /// Notices that nobody said to be sent, oldest first, at most `most`; of one office, if one is named.
    pub async fn notices_to_send(
        &self,
        office: Option<&OfficeId>,
        most: u32,
    ) -> Result<Vec<NoticeRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM review_notice WHERE sent_at IS NULL AND channel <> 'nobody'
             AND ($1 IS NULL OR office = $1) ORDER BY made_at, notice_id LIMIT $2",
        )
        .bind(office.map(OfficeId::as_str))
        .bind(i64::from(most))
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database("listing notices"))?;
        rows.iter().map(notice_of).collect()
    }

    /// How many notices nobody said to be sent, by office.
    pub async fn count_notices(&self) -> Result<Vec<(OfficeId, u64)>, StoreError> {
        let rows = sqlx::query(
            "SELECT office, COUNT(*) AS count FROM review_notice
             WHERE sent_at IS NULL AND channel <> 'nobody' GROUP BY office ORDER BY office",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database("counting notices"))?;
        rows.iter()
            .map(|row| {
                let columns = Columns {
                    table: TABLE,
                    id: "any".to_owned(),
                    row,
                };
                let count: i64 = columns.get("count")?;
                Ok((office(&columns)?, count.unsigned_abs()))
            })
            .collect()
    }

    /// One notice.
    pub async fn notice(&self, id: NoticeId) -> Result<Option<NoticeRow>, StoreError> {
        let row = sqlx::query("SELECT * FROM review_notice WHERE notice_id = $1")
            .bind(&id.as_bytes()[..])
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::database("reading a notice"))?;
        row.as_ref().map(notice_of).transpose()
    }

    /// The notices about an application, first one first.
    pub async fn notices_of(
        &self,
        application: ApplicationId,
    ) -> Result<Vec<NoticeRow>, StoreError> {
        let rows = sqlx::query("SELECT * FROM review_notice WHERE application = $1 ORDER BY step")
            .bind(&application.as_bytes()[..])
            .fetch_all(&self.pool)
            .await
            .map_err(StoreError::database("reading an application's notices"))?;
        rows.iter().map(notice_of).collect()
    }

    /// What a notice's text is made of; none once it was erased.
    pub async fn notice_facts(
        &self,
        id: NoticeId,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let sealed: Option<Option<Vec<u8>>> =
            sqlx::query_scalar("SELECT facts FROM review_notice WHERE notice_id = $1")
                .bind(&id.as_bytes()[..])
                .fetch_optional(&self.pool)
                .await
                .map_err(StoreError::database("reading a notice"))?;
        sealed
            .flatten()
            .map(|sealed| self.sealer.open(&place(id), &sealed))
            .transpose()
    }

    /// Writes down that a notice is given out to be printed; before it is. Again is counted. `Stale` where
    /// there is nobody to send it to.
    pub async fn print_notice(
        &self,
        id: NoticeId,
        by: PersonId,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        const DOING: &str = "giving a notice out";
        transaction!(self, DOING, |tx| {
            let printed = sqlx::query(
                "UPDATE review_notice SET prints = prints + 1, printed_at = $2, printed_by = $3
                 WHERE notice_id = $1 AND channel <> 'nobody' AND facts IS NOT NULL",
            )
            .bind(&id.as_bytes()[..])
            .bind(micros(now))
            .bind(&by.as_bytes()[..])
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            if printed.rows_affected() != 1 {
                return Err(stale(DOING, id));
            }
            audit::write(tx, entries).await
        })
    }

    /// Somebody says that a printed notice was sent, or handed over. Whether that is new: who said it first
    /// stays. `Stale` where it was never printed.
    pub async fn send_notice(
        &self,
        id: NoticeId,
        by: PersonId,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        const DOING: &str = "noting that a notice was sent";
        transaction!(self, DOING, |tx| {
            let sent = sqlx::query(
                "UPDATE review_notice SET sent_at = $2, sent_by = $3
                 WHERE notice_id = $1 AND printed_at IS NOT NULL AND sent_at IS NULL",
            )
            .bind(&id.as_bytes()[..])
            .bind(micros(now))
            .bind(&by.as_bytes()[..])
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            if sent.rows_affected() != 1 {
                return before(tx, id, DOING).await.map(|()| false);
            }
            audit::write(tx, entries).await?;
            Ok(true)
        })
    }
}

/// That it was sent before, or why it cannot be.
async fn before(tx: &mut Tx, id: NoticeId, doing: &'static str) -> Result<(), StoreError> {
    let sent: Option<i64> = sqlx::query_scalar(
        "SELECT 1 FROM review_notice WHERE notice_id = $1 AND sent_at IS NOT NULL",
    )
    .bind(&id.as_bytes()[..])
    .fetch_optional(&mut **tx)
    .await
    .map_err(StoreError::database(doing))?;
    sent.map(|_| ()).ok_or(stale(doing, id))
}

/// Writes a notice for the move of that step; part of the caller's transaction.
pub(super) async fn insert_notice(
    tx: &mut Tx,
    (application, step): (ApplicationId, u32),
    kind: NoticeKind,
    sealed: &SealedNotice,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO review_notice (notice_id, application, step, kind, channel, office, language, facts, made_at)
         SELECT $1, $2, $3, $4, $5, office, $6, $7, $8 FROM review_application WHERE application = $2",
    )
    .bind(&sealed.id.as_bytes()[..])
    .bind(&application.as_bytes()[..])
    .bind(i64::from(step))
    .bind(kind.name())
    .bind(sealed.channel.name())
    .bind(sealed.language.tag())
    .bind(&sealed.facts)
    .bind(micros(now))
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database("writing a notice"))?;
    Ok(())
}

fn place(id: NoticeId) -> Place {
    Place {
        table: TABLE,
        row: id.to_string(),
        column: "facts",
    }
}

fn stale(doing: &'static str, id: NoticeId) -> StoreError {
    StoreError::Stale {
        doing,
        object: format!("notice {id}"),
    }
}

fn office(columns: &Columns<'_>) -> Result<OfficeId, StoreError> {
    let office: String = columns.get("office")?;
    office.parse().map_err(|_| columns.bad("office"))
}

fn notice_of(row: &EngineRow) -> Result<NoticeRow, StoreError> {
    let unnamed = Columns {
        table: TABLE,
        id: "unknown".to_owned(),
        row,
    };
    let id: NoticeId = unnamed.read("notice_id", |bytes| bytes.try_into().ok())?;
    let columns = Columns {
        table: TABLE,
        id: id.to_string(),
        row,
    };
    let kind = |name: &str| NoticeKind::ALL.into_iter().find(|one| one.name() == name);
    let channel = |name: &str| Channel::ALL.into_iter().find(|one| one.name() == name);
    let number = |column| -> Result<u32, StoreError> {
        u32::try_from(columns.get::<i64>(column)?).map_err(|_| columns.bad(column))
    };
    Ok(NoticeRow {
        id,
        application: columns.read("application", |bytes| {
            bytes.try_into().ok().map(ApplicationId::from_bytes)
        })?,
        step: number("step")?,
        kind: columns
            .word_if_any("kind", kind)?
            .ok_or_else(|| columns.bad("kind"))?,
        channel: columns
            .word_if_any("channel", channel)?
            .ok_or_else(|| columns.bad("channel"))?,
        office: office(&columns)?,
        language: columns
            .word_if_any("language", Language::from_tag)?
            .ok_or_else(|| columns.bad("language"))?,
        made_at: from_micros(columns.get("made_at")?).ok_or_else(|| columns.bad("made_at"))?,
        prints: number("prints")?,
        printed: by_whom(&columns, "printed_at", "printed_by")?,
        sent: by_whom(&columns, "sent_at", "sent_by")?,
    })
}

/// When and by whom; both or neither.
fn by_whom(
    columns: &Columns<'_>,
    at: &'static str,
    by: &'static str,
) -> Result<Option<(OffsetDateTime, PersonId)>, StoreError> {
    let when: Option<i64> = columns.get(at)?;
    let who = columns.read_if_any(by, |bytes| bytes.try_into().ok().map(PersonId::from_bytes))?;
    match (when, who) {
        (None, None) => Ok(None),
        (Some(when), Some(who)) => {
            let when = from_micros(when).ok_or_else(|| columns.bad(at))?;
            Ok(Some((when, who)))
        }
        _ => Err(columns.bad(by)),
    }
}
