//! The printed faces, measured and read: where the machine readable zone stands, whether Tesseract reads it, what is refused.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

pub mod grammar;
mod holder;
mod layout;
mod permit;
mod pinned;
mod position;
pub mod reading;
mod refusals;
mod specimen;
mod test_set;
