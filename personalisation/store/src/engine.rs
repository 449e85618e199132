//! The two engines behind one alias, what they do differently, and where a database is.
//!
//! SQL is the same on both; the few sentences that are not stand here.

use std::{convert::Infallible, fmt, path::Path, path::PathBuf, str::FromStr};

use serde::Deserialize;
use zeroize::Zeroizing;

/// Both engines: which one is known when a connection is made.
pub(crate) type Engine = sqlx::Any;
/// A row of either.
pub(crate) type EngineRow = sqlx::any::AnyRow;
/// A connection to either.
pub(crate) type EngineConnection = sqlx::AnyConnection;

/// Where the database is.
#[derive(Clone, Deserialize)]
#[serde(from = "String")]
pub enum Database {
    /// One file on this host: an office, or the demo.
    Sqlite(PathBuf),
    /// A server: `postgres://USER:PASSWORD@HOST/DATABASE`, with the parameters of libpq (`sslmode`, `sslrootcert`).
    Postgres(Zeroizing<String>),
}

impl Database {
    pub(crate) const fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }
}

impl FromStr for Database {
    type Err = Infallible;

    /// A URL of PostgreSQL, `sqlite:PATH`, or a path.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        let postgres = ["postgres://", "postgresql://"];
        Ok(if postgres.iter().any(|scheme| text.starts_with(scheme)) {
            Self::Postgres(Zeroizing::new(text.to_owned()))
        } else {
            Self::Sqlite(text.strip_prefix("sqlite:").unwrap_or(text).into())
        })
    }
}

impl From<String> for Database {
    fn from(text: String) -> Self {
        let text = Zeroizing::new(text);
        let Ok(database) = text.parse();
        database
    }
}

impl From<&PathBuf> for Database {
    fn from(path: &PathBuf) -> Self {
        Self::Sqlite(path.clone())
    }
}

impl From<&Path> for Database {
    fn from(path: &Path) -> Self {
        Self::Sqlite(path.to_owned())
    }
}

/// Without user, password and parameters.
impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => path.display().fmt(f),
            Self::Postgres(url) => {
                let place = url.split_once("://").map_or("", |(_, place)| place);
                let place = place.split('?').next().unwrap_or_default();
                let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
                write!(f, "postgres://{place}")
            }
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Database({self})")
    }
}

/// Which engine's own words are spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// Begins a transaction that is run as if it were alone. On SQLite a writer from the start: a reader that
    /// becomes one could only fail when it is too late.
    pub(crate) const fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN ISOLATION LEVEL SERIALIZABLE",
        }
    }

    /// Begins a transaction in which each statement sees what is committed by then: for whoever locks the rows that
    /// it takes, and would fail for nothing if it were run as if alone.
    pub(crate) const fn begin_taking(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN ISOLATION LEVEL READ COMMITTED",
        }
    }

    /// The statement that reads a row nobody else may take meanwhile: SQLite has one writer anyway.
    pub(crate) const fn locked_alone(
        self,
        sqlite: &'static str,
        postgres: &'static str,
    ) -> &'static str {
        match self {
            Self::Sqlite => sqlite,
            Self::Postgres => postgres,
        }
    }

    /// What each new connection is told. Commits are durable when they return, erased pages are overwritten.
    pub(crate) const fn greeting(self) -> &'static [&'static str] {
        match self {
            Self::Sqlite => &[
                "PRAGMA busy_timeout = 5000",
                "PRAGMA journal_mode = WAL",
                "PRAGMA synchronous = FULL",
                "PRAGMA foreign_keys = ON",
                "PRAGMA secure_delete = ON",
            ],
            Self::Postgres => &["SET synchronous_commit = on"],
        }
    }

    /// The engine's clock, in microseconds since 1970-01-01 UTC, as it goes on within a transaction: a term of a statement.
    pub(crate) const fn clock(self) -> &'static str {
        match self {
            Self::Sqlite => "CAST(unixepoch('subsec') * 1000000 AS INTEGER)",
            Self::Postgres => "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_file_and_a_url_a_server() {
        let of = |text: &str| text.parse::<Database>().unwrap();
        assert!(
            matches!(of("centre.db"), Database::Sqlite(path) if path == Path::new("centre.db"))
        );
        assert!(
            matches!(of("sqlite:/x/c.db"), Database::Sqlite(path) if path == Path::new("/x/c.db"))
        );
        assert!(matches!(of("postgresql://h/d"), Database::Postgres(_)));
    }

    #[test]
    fn a_password_is_never_shown() {
        let url = "postgres://line:se@cret@db.example:5432/centre?sslmode=verify-full&password=x@y";
        let database: Database = url.parse().unwrap();
        assert_eq!(database.to_string(), "postgres://db.example:5432/centre");
        assert_eq!(
            format!("{database:?}"),
            "Database(postgres://db.example:5432/centre)"
        );
    }
}
