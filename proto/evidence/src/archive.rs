//! The log as one file, for anybody: a tar archive of plain members in this order and no other.
//!
//! ```text
//! rules.md        how to check it by hand
//! schema.json     JSON Schema of the lines
//! keys/NAME.pem   public keys (P-256, SubjectPublicKeyInfo); the log's begin with `log`. A verifier trusts its own copies
//! heads.jsonl     heads, one a line ([`crate::head`])
//! entries.jsonl   records and entries in the log's order, one a line ([`crate::line`])
//! ```
//! Both ways it is a stream: heads stand first, so that one pass over the entries is enough. No path in it is ever followed:
//! members are known by their names, and anything else is refused.

mod export;
mod read;
mod ustar;

use std::io;

pub use self::{export::Export, read::Archive};

/// How to check a log by hand.
pub const RULES: &str = include_str!("archive/rules.md");
/// JSON Schema of the lines.
pub const SCHEMA: &str = include_str!("archive/schema.json");
/// The longest `rules.md` and `schema.json`.
const MAX_TEXT_LENGTH: u64 = 256 * 1024;
/// The longest key.
const MAX_KEY_LENGTH: u64 = 4096;
/// The most keys.
const MAX_KEYS: usize = 256;
/// The most heads of one archive: they are in memory while the entries pass.
pub const MAX_HEADS: usize = 65_536;

/// Why an archive cannot be read: nothing is said of what is in it.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The file.
    #[error("the archive cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It ends before its end.
    #[error("the archive is cut off: it ends in {0}")]
    CutOff(&'static str),
    /// No tar archive, or one with more to it than plain files.
    #[error("the archive is no plain tar archive: {0}")]
    NotTar(&'static str),
    /// A member that is none of a log's, or out of its order.
    #[error("the archive has the member {0:?} where a log's archive has none of that name")]
    Member(String),
    /// A member, or a line of one, is longer than any is, or there are too many.
    #[error("the archive has more in {0} than any log has")]
    TooMuch(&'static str),
    /// A head that is none.
    #[error("line {line} of heads.jsonl: {error}")]
    Head {
        /// From 1.
        line: usize,
        /// Why.
        error: crate::head::HeadError,
    },
    /// A key that is none.
    #[error("{0} of the archive is not a P-256 public key in PEM")]
    Key(String),
}
