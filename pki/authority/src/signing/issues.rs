//! Blank issues: a chip is signed for only where stock handed its blank out to the line that asks.
//!
//! What only the centre's store knows is not asked here: whether the blank was taken back, spoiled or handed out to another
//! line since. What stands against that is the store's own binding, and here that a chip belongs to one attempt for ever.

use std::collections::{BTreeMap, BTreeSet};

use evidence::issue::{Issue, IssueError};
use time::OffsetDateTime;

use super::request::Request;

/// Whose issues are believed, and who may use them.
#[derive(Debug)]
pub struct Issues {
    keys: IssueKeys,
    lines: BTreeMap<String, BTreeSet<String>>,
}

/// Public keys (DER, P-256) that issues verify with.
#[derive(Debug, Default)]
pub struct IssueKeys {
    /// Stock's: of what is handed out, number 1 and up.
    pub stock: Vec<Vec<u8>>,
    /// A line's own, by its name: of what that line takes itself, number 0.
    pub lines: BTreeMap<String, Vec<Vec<u8>>>,
}

/// Why a blank is not known to have been handed out. For the caller's operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssueRefusal {
    /// There is none.
    #[error(
        "the request carries no blank issue; hand the blank out to the line (`personalisation stock issue`), see that it \
         is signed (`stock sign`), and let the line ask again"
    )]
    Missing,
    /// It is forged, malformed, or of the future.
    #[error(transparent)]
    Issue(#[from] IssueError),
    /// Whoever signed it may not say that.
    #[error(
        "issue {number} of line {line} is signed with a key for others: stock's (`keys` of [issues]) is for what is handed \
         out, number 1 and up, a line's own (`line_keys`) for what that line takes itself, number 0; hand the blank out to \
         the line, or list the line's key"
    )]
    OtherKey {
        /// The line of the issue.
        line: String,
        /// The number of the issue.
        number: u64,
    },
    /// The caller does not work at that line.
    #[error(
        "the blank was handed out to line {line}, where the caller {caller:?} does not work; take it back and hand it out \
         to the line that has it, or correct `lines` of [issues]"
    )]
    OtherLine {
        /// The line of the issue.
        line: String,
        /// The common name of the caller's certificate.
        caller: String,
    },
    /// The issue is of other blanks.
    #[error(
        "the chip is not of issue {number} of line {line}; find out how the blank came there before anything is signed for it"
    )]
    OtherChip {
        /// The line of the issue.
        line: String,
        /// The number of the issue.
        number: u64,
    },
}

/// By which issue an attempt's blank came to its line; kept with the attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// The line.
    pub line: String,
    /// The number of the issue at that line.
    pub number: u64,
    /// The entry of the ledger.
    pub entry: String,
}

impl Issues {
    /// Issues that one of these keys signed; `lines` are the names of the lines that the holder of a certificate works
    /// at, by its common name.
    #[must_use]
    pub fn new(keys: IssueKeys, lines: BTreeMap<String, BTreeSet<String>>) -> Self {
        Self { keys, lines }
    }

    /// By which issue the request's chip came to a line of the caller's.
    pub fn admit(
        &self,
        request: &Request,
        caller: &str,
        now: OffsetDateTime,
    ) -> Result<Issued, IssueRefusal> {
        let issue = self.verified(request, now)?;
        let theirs = self.lines.get(caller);
        if !theirs.is_some_and(|lines| lines.contains(&issue.line)) {
            return Err(IssueRefusal::OtherLine {
                line: issue.line.clone(),
                caller: caller.to_owned(),
            });
        }
        if !issue.contains(&request.chip_serial.0) {
            return Err(IssueRefusal::OtherChip {
                line: issue.line.clone(),
                number: issue.number,
            });
        }
        Ok(Issued {
            line: issue.line.clone(),
            number: issue.number,
            entry: issue.entry.clone(),
        })
    }

    /// The issue, verified with one of the keys, which is for such issues.
    fn verified<'r>(
        &self,
        request: &'r Request,
        now: OffsetDateTime,
    ) -> Result<&'r Issue, IssueRefusal> {
        let signed = request.issue.as_ref().ok_or(IssueRefusal::Missing)?;
        let mut refusal = IssueRefusal::from(IssueError::BadSignature);
        for (own, key) in self.keys.all() {
            let issue = match signed.verify(key, now.unix_timestamp()) {
                Err(IssueError::BadSignature) => continue,
                verdict => verdict?,
            };
            let is_for = match own {
                None => issue.number > 0,
                Some(line) => issue.number == 0 && issue.line == line,
            };
            if is_for {
                return Ok(issue);
            }
            refusal = IssueRefusal::OtherKey {
                line: issue.line.clone(),
                number: issue.number,
            };
        }
        Err(refusal)
    }
}

impl IssueKeys {
    /// Each key, with the line whose own it is.
    fn all(&self) -> impl Iterator<Item = (Option<&str>, &[u8])> {
        let stock = self.stock.iter().map(|key| (None, &key[..]));
        let lines = self.lines.iter().flat_map(|(line, keys)| {
            let line = Some(line.as_str());
            keys.iter().map(move |key| (line, &key[..]))
        });
        stock.chain(lines)
    }
}
