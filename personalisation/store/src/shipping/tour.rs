//! Today's tour of whoever holds a device: what waits at the centre, and what is with them.

use dossier::PersonId;
use personalisation_core::shipping::Shipment;

use super::shipment::shipment_of;
use crate::{Store, StoreError};

/// What a phone shows of each kind, at most.
const LISTED: i64 = 200;

/// A tour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tour {
    /// Sealed, and still at the centre, the oldest first.
    pub at_centre: Vec<Shipment>,
    /// With this courier, by destination.
    pub carried: Vec<Shipment>,
}

impl Store {
    /// What waits, and what somebody carries; at most 200 of each.
    pub async fn tour(&self, courier: PersonId) -> Result<Tour, StoreError> {
        const DOING: &str = "reading a courier's tour";
        let waiting = sqlx::query(
            "SELECT * FROM shipping_shipment WHERE state = 'sealed' ORDER BY sealed_at, number LIMIT $1",
        )
        .bind(LISTED)
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database(DOING))?;
        let carried = sqlx::query(
            "SELECT * FROM shipping_shipment WHERE state = 'with_courier' AND courier = $1
             ORDER BY destination, number LIMIT $2",
        )
        .bind(courier.as_bytes().to_vec())
        .bind(LISTED)
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database(DOING))?;
        Ok(Tour {
            at_centre: waiting.iter().map(shipment_of).collect::<Result<_, _>>()?,
            carried: carried.iter().map(shipment_of).collect::<Result<_, _>>()?,
        })
    }
}
