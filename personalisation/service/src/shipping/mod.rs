//! Shipping: what people do at the packing table, each act with its intent and outcome in the audit, and manifests that the
//! token signs.

mod acts;
mod section;
mod sign;

pub use acts::PackingTable;
pub use section::ShippingToken;
pub use sign::{ManifestDesk, ManifestProblem};
