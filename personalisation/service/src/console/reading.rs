//! Reading personal data: written down before, with purpose and case, and what came of it after. If the intent
//! cannot be written, nothing is read.

use std::future::Future;

use pages::http::Problem;

use super::{Desk, permissions::Staffer, view::failed};
use crate::staff;

/// What somebody reads and why.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    /// The act's name, for example `read-application`.
    pub(super) act: &'static str,
    /// What is read, by its own id.
    pub(super) object: String,
    /// What for: `review`, or `break-glass ID`.
    pub(super) purpose: String,
}

impl Reading {
    /// Reads by `work`, between intent and outcome.
    pub(super) async fn run<T>(
        self,
        desk: &Desk,
        staffer: &Staffer,
        work: impl Future<Output = Result<T, Problem>>,
    ) -> Result<T, Problem> {
        let object = format!("{} for {}", self.object, self.purpose);
        let act = staff::page_person(staffer.person);
        let act = staff::act(desk.rng, act, self.act, &object);
        let intent = act.intent(staffer.visit.now());
        desk.store.audit(&[intent]).await.map_err(failed)?;
        let done = work.await;
        let detail = match &done {
            Ok(_) => "shown",
            Err(Problem::NotFound) => "not found",
            Err(Problem::Forbidden) => "refused",
            Err(_) => "failed",
        };
        let outcome = act.outcome(staffer.visit.now(), detail);
        desk.store.audit(&[outcome]).await.map_err(failed)?;
        done
    }
}
