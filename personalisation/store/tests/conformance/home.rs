//! Where a test's database is: a file in a folder of its own, or a schema of its own on the server that
//! `STEMPEL_POSTGRES` names (`cargo xtask test` starts one; a missing server fails the test).
#![allow(
    clippy::unwrap_used,
    reason = "tests may; the service's tests have this file too"
)]

use std::{path::Path, sync::Arc};

use personalisation_store::{Database, Store, sealing::Sealer};
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _};
use tempfile::TempDir;
use zeroize::Zeroizing;

/// Which engine a test of the list is run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// One test's database.
#[derive(Clone)]
pub struct Home {
    engine: Engine,
    database: Database,
    url: String,
    folder: Arc<TempDir>,
}

impl Home {
    /// An empty one.
    pub async fn new(engine: Engine) -> Self {
        sqlx::any::install_default_drivers();
        let folder = tempfile::tempdir().unwrap();
        let url = match engine {
            Engine::Sqlite => format!(
                "sqlite:{}?mode=rwc",
                folder.path().join("centre.db").display()
            ),
            Engine::Postgres => own_schema(&name_of(&folder)).await,
        };
        let database = match engine {
            Engine::Sqlite => Database::from(&*folder.path().join("centre.db")),
            Engine::Postgres => url.parse().unwrap(),
        };
        Self {
            engine,
            database,
            url,
            folder: Arc::new(folder),
        }
    }

    /// The database, up to date, sealed under a key of that byte.
    pub async fn open(&self, key: u8) -> Store {
        if self.engine == Engine::Postgres {
            personalisation_store::migrate(self.database.clone())
                .await
                .unwrap();
        }
        let sealer = Sealer::new(Box::new(Zeroizing::new([key; 32])));
        Store::open(self.database.clone(), sealer).await.unwrap()
    }

    /// Where it is.
    pub fn database(&self) -> Database {
        self.database.clone()
    }

    /// The same on the server, for somebody else who signs in there.
    pub fn as_login(&self, login: &str) -> Database {
        Database::from(self.url.replacen("owner@", &format!("{login}@"), 1))
    }

    /// Somebody else's connection, behind the store's back.
    pub async fn tool(&self) -> AnyConnection {
        AnyConnection::connect(&self.url).await.unwrap()
    }

    /// Runs a statement behind the store's back; it must change one row. Bytes are written `X'00'`.
    pub async fn meddle(&self, statement: &str) {
        let statement = self.spelled(statement);
        let done = sqlx::query(AssertSqlSafe(statement))
            .execute(&mut self.tool().await)
            .await
            .unwrap();
        assert_eq!(done.rows_affected(), 1);
    }

    /// What the engine says to a statement behind the store's back that its guards refuse.
    pub async fn refused(&self, statement: &str) -> String {
        let statement = self.spelled(statement);
        let done = sqlx::query(AssertSqlSafe(statement))
            .execute(&mut self.tool().await)
            .await;
        done.unwrap_err().to_string()
    }

    /// Drops guards of a table, as somebody who administers the database can.
    pub async fn unguard(&self, table: &str, guards: &[&str]) {
        for guard in guards {
            let drop = match self.engine {
                Engine::Sqlite => format!("DROP TRIGGER {table}_{guard}"),
                Engine::Postgres => format!("DROP TRIGGER {table}_{guard} ON {table}"),
            };
            let done = sqlx::query(AssertSqlSafe(drop))
                .execute(&mut self.tool().await)
                .await;
            done.unwrap();
        }
    }

    /// SQL with `X'00'` as this engine writes bytes.
    pub fn spelled(&self, sql: &str) -> String {
        match self.engine {
            Engine::Sqlite => sql.to_owned(),
            Engine::Postgres => sql.replace("X'", "'\\x"),
        }
    }

    /// A name that no other test has.
    pub fn name(&self) -> String {
        name_of(&self.folder)
    }

    /// The folder of the SQLite file.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// What is unique about a folder.
fn name_of(folder: &TempDir) -> String {
    let unique = hex::encode(folder.path().as_os_str().as_encoded_bytes());
    format!("test_{}", &unique[unique.len() - 24..])
}

/// Makes that schema, which nobody else has; the URL of connections that see only it.
async fn own_schema(schema: &str) -> String {
    let server = std::env::var("STEMPEL_POSTGRES")
        .unwrap_or_else(|_| panic!("STEMPEL_POSTGRES names no server: run `cargo xtask postgres`"));
    let mut owner = AnyConnection::connect(&server).await.unwrap();
    sqlx::query(AssertSqlSafe(format!("CREATE SCHEMA {schema}")))
        .execute(&mut owner)
        .await
        .unwrap();
    let joint = if server.contains('?') { '&' } else { '?' };
    format!("{server}{joint}options[search_path]={schema}")
}

/// The list: each test on each engine.
macro_rules! on_each_engine {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $test() {
                super::$test(crate::Engine::Sqlite).await;
            })*
        }
        mod postgres {
            $(#[tokio::test]
            async fn $test() {
                super::$test(crate::Engine::Postgres).await;
            })*
        }
    };
}
pub(crate) use on_each_engine;
