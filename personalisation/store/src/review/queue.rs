//! What waits for people, and what they are shown of a case beside its content.

use dossier::{ApplicationId, Hash, OfficeId, PersonId};
use personalisation_core::application::{Check, CheckResult, Detail, Finding, Outcome, Referral};
use sqlx::Row as _;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{
    ApplicationRow, application_of, handlers_of, id_of,
    read::{self},
};
use crate::{
    Store, StoreError,
    row::{Columns, from_micros},
    statement::Statement,
};

/// Which applications to list.
#[derive(Clone, Debug, Default)]
pub struct QueueFilter {
    /// In this state only, by its name; none: in any.
    pub state: Option<&'static str>,
    /// Referred for one of these reasons only; none: for any.
    pub referrals: Vec<Referral>,
    /// Of this office only.
    pub office: Option<OfficeId>,
    /// Those that this person may decide about: not what they captured.
    pub decider: Option<PersonId>,
    /// At most so many; 0: 100.
    pub most: u32,
}

/// How many applications wait in a state, and since when the oldest does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The state's name.
    pub state: String,
    /// How many.
    pub count: u64,
    /// When the one that waits longest came into the state.
    pub oldest: OffsetDateTime,
}

/// One move of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoveOfApplication {
    /// 1, 2, 3 …
    pub step: u32,
    /// The state that it came into.
    pub state: String,
    /// When.
    pub at: OffsetDateTime,
    /// Who decided, where a person did.
    pub person: Option<PersonId>,
    /// What they wrote; personal.
    pub note: Option<Zeroizing<String>>,
}

/// The statement with the conditions of a filter that are given: each can use its index.
fn filtered(select: &str, filter: &QueueFilter) -> Statement {
    let mut query = Statement::new(select);
    query.push(" FROM review_application AS item WHERE 1 = 1");
    if let Some(state) = filter.state {
        query.push(" AND state = ").bind(state);
    }
    if let Some(office) = &filter.office {
        query
            .push(" AND office = ")
            .bind(office.as_str().to_owned());
    }
    if !filter.referrals.is_empty() {
        query.push(" AND (1 = 0");
        for referral in &filter.referrals {
            // A `_` of a name is itself, not any character.
            let name = referral.name().replace('_', "\\_");
            query.push(" OR ' ' || referrals || ' ' LIKE ");
            query.bind(format!("% {name} %")).push(" ESCAPE '\\'");
        }
        query.push(")");
    }
    if let Some(person) = filter.decider {
        query.push(
            " AND NOT EXISTS (SELECT 1 FROM review_handler AS handler
               WHERE handler.application = item.application AND handler.person = ",
        );
        query.bind(person.as_bytes().to_vec()).push(")");
    }
    query
}

impl Store {
    /// Applications, the one that waits longest first.
    pub async fn applications(
        &self,
        filter: &QueueFilter,
    ) -> Result<Vec<ApplicationRow>, StoreError> {
        const DOING: &str = "listing applications";
        let mut connection = self
            .pool
            .acquire()
            .await
            .map_err(StoreError::database(DOING))?;
        let most = if filter.most == 0 { 100 } else { filter.most };
        let mut query = filtered("SELECT *", filter);
        query.push(" ORDER BY since, application LIMIT ");
        query.bind(i64::from(most));
        let rows = query
            .build()
            .fetch_all(&mut *connection)
            .await
            .map_err(StoreError::database(DOING))?;
        let mut found = Vec::with_capacity(rows.len());
        for row in &rows {
            let handlers = handlers_of(&mut connection, id_of(row)?).await?;
            found.push(application_of(row, handlers)?);
        }
        Ok(found)
    }

    /// How many applications there are of those that a filter names, however many it would list.
    pub async fn count_queue(&self, filter: &QueueFilter) -> Result<u64, StoreError> {
        const DOING: &str = "counting applications that wait";
        let row = filtered("SELECT COUNT(*)", filter)
            .build()
            .fetch_one(&self.pool)
            .await
            .map_err(StoreError::database(DOING))?;
        let count: i64 = row.try_get(0).map_err(StoreError::database(DOING))?;
        Ok(count.unsigned_abs())
    }

    /// How many applications are in each state: looks at all of them.
    pub async fn count_applications(&self) -> Result<Vec<Counted>, StoreError> {
        let rows = sqlx::query(
            "SELECT state, COUNT(*) AS count, MIN(since) AS oldest FROM review_application
             GROUP BY state ORDER BY state",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database("counting applications"))?;
        rows.iter()
            .map(|row| {
                let columns = Columns {
                    table: super::TABLE,
                    id: "any".to_owned(),
                    row,
                };
                let (count, oldest): (i64, i64) = (columns.get("count")?, columns.get("oldest")?);
                Ok(Counted {
                    state: columns.get("state")?,
                    count: count.unsigned_abs(),
                    oldest: from_micros(oldest).ok_or_else(|| columns.bad("since"))?,
                })
            })
            .collect()
    }

    /// What the checks found in a dossier, in the order in which a reviewer reads them.
    pub async fn checks(&self, content: Hash) -> Result<Vec<CheckResult>, StoreError> {
        let rows = sqlx::query("SELECT * FROM review_check WHERE hash = $1")
            .bind(&content.as_bytes()[..])
            .fetch_all(&self.pool)
            .await
            .map_err(StoreError::database("reading checks"))?;
        let mut found = rows
            .iter()
            .map(|row| {
                let columns = Columns {
                    table: "review_check",
                    id: content.to_string(),
                    row,
                };
                let check = columns.word_if_any("name", |word| {
                    Check::ALL.into_iter().find(|check| check.name() == word)
                })?;
                let referral = columns.word_if_any("referral", read::referral_named)?;
                let detail: String = columns.get("detail")?;
                let finding = Finding {
                    outcome: referral.map_or(Outcome::Passed, Outcome::Refer),
                    detail: super::names::split(&detail, Detail::named)
                        .ok_or_else(|| columns.bad("detail"))?,
                };
                Ok(CheckResult {
                    check: check.ok_or_else(|| columns.bad("name"))?,
                    finding,
                })
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        found.sort_by_key(|result| result.check);
        Ok(found)
    }

    /// Every move of an application, first one first.
    pub async fn application_moves(
        &self,
        id: ApplicationId,
    ) -> Result<Vec<MoveOfApplication>, StoreError> {
        const DOING: &str = "reading an application's moves";
        let rows = sqlx::query("SELECT * FROM review_move WHERE application = $1 ORDER BY step")
            .bind(&id.as_bytes()[..])
            .fetch_all(&self.pool)
            .await
            .map_err(StoreError::database(DOING))?;
        rows.iter()
            .map(|row| {
                let columns = Columns {
                    table: "review_move",
                    id: id.to_string(),
                    row,
                };
                let (step, at): (i64, i64) = (columns.get("step")?, columns.get("moved_at")?);
                let step = u32::try_from(step).map_err(|_| columns.bad("step"))?;
                let note: Option<Vec<u8>> =
                    row.try_get("note").map_err(StoreError::database(DOING))?;
                let note = note
                    .map(|sealed| {
                        let plain = self.open_note(id, step, &sealed)?;
                        let text = std::str::from_utf8(&plain).map_err(|_| columns.bad("note"))?;
                        Ok::<_, StoreError>(Zeroizing::new(text.to_owned()))
                    })
                    .transpose()?;
                Ok(MoveOfApplication {
                    step,
                    state: columns.get("state")?,
                    at: from_micros(at).ok_or_else(|| columns.bad("moved_at"))?,
                    person: columns.read_if_any("person", |bytes| {
                        bytes.try_into().ok().map(PersonId::from_bytes)
                    })?,
                    note,
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::person::{Holders, sharing},
        QueueFilter, filtered,
    };
    use crate::{Store, sealing::Sealer};

    /// What the engine does for a statement.
    async fn plan(store: &Store, statement: &str) -> String {
        let explained = format!("EXPLAIN QUERY PLAN {statement}");
        let rows = sqlx::query(sqlx::AssertSqlSafe(explained))
            .fetch_all(&store.pool)
            .await
            .unwrap();
        let step = |row| sqlx::Row::get::<String, _>(row, "detail");
        rows.iter().map(step).collect::<Vec<_>>().join("; ")
    }

    #[tokio::test]
    async fn what_every_page_asks_uses_an_index() {
        let folder = tempfile::tempdir().unwrap();
        let sealer = Sealer::new(Box::new(zeroize::Zeroizing::new([7; 32])));
        let database = folder.path().join("centre.db");
        let store = Store::open(database.as_path(), sealer).await.unwrap();
        let filter = QueueFilter {
            state: Some("in_review"),
            ..QueueFilter::default()
        };
        let queue = filtered("SELECT *", &filter).into_string() + " ORDER BY since, application";
        for (statement, index) in [
            (queue.as_str(), "review_application_state"),
            (
                &(sharing(Holders::Applications) + "x'00')"),
                "review_person_key",
            ),
            (&(sharing(Holders::Orders) + "x'00')"), "order_person_key"),
            (super::super::payment::EARLIER, "review_payment_key"),
            (
                "SELECT 1 FROM review_application WHERE order_id = x'00'",
                "review_application_order",
            ),
            (
                "SELECT 1 FROM intake_dossier WHERE application = x'00' AND state = 'accepted'",
                "intake_dossier_application",
            ),
            (
                "SELECT session_key FROM staff_session WHERE person_id IS NULL
                 ORDER BY made_at DESC LIMIT 100 OFFSET 10000",
                "staff_session_anonymous",
            ),
        ] {
            let plan = plan(&store, statement).await;
            assert!(plan.contains(index), "{statement}: {plan}");
            assert!(!plan.contains("SCAN review_application"), "{plan}");
        }
    }

    #[test]
    fn a_name_is_looked_for_and_not_a_pattern() {
        let filter = QueueFilter {
            referrals: vec![personalisation_core::application::Referral::ForcedCapture],
            ..QueueFilter::default()
        };
        let statement = filtered("SELECT *", &filter).into_string();
        assert!(statement.contains("ESCAPE '\\'"), "{statement}");
    }
}
