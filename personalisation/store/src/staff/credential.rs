//! How somebody proves who they are: a password with one-time codes, passkeys. All sealed.

use dossier::PersonId;
use openssl::sha::sha256;
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::{
    Store, StoreError,
    row::{Columns, micros},
    sealing::Place,
    transaction::{Tx, transaction},
};

const TABLE: &str = "staff_credential";

/// Everything by which somebody may sign in.
#[derive(Clone, Default)]
pub struct Credentials {
    /// argon2id in PHC form.
    pub password: Option<Zeroizing<String>>,
    /// The secret of one-time codes.
    pub totp: Option<Zeroizing<Vec<u8>>>,
    /// Passkeys, oldest first.
    pub passkeys: Vec<KeptPasskey>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials(……)")
    }
}

/// A passkey as it is kept.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptPasskey {
    /// Its credential id.
    pub credential: Vec<u8>,
    /// The host that it is bound to.
    pub relying_party: String,
    /// What the relying party's library keeps of it, JSON: public key, counter.
    pub record: String,
}

impl std::fmt::Debug for KeptPasskey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeptPasskey")
            .field("relying_party", &self.relying_party)
            .finish_non_exhaustive()
    }
}

/// What kind a credential is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Password,
    Totp,
    Passkey,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Totp => "totp",
            Self::Passkey => "passkey",
        }
    }
}

/// A credential ready to be written.
pub(super) struct Sealed {
    id: [u8; 32],
    kind: Kind,
    relying_party: Option<String>,
    secret: Vec<u8>,
}

impl Store {
    /// Everything by which somebody may sign in.
    pub async fn credentials(&self, person: PersonId) -> Result<Credentials, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM staff_credential WHERE person_id = $1 ORDER BY added_at, credential_id",
        )
        .bind(&person.as_bytes()[..])
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database("reading somebody's credentials"))?;
        let mut credentials = Credentials::default();
        for row in &rows {
            let mut columns = Columns {
                table: TABLE,
                id: String::new(),
                row,
            };
            let id: [u8; 32] = columns.read("credential_id", |bytes| bytes.try_into().ok())?;
            columns.id = hex::encode(id);
            let sealed: Vec<u8> = columns.get("secret")?;
            let secret = self.sealer.open(&place(&id), &sealed)?;
            let bad = || columns.bad("secret");
            match columns.get::<String>("kind")?.as_str() {
                "password" => {
                    let phc = super::person::text(&secret).ok_or_else(bad)?;
                    credentials.password = Some(phc);
                }
                "totp" => credentials.totp = Some(secret),
                "passkey" => {
                    let kept = serde_json::from_slice(&secret).map_err(|_| bad())?;
                    credentials.passkeys.push(kept);
                }
                _ => return Err(columns.bad("kind")),
            }
        }
        Ok(credentials)
    }

    /// Spends a time step of somebody's one-time codes: true if it is later than every one spent before.
    pub async fn spend_code(&self, person: PersonId, step: u64) -> Result<bool, StoreError> {
        const DOING: &str = "spending a one-time code";
        let step = i64::try_from(step).unwrap_or(i64::MAX);
        transaction!(self, DOING, |tx| {
            let spent = sqlx::query(
                "INSERT INTO staff_code (person_id, last_step) VALUES ($1, $2)
                 ON CONFLICT (person_id) DO UPDATE SET last_step = excluded.last_step
                 WHERE staff_code.last_step < excluded.last_step",
            )
            .bind(&person.as_bytes()[..])
            .bind(step)
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            Ok(spent.rows_affected() == 1)
        })
    }

    /// Adds a passkey for somebody who works here and has proved who they are by another credential: false where
    /// they have none any more.
    pub async fn add_passkey(
        &self,
        rng: &mut impl CryptoRng,
        person: PersonId,
        passkey: &KeptPasskey,
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let sealed = &self.seal_passkey(rng, person, passkey)?;
        transaction!(self, "adding a passkey", |tx| {
            if !may_prove(tx, person).await? {
                return Ok(false);
            }
            insert(tx, person, sealed, now).await?;
            Ok(true)
        })
    }

    /// Replaces a passkey by what it has become, its counter: false where it was taken away meanwhile.
    pub async fn update_passkey(
        &self,
        rng: &mut impl CryptoRng,
        person: PersonId,
        passkey: &KeptPasskey,
    ) -> Result<bool, StoreError> {
        const DOING: &str = "keeping a passkey's counter";
        let sealed = &self.seal_passkey(rng, person, passkey)?;
        transaction!(self, DOING, |tx| {
            let changed = sqlx::query(
                "UPDATE staff_credential SET secret = $3 WHERE credential_id = $1 AND person_id = $2",
            )
            .bind(&sealed.id[..])
            .bind(&person.as_bytes()[..])
            .bind(&sealed.secret)
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            Ok(changed.rows_affected() == 1)
        })
    }

    fn seal_passkey(
        &self,
        rng: &mut impl CryptoRng,
        person: PersonId,
        passkey: &KeptPasskey,
    ) -> Result<Sealed, StoreError> {
        let record =
            Zeroizing::new(serde_json::to_vec(passkey).map_err(|_| StoreError::BadRow {
                table: TABLE,
                column: "secret",
                row: format!("of {person}"),
            })?);
        let id = sha256(&passkey.credential);
        Ok(Sealed {
            id,
            kind: Kind::Passkey,
            relying_party: Some(passkey.relying_party.clone()),
            secret: self.sealer.seal(rng, &place(&id), &record)?,
        })
    }

    /// Seals a secret of one of the kinds that somebody has once.
    pub(super) fn seal_secret(
        &self,
        rng: &mut impl CryptoRng,
        person: PersonId,
        kind: Kind,
        secret: &[u8],
    ) -> Result<Sealed, StoreError> {
        let id = sha256(format!("{person}:{}", kind.name()).as_bytes());
        Ok(Sealed {
            id,
            kind,
            relying_party: None,
            secret: self.sealer.seal(rng, &place(&id), secret)?,
        })
    }
}

pub(super) async fn insert(
    tx: &mut Tx,
    person: PersonId,
    sealed: &Sealed,
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO staff_credential (credential_id, person_id, kind, relying_party, secret, added_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&sealed.id[..])
    .bind(&person.as_bytes()[..])
    .bind(sealed.kind.name())
    .bind(&sealed.relying_party)
    .bind(&sealed.secret)
    .bind(micros(now))
    .execute(&mut **tx)
    .await
    .map(|_| ())
    .map_err(StoreError::database("keeping a credential"))
}

/// Removes everything by which somebody could sign in, and ends their sessions.
pub(super) async fn remove_all(tx: &mut Tx, person: PersonId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM staff_credential WHERE person_id = $1")
        .bind(&person.as_bytes()[..])
        .execute(&mut **tx)
        .await
        .map_err(StoreError::database("removing credentials"))?;
    forget_sessions(tx, person).await
}

/// Ends somebody's sessions, at the console and of the courier's page.
pub(super) async fn forget_sessions(tx: &mut Tx, person: PersonId) -> Result<(), StoreError> {
    for table in [
        "DELETE FROM staff_session WHERE person_id = $1",
        "DELETE FROM shipping_session WHERE person_id = $1",
    ] {
        sqlx::query(table)
            .bind(&person.as_bytes()[..])
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database("ending somebody's sessions"))?;
    }
    Ok(())
}

/// Whether somebody works here and has anything by which they could have proved who they are.
pub(super) async fn may_prove(tx: &mut Tx, person: PersonId) -> Result<bool, StoreError> {
    let found: Option<i64> = sqlx::query_scalar(
        "SELECT 1 FROM staff_person AS person
         JOIN staff_credential AS credential ON credential.person_id = person.person_id
         WHERE person.person_id = $1 AND person.active = 1 LIMIT 1",
    )
    .bind(&person.as_bytes()[..])
    .fetch_optional(&mut **tx)
    .await
    .map_err(StoreError::database("looking whether somebody may sign in"))?;
    Ok(found.is_some())
}

/// Whether somebody has any credential.
pub(super) async fn any(tx: &mut Tx, person: PersonId) -> Result<bool, StoreError> {
    const DOING: &str = "looking for credentials";
    let row = sqlx::query("SELECT COUNT(*) AS kept FROM staff_credential WHERE person_id = $1")
        .bind(&person.as_bytes()[..])
        .fetch_one(&mut **tx)
        .await
        .map_err(StoreError::database(DOING))?;
    let kept: i64 = row.try_get("kept").map_err(StoreError::database(DOING))?;
    Ok(kept > 0)
}

fn place(id: &[u8; 32]) -> Place {
    Place {
        table: TABLE,
        row: hex::encode(id),
        column: "secret",
    }
}
