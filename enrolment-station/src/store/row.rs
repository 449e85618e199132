//! Reading columns: a damaged one is an error that names table, column and row.

use sqlx::{Decode, Row as _, Sqlite, Type, sqlite::SqliteRow};
use time::OffsetDateTime;

use super::StoreError;

/// Microseconds since 1970-01-01 UTC, as every time column has it.
pub(crate) fn micros(at: OffsetDateTime) -> i64 {
    // Past the year 294,000 only.
    i64::try_from(at.unix_timestamp_nanos() / 1000).unwrap_or(i64::MAX)
}

/// The moment of a time column.
pub(crate) fn moment(micros: i64) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1000).ok()
}

/// One row of a table, with the id that errors name.
pub(crate) struct Columns<'r> {
    pub(crate) table: &'static str,
    pub(crate) id: String,
    pub(crate) row: &'r SqliteRow,
}

impl<'r> Columns<'r> {
    /// The column's value.
    pub(crate) fn get<T>(&self, column: &'static str) -> Result<T, StoreError>
    where
        T: Decode<'r, Sqlite> + Type<Sqlite>,
    {
        self.row.try_get(column).map_err(|_| self.bad(column))
    }

    /// The column's bytes through `read`, which refuses what is not one.
    pub(crate) fn read<T>(
        &self,
        column: &'static str,
        read: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<T, StoreError> {
        let bytes: &[u8] = self.row.try_get(column).map_err(|_| self.bad(column))?;
        read(bytes).ok_or_else(|| self.bad(column))
    }

    /// A time column.
    pub(crate) fn moment(&self, column: &'static str) -> Result<OffsetDateTime, StoreError> {
        moment(self.get(column)?).ok_or_else(|| self.bad(column))
    }

    /// A count.
    pub(crate) fn count<T: TryFrom<i64>>(&self, column: &'static str) -> Result<T, StoreError> {
        T::try_from(self.get(column)?).map_err(|_| self.bad(column))
    }

    /// The error for a column.
    pub(crate) fn bad(&self, column: &'static str) -> StoreError {
        StoreError::BadRow {
            table: self.table,
            column,
            row: self.id.clone(),
        }
    }
}
