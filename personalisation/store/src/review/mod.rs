//! Applications from Accepted on: the queue of checks, the queue of people, moves, and sealed content.

mod about;
mod content;
mod decide;
mod lease;
pub mod names;
mod notice;
pub(crate) mod payment;
pub(crate) mod person;
mod queue;
mod read;
mod tasks;
mod verify;

pub use content::{DossierPart, PreparedOrder};
pub use decide::{Decided, OrderToAdd};
use dossier::{Hash, dossier::Ground};
pub use notice::{NewNotice, NoticeRow};
use personalisation_core::{application::Application, ids::OrderId};
pub use queue::{Counted, MoveOfApplication, QueueFilter};
pub(crate) use read::{application_of, handlers_of, id_of, insert_handlers, insert_move};
pub use tasks::{Change, Changes};
use time::OffsetDateTime;
pub use verify::{PreparedFile, Verified};

pub(crate) const TABLE: &str = "review_application";

/// An application and what the database knows beside its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationRow {
    /// The application and its state.
    pub application: Application,
    /// Moves so far: a decision is about what its maker saw.
    pub step: u32,
    /// The dossier that counts: the newest recapture, else the first.
    pub content: Hash,
    /// In `MoreNeeded`: a recapture that is here and not checked yet.
    pub supplement: Option<Hash>,
    /// Why a document is applied for.
    pub ground: Ground,
    /// Whether it was paid for as express.
    pub express: bool,
    /// In `MoreNeeded`: when the applicant is to come.
    pub appointment: Option<OffsetDateTime>,
    /// Whether it is its person's one live application of the type.
    pub claimed: bool,
    /// The order that it became.
    pub order: Option<OrderId>,
    /// When it was accepted.
    pub accepted_at: OffsetDateTime,
    /// When it came into its state.
    pub since: OffsetDateTime,
}
