//! Second persons elsewhere: what stations asked, and what was said at the console.
//!
//! ```text
//! waiting ──> approved | declined          by somebody who did not capture it
//!    ⇅ taken_back (by its station, or by a newer question) | expired
//! ```
//! Whatever ends a question erases what was shown of it, in the same statement.

use std::{collections::BTreeSet, fmt};

use dossier::{ApplicationId, Hash, OfficeId, PersonId, StationId};
use evidence::entry::Entry;
use rand::CryptoRng;
use sqlx::Row as _;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::{
    Store, StoreError, audit,
    engine::EngineRow,
    row::{Columns, from_micros, micros},
    sealing::Place,
    transaction::{Tx, transaction},
};

const TABLE: &str = "intake_second_person";

/// Which question: the application, and the summary that is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuestionId {
    /// The application.
    pub application: ApplicationId,
    /// SHA-256 of the summary.
    pub summary: Hash,
}

impl fmt::Display for QuestionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.application, self.summary)
    }
}

impl QuestionId {
    fn place(self, column: &'static str) -> Place {
        Place {
            table: TABLE,
            row: self.to_string(),
            column,
        }
    }
}

/// Where a question stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuestionState {
    /// Nobody has decided yet.
    Waiting,
    /// Approved; the answer is the signed record.
    Approved,
    /// Declined; the answer is why.
    Declined,
    /// By its station, or by a newer question of it.
    TakenBack,
    /// Nobody decided in time.
    Expired,
}

impl QuestionState {
    const ALL: [Self; 5] = [
        Self::Waiting,
        Self::Approved,
        Self::Declined,
        Self::TakenBack,
        Self::Expired,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Approved => "approved",
            Self::Declined => "declined",
            Self::TakenBack => "taken_back",
            Self::Expired => "expired",
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Which.
    pub id: QuestionId,
    /// Which station asked.
    pub station: StationId,
    /// Its office.
    pub office: OfficeId,
    /// Who asked.
    pub clerk: PersonId,
    /// Who captured any of the application: none of them decides.
    pub captured_by: BTreeSet<PersonId>,
    /// Where it stands.
    pub state: QuestionState,
    /// When it came last.
    pub asked_at: OffsetDateTime,
    /// Who decided.
    pub decided_by: Option<PersonId>,
}

/// A question that comes in.
#[derive(Clone, Copy)]
pub struct NewQuestion<'a> {
    /// Which.
    pub id: QuestionId,
    /// Which station asks.
    pub station: StationId,
    /// Its office.
    pub office: &'a OfficeId,
    /// Who asks.
    pub clerk: PersonId,
    /// Who captured any of the application.
    pub captured_by: &'a BTreeSet<PersonId>,
    /// The request, canonical CBOR.
    pub content: &'a [u8],
}

impl fmt::Debug for NewQuestion<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewQuestion")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// What somebody says to a question.
#[derive(Clone, Copy)]
pub struct Said<'a> {
    /// Who.
    pub by: PersonId,
    /// Approved, or declined.
    pub approved: bool,
    /// The signed record, or why not.
    pub answer: &'a [u8],
    /// When.
    pub at: OffsetDateTime,
}

impl fmt::Debug for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Said")
            .field("by", &self.by)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Writes a question down. The same one again changes nothing, unless it was taken back or expired: then it
    /// waits again. Others about the application are taken back. What is written.
    pub async fn ask_second_person(
        &self,
        rng: &mut impl CryptoRng,
        new: &NewQuestion<'_>,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<Question, StoreError> {
        const DOING: &str = "writing down a question for a second person";
        let content = &self
            .sealer
            .seal(rng, &new.id.place("content"), new.content)?;
        transaction!(self, DOING, |tx| {
            let known = read(tx, new.id).await?;
            if let Some(known) = known
                && (known.station != new.station
                    || !matches!(
                        known.state,
                        QuestionState::TakenBack | QuestionState::Expired
                    ))
            {
                return Ok(known);
            }
            take_back(tx, new.station, new.id.application, now).await?;
            sqlx::query(
                "INSERT INTO intake_second_person
                 (application, summary, station, office, clerk, captured_by, state, asked_at, content)
                 VALUES ($1, $2, $3, $4, $5, $6, 'waiting', $7, $8)
                 ON CONFLICT (application, summary) DO UPDATE SET
                 clerk = excluded.clerk, captured_by = excluded.captured_by, state = 'waiting',
                 asked_at = excluded.asked_at, content = excluded.content, decided_at = NULL
                 WHERE intake_second_person.state IN ('taken_back', 'expired')",
            )
            .bind(&new.id.application.as_bytes()[..])
            .bind(&new.id.summary.as_bytes()[..])
            .bind(&new.station.as_bytes()[..])
            .bind(new.office.as_str())
            .bind(&new.clerk.as_bytes()[..])
            .bind(hands(new.captured_by))
            .bind(micros(now))
            .bind(content)
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            audit::write(tx, entries).await?;
            read(tx, new.id).await?.ok_or(stale(DOING, new.id))
        })
    }

    /// One question.
    pub async fn question(&self, id: QuestionId) -> Result<Option<Question>, StoreError> {
        let row = sqlx::query(
            "SELECT * FROM intake_second_person WHERE application = $1 AND summary = $2",
        )
        .bind(&id.application.as_bytes()[..])
        .bind(&id.summary.as_bytes()[..])
        .fetch_optional(&self.pool)
        .await
        .map_err(StoreError::database("reading a question"))?;
        row.as_ref().map(question_of).transpose()
    }

    /// The question about an application that waits.
    pub async fn waiting_question(
        &self,
        application: ApplicationId,
    ) -> Result<Option<Question>, StoreError> {
        let row = sqlx::query(
            "SELECT * FROM intake_second_person WHERE application = $1 AND state = 'waiting'",
        )
        .bind(&application.as_bytes()[..])
        .fetch_optional(&self.pool)
        .await
        .map_err(StoreError::database("reading a question"))?;
        row.as_ref().map(question_of).transpose()
    }

    /// Those that wait, the longest first; at most `most`.
    pub async fn waiting_questions(&self, most: u32) -> Result<Vec<Question>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM intake_second_person WHERE state = 'waiting'
             ORDER BY asked_at, application LIMIT $1",
        )
        .bind(i64::from(most))
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database("listing questions"))?;
        rows.iter().map(question_of).collect()
    }

    /// How many questions of a station wait; of all where none is named.
    pub async fn count_questions(&self, station: Option<StationId>) -> Result<u64, StoreError> {
        const DOING: &str = "counting questions";
        let row = sqlx::query(
            "SELECT COUNT(*) AS waiting FROM intake_second_person
             WHERE state = 'waiting' AND ($1 IS NULL OR station = $1)",
        )
        .bind(station.map(|station| station.as_bytes().to_vec()))
        .fetch_one(&self.pool)
        .await
        .map_err(StoreError::database(DOING))?;
        let waiting: i64 = row
            .try_get("waiting")
            .map_err(StoreError::database(DOING))?;
        Ok(u64::try_from(waiting).unwrap_or_default())
    }

    /// What a question shows; none once it ended.
    pub async fn question_content(
        &self,
        id: QuestionId,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        self.sealed_of_question(id, "content").await
    }

    /// What was said to a question; none while nobody has.
    pub async fn question_answer(
        &self,
        id: QuestionId,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        self.sealed_of_question(id, "answer").await
    }

    async fn sealed_of_question(
        &self,
        id: QuestionId,
        column: &'static str,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        const DOING: &str = "reading a question";
        let row = sqlx::query(
            "SELECT content, answer FROM intake_second_person
             WHERE application = $1 AND summary = $2",
        )
        .bind(&id.application.as_bytes()[..])
        .bind(&id.summary.as_bytes()[..])
        .fetch_optional(&self.pool)
        .await
        .map_err(StoreError::database(DOING))?;
        let Some(row) = row else { return Ok(None) };
        let sealed: Option<Vec<u8>> = row.try_get(column).map_err(StoreError::database(DOING))?;
        let opened = sealed.map(|sealed| self.sealer.open(&id.place(column), &sealed));
        opened.transpose()
    }

    /// Ends a question with what somebody said; never somebody who captured it, and only while it waits.
    pub async fn answer_question(
        &self,
        rng: &mut impl CryptoRng,
        id: QuestionId,
        said: &Said<'_>,
        entries: &[Entry],
    ) -> Result<(), StoreError> {
        const DOING: &str = "answering a question for a second person";
        let answer = &self.sealer.seal(rng, &id.place("answer"), said.answer)?;
        let state = if said.approved {
            QuestionState::Approved
        } else {
            QuestionState::Declined
        };
        transaction!(self, DOING, |tx| {
            let question = read(tx, id).await?.ok_or(stale(DOING, id))?;
            if question.captured_by.contains(&said.by) {
                return Err(stale(DOING, id));
            }
            let answered = sqlx::query(
                "UPDATE intake_second_person
                 SET state = $3, decided_by = $4, decided_at = $5, answer = $6, content = NULL
                 WHERE application = $1 AND summary = $2 AND state = 'waiting'
                 AND clerk <> $4 AND captured_by = $7",
            )
            .bind(&id.application.as_bytes()[..])
            .bind(&id.summary.as_bytes()[..])
            .bind(state.name())
            .bind(&said.by.as_bytes()[..])
            .bind(micros(said.at))
            .bind(answer)
            .bind(hands(&question.captured_by))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            if answered.rows_affected() != 1 {
                return Err(stale(DOING, id));
            }
            audit::write(tx, entries).await
        })
    }

    /// Takes a station's questions about an application back, answers too: they speak of what is not so any more.
    pub async fn take_questions_back(
        &self,
        station: StationId,
        application: ApplicationId,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        const DOING: &str = "taking questions back";
        transaction!(self, DOING, |tx| {
            if take_back(tx, station, application, now).await? > 0 {
                audit::write(tx, entries).await?;
            }
            Ok(())
        })
    }

    /// Ends questions that have waited since before `waiting`, and deletes those that ended before `ended`. How many.
    pub async fn forget_questions(
        &self,
        waiting: OffsetDateTime,
        ended: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        const DOING: &str = "forgetting questions";
        transaction!(self, DOING, |tx| {
            let expired = sqlx::query(
                "UPDATE intake_second_person
                 SET state = 'expired', decided_at = $2, content = NULL
                 WHERE state = 'waiting' AND asked_at < $1",
            )
            .bind(micros(waiting))
            .bind(micros(now))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            let deleted = sqlx::query(
                "DELETE FROM intake_second_person WHERE state <> 'waiting' AND decided_at < $1",
            )
            .bind(micros(ended))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            Ok(expired.rows_affected() + deleted.rows_affected())
        })
    }
}

/// Part of the caller's transaction; how many were taken back.
async fn take_back(
    tx: &mut Tx,
    station: StationId,
    application: ApplicationId,
    now: OffsetDateTime,
) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "UPDATE intake_second_person
         SET state = 'taken_back', decided_at = $3, content = NULL, answer = NULL
         WHERE application = $1 AND station = $2 AND state IN ('waiting', 'approved')",
    )
    .bind(&application.as_bytes()[..])
    .bind(&station.as_bytes()[..])
    .bind(micros(now))
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database("taking questions back"))?;
    Ok(done.rows_affected())
}

async fn read(tx: &mut Tx, id: QuestionId) -> Result<Option<Question>, StoreError> {
    let row =
        sqlx::query("SELECT * FROM intake_second_person WHERE application = $1 AND summary = $2")
            .bind(&id.application.as_bytes()[..])
            .bind(&id.summary.as_bytes()[..])
            .fetch_optional(&mut **tx)
            .await
            .map_err(StoreError::database("reading a question"))?;
    row.as_ref().map(question_of).transpose()
}

fn stale(doing: &'static str, id: QuestionId) -> StoreError {
    StoreError::Stale {
        doing,
        object: format!("question {id}"),
    }
}

/// Who captured an application, as the row has them.
fn hands(people: &BTreeSet<PersonId>) -> Vec<u8> {
    people.iter().flat_map(|one| *one.as_bytes()).collect()
}

fn hands_of(bytes: &[u8]) -> Option<BTreeSet<PersonId>> {
    let (people, rest) = bytes.as_chunks::<16>();
    let people = people.iter().map(|one| PersonId::from_bytes(*one));
    rest.is_empty().then(|| people.collect())
}

fn question_of(row: &EngineRow) -> Result<Question, StoreError> {
    let mut columns = Columns {
        table: TABLE,
        id: String::new(),
        row,
    };
    let sixteen = |bytes: &[u8]| <[u8; 16]>::try_from(bytes).ok();
    let person = |bytes: &[u8]| sixteen(bytes).map(PersonId::from_bytes);
    let application = columns.read("application", sixteen)?;
    let application = ApplicationId::from_bytes(application);
    columns.id = application.to_string();
    let summary = columns.read("summary", |bytes| bytes.try_into().ok())?;
    let office: String = columns.get("office")?;
    Ok(Question {
        id: QuestionId {
            application,
            summary: Hash::from_bytes(summary),
        },
        station: columns.read("station", |bytes| sixteen(bytes).map(StationId::from_bytes))?,
        office: office.parse().map_err(|_| columns.bad("office"))?,
        clerk: columns.read("clerk", person)?,
        captured_by: columns.read("captured_by", hands_of)?,
        state: columns
            .word_if_any("state", QuestionState::of_name)?
            .ok_or_else(|| columns.bad("state"))?,
        asked_at: from_micros(columns.get("asked_at")?).ok_or_else(|| columns.bad("asked_at"))?,
        decided_by: columns.read_if_any("decided_by", person)?,
    })
}
