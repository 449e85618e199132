//! Blanks in stock: deliveries and their boxes, where each blank is, the ledger, shifts, destruction.
//!
//! Every change of a blank's place is a move of that blank and part of an entry of the ledger, in one transaction
//! (`movement`); `Store::check_stock` reads all three again and compares.

mod balance;
mod blank;
mod check;
mod count;
mod delivery;
mod destruction;
mod duty;
mod handing;
mod history;
mod inspection;
mod issue;
mod missing;
mod movement;
mod origin;
mod reconcile;
mod shift;

pub use balance::Balance;
pub use blank::{Blank, BlankHead};
pub(crate) use blank::{find, keep_at, state_of};
pub use check::Finding;
pub use count::KeptCount;
pub use delivery::{BoxHead, DeliveryHead, NewBlank, NewBox, NewDelivery};
pub use destruction::{Destruction, Method};
pub(crate) use duty::{COUNTERS, demand};
pub use handing::Which;
pub use history::{CardHistory, CardKey, Happened, HistoryEvent, Made};
pub use inspection::Inspection;
pub use issue::IssueRow;
pub(crate) use issue::is_signed;
pub(crate) use movement::{Movement, move_blanks};
pub(crate) use origin::note_signer;
pub use origin::{CardOrigin, OriginFilter};
pub use reconcile::{Mismatch, ReleasedSignature, SignedFileKind};
pub use shift::{Closing, ShiftRow};
