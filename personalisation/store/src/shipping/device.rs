//! Devices whose keys sign handovers: a one-time code for one person, the key that its device proves to hold, its end.
//!
//! ```text
//! dispatcher: code ─> person, signed in: challenge ─> device: key, signature over it, code ─> device ─ lost ─> revoked
//! ```

use dossier::{PersonId, staff::Role};
use evidence::{device::Possession, entry::Entry};
use personalisation_core::{ids::DeviceId, shipping::NotHandedOver};
use time::OffsetDateTime;

use super::DISPATCHERS;
use crate::{
    Store, StoreError, audit,
    engine::EngineRow,
    row::{Columns, from_micros, micros},
    staff::person_id,
    stock::demand,
    transaction::{Tx, transaction},
};

const TABLE: &str = "shipping_device";
/// Who holds devices: both sides of a handover.
pub(super) const HOLDERS: &[Role] = &[Role::Courier, Role::Dispatcher];
/// Wrong codes that somebody may type before theirs counts no more.
const WRONG: i64 = 5;

/// A device whose key signs handovers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Which.
    pub id: DeviceId,
    /// Whose.
    pub person: PersonId,
    /// Its public key: DER of a P-256 `SubjectPublicKeyInfo`.
    pub spki: Vec<u8>,
    /// Since when.
    pub added_at: OffsetDateTime,
    /// From when on it counts no more.
    pub revoked_at: Option<OffsetDateTime>,
}

/// A one-time code for a device, to be written down as its keyed hash.
#[derive(Clone, Copy)]
pub struct NewDeviceCode<'a> {
    /// Whose device it will be.
    pub person: PersonId,
    /// Its characters.
    pub code: &'a [u8],
    /// Who makes it: somebody else.
    pub by: PersonId,
    /// Not from then on.
    pub until: OffsetDateTime,
}

impl std::fmt::Debug for NewDeviceCode<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewDeviceCode")
            .field("person", &self.person)
            .finish_non_exhaustive()
    }
}

/// What a device says to be registered.
#[derive(Clone, Copy)]
pub struct Registration<'a> {
    /// The session in which the challenge was drawn, by the SHA-256 of its cookie.
    pub session: &'a [u8; 32],
    /// Who is signed in there.
    pub person: PersonId,
    /// The device's id, drawn by itself.
    pub device: DeviceId,
    /// Its public key.
    pub spki: &'a [u8],
    /// Its signature over the challenge ([`Possession`]).
    pub signature: &'a [u8],
    /// The characters of the code that was typed.
    pub code: &'a [u8],
}

impl std::fmt::Debug for Registration<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registration")
            .field("device", &self.device)
            .finish_non_exhaustive()
    }
}

/// What came of a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registered {
    /// The device is this person's, now or since before.
    Done,
    /// Another code, or none, or too late, or typed wrong too often. The code counts no more after five.
    WrongCode,
    /// The device did not prove that it holds the key over a challenge of this session.
    NotProved,
    /// A device, of whomever, has this key or this id already.
    KeyTaken,
}

impl Store {
    /// Writes a one-time code for a device of somebody who carries or dispatches; an older one of theirs counts no more.
    pub async fn add_device_code(
        &self,
        new: &NewDeviceCode<'_>,
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        const DOING: &str = "making a code for a device";
        let hash = &self.code_hash(new.person, new.code)?;
        transaction!(self, DOING, |tx| {
            demand(tx, new.by, DISPATCHERS, now).await?;
            demand(tx, new.person, HOLDERS, now).await?;
            sqlx::query(
                "UPDATE shipping_device_code SET wrong = $3
                 WHERE person = $1 AND device_id IS NULL AND ends_at > $2 AND wrong < $3",
            )
            .bind(&new.person.as_bytes()[..])
            .bind(micros(now))
            .bind(WRONG)
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            sqlx::query(
                "INSERT INTO shipping_device_code (code_hash, person, added_at, added_by, ends_at, wrong)
                 VALUES ($1, $2, $3, $4, $5, 0)",
            )
            .bind(&hash[..])
            .bind(&new.person.as_bytes()[..])
            .bind(micros(now))
            .bind(&new.by.as_bytes()[..])
            .bind(micros(new.until))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            audit::write(tx, entries).await
        })
    }

    /// Registers a device of whoever is signed in, and binds their session to it. The same again, over a new challenge, is done
    /// already. `entries` tells what came of it.
    pub async fn register_device(
        &self,
        new: &Registration<'_>,
        entries: impl Fn(Registered) -> Vec<Entry> + Sync,
        now: OffsetDateTime,
    ) -> Result<Registered, StoreError> {
        const DOING: &str = "registering a device";
        let (entries, hash) = (&entries, &self.code_hash(new.person, new.code)?);
        let registered = transaction!(self, DOING, |tx| {
            let registered = register(tx, new, hash, now).await?;
            audit::write(tx, &entries(registered)).await?;
            Ok(registered)
        });
        match registered {
            // Another device came with this key or id at the same moment.
            Err(StoreError::AlreadyThere { .. }) => Ok(Registered::KeyTaken),
            registered => registered,
        }
    }

    /// Revokes a lost device's key: what it signs is refused from now on, and sessions that it is bound to end. Whether it was live.
    pub async fn revoke_device(
        &self,
        (device, by): (DeviceId, PersonId),
        entries: &[Entry],
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        const DOING: &str = "revoking a device";
        transaction!(self, DOING, |tx| {
            demand(tx, by, DISPATCHERS, now).await?;
            let revoked = sqlx::query(
                "UPDATE shipping_device SET revoked_at = $2
                 WHERE device_id = $1 AND revoked_at IS NULL",
            )
            .bind(&device.as_bytes()[..])
            .bind(micros(now))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            sqlx::query("DELETE FROM shipping_session WHERE device_id = $1")
                .bind(&device.as_bytes()[..])
                .execute(&mut **tx)
                .await
                .map_err(StoreError::database(DOING))?;
            audit::write(tx, entries).await?;
            Ok(revoked.rows_affected() == 1)
        })
    }

    /// A device, revoked or not.
    pub async fn device(&self, id: DeviceId) -> Result<Option<Device>, StoreError> {
        let row = sqlx::query("SELECT * FROM shipping_device WHERE device_id = $1")
            .bind(&id.as_bytes()[..])
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::database("reading a device"))?;
        row.as_ref().map(device_of).transpose()
    }

    /// Devices, live ones first, then the newest, at most `most`.
    pub async fn devices(&self, most: u32) -> Result<Vec<Device>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM shipping_device
             ORDER BY CASE WHEN revoked_at IS NULL THEN 0 ELSE 1 END, added_at DESC, device_id LIMIT $1",
        )
        .bind(i64::from(most))
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database("listing devices"))?;
        rows.iter().map(device_of).collect()
    }

    fn code_hash(&self, person: PersonId, code: &[u8]) -> Result<[u8; 32], StoreError> {
        let said = [person.as_bytes(), code].concat();
        self.sealer.keyed_hash("stempel device code 1", &said)
    }
}

async fn register(
    tx: &mut Tx,
    new: &Registration<'_>,
    code_hash: &[u8; 32],
    now: OffsetDateTime,
) -> Result<Registered, StoreError> {
    const DOING: &str = "registering a device";
    demand(tx, new.person, HOLDERS, now).await?;
    let challenge = super::session::take_challenge(tx, new.session, new.person).await?;
    let proved = challenge.is_some_and(|challenge| {
        let said = Possession {
            challenge,
            person: *new.person.as_bytes(),
            device: *new.device.as_bytes(),
            spki: new.spki,
        };
        said.verify(new.signature).is_ok()
    });
    if !proved {
        return Ok(Registered::NotProved);
    }
    match same(tx, new).await? {
        Same::Own => {
            super::session::bind(tx, new.session, new.device).await?;
            return Ok(Registered::Done);
        }
        Same::Another => return Ok(Registered::KeyTaken),
        Same::Nobody => {}
    }
    if !use_code(tx, new, code_hash, now).await? {
        return Ok(Registered::WrongCode);
    }
    sqlx::query(
        "INSERT INTO shipping_device (device_id, person, spki, added_at) VALUES ($1, $2, $3, $4)",
    )
    .bind(new.device.as_bytes().to_vec())
    .bind(new.person.as_bytes().to_vec())
    .bind(new.spki.to_vec())
    .bind(micros(now))
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    super::session::bind(tx, new.session, new.device).await?;
    Ok(Registered::Done)
}

/// Whose a key or an id is already.
enum Same {
    Nobody,
    Own,
    Another,
}

async fn same(tx: &mut Tx, new: &Registration<'_>) -> Result<Same, StoreError> {
    let rows = sqlx::query("SELECT * FROM shipping_device WHERE device_id = $1 OR spki = $2")
        .bind(new.device.as_bytes().to_vec())
        .bind(new.spki.to_vec())
        .fetch_all(&mut **tx)
        .await
        .map_err(StoreError::database("looking for a device's key"))?;
    let found: Vec<Device> = rows.iter().map(device_of).collect::<Result<_, _>>()?;
    Ok(match &found[..] {
        [] => Same::Nobody,
        [one]
            if one.id == new.device
                && one.person == new.person
                && one.spki == new.spki
                && one.revoked_at.is_none() =>
        {
            Same::Own
        }
        _ => Same::Another,
    })
}

/// Spends the code; a wrong one is counted against those that its person has.
async fn use_code(
    tx: &mut Tx,
    new: &Registration<'_>,
    code_hash: &[u8; 32],
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    const DOING: &str = "using a code for a device";
    let used = sqlx::query(
        "UPDATE shipping_device_code SET device_id = $4
         WHERE code_hash = $1 AND person = $2 AND device_id IS NULL AND ends_at > $3 AND wrong < $5",
    )
    .bind(code_hash.to_vec())
    .bind(new.person.as_bytes().to_vec())
    .bind(micros(now))
    .bind(new.device.as_bytes().to_vec())
    .bind(WRONG)
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    if used.rows_affected() == 1 {
        return Ok(true);
    }
    sqlx::query(
        "UPDATE shipping_device_code SET wrong = wrong + 1
         WHERE person = $1 AND device_id IS NULL AND ends_at > $2 AND wrong < $3",
    )
    .bind(new.person.as_bytes().to_vec())
    .bind(micros(now))
    .bind(WRONG)
    .execute(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    Ok(false)
}

/// A device that may be revoked; one that is none is [`NotHandedOver::UnknownDevice`].
pub(super) async fn read(tx: &mut Tx, id: DeviceId) -> Result<Device, StoreError> {
    let row = sqlx::query("SELECT * FROM shipping_device WHERE device_id = $1")
        .bind(id.as_bytes().to_vec())
        .fetch_optional(&mut **tx)
        .await
        .map_err(StoreError::database("reading a device's key"))?;
    let row = row.ok_or(NotHandedOver::UnknownDevice(id))?;
    device_of(&row)
}

fn device_of(row: &EngineRow) -> Result<Device, StoreError> {
    let mut columns = Columns {
        table: TABLE,
        id: "unknown".to_owned(),
        row,
    };
    let id: DeviceId = columns.read("device_id", |bytes| bytes.try_into().ok())?;
    columns.id = id.to_string();
    let added_at = from_micros(columns.get("added_at")?);
    let revoked: Option<i64> = columns.get("revoked_at")?;
    let revoked_at = revoked
        .map(|at| from_micros(at).ok_or_else(|| columns.bad("revoked_at")))
        .transpose()?;
    Ok(Device {
        id,
        person: columns.read("person", person_id)?,
        spki: columns.get("spki")?,
        added_at: added_at.ok_or_else(|| columns.bad("added_at"))?,
        revoked_at,
    })
}
