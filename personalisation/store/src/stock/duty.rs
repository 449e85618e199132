//! Who may act on blanks: roles at the centre that hold now, looked up in the transaction that acts.

use dossier::{PersonId, staff::Role};
use personalisation_core::stock::Signatures;
use time::OffsetDateTime;

use crate::{StoreError, row::micros, staff::role_name, statement::Statement, transaction::Tx};

/// Who looks after blanks.
pub(super) const KEEPERS: &[Role] = &[Role::StockKeeper, Role::Supervisor];
/// Who counts at a line.
pub(crate) const COUNTERS: &[Role] = &[Role::Operator, Role::StockKeeper, Role::Supervisor];
/// Who signs for what is not as it should be.
pub(super) const SUPERVISORS: &[Role] = &[Role::Supervisor];

/// `NotPermitted` unless somebody who works here holds one of these roles.
pub(crate) async fn demand(
    tx: &mut Tx,
    person: PersonId,
    roles: &'static [Role],
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    let mut statement = Statement::new(
        "SELECT 1 AS found FROM staff_role AS role
         JOIN staff_person AS person ON person.person_id = role.person_id
         WHERE person.active = 1 AND role.office IS NULL AND role.person_id = ",
    );
    statement
        .bind(person.as_bytes().to_vec())
        .push(" AND role.from_at <= ")
        .bind(micros(now))
        .push(" AND (role.until_at IS NULL OR role.until_at > ")
        .bind(micros(now))
        .push(") AND role.role IN (")
        .bind_list(roles.iter().map(|role| role_name(*role)))
        .push(") LIMIT 1");
    let found = statement
        .build()
        .fetch_optional(&mut **tx)
        .await
        .map_err(StoreError::database("looking up somebody's role"))?;
    if found.is_some() {
        return Ok(());
    }
    Err(StoreError::NotPermitted { person, roles })
}

/// The same of both who sign.
pub(super) async fn demand_both(
    tx: &mut Tx,
    both: Signatures,
    roles: &'static [Role],
    now: OffsetDateTime,
) -> Result<(), StoreError> {
    for person in both.both() {
        demand(tx, person, roles, now).await?;
    }
    Ok(())
}
