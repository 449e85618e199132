//! Connections to either engine, and bringing a database up to date.

use openssl::sha::sha256;
use sqlx::{
    AnyConnection, AssertSqlSafe, Connection as _, Executor as _, Row as _,
    any::{AnyConnectOptions, AnyPoolOptions},
    migrate::Migrator,
    sqlite::SqliteConnectOptions,
};

use crate::{
    StoreError,
    engine::{Database, Dialect, Engine},
};

static MIGRATIONS: Migrator = sqlx::migrate!();

/// Connections of one process: more would wait for one another on SQLite, and for two cores anywhere.
const CONNECTIONS: u32 = 8;

/// Connects; a SQLite file is created where there is none.
pub(crate) async fn pool(database: &Database) -> Result<sqlx::Pool<Engine>, StoreError> {
    sqlx::any::install_default_drivers();
    let failed = |source| StoreError::Open {
        database: database.to_string(),
        source,
    };
    let (options, greeting) = (
        options(database).map_err(failed)?,
        database.dialect().greeting(),
    );
    if database.dialect() == Dialect::Postgres {
        // A pool tries again for half a minute and then tells of its own patience, not of the server.
        let once = AnyConnection::connect_with(&options).await;
        once.map_err(failed)?.close().await.map_err(failed)?;
    }
    AnyPoolOptions::new()
        .max_connections(CONNECTIONS)
        // A file does not hang up: asking each time whether it did costs as much as many a question.
        .test_before_acquire(database.dialect() == Dialect::Postgres)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                for sentence in greeting {
                    connection.execute(*sentence).await?;
                }
                Ok(())
            })
        })
        // A full disk ends a transaction behind the driver's back: such a connection is not used again.
        .after_release(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
        .connect_with(options)
        .await
        .map_err(failed)
}

fn options(database: &Database) -> Result<AnyConnectOptions, sqlx::Error> {
    use sqlx::ConnectOptions as _;
    match database {
        Database::Sqlite(path) => {
            let options = SqliteConnectOptions::new().filename(path);
            AnyConnectOptions::from_url(&options.create_if_missing(true).to_url_lossy())
        }
        Database::Postgres(url) => url.parse(),
    }
}

/// Brings a database up to date and, on PostgreSQL, gives the roles of our programs what they need, as its owner.
pub async fn migrate(database: impl Into<Database>) -> Result<(), StoreError> {
    let database = database.into();
    let pool = pool(&database).await?;
    migrate_pool(&pool, database.dialect()).await?;
    if database.dialect() == Dialect::Postgres {
        crate::roles::grant(&pool).await?;
    }
    pool.close().await;
    Ok(())
}

pub(crate) async fn migrate_pool(
    pool: &sqlx::Pool<Engine>,
    dialect: Dialect,
) -> Result<(), StoreError> {
    MIGRATIONS.run(pool).await.map_err(StoreError::Migrate)?;
    let guarded = match dialect {
        // On a server the roles of programs are not granted what most of these refuse.
        Dialect::Sqlite => guard_sqlite(pool).await,
        Dialect::Postgres => sqlx::raw_sql(include_str!("guards.postgres.sql"))
            .execute(pool)
            .await
            .map(drop),
    };
    guarded.map_err(StoreError::database("guarding what is fixed"))
}

/// Makes triggers that are missing; all of them anew where an older program made them. From which guards they were made stands in
/// the file's `user_version`, which nothing else uses.
async fn guard_sqlite(pool: &sqlx::Pool<Engine>) -> Result<(), sqlx::Error> {
    const GUARDS: &str = include_str!("guards.sqlite.sql");
    let digest = sha256(GUARDS.as_bytes());
    let [one, two, three, four, ..] = digest;
    let wanted = i64::from(i32::from_be_bytes([one, two, three, four]));
    let found: i64 = sqlx::query_scalar("PRAGMA user_version")
        .fetch_one(pool)
        .await?;
    if found == wanted {
        return sqlx::raw_sql(GUARDS).execute(pool).await.map(drop);
    }
    // In one transaction: nobody finds the file unguarded.
    let mut tx = pool.begin_with(Dialect::Sqlite.begin()).await?;
    let old: Vec<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            .fetch_all(&mut *tx)
            .await?;
    for name in old {
        let drop = format!("DROP TRIGGER \"{name}\"");
        tx.execute(AssertSqlSafe(drop)).await?;
    }
    sqlx::raw_sql(GUARDS).execute(&mut *tx).await?;
    let note = format!("PRAGMA user_version = {wanted}");
    tx.execute(AssertSqlSafe(note)).await?;
    tx.commit().await
}

/// Refuses a database that lacks a migration of this program, or has one that this program does not know.
pub(crate) async fn demand_migrated(pool: &sqlx::Pool<Engine>) -> Result<(), StoreError> {
    let rows = sqlx::query(
        "SELECT version, checksum FROM _sqlx_migrations WHERE success ORDER BY version",
    )
    .fetch_all(pool)
    .await;
    let rows = match rows {
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(UNDEFINED_TABLE) => {
            vec![]
        }
        rows => rows.map_err(StoreError::database("reading the migrations"))?,
    };
    let found = rows
        .iter()
        .map(|row| Ok((row.try_get("version")?, row.try_get("checksum")?)));
    let found: Vec<(i64, Vec<u8>)> = found
        .collect::<Result<_, _>>()
        .map_err(StoreError::database("reading the migrations"))?;
    let wanted = MIGRATIONS
        .iter()
        .map(|migration| (migration.version, migration.checksum.to_vec()));
    if found == wanted.collect::<Vec<_>>() {
        Ok(())
    } else {
        Err(StoreError::NotMigrated)
    }
}

/// SQLSTATE of PostgreSQL for a table that is not there.
const UNDEFINED_TABLE: &str = "42P01";
