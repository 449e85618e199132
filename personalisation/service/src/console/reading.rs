//! Reading personal data: written down before, with purpose and case, and what came of it after. If the intent
//! cannot be written, nothing is read.

use std::{fmt, future::Future};

use dossier::{ApplicationId, PersonId};
use pages::http::Problem;
use personalisation_core::{
    attempt::AttemptId,
    ids::{AlarmId, NoticeId},
};
use personalisation_store::staff::GlassId;

use super::{Desk, permissions::Staffer, view::failed};
use crate::staff;

/// What is read, by its own id: what a browser typed never gets into the audit.
#[derive(Clone, Copy, Debug)]
pub(super) enum Object {
    /// One application.
    Application(ApplicationId),
    /// Applications that are yet to be found.
    Applications,
    /// What somebody read without a case.
    Glass(GlassId),
    /// What somebody wrote about an alarm of the fleet.
    Alarm(AlarmId),
    /// A letter to an applicant.
    Notice(NoticeId),
    /// A card that was made.
    Card(AttemptId),
    /// Everybody who works here.
    AllStaff,
    /// A member of staff.
    Person(PersonId),
}

impl Object {
    /// The application that a path names.
    pub(super) fn application(id: &str) -> Result<Self, Problem> {
        let id = id.parse().map_err(|_| Problem::NotFound)?;
        Ok(Self::Application(id))
    }

    /// The person that a path names.
    pub(super) fn person(id: &str) -> Result<Self, Problem> {
        let id = id.parse().map_err(|_| Problem::NotFound)?;
        Ok(Self::Person(id))
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Application(id) => write!(f, "application {id}"),
            Self::Applications => f.write_str("applications"),
            Self::Glass(id) => write!(f, "read {id}"),
            Self::Alarm(id) => write!(f, "alarm {id}"),
            Self::Notice(id) => write!(f, "notice {id}"),
            Self::Card(id) => write!(f, "attempt {id}"),
            Self::AllStaff => f.write_str("all staff"),
            Self::Person(id) => write!(f, "person {id}"),
        }
    }
}

/// What somebody reads and why.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    /// The act's name, for example `read-application`.
    pub(super) act: &'static str,
    /// What is read.
    pub(super) object: Object,
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
