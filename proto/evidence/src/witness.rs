//! What a witness does with a head that it is shown: holds it against the last one that it knows of the same log.
//!
//! It signs only what goes on from there: signed by the log's key, of the same name, over no fewer entries, shown to begin with
//! those that it knows (RFC 9162 §2.1.4.2), no earlier. The sequencer does the same with its own last head before it signs a new
//! one, so that neither an old copy of its database nor a rewritten one gets a signature.

use crate::{
    head::{Head, SignedHead},
    merkle::{Hash, consistent},
};

/// The most hashes of a consistency proof: one a level, and one more (RFC 9162 §2.1.4).
pub const MAX_PROOF: usize = 65;

/// Why a head does not go on from the one that is known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Anybody may have made it.
    #[error("the head over {size} entries is not signed by the log's key")]
    Unsigned {
        /// Its size.
        size: u64,
    },
    /// Another name.
    #[error("the head over {size} entries is of another log, {log}")]
    OtherLog {
        /// Its size.
        size: u64,
        /// Whose.
        log: String,
    },
    /// What was there is not there any more.
    #[error(
        "the log has {size} entries, and a head over {known} was signed before: an older copy of it was brought back, or entries \
         are gone"
    )]
    Older {
        /// The size that is known.
        known: u64,
        /// The size that is shown.
        size: u64,
    },
    /// Another log under the same name: forked, or rewritten.
    #[error(
        "nothing shows that the log of {size} entries begins with the {known} that a head was signed over before: it was forked \
         or rewritten"
    )]
    Forked {
        /// The size that is known.
        known: u64,
        /// The size that is shown.
        size: u64,
    },
    /// Its time runs backwards.
    #[error(
        "the head over {size} entries says that it was signed at {time}, and the one before it at {known} (seconds since 1970)"
    )]
    Backwards {
        /// The time of the one that is known.
        known: i64,
        /// The time that it says.
        time: i64,
        /// Its size.
        size: u64,
    },
}

impl Refusal {
    /// Whether the log's own key signed what contradicts what it signed before: evidence against the log, to be kept.
    pub const fn is_evidence(&self) -> bool {
        !matches!(self, Self::Unsigned { .. } | Self::OtherLog { .. })
    }
}

/// Whether a head goes on from one that is known. `proof`: that its tree begins with the known one's.
pub fn follows(known: &Head, next: &Head, proof: &[Hash]) -> Result<(), Refusal> {
    let (size, before) = (next.size, known.size);
    if next.log != known.log {
        let log = next.log.clone();
        return Err(Refusal::OtherLog { size, log });
    }
    if size < before {
        let known = before;
        return Err(Refusal::Older { known, size });
    }
    if !consistent((before, &known.root), (size, &next.root), proof) {
        let known = before;
        return Err(Refusal::Forked { known, size });
    }
    if next.time < known.time {
        let (known, time) = (known.time, next.time);
        return Err(Refusal::Backwards { known, time, size });
    }
    Ok(())
}

/// Whose heads a witness signs.
#[derive(Clone, Debug)]
pub struct Watched {
    /// The log's name.
    pub log: String,
    /// Its keys: DER of P-256 `SubjectPublicKeyInfo`s.
    pub keys: Vec<Vec<u8>>,
}

impl Watched {
    /// Whether a witness may sign this head; `known` is the last one that it saw, if there is one.
    pub fn judge(
        &self,
        known: Option<&Head>,
        shown: &SignedHead,
        proof: &[Hash],
    ) -> Result<(), Refusal> {
        let size = shown.head.size;
        if !shown.is_signed_by(&self.keys) {
            return Err(Refusal::Unsigned { size });
        }
        if shown.head.log != self.log {
            let log = shown.head.log.clone();
            return Err(Refusal::OtherLog { size, log });
        }
        known.map_or(Ok(()), |known| follows(known, &shown.head, proof))
    }
}

#[cfg(test)]
mod tests;
