//! What each program's role may do in a PostgreSQL database (`roles.sql`).

use crate::{StoreError, engine::Engine};

/// Makes the group roles where they are missing and gives them what `roles.sql` says, nothing else.
pub(crate) async fn grant(pool: &sqlx::Pool<Engine>) -> Result<(), StoreError> {
    const DOING: &str = "giving the roles of our programs what they need";
    let mut tx = pool.begin().await.map_err(StoreError::database(DOING))?;
    sqlx::raw_sql(include_str!("roles.sql"))
        .execute(&mut *tx)
        .await
        .map_err(StoreError::database(DOING))?;
    tx.commit().await.map_err(StoreError::database(DOING))
}
