//! Wrong one-time codes by the network they came from: counted for all processes together, known only as
//! keyed hashes, erased once a network was quiet.

use time::{Duration, OffsetDateTime};

use crate::{Store, StoreError, row::micros, transaction::transaction};

/// Networks remembered at once; beyond, the one that has been quiet longest is forgotten.
const REMEMBERED: i64 = 4096;

impl Store {
    /// How often a network was wrong, where its last time is not `wait` ago.
    pub async fn wrong_codes(
        &self,
        network: &[u8],
        now: OffsetDateTime,
        wait: Duration,
    ) -> Result<u64, StoreError> {
        const DOING: &str = "counting wrong one-time codes";
        let hash = self.network(network)?;
        let times: Option<i64> = sqlx::query_scalar(
            "SELECT times FROM fleet_wrong_code WHERE network = $1 AND last_at > $2",
        )
        .bind(&hash[..])
        .bind(micros(now - wait))
        .fetch_optional(&self.pool)
        .await
        .map_err(StoreError::database(DOING))?;
        Ok(times.unwrap_or_default().unsigned_abs())
    }

    /// Counts a wrong code.
    pub async fn add_wrong_code(
        &self,
        network: &[u8],
        now: OffsetDateTime,
        wait: Duration,
    ) -> Result<(), StoreError> {
        const DOING: &str = "counting a wrong one-time code";
        let hash = self.network(network)?;
        transaction!(self, DOING, |tx| {
            sqlx::query("DELETE FROM fleet_wrong_code WHERE last_at <= $1")
                .bind(micros(now - wait))
                .execute(&mut **tx)
                .await
                .map_err(StoreError::database(DOING))?;
            sqlx::query(
                "INSERT INTO fleet_wrong_code (network, times, last_at) VALUES ($1, 1, $2)
                 ON CONFLICT (network) DO UPDATE SET
                     times = fleet_wrong_code.times + 1, last_at = excluded.last_at",
            )
            .bind(&hash[..])
            .bind(micros(now))
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database(DOING))?;
            let remembered: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM fleet_wrong_code")
                .fetch_one(&mut **tx)
                .await
                .map_err(StoreError::database(DOING))?;
            // Whoever floods pays for one row, not for looking through all of them.
            if remembered > REMEMBERED {
                sqlx::query(
                    "DELETE FROM fleet_wrong_code WHERE network IN (
                         SELECT network FROM fleet_wrong_code ORDER BY last_at, network LIMIT $1)",
                )
                .bind(remembered - REMEMBERED)
                .execute(&mut **tx)
                .await
                .map_err(StoreError::database(DOING))?;
            }
            Ok(())
        })
    }

    /// Forgets networks that have been quiet for `wait`; how many.
    pub async fn forget_wrong_codes(
        &self,
        now: OffsetDateTime,
        wait: Duration,
    ) -> Result<u64, StoreError> {
        const DOING: &str = "forgetting wrong one-time codes";
        transaction!(self, DOING, |tx| {
            let done = sqlx::query("DELETE FROM fleet_wrong_code WHERE last_at <= $1")
                .bind(micros(now - wait))
                .execute(&mut **tx)
                .await
                .map_err(StoreError::database(DOING))?;
            Ok(done.rows_affected())
        })
    }

    /// An address is found only by somebody who has the key.
    fn network(&self, network: &[u8]) -> Result<[u8; 32], StoreError> {
        self.sealer.keyed_hash("stempel network 1", network)
    }
}
