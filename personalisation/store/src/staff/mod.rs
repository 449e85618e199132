//! Staff: people, what they may do where and until when, how they prove who they are, their sessions.
//!
//! `Store::staff_of_office` gives what an office's signed list is made from. Names, secrets and
//! sessions are in sealed columns.

mod credential;
mod glass;
mod link;
mod person;
mod role;
mod session;

pub use credential::{Credentials, KeptPasskey};
pub use glass::{Glass, GlassId, GlassReview, GlassVerdict};
pub use link::{Enrolment, Link};
pub use person::{Person, check_login};
pub(crate) use person::{person_id, text};
pub use role::{Grant, RoleId, name as role_name, role_of_name};
pub use session::{KeptSession, Realm, SessionChange, SessionContent};

pub use dossier::staff::{Member, Role};
