//! Every route of the courier's page for those signed in, each added with what it asks for: none is there without a guard.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    handler::Handler,
    middleware::from_fn_with_state,
    routing::{MethodRouter, get, post},
};

use super::{
    Post,
    permissions::{Guard, Resource, gate},
};

/// Longest request but a picture, bytes.
const MAX_LENGTH: usize = 8 << 10;

/// One route, as the no-permission test walks them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Its path, with `{…}` for what varies.
    pub path: &'static str,
    /// What one must be allowed to do.
    pub needs: Resource,
}

/// Routes under construction.
pub(super) struct Routes {
    post: Post,
    router: Router<Post>,
    list: Vec<Route>,
}

impl Routes {
    /// None yet.
    pub(super) fn new(post: Post) -> Self {
        Self {
            post,
            router: Router::new(),
            list: Vec::new(),
        }
    }

    /// What a phone reads.
    pub(super) fn see<H, T>(self, path: &'static str, needs: Resource, handler: H) -> Self
    where
        H: Handler<T, Post>,
        T: 'static,
    {
        let needs = Route {
            method: "GET",
            path,
            needs,
        };
        self.add(needs, get(handler))
    }

    /// What a phone sends.
    pub(super) fn act<H, T>(self, path: &'static str, needs: Resource, handler: H) -> Self
    where
        H: Handler<T, Post>,
        T: 'static,
    {
        let needs = Route {
            method: "POST",
            path,
            needs,
        };
        let short = DefaultBodyLimit::max(MAX_LENGTH);
        self.add(needs, post(handler).layer(short))
    }

    /// A picture that a phone sends.
    pub(super) fn act_with_picture<H, T>(
        self,
        path: &'static str,
        needs: Resource,
        handler: H,
    ) -> Self
    where
        H: Handler<T, Post>,
        T: 'static,
    {
        let needs = Route {
            method: "POST",
            path,
            needs,
        };
        self.add(needs, post(handler))
    }

    fn add(mut self, route: Route, handler: MethodRouter<Post>) -> Self {
        let guard = Guard {
            post: self.post.clone(),
            resource: route.needs,
        };
        let guarded = handler.layer(from_fn_with_state(guard, gate));
        self.router = self.router.route(route.path, guarded);
        self.list.push(route);
        self
    }

    /// The router, and what it serves.
    pub(super) fn finish(self) -> (Router, Vec<Route>) {
        (self.router.with_state(self.post), self.list)
    }
}
