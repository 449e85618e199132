//! The life of documents: known from the line's last step, activated, reported, ended; lists for inspection systems; what officials
//! ask.
//!
//! Every move is guarded by the state before, in one transaction with what follows from it and with the audit's entries.

mod activate;
mod change;
mod due;
mod list;
mod made;
mod question;
mod read;
mod write;

pub use activate::{Activated, Activation};
pub use list::ListRow;
pub(crate) use made::end_of_number;
pub use question::Question;
pub use read::{DocumentMove, DocumentRow};

use dossier::staff::Role;

/// Who hands documents over, at the office that they go to.
const CLERKS: &[Role] = &[Role::Clerk, Role::Supervisor];
/// Who writes reports down, and lifts suspensions.
const REPORTERS: &[Role] = &[Role::Reviewer, Role::Supervisor];
/// Who ends a document, and sees to it that it is destroyed.
const DECIDERS: &[Role] = &[Role::Supervisor];
/// Who destroys with a supervisor.
const DESTROYERS: &[Role] = &[Role::StockKeeper, Role::Supervisor];
/// Who may ask whether a document is valid.
const ASKERS: &[Role] = &[Role::Clerk, Role::Reviewer, Role::Supervisor];
