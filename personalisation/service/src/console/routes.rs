//! Every route of the console, each added with what it asks for: none is there without a guard.

use axum::{
    Router,
    handler::Handler,
    middleware::from_fn_with_state,
    routing::{MethodRouter, get, post},
};

use super::{
    Desk,
    permissions::{Action, Guard, Resource, gate},
};

/// One route, as the no-permission test walks them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Its path, with `{…}` for what varies.
    pub path: &'static str,
    /// What one must be allowed to do; none: being signed in is enough.
    pub needs: Option<(Resource, Action)>,
}

/// Routes that `pages` serves to anybody who is signed in.
const OWN: [(&str, &str); 4] = [
    ("GET", "/passkeys"),
    ("POST", "/passkeys/start"),
    ("POST", "/passkeys/finish"),
    ("POST", "/passkeys/vouch"),
];

/// Routes under construction.
pub(super) struct Routes {
    desk: Desk,
    router: Router<Desk>,
    list: Vec<Route>,
}

impl Routes {
    /// No routes but those of `pages`.
    pub(super) fn new(desk: Desk) -> Self {
        let own = OWN.map(|(method, path)| Route {
            method,
            path,
            needs: None,
        });
        Self {
            desk,
            router: Router::new(),
            list: own.to_vec(),
        }
    }

    /// A page.
    pub(super) fn see<H, T>(self, path: &'static str, resource: Resource, handler: H) -> Self
    where
        H: Handler<T, Desk>,
        T: 'static,
    {
        self.add("GET", path, (resource, Action::See), get(handler))
    }

    /// A form's target.
    pub(super) fn act<H, T>(self, path: &'static str, resource: Resource, handler: H) -> Self
    where
        H: Handler<T, Desk>,
        T: 'static,
    {
        self.add("POST", path, (resource, Action::Act), post(handler))
    }

    fn add(
        mut self,
        method: &'static str,
        path: &'static str,
        needs: (Resource, Action),
        route: MethodRouter<Desk>,
    ) -> Self {
        let guard = Guard {
            desk: self.desk.clone(),
            resource: needs.0,
            action: needs.1,
        };
        let guarded = route.layer(from_fn_with_state(guard, gate));
        self.router = self.router.route(path, guarded);
        self.list.push(Route {
            method,
            path,
            needs: Some(needs),
        });
        self
    }

    /// The router, and what it serves.
    pub(super) fn finish(self) -> (Router, Vec<Route>) {
        (self.router.with_state(self.desk), self.list)
    }
}
