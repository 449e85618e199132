//! One-time links: by which somebody chooses a password and gets a secret of one-time codes.

use dossier::PersonId;
use evidence::entry::Entry;
use openssl::sha::sha256;
use rand::CryptoRng;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::credential::{self, Kind};
use crate::{
    Store, StoreError, audit,
    row::{Columns, micros},
    sealing::{Place, Sealer},
    transaction::{Tx, transaction},
};

const TABLE: &str = "staff_link";

/// A link to be written down. Its secret travels to the person; the database has its hash only.
pub struct Link {
    secret: Zeroizing<[u8; 32]>,
    totp: Zeroizing<[u8; 20]>,
    /// Until when it may be used (excluded).
    pub until: OffsetDateTime,
}

impl Link {
    /// A new link with a new secret of one-time codes.
    pub fn generate(rng: &mut impl CryptoRng, until: OffsetDateTime) -> Self {
        let mut link = Self {
            secret: Zeroizing::new([0; 32]),
            totp: Zeroizing::new([0; 20]),
            until,
        };
        rng.fill_bytes(&mut link.secret[..]);
        rng.fill_bytes(&mut link.totp[..]);
        link
    }

    /// What the person is sent: 64 hexadecimal digits.
    pub fn secret(&self) -> Zeroizing<String> {
        Zeroizing::new(hex::encode(&self.secret[..]))
    }

    fn hash(&self) -> [u8; 32] {
        sha256(self.secret().as_bytes())
    }

    pub(super) fn seal(
        &self,
        sealer: &Sealer,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, StoreError> {
        sealer.seal(rng, &place(&self.hash()), &self.totp[..])
    }
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link").finish_non_exhaustive()
    }
}

/// What a valid link leads to.
#[derive(Clone)]
pub struct Enrolment {
    /// Whose it is.
    pub person: PersonId,
    /// The secret of one-time codes that it offers.
    pub totp: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Enrolment")
            .field("person", &self.person)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Takes from somebody everything by which they sign in, ends their sessions, and gives them a
    /// link to enrol again.
    pub async fn reset_person(
        &self,
        rng: &mut impl CryptoRng,
        person: PersonId,
        link: &Link,
        entries: &[Entry],
    ) -> Result<(), StoreError> {
        let totp = &link.seal(&self.sealer, rng)?;
        transaction!(self, "resetting a member of staff", |tx| {
            credential::remove_all(tx, person).await?;
            remove_all(tx, person).await?;
            insert(tx, person, link, totp).await?;
            audit::write(tx, entries).await
        })
    }

    /// What the link with this secret leads to; none where there is no such link (any more).
    pub async fn enrolment(
        &self,
        secret: &str,
        now: OffsetDateTime,
    ) -> Result<Option<Enrolment>, StoreError> {
        let hash = sha256(secret.as_bytes());
        let row = sqlx::query(
            "SELECT link.* FROM staff_link AS link
             JOIN staff_person AS person ON person.person_id = link.person_id
             WHERE link_hash = $1 AND until_at > $2 AND person.active = 1",
        )
        .bind(&hash[..])
        .bind(micros(now))
        .fetch_optional(&self.pool)
        .await
        .map_err(StoreError::database("reading a one-time link"))?;
        let Some(row) = row else { return Ok(None) };
        let columns = Columns {
            table: TABLE,
            id: hex::encode(hash),
            row: &row,
        };
        let sealed: Vec<u8> = columns.get("totp")?;
        Ok(Some(Enrolment {
            person: columns.read("person_id", super::person::person_id)?,
            totp: self.sealer.open(&place(&hash), &sealed)?,
        }))
    }

    /// Uses a link: the person has this password (argon2id, PHC) and the link's secret of one-time
    /// codes from now on. False where the link was used or has run out meanwhile.
    pub async fn enrol(
        &self,
        rng: &mut impl CryptoRng,
        secret: &str,
        enrolment: &Enrolment,
        password: &str,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        const DOING: &str = "enrolling a member of staff";
        let person = enrolment.person;
        let password = &self.seal_secret(rng, person, Kind::Password, password.as_bytes())?;
        let totp = &self.seal_secret(rng, person, Kind::Totp, &enrolment.totp)?;
        transaction!(self, DOING, |tx| {
            let used = sqlx::query(
                "DELETE FROM staff_link WHERE link_hash = $1 AND person_id = $2 AND until_at > $3",
            )
            .bind(&sha256(secret.as_bytes())[..])
            .bind(&person.as_bytes()[..])
            .bind(micros(now))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            // Who enrolled by one link does not enrol again by another.
            if used.rows_affected() != 1 || credential::any(tx, person).await? {
                return Ok(false);
            }
            credential::insert(tx, person, password, now).await?;
            credential::insert(tx, person, totp, now).await?;
            audit::write(tx, entries).await?;
            Ok(true)
        })
    }
}

pub(super) async fn insert(
    tx: &mut Tx,
    person: PersonId,
    link: &Link,
    totp: &[u8],
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO staff_link (link_hash, person_id, totp, until_at) VALUES ($1, $2, $3, $4)",
    )
    .bind(&link.hash()[..])
    .bind(&person.as_bytes()[..])
    .bind(totp)
    .bind(micros(link.until))
    .execute(&mut **tx)
    .await
    .map(|_| ())
    .map_err(StoreError::database("making a one-time link"))
}

pub(super) async fn remove_all(tx: &mut Tx, person: PersonId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM staff_link WHERE person_id = $1")
        .bind(&person.as_bytes()[..])
        .execute(&mut **tx)
        .await
        .map(|_| ())
        .map_err(StoreError::database("removing one-time links"))
}

fn place(hash: &[u8; 32]) -> Place {
    Place {
        table: TABLE,
        row: hex::encode(hash),
        column: "totp",
    }
}
