//! Where a centre of a test has its database: in a file, or on the server that `STEMPEL_POSTGRES` names
//! (`cargo xtask test` starts one; a missing server fails the test).

use std::{
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
};

use personalisation_store::{Database, StoreError};
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _};

/// Servers' databases made by this process.
static MADE: AtomicU32 = AtomicU32::new(0);

/// A database of our own on that server.
#[derive(Clone, Debug)]
pub struct Server {
    url: String,
    name: String,
}

/// Why there is no database.
#[derive(Debug, thiserror::Error)]
pub enum NoDatabase {
    /// Nobody started a server.
    #[error("STEMPEL_POSTGRES names no server: run `cargo xtask postgres`")]
    Server,
    /// The server refuses.
    #[error(transparent)]
    Refused(#[from] sqlx::Error),
    /// Our own tables.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Server {
    /// Makes an empty database.
    pub async fn begin() -> Result<Self, NoDatabase> {
        sqlx::any::install_default_drivers();
        let url = std::env::var("STEMPEL_POSTGRES").map_err(|_| NoDatabase::Server)?;
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("centre_{}_{number}", std::process::id());
        let server = Self { url, name };
        server
            .tell(&format!("CREATE DATABASE {}", server.name))
            .await?;
        Ok(server)
    }

    async fn tell(&self, sql: &str) -> Result<(), sqlx::Error> {
        let mut owner = AnyConnection::connect(&self.url).await?;
        owner.execute(AssertSqlSafe(sql)).await?;
        owner.close().await
    }

    /// Makes the login of a program, once the tables are there.
    pub async fn employ(&self, program: &str) -> Result<(), sqlx::Error> {
        let login = self.login(program);
        self.tell(&format!(
            "CREATE ROLE {login} LOGIN IN ROLE stempel_{program}"
        ))
        .await
    }

    fn login(&self, program: &str) -> String {
        format!("{}_{program}", self.name)
    }

    /// Our database as `login` sees it.
    pub fn as_login(&self, login: &str) -> String {
        let url = self.url.replacen("owner@", &format!("{login}@"), 1);
        url.replacen("/postgres?", &format!("/{}?", self.name), 1)
    }

    /// Our database as the role of a program sees it.
    pub fn as_program(&self, program: &str) -> String {
        self.as_login(&self.login(program))
    }
}

/// Which engine a test is run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

/// An up-to-date database, as its owner and as programs see it.
#[derive(Clone, Debug)]
pub struct Seen {
    owner: Database,
    server: Option<Server>,
}

impl Engine {
    /// A database for these programs: `centre.db` of the folder, or one on the server with a role for each of them.
    pub async fn database(self, folder: &Path, programs: &[&str]) -> Result<Seen, NoDatabase> {
        if self == Self::Sqlite {
            return Ok(Seen::file(folder));
        }
        let server = Server::begin().await?;
        let owner = Database::from(server.as_login("owner"));
        personalisation_store::migrate(owner.clone()).await?;
        for program in programs {
            server.employ(program).await?;
        }
        Ok(Seen {
            owner,
            server: Some(server),
        })
    }
}

impl Seen {
    /// The file in this folder.
    pub fn file(folder: &Path) -> Self {
        Self {
            owner: Database::from(&*folder.join("centre.db")),
            server: None,
        }
    }

    /// For whoever looks on.
    pub fn owner(&self) -> Database {
        self.owner.clone()
    }

    /// What stands in the configuration of a program.
    pub fn program(&self, program: &str) -> String {
        match &self.server {
            None => "centre.db".to_owned(),
            Some(server) => server.as_program(program),
        }
    }
}

/// Each of these functions of an engine as a test on each.
#[macro_export]
macro_rules! on_each_engine {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $test() {
                super::$test(e2e::database::Engine::Sqlite).await;
            })*
        }
        mod postgres {
            $(#[tokio::test]
            async fn $test() {
                super::$test(e2e::database::Engine::Postgres).await;
            })*
        }
    };
}
