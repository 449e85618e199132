//! How many blanks are in each place.

use personalisation_core::{blank::BlankState, stock::Account};

use super::{blank::blank_state, movement::count};
use crate::{Store, StoreError, row::Columns};

const DOING: &str = "counting the stock";

/// An account and what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    /// The account.
    pub account: Account,
    /// Blanks.
    pub blanks: u64,
}

impl Store {
    /// How many blanks are in each state; the sum is what was ever received.
    pub async fn stock(&self) -> Result<Vec<(BlankState, u64)>, StoreError> {
        let rows = sqlx::query(
            "SELECT state, COUNT(*) AS blanks FROM stock_blank GROUP BY state ORDER BY state",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database(DOING))?;
        rows.iter()
            .map(|row| {
                let columns = Columns {
                    table: "stock_blank",
                    id: "any".to_owned(),
                    row,
                };
                Ok((blank_state(&columns)?, count(row, "blanks")?))
            })
            .collect()
    }

    /// How many blanks are in each place that has any, by account.
    pub async fn balances(&self) -> Result<Vec<Balance>, StoreError> {
        let rows = sqlx::query(
            "SELECT state, CASE WHEN state = 'line' THEN line END AS line, COUNT(*) AS blanks
             FROM stock_blank GROUP BY state, CASE WHEN state = 'line' THEN line END",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database(DOING))?;
        let mut balances = std::collections::BTreeMap::new();
        for row in &rows {
            let columns = Columns {
                table: "stock_blank",
                id: "any".to_owned(),
                row,
            };
            let line = columns.word_if_any("line", |line| line.parse().ok())?;
            let account = Account::of(blank_state(&columns)?, line.as_ref());
            let account = account.ok_or_else(|| columns.bad("line"))?;
            *balances.entry(account).or_default() += count(row, "blanks")?;
        }
        let balances = balances.into_iter();
        Ok(balances
            .map(|(account, blanks)| Balance { account, blanks })
            .collect())
    }
}
