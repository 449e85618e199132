//! People who work here.

use dossier::{
    Blob, OfficeId, PersonId, Text,
    staff::{Member, Passkey},
};
use evidence::entry::Entry;
use rand::CryptoRng;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{Credentials, Grant, Link, credential, link, role};
use crate::{
    Store, StoreError, audit,
    engine::EngineRow,
    row::{Columns, micros},
    sealing::Place,
    transaction::transaction,
};

const TABLE: &str = "staff_person";
/// The relying party of stations, whose pages are at `http://localhost`.
const STATION: &str = "localhost";

/// Somebody who works here, or did.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// Their id.
    pub id: PersonId,
    /// What they type to sign in.
    pub login: String,
    /// Their name, as shown to colleagues.
    pub name: Text<1, 100>,
    /// Whether they work here.
    pub active: bool,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Person")
            .field("id", &self.id)
            .field("active", &self.active)
            .finish_non_exhaustive()
    }
}

/// Whether a text can be a login: 2 to 64 of `a-z 0-9 . - _`.
pub fn check_login(login: &str) -> bool {
    let known = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b".-_".contains(&c);
    (2..=64).contains(&login.len()) && login.bytes().all(known)
}

impl Store {
    /// Adds somebody with their first roles and a one-time link by which they enrol.
    pub async fn add_person(
        &self,
        rng: &mut impl CryptoRng,
        person: &Person,
        roles: &[Grant],
        link: &Link,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        const DOING: &str = "adding somebody to the staff";
        let name = self
            .sealer
            .seal(rng, &place(person.id), person.name.as_str().as_bytes())?;
        let totp = link.seal(&self.sealer, rng)?;
        let (name, totp) = (&name, &totp);
        transaction!(self, DOING, |tx| {
            sqlx::query(
                "INSERT INTO staff_person (person_id, login, name, active, added_at)
                 VALUES ($1, $2, $3, $4, $5)",
            )
            .bind(&person.id.as_bytes()[..])
            .bind(&person.login)
            .bind(name)
            .bind(i64::from(person.active))
            .bind(micros(now))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            for grant in roles {
                role::insert(tx, person.id, grant).await?;
            }
            link::insert(tx, person.id, link, totp).await?;
            audit::write(tx, entries).await
        })
    }

    /// Lets somebody work here or not. Who may not any more has no session and no link either.
    pub async fn set_person_active(
        &self,
        person: PersonId,
        active: bool,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        const DOING: &str = "letting somebody work here or not";
        transaction!(self, DOING, |tx| {
            let changed = sqlx::query(
                "UPDATE staff_person SET active = $2, left_at = $3
                 WHERE person_id = $1 AND active <> $2",
            )
            .bind(&person.as_bytes()[..])
            .bind(i64::from(active))
            .bind((!active).then(|| micros(now)))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            if changed.rows_affected() != 1 {
                let object = format!("person {person}");
                return Err(StoreError::Stale {
                    doing: DOING,
                    object,
                });
            }
            if !active {
                credential::forget_sessions(tx, person).await?;
                link::remove_all(tx, person).await?;
            }
            audit::write(tx, entries).await
        })
    }

    /// Somebody by id.
    pub async fn person(&self, id: PersonId) -> Result<Option<Person>, StoreError> {
        let row = sqlx::query("SELECT * FROM staff_person WHERE person_id = $1")
            .bind(&id.as_bytes()[..])
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::database("reading a member of staff"))?;
        row.map(|row| self.read_person(&row)).transpose()
    }

    /// Somebody by login, which is compared without regard to capitals.
    pub async fn person_by_login(&self, login: &str) -> Result<Option<Person>, StoreError> {
        let row = sqlx::query("SELECT * FROM staff_person WHERE login = $1")
            .bind(login.to_ascii_lowercase())
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::database("reading a member of staff"))?;
        row.map(|row| self.read_person(&row)).transpose()
    }

    /// Everybody, by login.
    pub async fn people(&self) -> Result<Vec<Person>, StoreError> {
        let rows = sqlx::query("SELECT * FROM staff_person ORDER BY login")
            .fetch_all(&self.pool)
            .await
            .map_err(StoreError::database("listing the staff"))?;
        rows.iter().map(|row| self.read_person(row)).collect()
    }

    /// Who may sign in at the stations of an office at `now`, as its signed list holds them: those
    /// with a role there, with their roles there and their credentials. Nobody of another office.
    /// Who has not enrolled yet is not among them. Passkeys are those bound to `localhost`.
    pub async fn staff_of_office(
        &self,
        office: &OfficeId,
        now: OffsetDateTime,
    ) -> Result<Vec<Member>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM staff_person AS person WHERE active = 1 AND EXISTS (
                 SELECT 1 FROM staff_role AS role
                 WHERE role.person_id = person.person_id AND role.office = $1
                 AND role.from_at <= $2 AND (role.until_at IS NULL OR role.until_at > $2))
             ORDER BY login",
        )
        .bind(office.as_str())
        .bind(micros(now))
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database("listing the staff of an office"))?;
        let mut members = Vec::with_capacity(rows.len());
        for row in &rows {
            let person = self.read_person(row)?;
            let roles = self.roles_of(person.id).await?;
            let here = |grant: &&Grant| grant.office.as_ref() == Some(office) && grant.holds(now);
            let mut roles: Vec<_> = roles.iter().filter(here).map(|grant| grant.role).collect();
            roles.sort_unstable();
            roles.dedup();
            let credentials = self.credentials(person.id).await?;
            members.extend(member(person, roles, &credentials)?);
        }
        Ok(members)
    }

    fn read_person(&self, row: &EngineRow) -> Result<Person, StoreError> {
        let mut columns = Columns {
            table: TABLE,
            id: String::new(),
            row,
        };
        let id = columns.read("person_id", person_id)?;
        columns.id = id.to_string();
        let sealed: Vec<u8> = columns.get("name")?;
        let name = self.sealer.open(&place(id), &sealed)?;
        let name = std::str::from_utf8(&name).ok();
        let active: i64 = columns.get("active")?;
        Ok(Person {
            id,
            login: columns.get("login")?,
            name: name
                .and_then(|name| Text::new(name).ok())
                .ok_or_else(|| columns.bad("name"))?,
            active: active == 1,
        })
    }
}

/// None for somebody who could not sign in anyway.
fn member(
    person: Person,
    roles: Vec<dossier::staff::Role>,
    credentials: &Credentials,
) -> Result<Option<Member>, StoreError> {
    let bad = |column| StoreError::BadRow {
        table: "staff_credential",
        column,
        row: format!("of {}", person.id),
    };
    let both = credentials
        .password
        .as_ref()
        .zip(credentials.totp.as_ref())
        .map(|(password, totp)| {
            let password = Text::new(password).map_err(|_| bad("secret"))?;
            let totp = Blob::new(totp.to_vec()).map_err(|_| bad("secret"))?;
            Ok::<_, StoreError>((password, totp))
        })
        .transpose()?;
    let (password, totp) = both.unzip();
    let mut passkeys = Vec::new();
    for kept in &credentials.passkeys {
        // A list has room for ten, and a station can use its own only.
        if kept.relying_party == STATION && passkeys.len() < 10 {
            passkeys.push(Passkey {
                credential: Blob::new(kept.credential.clone()).map_err(|_| bad("credential_id"))?,
                key: Blob::new(kept.record.as_bytes().to_vec()).map_err(|_| bad("secret"))?,
                name: Text::new("").map_err(|_| bad("secret"))?,
            });
        }
    }
    if password.is_none() && passkeys.is_empty() {
        return Ok(None);
    }
    Ok(Some(Member {
        person: person.id,
        login: Text::new(&person.login).map_err(|_| bad("login"))?,
        name: person.name,
        roles,
        password,
        totp,
        passkeys,
    }))
}

fn place(person: PersonId) -> Place {
    Place {
        table: TABLE,
        row: person.to_string(),
        column: "name",
    }
}

pub(crate) fn person_id(bytes: &[u8]) -> Option<PersonId> {
    bytes.try_into().ok().map(PersonId::from_bytes)
}

pub(super) fn moment(micros: i64) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1000).ok()
}

/// A text that was sealed.
pub(crate) fn text(bytes: &[u8]) -> Option<Zeroizing<String>> {
    std::str::from_utf8(bytes)
        .ok()
        .map(|text| Zeroizing::new(text.to_owned()))
}
