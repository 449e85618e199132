//! What somebody may do, where, from when and until when. Roles are never removed: they end.

use dossier::{OfficeId, PersonId, staff::Role};
use evidence::entry::Entry;
use rand::CryptoRng;
use time::OffsetDateTime;

use crate::{
    Store, StoreError, audit,
    engine::EngineRow,
    row::{Columns, micros},
    transaction::{Tx, transaction},
};

const ROLES: [(Role, &str); 10] = [
    (Role::Clerk, "clerk"),
    (Role::Supervisor, "supervisor"),
    (Role::Reviewer, "reviewer"),
    (Role::Operator, "operator"),
    (Role::Inspector, "inspector"),
    (Role::StockKeeper, "stock_keeper"),
    (Role::Dispatcher, "dispatcher"),
    (Role::Courier, "courier"),
    (Role::Auditor, "auditor"),
    (Role::Administrator, "administrator"),
];

/// A role's name in the database, on the command line and in message files.
pub fn name(role: Role) -> &'static str {
    ROLES
        .iter()
        .find(|(known, _)| *known == role)
        .map_or("", |(_, name)| name)
}

/// The role of that name.
pub fn role_of_name(name: &str) -> Option<Role> {
    ROLES
        .iter()
        .find(|(_, known)| *known == name)
        .map(|(role, _)| *role)
}

/// One role given to one person: 16 random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RoleId(pub [u8; 16]);

impl RoleId {
    /// A new identifier.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 16];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }
}

impl std::fmt::Display for RoleId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// A role that somebody has, had, or will have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Its id.
    pub id: RoleId,
    /// What they may do.
    pub role: Role,
    /// Where; none: at the centre.
    pub office: Option<OfficeId>,
    /// From when.
    pub from: OffsetDateTime,
    /// Until when (excluded); none: until further notice.
    pub until: Option<OffsetDateTime>,
    /// Who gave it; none: the command line.
    pub by: Option<PersonId>,
}

impl Grant {
    /// Whether it holds at `now`.
    pub fn holds(&self, now: OffsetDateTime) -> bool {
        self.from <= now && self.until.is_none_or(|until| now < until)
    }
}

impl Store {
    /// Gives somebody a role.
    pub async fn grant_role(
        &self,
        person: PersonId,
        grant: &Grant,
        entries: &[Entry],
    ) -> Result<(), StoreError> {
        transaction!(self, "giving a role", |tx| {
            insert(tx, person, grant).await?;
            audit::write(tx, entries).await
        })
    }

    /// Ends a role that has not ended.
    pub async fn end_role(
        &self,
        person: PersonId,
        role: RoleId,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        const DOING: &str = "ending a role";
        transaction!(self, DOING, |tx| {
            let ended = sqlx::query(
                "UPDATE staff_role SET until_at = $3
                 WHERE role_id = $1 AND person_id = $2 AND (until_at IS NULL OR until_at > $3)",
            )
            .bind(&role.0[..])
            .bind(&person.as_bytes()[..])
            .bind(micros(now))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            if ended.rows_affected() != 1 {
                return Err(StoreError::Stale {
                    doing: DOING,
                    object: format!("role {role}"),
                });
            }
            audit::write(tx, entries).await
        })
    }

    /// The roles at the centre that somebody who works here holds at `now`, each once.
    pub async fn roles_at_centre(
        &self,
        person: PersonId,
        now: OffsetDateTime,
    ) -> Result<Vec<Role>, StoreError> {
        const DOING: &str = "reading somebody's roles at the centre";
        let names: Vec<String> = sqlx::query_scalar(
            "SELECT DISTINCT role.role FROM staff_role AS role
             JOIN staff_person AS person ON person.person_id = role.person_id
             WHERE role.person_id = $1 AND person.active = 1 AND role.office IS NULL
             AND role.from_at <= $2 AND (role.until_at IS NULL OR role.until_at > $2)",
        )
        .bind(&person.as_bytes()[..])
        .bind(micros(now))
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database(DOING))?;
        let mut roles = names
            .iter()
            .map(|name| {
                role_of_name(name).ok_or_else(|| StoreError::BadRow {
                    table: "staff_role",
                    column: "role",
                    row: format!("of {person}"),
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        roles.sort_unstable();
        Ok(roles)
    }

    /// Whether somebody worked at the counters of an office at that time: as `least`, or as supervisor.
    pub async fn served(
        &self,
        person: PersonId,
        least: Role,
        office: &OfficeId,
        at: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let found: Option<i64> = sqlx::query_scalar(
            "SELECT 1 FROM staff_role AS role
             JOIN staff_person AS person ON person.person_id = role.person_id
             WHERE role.person_id = $1 AND role.office = $2
             AND role.role IN ($4, 'supervisor')
             AND role.from_at <= $3 AND (role.until_at IS NULL OR role.until_at > $3)
             AND (person.active = 1 OR person.left_at > $3)
             LIMIT 1",
        )
        .bind(&person.as_bytes()[..])
        .bind(office.as_str())
        .bind(micros(at))
        .bind(name(least))
        .fetch_optional(&self.pool)
        .await
        .map_err(StoreError::database("looking who served at an office"))?;
        Ok(found.is_some())
    }

    /// Every role that somebody has, had or will have, oldest first.
    pub async fn roles_of(&self, person: PersonId) -> Result<Vec<Grant>, StoreError> {
        let rows =
            sqlx::query("SELECT * FROM staff_role WHERE person_id = $1 ORDER BY from_at, role_id")
                .bind(&person.as_bytes()[..])
                .fetch_all(&self.pool)
                .await
                .map_err(StoreError::database("reading somebody's roles"))?;
        rows.iter().map(read).collect()
    }
}

pub(super) async fn insert(tx: &mut Tx, person: PersonId, grant: &Grant) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO staff_role (role_id, person_id, role, office, from_at, until_at, granted_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&grant.id.0[..])
    .bind(&person.as_bytes()[..])
    .bind(name(grant.role))
    .bind(grant.office.as_ref().map(OfficeId::as_str))
    .bind(micros(grant.from))
    .bind(grant.until.map(micros))
    .bind(grant.by.as_ref().map(|by| &by.as_bytes()[..]))
    .execute(&mut **tx)
    .await
    .map(|_| ())
    .map_err(StoreError::database("giving a role"))
}

fn read(row: &EngineRow) -> Result<Grant, StoreError> {
    let mut columns = Columns {
        table: "staff_role",
        id: String::new(),
        row,
    };
    let id = columns.read("role_id", |bytes| bytes.try_into().ok().map(RoleId))?;
    columns.id = id.to_string();
    let time = |column| -> Result<Option<OffsetDateTime>, StoreError> {
        let at: Option<i64> = columns.get(column)?;
        at.map(|at| super::person::moment(at).ok_or_else(|| columns.bad(column)))
            .transpose()
    };
    Ok(Grant {
        id,
        role: columns
            .word_if_any("role", role_of_name)?
            .ok_or_else(|| columns.bad("role"))?,
        office: columns.word_if_any("office", |office| office.parse().ok())?,
        from: time("from_at")?.ok_or_else(|| columns.bad("from_at"))?,
        until: time("until_at")?,
        by: columns.read_if_any("granted_by", super::person::person_id)?,
    })
}
