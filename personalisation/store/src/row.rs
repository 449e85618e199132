//! Reading columns: a damaged one is an error that names table, column and row.

use personalisation_core::attempt::Digest;
use sqlx::{Decode, Row as _, Type};

use crate::{
    StoreError,
    engine::{Engine, EngineRow},
};

/// Microseconds since 1970-01-01 UTC, as every time column has it.
pub(crate) fn micros(at: time::OffsetDateTime) -> i64 {
    // Past the year 294,000 only.
    i64::try_from(at.unix_timestamp_nanos() / 1000).unwrap_or(i64::MAX)
}

/// A length of time in microseconds.
pub(crate) fn length(of: std::time::Duration) -> i64 {
    i64::try_from(of.as_micros()).unwrap_or(i64::MAX)
}

/// The time of a column.
pub(crate) fn from_micros(micros: i64) -> Option<time::OffsetDateTime> {
    time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1000).ok()
}

/// One row of a table, with the id that errors name.
pub(crate) struct Columns<'r> {
    pub(crate) table: &'static str,
    pub(crate) id: String,
    pub(crate) row: &'r EngineRow,
}

impl<'r> Columns<'r> {
    /// The column's value.
    pub(crate) fn get<T>(&self, column: &'static str) -> Result<T, StoreError>
    where
        T: Decode<'r, Engine> + Type<Engine>,
    {
        self.row.try_get(column).map_err(|_| self.bad(column))
    }

    /// The column's value through `read`, which refuses what is not one.
    pub(crate) fn read<T>(
        &self,
        column: &'static str,
        read: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<T, StoreError> {
        self.read_if_any(column, read)?
            .ok_or_else(|| self.bad(column))
    }

    /// The same for a column that may be NULL.
    pub(crate) fn read_if_any<T>(
        &self,
        column: &'static str,
        read: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        let bytes: Option<Vec<u8>> = self.get(column)?;
        bytes
            .map(|bytes| read(&bytes).ok_or_else(|| self.bad(column)))
            .transpose()
    }

    /// The text column's value through `read`; it may be NULL.
    pub(crate) fn word_if_any<T>(
        &self,
        column: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        let word: Option<String> = self.get(column)?;
        word.map(|word| read(&word).ok_or_else(|| self.bad(column)))
            .transpose()
    }

    /// A SHA-256 digest that may be NULL.
    pub(crate) fn digest(&self, column: &'static str) -> Result<Option<Digest>, StoreError> {
        self.read_if_any(column, |bytes| bytes.try_into().ok().map(Digest))
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
