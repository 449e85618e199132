//! Who may do what at the console: one table of (role, resource, actions). What is not in it is denied.

use axum::{
    extract::{FromRequestParts, Request, State},
    http::request::Parts,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use dossier::{PersonId, staff::Role};
use pages::{
    Visit,
    http::{Problem, Who},
};

use super::Desk;
use crate::staff::person;

/// What the pages are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// One's own start page.
    Start,
    /// Applications that wait for a person.
    Review,
    /// Those that only a supervisor decides.
    Forced,
    /// Applications of small offices that wait for a second person.
    Approvals,
    /// What applicants are told in writing.
    Notices,
    /// Applications without a case: breaking the glass.
    Search,
    /// What others read without a case.
    Oversight,
    /// Dossiers that cannot be used.
    Quarantine,
    /// Machines and queue.
    Floor,
    /// Who else worked at a machine, and did not say so.
    Attendance,
    /// Versions of the templates that faces are printed by.
    Templates,
    /// Stations.
    Fleet,
    /// What is configured for all stations.
    Configuration,
    /// What inspections said of cards.
    Quality,
    /// Cards that a person has to look at.
    Inspection,
    /// What is packed, sealed and sent.
    Shipping,
    /// People and their roles.
    Staff,
    /// Card blanks.
    Stock,
}

/// What is done there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Read.
    See,
    /// Decide or change.
    Act,
}

use Action::{Act, See};
use Resource::{
    Approvals, Attendance, Configuration, Fleet, Floor, Forced, Inspection, Notices, Oversight,
    Quality, Quarantine, Review, Search, Shipping, Staff, Start, Stock, Templates,
};

/// The table. Roles count where they are held at the centre; those at an office hold at its stations.
pub const TABLE: &[(Role, Resource, &[Action])] = &[
    (Role::Clerk, Start, &[See]),
    (Role::Supervisor, Start, &[See]),
    (Role::Supervisor, Floor, &[See, Act]),
    (Role::Supervisor, Attendance, &[See, Act]),
    (Role::Supervisor, Review, &[See, Act]),
    (Role::Supervisor, Forced, &[See, Act]),
    (Role::Supervisor, Approvals, &[See, Act]),
    (Role::Supervisor, Notices, &[See, Act]),
    (Role::Supervisor, Search, &[See, Act]),
    (Role::Supervisor, Quarantine, &[See, Act]),
    (Role::Supervisor, Templates, &[See, Act]),
    (Role::Supervisor, Fleet, &[See]),
    (Role::Supervisor, Configuration, &[See]),
    (Role::Supervisor, Stock, &[See, Act]),
    (Role::Supervisor, Quality, &[See]),
    (Role::Supervisor, Shipping, &[See, Act]),
    (Role::Reviewer, Start, &[See]),
    (Role::Reviewer, Review, &[See, Act]),
    (Role::Reviewer, Approvals, &[See, Act]),
    (Role::Reviewer, Notices, &[See, Act]),
    (Role::Reviewer, Search, &[See, Act]),
    (Role::Operator, Start, &[See]),
    (Role::Operator, Floor, &[See, Act]),
    (Role::Operator, Stock, &[See, Act]),
    (Role::Operator, Quality, &[See]),
    (Role::Operator, Templates, &[See]),
    (Role::Inspector, Start, &[See]),
    (Role::Inspector, Floor, &[See]),
    (Role::Inspector, Quality, &[See]),
    (Role::Inspector, Inspection, &[See, Act]),
    (Role::StockKeeper, Start, &[See]),
    (Role::StockKeeper, Floor, &[See]),
    (Role::StockKeeper, Stock, &[See, Act]),
    (Role::Dispatcher, Start, &[See]),
    (Role::Dispatcher, Shipping, &[See, Act]),
    (Role::Courier, Start, &[See]),
    (Role::Auditor, Start, &[See]),
    (Role::Auditor, Floor, &[See]),
    (Role::Auditor, Oversight, &[See, Act]),
    (Role::Auditor, Templates, &[See]),
    (Role::Auditor, Fleet, &[See]),
    (Role::Auditor, Configuration, &[See]),
    (Role::Auditor, Stock, &[See]),
    (Role::Auditor, Quality, &[See]),
    (Role::Auditor, Shipping, &[See]),
    (Role::Administrator, Start, &[See]),
    (Role::Administrator, Templates, &[See, Act]),
    (Role::Administrator, Fleet, &[See, Act]),
    (Role::Administrator, Configuration, &[See]),
    (Role::Administrator, Staff, &[See, Act]),
];

/// Whether a role may do that.
pub fn may(role: Role, resource: Resource, action: Action) -> bool {
    TABLE
        .iter()
        .any(|(who, what, how)| *who == role && *what == resource && how.contains(&action))
}

/// A member of staff at work, with the roles that hold now. What handlers take.
#[derive(Clone, Debug)]
pub struct Staffer {
    /// The visit.
    pub visit: Visit,
    /// Who, as pages know them.
    pub who: Who,
    /// Who, as everything else knows them.
    pub person: PersonId,
    /// Roles at the centre that hold now.
    pub roles: Vec<Role>,
}

impl Staffer {
    /// Whether they may do that.
    pub fn may(&self, resource: Resource, action: Action) -> bool {
        self.roles.iter().any(|role| may(*role, resource, action))
    }

    /// Whether they hold a role.
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

impl<S: Sync> FromRequestParts<S> for Staffer {
    type Rejection = Problem;

    /// Only behind `gate`: a handler that the gate does not guard gets nothing.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or(Problem::Forbidden)
    }
}

/// What one route asks for.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    pub(super) desk: Desk,
    pub(super) resource: Resource,
    pub(super) action: Action,
}

/// The layer round each route: roles are read anew at every request, so that a role that ended is gone, and with
/// somebody who left all of theirs.
pub(super) async fn gate(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    let Some(visit) = request.extensions().get::<Visit>().cloned() else {
        return Problem::Failed.into_response();
    };
    let Some(who) = visit.who().cloned() else {
        return Problem::Forbidden.into_response();
    };
    let person = person(who.person);
    let now = visit.now();
    let roles = match guard.desk.store.roles_at_centre(person, now).await {
        Ok(roles) => roles,
        Err(error) => {
            tracing::error!(%error, "reading roles");
            return Problem::Failed.into_response();
        }
    };
    let staffer = Staffer {
        visit,
        who,
        person,
        roles,
    };
    if !staffer.may(guard.resource, guard.action) {
        return Problem::Forbidden.into_response();
    }
    request.extensions_mut().insert(staffer);
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_in_the_table_is_denied() {
        assert!(may(Role::Reviewer, Review, Act));
        assert!(!may(Role::Reviewer, Forced, See));
        assert!(!may(Role::Administrator, Review, See));
        assert!(!may(Role::Auditor, Fleet, Act));
        assert!(!may(Role::Clerk, Search, See));
    }

    #[test]
    fn nobody_sees_what_others_read_and_reads_it_too() {
        for role in [Role::Reviewer, Role::Supervisor, Role::Administrator] {
            assert!(!may(role, Oversight, See), "{role:?}");
        }
        assert!(!may(Role::Auditor, Search, Act));
    }

    #[test]
    fn each_pair_stands_there_once_and_who_acts_also_sees() {
        for (place, (role, resource, actions)) in TABLE.iter().enumerate() {
            let again = TABLE[place + 1..]
                .iter()
                .any(|(who, what, _)| who == role && what == resource);
            assert!(!again, "{role:?} {resource:?}");
            assert!(actions.contains(&See), "{role:?} {resource:?}");
        }
    }
}
