//! Verifies a whole log with nothing but the archive and the public keys that the verifier trusts, in one pass and flat memory.
//!
//! Of each line: the entry is what its commitment was made over, the record follows on its writer's record before. Of the
//! whole: at the size of every head that is signed or was known before, the tree has that head's root.

mod acts;
mod chains;
mod erased;
mod finding;
mod order;
mod places;
mod replay;
mod report;

use std::io::BufRead;

pub use self::{
    finding::{Changed, Finding},
    replay::Replay,
    report::{OpenAct, Report, Verdict},
};
use crate::{
    archive::{Archive, ArchiveError},
    head::SignedHead,
    line::MAX_LINE_LENGTH,
};

/// Lines after which [`archive`] tells how far it is.
const PROGRESS: u64 = 1_000_000;

/// What the verifier knows from elsewhere. Keys are DER of P-256 `SubjectPublicKeyInfo`s.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// The log's keys. With none, those of the archive are used, and there is no verdict but a bad one.
    pub log: Vec<Vec<u8>>,
    /// Keys of witnesses.
    pub witnesses: Vec<Vec<u8>>,
    /// How many of the witnesses must have signed the newest head.
    pub least: usize,
    /// Heads that are known from elsewhere: of an earlier verification, or from a witness.
    pub known: Vec<SignedHead>,
    /// What the log is called; with none, whatever its newest head says.
    pub name: Option<String>,
    /// The newest head must have been signed after this, in seconds since 1970.
    pub newer_than: Option<i64>,
    /// Roles (names before the first `/`) whose writers may stand in the log; with none, any may.
    pub roles: Vec<String>,
}

/// Why nothing can be said.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The archive.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A head that is known from elsewhere is not the log's.
    #[error("the head over {size} entries that you gave is not signed by the log's key")]
    Known {
        /// Its size.
        size: u64,
    },
}

/// Verifies an archive. `tell` is called with the number of entries so far.
pub fn archive(
    source: impl BufRead,
    trust: &Trust,
    mut tell: impl FnMut(u64),
) -> Result<Report, Unreadable> {
    let mut archive = Archive::open(source)?;
    let keys = std::mem::take(&mut archive.keys);
    let own = keys.into_iter().filter(|(name, _)| name.starts_with("log"));
    let own: Vec<_> = own.map(|(_, key)| key).collect();
    let keys = if trust.log.is_empty() {
        &own
    } else {
        &trust.log
    };
    if let Some(other) = trust.known.iter().find(|head| !head.is_signed_by(keys)) {
        let size = other.head.size;
        return Err(Unreadable::Known { size });
    }
    let heads = std::mem::take(&mut archive.heads);
    let mut replay = Replay::new(heads, keys, trust);
    if !archive.has_our_rules {
        replay.note_other_rules();
    }
    let mut line = Vec::with_capacity(MAX_LINE_LENGTH);
    while archive.line(&mut line)? {
        replay.line(&line);
        if replay.lines().is_multiple_of(PROGRESS) {
            tell(replay.lines());
        }
    }
    Ok(replay.end())
}
