//! Acts: the intent is written before, the outcome stands in the transaction of the change. What of a change did not
//! take place is written here.

use evidence::entry::Act;
use pages::http::Problem;
use personalisation_store::StoreError;

use super::{Desk, permissions::Staffer, view::failed};
use crate::staff;

/// An act about an object, its intent written.
pub(super) async fn begin(
    desk: &Desk,
    staffer: &Staffer,
    name: &str,
    object: &str,
) -> Result<Act, Problem> {
    let by = staff::page_person(staffer.person);
    let act = staff::act(desk.rng, by, name, object);
    let intent = act.intent(staffer.visit.now());
    desk.store.audit(&[intent]).await.map_err(failed)?;
    Ok(act)
}

/// What came of it: the outcome of a change that did not take place is written here.
pub(super) async fn settle(
    desk: &Desk,
    staffer: &Staffer,
    act: &Act,
    moved: Result<bool, StoreError>,
) -> Result<(), Problem> {
    if moved.is_err() {
        let outcome = act.outcome(staffer.visit.now(), "nothing was changed");
        desk.store.audit(&[outcome]).await.map_err(failed)?;
    }
    match moved {
        Ok(true) => Ok(()),
        // Somebody was faster.
        Ok(false) => Err(Problem::StaleForm),
        Err(error) => Err(failed(error)),
    }
}
