//! What stands between a browser and every page: headers, Host and Origin, sessions, CSRF, and the gate to pages
//! for those signed in.

mod cookie;
mod csrf;
mod gate;
mod headers;
mod local_path;
mod origin;
mod problem;
mod session;
mod settings;
mod shield;
mod surroundings;
mod visit;

pub(crate) use csrf::REVISION;
pub use csrf::revision;
pub use local_path::LocalPath;
pub use problem::Problem;
pub use session::{
    Ceremony, Challenge, Change, HeldForm, How, MemorySessions, Record, SessionKey, Sessions,
    State, StoreError, Token, Who,
};
pub use settings::{Limits, Settings, SettingsError};
pub use shield::Shield;
pub use surroundings::Surroundings;
pub use visit::{Signed, Visit};
