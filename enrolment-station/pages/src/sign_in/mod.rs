//! Sign-in: by passkey, or by password and one-time code; locking and unlocking; the passkeys of a person.
//!
//! Nobody learns who has an account: unknown names cost the same work and get the same answer, and passkeys are
//! asked for without a name. Tries are counted before they are judged, by name and by address.

mod lock;
mod passkey;
mod passkey_pages;
mod password;
mod password_page;
mod staff;
mod throttle;
mod totp;
mod vouching;

use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use tokio::sync::Semaphore;

pub use passkey::{Passkey, RelyingParty, RelyingPartyError};
pub use password::{Password, PasswordError};
pub use staff::{Account, Staff, StaffError};
pub use throttle::Throttle;
pub use totp::{TotpSecret, TotpSecretError};
pub use vouching::vouching_button;

pub(crate) use lock::dialog as lock_dialog;

use crate::http::{Problem, Visit, Who};

/// Passwords judged at once: each takes 19 MiB and a core.
const AT_ONCE: usize = 2;

/// Everything that sign-in needs. Clones share it.
#[derive(Clone)]
pub struct SignIn(Arc<Parts>);

struct Parts {
    staff: Arc<dyn Staff>,
    relying_party: RelyingParty,
    throttle: Throttle,
    judging: Semaphore,
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn").finish_non_exhaustive()
    }
}

impl SignIn {
    /// Sign-in for `staff`, with passkeys of `relying_party`.
    pub fn new(staff: Arc<dyn Staff>, relying_party: RelyingParty) -> Self {
        Self(Arc::new(Parts {
            staff,
            relying_party,
            throttle: Throttle::new(),
            judging: Semaphore::new(AT_ONCE),
        }))
    }

    /// The routes for everybody: `/sign-in`, `/sign-in/passkey/…`, `/locked`, `/locked/now`, `/held`, `/alive`,
    /// `/sign-out`. Serve them with `into_make_service_with_connect_info::<SocketAddr>()`, so that tries are counted
    /// by address; without, all addresses count as one.
    pub fn open_routes(&self) -> Router {
        Router::new()
            .route(
                "/sign-in",
                get(password_page::show).post(password_page::judge),
            )
            .route("/sign-in/passkey/start", post(passkey_pages::start))
            .route("/sign-in/passkey/finish", post(passkey_pages::finish))
            .route("/locked", get(lock::show).post(lock::unlock))
            .route("/locked/now", post(lock::now))
            .route("/held", get(lock::held).post(lock::discard))
            .route("/alive", post(lock::alive))
            .route("/sign-out", post(lock::sign_out))
            .with_state(self.clone())
    }

    /// The routes for those signed in: `/passkeys`, `/passkeys/start`, `/passkeys/finish`,
    /// `/passkeys/remove`, `/passkeys/vouch`.
    pub fn staff_routes(&self) -> Router {
        Router::new()
            .route("/passkeys", get(passkey_pages::list))
            .route("/passkeys/start", post(passkey_pages::start_adding))
            .route("/passkeys/finish", post(passkey_pages::finish_adding))
            .route("/passkeys/remove", post(passkey_pages::remove))
            .route("/passkeys/vouch", post(vouching::start))
            .with_state(self.clone())
    }

    fn staff(&self) -> &dyn Staff {
        &*self.0.staff
    }
}

/// Whether somebody may sign in to this session: a locked one is continued only by its own person. Anybody else
/// signs out first, which asks before what is held is lost.
fn may_continue(visit: &Visit, who: &Who) -> bool {
    let owner = visit.record().and_then(|record| record.owner());
    owner.is_none_or(|owner| owner.person == who.person)
}

/// Where to go on after signing in or unlocking: to what was held back, else to where one was going.
fn next(visit: &Visit, back: &str) -> String {
    let held = visit.record().is_some_and(|record| !record.held.is_empty());
    if held {
        return "/held".to_owned();
    }
    let back = crate::http::LocalPath::or_home(back);
    if back.as_str() == "/" {
        visit.site().home().to_owned()
    } else {
        back.to_string()
    }
}

impl From<StaffError> for Problem {
    fn from(error: StaffError) -> Self {
        tracing::error!(%error, "staff");
        Self::Failed
    }
}
