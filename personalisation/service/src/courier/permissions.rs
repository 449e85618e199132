//! Who may do what on the courier's page: one table of (role, resource). What is not in it is denied.

use axum::{
    extract::{FromRequestParts, Request, State},
    http::request::Parts,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use dossier::{PersonId, staff::Role};
use pages::{Visit, http::Problem};
use personalisation_core::ids::DeviceId;

use super::Post;
use crate::staff::person;

/// Who signs in here: both sides of a handover.
pub const HOLDERS: &[Role] = &[Role::Courier, Role::Dispatcher];

/// What a phone asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// Who I am.
    Me,
    /// My device: registering it, and being known by it.
    Device,
    /// What waits, and what is with me; only by a registered device.
    Tour,
    /// One side of a handover: signed by a device, whatever the session.
    Side,
    /// What is not as it should be; only by a registered device.
    Report,
}

/// The table. Roles count where they are held at the centre.
pub const TABLE: &[(Role, Resource)] = &[
    (Role::Dispatcher, Resource::Me),
    (Role::Dispatcher, Resource::Device),
    (Role::Dispatcher, Resource::Tour),
    (Role::Dispatcher, Resource::Side),
    (Role::Dispatcher, Resource::Report),
    (Role::Courier, Resource::Me),
    (Role::Courier, Resource::Device),
    (Role::Courier, Resource::Tour),
    (Role::Courier, Resource::Side),
    (Role::Courier, Resource::Report),
];

/// Whether a role may do that.
pub fn may(role: Role, resource: Resource) -> bool {
    TABLE
        .iter()
        .any(|(who, what)| *who == role && *what == resource)
}

impl Resource {
    /// Whether the session must be bound to a registered device.
    pub const fn by_device(self) -> bool {
        matches!(self, Self::Tour | Self::Report)
    }
}

/// Somebody at work with a phone, with the roles that hold now. What handlers take.
#[derive(Clone, Debug)]
pub struct Holder {
    /// The visit.
    pub visit: Visit,
    /// Who.
    pub person: PersonId,
    /// Roles at the centre that hold now, of those that sign in here.
    pub roles: Vec<Role>,
    /// The live device that proved itself in this session.
    pub device: Option<DeviceId>,
}

impl<S: Sync> FromRequestParts<S> for Holder {
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
    pub(super) post: Post,
    pub(super) resource: Resource,
}

/// The layer round each route: roles and device are read anew at every request, so that what ended or was revoked is gone.
pub(super) async fn gate(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    let Some(visit) = request.extensions().get::<Visit>().cloned() else {
        return Problem::Failed.into_response();
    };
    match holder(&guard, visit).await {
        Ok(holder) => {
            request.extensions_mut().insert(holder);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

async fn holder(guard: &Guard, visit: Visit) -> Result<Holder, Problem> {
    let failed = |error| {
        tracing::error!(%error, "reading who is at the courier's page");
        Problem::Failed
    };
    let who = visit.who().ok_or(Problem::Forbidden)?;
    let key = visit.session_key().ok_or(Problem::Forbidden)?;
    let (person, store) = (person(who.person), &guard.post.store);
    let roles = store.roles_at_centre(person, visit.now()).await;
    let mut roles = roles.map_err(failed)?;
    roles.retain(|role| HOLDERS.contains(role));
    let device = store.session_device(key.bytes()).await.map_err(failed)?;
    let allowed = roles.iter().any(|role| may(*role, guard.resource));
    if !allowed || (guard.resource.by_device() && device.is_none()) {
        return Err(Problem::Forbidden);
    }
    Ok(Holder {
        visit,
        person,
        roles,
        device,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_couriers_and_dispatchers_are_in_the_table() {
        for (place, line) in TABLE.iter().enumerate() {
            assert!(HOLDERS.contains(&line.0), "{line:?}");
            assert!(!TABLE[place + 1..].contains(line), "{line:?} twice");
        }
        assert!(!may(Role::Supervisor, Resource::Side));
        assert!(!may(Role::Administrator, Resource::Me));
    }
}
