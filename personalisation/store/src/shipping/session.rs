//! Sessions of the courier's page and the devices that prove themselves in them. (Their content: `staff::session`.)

use dossier::PersonId;
use evidence::device::Possession;
use personalisation_core::ids::DeviceId;
use time::OffsetDateTime;

use super::device::{self, HOLDERS};
use crate::{
    Store, StoreError,
    row::Columns,
    stock::demand,
    transaction::{Tx, transaction},
};

const TABLE: &str = "shipping_session";

impl Store {
    /// Keeps what a device has to sign next in a session of that person; the one before counts no more. Whether the session is
    /// theirs.
    pub async fn set_device_challenge(
        &self,
        session: &[u8; 32],
        person: PersonId,
        challenge: [u8; 32],
    ) -> Result<bool, StoreError> {
        let kept = sqlx::query(
            "UPDATE shipping_session SET challenge = $3 WHERE session_key = $1 AND person_id = $2",
        )
        .bind(&session[..])
        .bind(&person.as_bytes()[..])
        .bind(&challenge[..])
        .execute(&self.pool)
        .await
        .map_err(StoreError::database("keeping a challenge"))?;
        Ok(kept.rows_affected() == 1)
    }

    /// Binds a session to a registered, live device of its person that signed the session's challenge. Whether it did.
    pub async fn use_device(
        &self,
        session: &[u8; 32],
        (person, id): (PersonId, DeviceId),
        signature: &[u8],
        now: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        transaction!(self, "recognising a device", |tx| {
            demand(tx, person, HOLDERS, now).await?;
            let Some(challenge) = take_challenge(tx, session, person).await? else {
                return Ok(false);
            };
            let device = match device::read(tx, id).await {
                Ok(device) => device,
                Err(StoreError::Handover(_)) => return Ok(false),
                Err(error) => return Err(error),
            };
            let said = Possession {
                challenge,
                person: *person.as_bytes(),
                device: *id.as_bytes(),
                spki: &device.spki,
            };
            let live = device.person == person && device.revoked_at.is_none();
            if !live || said.verify(signature).is_err() {
                return Ok(false);
            }
            bind(tx, session, id).await?;
            Ok(true)
        })
    }

    /// The live device that a session is bound to.
    pub async fn session_device(&self, session: &[u8; 32]) -> Result<Option<DeviceId>, StoreError> {
        let row = sqlx::query(
            "SELECT session.device_id FROM shipping_session AS session
             JOIN shipping_device AS device ON device.device_id = session.device_id
             WHERE session.session_key = $1 AND device.revoked_at IS NULL
             AND device.person = session.person_id",
        )
        .bind(&session[..])
        .fetch_optional(&self.pool)
        .await
        .map_err(StoreError::database("reading a session's device"))?;
        let Some(row) = row else { return Ok(None) };
        let columns = Columns {
            table: TABLE,
            id: "of a cookie".to_owned(),
            row: &row,
        };
        columns.read_if_any("device_id", |bytes| bytes.try_into().ok())
    }
}

/// The challenge of a session of that person; it is answered once.
pub(super) async fn take_challenge(
    tx: &mut Tx,
    session: &[u8; 32],
    person: PersonId,
) -> Result<Option<[u8; 32]>, StoreError> {
    const DOING: &str = "taking a challenge";
    let row = sqlx::query(
        "SELECT challenge FROM shipping_session WHERE session_key = $1 AND person_id = $2",
    )
    .bind(session.to_vec())
    .bind(person.as_bytes().to_vec())
    .fetch_optional(&mut **tx)
    .await
    .map_err(StoreError::database(DOING))?;
    let Some(row) = row else { return Ok(None) };
    let columns = Columns {
        table: TABLE,
        id: "of a cookie".to_owned(),
        row: &row,
    };
    let challenge = columns.read_if_any("challenge", |bytes| bytes.try_into().ok())?;
    sqlx::query("UPDATE shipping_session SET challenge = NULL WHERE session_key = $1")
        .bind(session.to_vec())
        .execute(&mut **tx)
        .await
        .map_err(StoreError::database(DOING))?;
    Ok(challenge)
}

pub(super) async fn bind(
    tx: &mut Tx,
    session: &[u8; 32],
    device: DeviceId,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE shipping_session SET device_id = $2 WHERE session_key = $1")
        .bind(session.to_vec())
        .bind(device.as_bytes().to_vec())
        .execute(&mut **tx)
        .await
        .map(drop)
        .map_err(StoreError::database("binding a session to its device"))
}
