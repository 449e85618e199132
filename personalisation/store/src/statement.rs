//! SQL made of pieces, with placeholders that both engines read (sqlx's own builder writes SQLite's).

use std::fmt::Write as _;

use sqlx::{Arguments as _, AssertSqlSafe, Encode, Type, any::AnyArguments, query::Query};

use crate::engine::Engine;

/// A statement that grows. Its text is ours; values are only ever bound.
pub(crate) struct Statement {
    sql: String,
    values: AnyArguments,
}

impl Statement {
    pub(crate) fn new(sql: impl Into<String>) -> Self {
        Self {
            sql: sql.into(),
            values: AnyArguments::default(),
        }
    }

    /// Adds text.
    pub(crate) fn push(&mut self, sql: &str) -> &mut Self {
        self.sql.push_str(sql);
        self
    }

    /// Adds the placeholder of a value.
    pub(crate) fn bind<'v, T>(&mut self, value: T) -> &mut Self
    where
        T: Encode<'v, Engine> + Type<Engine>,
    {
        if let Err(error) = self.values.add(value) {
            // The engine refuses a statement that lacks a value.
            tracing::error!(%error, "binding a value");
        }
        // Writing to a string cannot fail.
        let _ = write!(self.sql, "${}", self.values.len());
        self
    }

    /// Adds placeholders for a list of values.
    pub(crate) fn bind_list<'v, T>(&mut self, values: impl IntoIterator<Item = T>) -> &mut Self
    where
        T: Encode<'v, Engine> + Type<Engine>,
    {
        for (place, value) in values.into_iter().enumerate() {
            if place > 0 {
                self.push(", ");
            }
            self.bind(value);
        }
        self
    }

    /// The whole, ready to be run.
    pub(crate) fn build(self) -> Query<'static, Engine, AnyArguments> {
        sqlx::query_with(AssertSqlSafe(self.sql), self.values)
    }

    #[cfg(test)]
    pub(crate) fn into_string(self) -> String {
        self.sql
    }
}
