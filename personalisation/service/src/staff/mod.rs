//! Staff of the centre and the offices: who may sign in to the console, their sessions in the
//! database, and `personalisation staff`.

mod accounts;
mod acts;
pub mod command;
mod sessions;

pub use accounts::Accounts;
pub(crate) use acts::act;
pub use acts::{NewMember, StaffChangeError, Staffing};
pub use sessions::StoredSessions;

/// A staff id as the pages know it.
pub fn page_person(person: dossier::PersonId) -> pages::PersonId {
    pages::PersonId::new(*person.as_bytes())
}

/// A staff id as the dossier and the store know it.
pub fn person(person: pages::PersonId) -> dossier::PersonId {
    dossier::PersonId::from_bytes(*person.bytes())
}
