//! Everything that protects the pages of one program, put around its routes in the right order.

use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::get;

use super::settings::Settings;
use super::{
    Problem, Sessions, StoreError, Surroundings, csrf, gate, headers, origin, problem, visit,
};
use crate::assets;
use crate::page::Site;

/// What protects the pages of one program. Clones share it.
#[derive(Clone)]
pub struct Shield(Arc<Parts>);

struct Parts {
    site: Site,
    settings: Settings,
    sessions: Arc<dyn Sessions>,
    surroundings: Surroundings,
}

impl fmt::Debug for Shield {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shield")
            .field("settings", &self.0.settings)
            .finish_non_exhaustive()
    }
}

impl Shield {
    /// A shield for the pages of `site`.
    pub fn new(
        site: Site,
        settings: Settings,
        sessions: Arc<dyn Sessions>,
        surroundings: Surroundings,
    ) -> Self {
        Self(Arc::new(Parts {
            site,
            settings,
            sessions,
            surroundings,
        }))
    }

    /// The whole service: `open` routes are for everybody, `staff` routes only for those signed in and not locked.
    /// Whatever is in neither does not exist. Also serves the style sheet, fonts and scripts.
    ///
    /// From the outside in: headers, Host and Origin, then the session, the page for refusals, the form's token, and
    /// for `staff` the gate.
    pub fn serve(&self, open: Router, staff: Router) -> Router {
        // Without routes there is nothing to guard, and axum refuses a layer round nothing.
        let gated = if staff.has_routes() {
            staff.route_layer(from_fn_with_state(self.clone(), gate::layer))
        } else {
            staff
        };
        open.merge(gated)
            .route("/language/{tag}", get(visit::choose_language))
            .fallback(async || Problem::NotFound)
            .layer(from_fn_with_state(self.clone(), csrf::layer))
            .layer(axum::middleware::from_fn(problem::layer))
            .layer(from_fn_with_state(self.clone(), visit::layer))
            .layer(DefaultBodyLimit::max(self.settings().limits().upload))
            .merge(assets::router())
            .layer(from_fn_with_state(self.clone(), origin::layer))
            .layer(from_fn_with_state(self.clone(), headers::layer))
    }

    /// What the pages have in common.
    pub fn site(&self) -> &Site {
        &self.0.site
    }

    /// Where the pages are, and their limits.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// The sessions, to end those of a person or forget old ones.
    pub fn sessions(&self) -> &dyn Sessions {
        &*self.0.sessions
    }

    /// Forgets the sessions that nobody continued for too long, with what they hold: a window that was closed never
    /// comes back for time to act on. Call it now and then; how many went.
    pub async fn forget_old(&self) -> Result<usize, StoreError> {
        let limit = self.settings().limits().forget;
        let before = self.surroundings().now() - limit;
        self.sessions().forget(before).await
    }

    /// Clock and randomness.
    pub fn surroundings(&self) -> &Surroundings {
        &self.0.surroundings
    }
}
