//! Persons in the database: the keys of applications and orders, who claims, and who waits.
//!
//! Whether two are one person is decided in `personalisation_core::person`; here everybody who shares a key is fetched.

use dossier::{ApplicationId, Hash, dossier::DocumentType};
use personalisation_core::{
    ids::OrderId,
    person::{Key, KeyKind, Person},
};

use super::names;
use crate::{
    Store, StoreError,
    engine::{EngineConnection, EngineRow},
    row::Columns,
    statement::Statement,
    transaction::{Tx, transaction},
};

const DOING: &str = "looking for applications and orders of a person";

/// Where keys of persons stand.
#[derive(Clone, Copy, Debug)]
pub(super) enum Holders {
    /// `review_person`
    Applications,
    /// `order_person`
    Orders,
}

impl Holders {
    const fn table(self) -> &'static str {
        match self {
            Self::Applications => "review_person",
            Self::Orders => "order_person",
        }
    }

    const fn column(self) -> &'static str {
        match self {
            Self::Applications => "application",
            Self::Orders => "order_id",
        }
    }
}

type Id = [u8; 16];

impl Store {
    /// The key of somebody among all applications and orders: HMAC-SHA-256 under a key that is derived from the sealing
    /// key. It finds them only for somebody who already knows who they are.
    pub fn person_key(&self, who: &[u8]) -> Result<Key, StoreError> {
        self.sealer.keyed_hash("stempel subject 1", who)
    }

    /// Whether somebody has an order of this type that no application made, and that lives: its card is made, or will
    /// be.
    pub async fn ordered_without_application(
        &self,
        application: ApplicationId,
        document_type: DocumentType,
    ) -> Result<bool, StoreError> {
        let mut connection = self
            .pool
            .acquire()
            .await
            .map_err(StoreError::database(DOING))?;
        let person = of_application(&mut connection, application).await?;
        for order in live_orders(&mut connection, &person, document_type).await? {
            let from: Option<i64> =
                sqlx::query_scalar("SELECT 1 FROM review_application WHERE order_id = $1")
                    .bind(&order.as_bytes()[..])
                    .fetch_optional(&mut *connection)
                    .await
                    .map_err(StoreError::database(DOING))?;
            if from.is_none() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// `Ordered` where somebody has a live order of this type.
    pub async fn no_live_order(
        &self,
        person: &Person,
        document_type: DocumentType,
    ) -> Result<(), StoreError> {
        let mut connection = self
            .pool
            .acquire()
            .await
            .map_err(StoreError::database(DOING))?;
        let live = live_orders(&mut connection, person, document_type).await?;
        live.first()
            .map_or(Ok(()), |order| Err(StoreError::Ordered { order: *order }))
    }

    /// Applications from before persons had more than one key, at most so many, from the one after `after` on.
    pub async fn applications_to_know(
        &self,
        after: Option<ApplicationId>,
        most: u32,
    ) -> Result<Vec<ApplicationId>, StoreError> {
        let sql = "SELECT application FROM review_application
             WHERE person_known = 0 AND application > $1 ORDER BY application LIMIT $2";
        let after = after.map_or(Vec::new(), |id| id.as_bytes().to_vec());
        let found = self.to_know(sql, after, most).await?;
        Ok(found.into_iter().map(ApplicationId::from_bytes).collect())
    }

    /// Orders from before orders had keys, the same way.
    pub async fn orders_to_know(
        &self,
        after: Option<OrderId>,
        most: u32,
    ) -> Result<Vec<OrderId>, StoreError> {
        let sql = "SELECT order_id FROM order_item
             WHERE person_known = 0 AND order_id > $1 ORDER BY order_id LIMIT $2";
        let after = after.map_or(Vec::new(), |id| id.as_bytes().to_vec());
        let found = self.to_know(sql, after, most).await?;
        Ok(found.into_iter().map(OrderId::from_bytes).collect())
    }

    async fn to_know(
        &self,
        sql: &'static str,
        after: Vec<u8>,
        most: u32,
    ) -> Result<Vec<Id>, StoreError> {
        let found: Vec<Vec<u8>> = sqlx::query_scalar(sql)
            .bind(after)
            .bind(i64::from(most))
            .fetch_all(&self.pool)
            .await
            .map_err(StoreError::database(DOING))?;
        Ok(found
            .into_iter()
            .filter_map(|id| id.try_into().ok())
            .collect())
    }

    /// Every dossier of an application, the first one first: a recapture that became an application of its own is none of
    /// them.
    pub async fn dossiers_of(&self, application: ApplicationId) -> Result<Vec<Hash>, StoreError> {
        const DOING: &str = "listing the dossiers of an application";
        let rows = sqlx::query(
            "SELECT hash, held_at FROM intake_dossier
             WHERE hash = (SELECT hash FROM review_application WHERE application = $1)
             UNION ALL
             SELECT hash, held_at FROM intake_dossier AS again WHERE recapture_of = $1
             AND NOT EXISTS (SELECT 1 FROM review_application AS own WHERE own.hash = again.hash)
             ORDER BY held_at, hash",
        )
        .bind(&application.as_bytes()[..])
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database(DOING))?;
        let hash = |row| {
            let columns = Columns {
                table: "intake_dossier",
                id: String::new(),
                row,
            };
            columns.read("hash", |bytes| bytes.try_into().ok().map(Hash::from_bytes))
        };
        rows.iter().map(hash).collect()
    }

    /// Adds the keys of an application from before, and of its payments, once its dossiers were read. Who claims keeps
    /// the claim: where two turn out to be one person, neither is approved while the other lives.
    pub async fn know_application(
        &self,
        id: ApplicationId,
        person: &Person,
        payments: &[Key],
    ) -> Result<(), StoreError> {
        transaction!(self, "completing the keys of an application", |tx| {
            insert(tx, id, person).await?;
            for payment in payments {
                super::payment::insert_from_before(tx, id, payment).await?;
            }
            known(
                tx,
                "UPDATE review_application SET person_known = 1 WHERE application = $1",
                id.as_bytes(),
            )
            .await
        })
    }

    /// Adds the keys of an order from before.
    pub async fn know_order(
        &self,
        id: OrderId,
        person: &Person,
        document_type: DocumentType,
    ) -> Result<(), StoreError> {
        transaction!(self, "completing the keys of an order", |tx| {
            insert_ordered(tx, id, person, document_type).await?;
            known(
                tx,
                "UPDATE order_item SET person_known = 1 WHERE order_id = $1",
                id.as_bytes(),
            )
            .await
        })
    }
}

async fn known(tx: &mut Tx, sql: &'static str, id: &Id) -> Result<(), StoreError> {
    sqlx::query(sql)
        .bind(&id[..])
        .execute(&mut **tx)
        .await
        .map(|_| ())
        .map_err(StoreError::database("completing keys of persons"))
}

/// Claims of one person are taken one after the other: whoever comes second waits here until the first has committed.
pub(crate) async fn latch<'a>(
    tx: &mut Tx,
    keys: impl IntoIterator<Item = &'a Key>,
) -> Result<(), StoreError> {
    let mut keys: Vec<&Key> = keys.into_iter().collect();
    // In one order everywhere, so that no two wait for each other.
    keys.sort_unstable();
    for key in keys {
        sqlx::query(
            "INSERT INTO review_latch (person_key, taken) VALUES ($1, 1)
             ON CONFLICT (person_key) DO UPDATE SET taken = review_latch.taken + 1",
        )
        .bind(&key[..])
        .execute(&mut **tx)
        .await
        .map_err(StoreError::database(
            "taking turns about claims of a person",
        ))?;
    }
    Ok(())
}

/// Adds keys of an application's person.
pub(crate) async fn insert(
    tx: &mut Tx,
    application: ApplicationId,
    person: &Person,
) -> Result<(), StoreError> {
    for (kind, key) in person.keys() {
        sqlx::query(
            "INSERT INTO review_person (application, person_key, kind) VALUES ($1, $2, $3)
             ON CONFLICT (application, person_key) DO UPDATE SET kind = excluded.kind",
        )
        .bind(&application.as_bytes()[..])
        .bind(&key[..])
        .bind(kind.name())
        .execute(&mut **tx)
        .await
        .map_err(StoreError::database("noting whom an application is about"))?;
    }
    Ok(())
}

/// Adds keys of the person whom an order is for.
pub(crate) async fn insert_ordered(
    tx: &mut Tx,
    order: OrderId,
    person: &Person,
    document_type: DocumentType,
) -> Result<(), StoreError> {
    for (kind, key) in person.keys() {
        sqlx::query(
            "INSERT INTO order_person (order_id, person_key, kind, document_type)
             VALUES ($1, $2, $3, $4)
             ON CONFLICT (order_id, person_key) DO UPDATE SET kind = excluded.kind",
        )
        .bind(&order.as_bytes()[..])
        .bind(&key[..])
        .bind(kind.name())
        .bind(names::document_type(document_type))
        .execute(&mut **tx)
        .await
        .map_err(StoreError::database("noting whom an order is for"))?;
    }
    Ok(())
}

/// Whom an application is about.
pub(crate) async fn of_application(
    connection: &mut EngineConnection,
    application: ApplicationId,
) -> Result<Person, StoreError> {
    let rows = sqlx::query("SELECT person_key, kind FROM review_person WHERE application = $1")
        .bind(&application.as_bytes()[..])
        .fetch_all(connection)
        .await
        .map_err(StoreError::database(DOING))?;
    rows.iter()
        .map(|row| key_of(row, Holders::Applications))
        .collect()
}

/// Another application that stands in the way.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Beside {
    /// It holds the claim.
    Claims,
    /// It lives, with the claim or without: who came before is not passed by.
    Lives,
}

impl Beside {
    const fn condition(self) -> &'static str {
        match self {
            Self::Claims => {
                "SELECT 1 FROM review_application
                 WHERE application = $1 AND document_type = $2 AND claim IS NOT NULL"
            }
            Self::Lives => {
                "SELECT 1 FROM review_application
                 WHERE application = $1 AND document_type = $2
                 AND state NOT IN ('refused', 'withdrawn', 'closed')"
            }
        }
    }
}

/// Whether this person has an application of this type other than `but` that stands in the way.
pub(crate) async fn has_another(
    connection: &mut EngineConnection,
    person: &Person,
    document_type: DocumentType,
    (but, beside): (ApplicationId, Beside),
) -> Result<bool, StoreError> {
    for id in applications_of(connection, person).await? {
        if id == but {
            continue;
        }
        let found: Option<i64> = sqlx::query_scalar(beside.condition())
            .bind(&id.as_bytes()[..])
            .bind(names::document_type(document_type))
            .fetch_optional(&mut *connection)
            .await
            .map_err(StoreError::database(DOING))?;
        if found.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whom an order is for.
pub(crate) async fn of_order(
    connection: &mut EngineConnection,
    order: OrderId,
) -> Result<Person, StoreError> {
    let rows = sqlx::query("SELECT person_key, kind FROM order_person WHERE order_id = $1")
        .bind(&order.as_bytes()[..])
        .fetch_all(connection)
        .await
        .map_err(StoreError::database(DOING))?;
    rows.iter()
        .map(|row| key_of(row, Holders::Orders))
        .collect()
}

/// Every order for this person.
pub(crate) async fn orders_of(
    connection: &mut EngineConnection,
    person: &Person,
) -> Result<Vec<OrderId>, StoreError> {
    let found = holders(connection, Holders::Orders, person).await?;
    Ok(found.into_iter().map(OrderId::from_bytes).collect())
}

/// Orders of this person and type that are not done: the newest attempt is not cancelled, and no document of it was handed over.
pub(crate) async fn live_orders(
    connection: &mut EngineConnection,
    person: &Person,
    document_type: DocumentType,
) -> Result<Vec<OrderId>, StoreError> {
    let mut live = Vec::new();
    for id in holders(connection, Holders::Orders, person).await? {
        let lives: Option<i64> = sqlx::query_scalar(
            "SELECT 1 FROM order_person AS person
             WHERE person.order_id = $1 AND person.document_type = $2
             AND NOT EXISTS (
                 SELECT 1 FROM line_attempt AS attempt
                 WHERE attempt.order_id = $1 AND attempt.state = 'cancelled'
                 AND attempt.attempt = (SELECT MAX(newest.attempt) FROM line_attempt AS newest
                                        WHERE newest.order_id = $1))
             AND NOT EXISTS (
                 SELECT 1 FROM document_item AS document
                 WHERE document.order_id = $1 AND document.activated_at IS NOT NULL)
             LIMIT 1",
        )
        .bind(&id[..])
        .bind(names::document_type(document_type))
        .fetch_optional(&mut *connection)
        .await
        .map_err(StoreError::database(DOING))?;
        if lives.is_some() {
            live.push(OrderId::from_bytes(id));
        }
    }
    Ok(live)
}

/// Every application about this person.
pub(crate) async fn applications_of(
    connection: &mut EngineConnection,
    person: &Person,
) -> Result<Vec<ApplicationId>, StoreError> {
    let found = holders(connection, Holders::Applications, person).await?;
    Ok(found.into_iter().map(ApplicationId::from_bytes).collect())
}

/// Everybody who shares a key: the statement, up to the keys.
pub(super) fn sharing(of: Holders) -> String {
    let (table, column) = (of.table(), of.column());
    format!(
        "SELECT DISTINCT theirs.{column} AS holder, theirs.person_key, theirs.kind
         FROM {table} AS found JOIN {table} AS theirs ON theirs.{column} = found.{column}
         WHERE found.person_key IN ("
    )
}

/// Who of those that share a key is this person.
async fn holders(
    connection: &mut EngineConnection,
    of: Holders,
    person: &Person,
) -> Result<Vec<Id>, StoreError> {
    let mut query = Statement::new(sharing(of));
    query.bind_list(person.keys().map(|(_, key)| key.to_vec()));
    query.push(") ORDER BY holder");
    let rows = query
        .build()
        .fetch_all(connection)
        .await
        .map_err(StoreError::database(DOING))?;
    let mut found: Vec<(Id, Person)> = Vec::new();
    for row in &rows {
        let columns = columns(row, of);
        let id: Id = columns.read("holder", |bytes| bytes.try_into().ok())?;
        let (kind, key) = key_of(row, of)?;
        match found.last_mut() {
            Some((last, person)) if *last == id => person.add(kind, key),
            _ => found.push((id, Person::from_iter([(kind, key)]))),
        }
    }
    let same = found.into_iter().filter(|(_, one)| one.is_same(person));
    Ok(same.map(|(id, _)| id).collect())
}

const fn columns(row: &EngineRow, of: Holders) -> Columns<'_> {
    Columns {
        table: of.table(),
        id: String::new(),
        row,
    }
}

fn key_of(row: &EngineRow, of: Holders) -> Result<(KeyKind, Key), StoreError> {
    let columns = columns(row, of);
    let kind = columns.word_if_any("kind", |word| {
        KeyKind::ALL.into_iter().find(|kind| kind.name() == word)
    })?;
    let kind = kind.ok_or_else(|| columns.bad("kind"))?;
    Ok((
        kind,
        columns.read("person_key", |bytes| bytes.try_into().ok())?,
    ))
}
