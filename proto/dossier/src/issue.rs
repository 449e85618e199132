//! Numbered issues: what the centre signs anew and again, with a period, and never an older one.

use serde::{Deserialize, Serialize};

use crate::{
    Body, Hash, Timestamp,
    cbor::Broken,
    signed::{SignatureError, Signed},
};

/// Which issue it is, and its period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issue {
    /// 0: grows with every issue, from 1.
    pub number: u64,
    /// 1: from then on.
    pub from: Timestamp,
    /// 2: not from then on.
    pub until: Timestamp,
}

impl Issue {
    pub(crate) fn check(&self) -> Result<(), Broken> {
        if self.number == 0 {
            return Err(("issue", "numbers begin at 1"));
        }
        if self.from >= self.until {
            return Err(("issue", "its period has a beginning and an end"));
        }
        Ok(())
    }
}

/// A structure that is issued again and again.
pub trait Numbered: Body {
    /// Which one it is.
    fn issue(&self) -> &Issue;
}

/// The newest issue that was accepted before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Its number.
    pub number: u64,
    /// [`Signed::content`] of it.
    pub content: Hash,
}

/// Why an issue must not be used.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// Not the centre's, or malformed.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// Its period has not begun.
    #[error("the {what} holds only from {from} (seconds since 1970); compare the clocks")]
    NotYet {
        /// What was issued.
        what: &'static str,
        /// When it begins to hold.
        from: i64,
    },
    /// Its period is over.
    #[error("the {what} ended at {until} (seconds since 1970); fetch a new one from the centre")]
    Expired {
        /// What was issued.
        what: &'static str,
        /// When it ceased to hold.
        until: i64,
    },
    /// Older than one that was accepted.
    #[error(
        "the {what} number {number} is older than number {known}, which is in use; keep the newer one"
    )]
    Older {
        /// What was issued.
        what: &'static str,
        /// Its number.
        number: u64,
        /// The number in use.
        known: u64,
    },
    /// Another content under the number in use.
    #[error(
        "there are two different {what}s of number {number}; keep the one in use and raise an alarm"
    )]
    Forked {
        /// What was issued.
        what: &'static str,
        /// Their number.
        number: u64,
    },
}

impl<T: Numbered> Signed<T> {
    /// The issue, when it is signed by that key, holds at `now`, and is not older than the newest
    /// one that was accepted before.
    pub fn verify_issue(
        &self,
        spki: &[u8],
        now: Timestamp,
        known: Option<Known>,
    ) -> Result<T, IssueError> {
        let what = T::WHAT;
        let value = self.verify(spki)?;
        let issue = value.issue();
        let number = issue.number;
        match known {
            Some(known) if number < known.number => {
                let known = known.number;
                return Err(IssueError::Older {
                    what,
                    number,
                    known,
                });
            }
            Some(known) if number == known.number && self.content() != known.content => {
                return Err(IssueError::Forked { what, number });
            }
            _ => {}
        }
        if now < issue.from {
            let from = issue.from.seconds();
            return Err(IssueError::NotYet { what, from });
        }
        if now >= issue.until {
            let until = issue.until.seconds();
            return Err(IssueError::Expired { what, until });
        }
        Ok(value)
    }
}
