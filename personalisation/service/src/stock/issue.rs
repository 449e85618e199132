//! Blank issues: signed in stock's token when blanks are handed out, shown to pki by the line.
//!
//! ```text
//! hand out: moves, entry, issue in one commit ─> signed in the token ─> signed issue kept ─> shown with each request to sign
//! ```
//! The signature follows the commit: a crash between the two leaves an issue that waits, and whoever has the key signs it
//! next. Two signatures of one issue say the same.

use std::sync::Arc;

use dossier::PersonId;
use evidence::issue::{Heading, Issue, IssueError};
use key_custody::{CustodyError, EcKey, Token, role::IssueSigning};
use personalisation_core::{ids::BlankId, stock::LineName};
use personalisation_store::{Store, StoreError, stock::IssueRow};
use thiserror::Error;
use time::OffsetDateTime;

use crate::config::Config;

/// Issues that are signed one after the other before somebody else has a turn.
const AT_ONCE: u32 = 100;

/// Why there is no signed issue. For whoever looks after blanks.
#[derive(Debug, Error)]
pub enum IssueProblem {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The token of `[tokens.stock]`, or the line's own.
    #[error("signing an issue of blanks: {0}")]
    Custody(#[from] CustodyError),
    /// What the ledger says cannot be said in an issue.
    #[error("signing an issue of blanks: entry {entry}: {source}")]
    Form {
        /// The entry of the ledger.
        entry: String,
        /// Why.
        source: IssueError,
    },
    /// It waits for stock's key.
    #[error(
        "the issue of entry {entry} to line {line} is not signed yet; run `personalisation stock sign` where stock's token is"
    )]
    Unsigned {
        /// The line.
        line: String,
        /// The entry of the ledger.
        entry: String,
    },
    /// There is no key to sign with here.
    #[error("the configuration has no [tokens.stock]; add it (docs/stock.md)")]
    NoToken,
    /// The program ends.
    #[error("signing an issue of blanks: the program is ending; it is signed later")]
    Ending,
}

/// What came of issues that waited.
#[derive(Debug, Default)]
pub struct Waited {
    /// How many are signed now.
    pub signed: u64,
    /// Those that cannot be said in an issue: they go on waiting.
    pub unformed: Vec<IssueProblem>,
}

/// Which issues a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    /// Stock's: what a person handed out, by its number.
    HandedOut,
    /// A line's own: blanks that it took from the vault itself, where nobody hands out.
    Own,
}

/// A key of issues in its token.
struct IssueKey {
    token: Token,
    key: EcKey<IssueSigning>,
    scope: Scope,
}

/// Where issues are signed and looked up. Clones share it.
#[derive(Clone)]
pub struct IssueDesk {
    store: Store,
    key: Option<Arc<IssueKey>>,
}

impl std::fmt::Debug for IssueDesk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scope = self.key.as_ref().map(|key| key.scope);
        f.debug_struct("IssueDesk")
            .field("signs", &scope)
            .finish_non_exhaustive()
    }
}

impl IssueDesk {
    /// Stock's, with the key of `[tokens.stock]`; without that section it signs nothing.
    pub fn of_stock(config: &Config, store: Store) -> Result<Self, IssueProblem> {
        let key = match config.stock_token() {
            Some((section, token)) => Some(IssueKey::open(
                Token::open(&token)?,
                &section.key,
                Scope::HandedOut,
            )?),
            None => None,
        };
        Ok(Self { store, key })
    }

    /// The line's, with the key of its own token where `[tokens.cards]` names one.
    pub fn of_the_line(config: &Config, store: Store) -> Result<Self, IssueProblem> {
        let key = match &config.tokens.cards.issue_key {
            Some(label) => {
                let token = Token::open(&config.card_token())?;
                Some(IssueKey::open(token, label, Scope::Own)?)
            }
            None => None,
        };
        Ok(Self { store, key })
    }

    /// Signs nothing.
    pub const fn without_key(store: Store) -> Self {
        Self { store, key: None }
    }

    /// Whether this process has a key to sign with.
    pub const fn signs(&self) -> bool {
        self.key.is_some()
    }

    /// The signed issue by which a blank came to its line, encoded; none where it has none, or it waits for a signature
    /// and nothing says that there will be one.
    pub async fn of(&self, blank: BlankId) -> Result<Option<Vec<u8>>, IssueProblem> {
        let Some(row) = self.store.issue_of(blank).await? else {
            return Ok(None);
        };
        if row.signed.is_some() {
            return Ok(row.signed);
        }
        let Some(key) = &self.key else {
            return Ok(None);
        };
        if !key.is_for(&row) {
            return Err(IssueProblem::Unsigned {
                line: row.line.to_string(),
                entry: row.entry,
            });
        }
        self.sign(key, &row).await.map(Some)
    }

    /// Signs what that person handed out to that line at that moment.
    pub async fn sign_handed_out(
        &self,
        line: &LineName,
        by: PersonId,
        at: OffsetDateTime,
    ) -> Result<(), IssueProblem> {
        let key = self.key.as_ref().ok_or(IssueProblem::NoToken)?;
        for row in self.store.unsigned_issues_of(line, by, at).await? {
            self.sign(key, &row).await?;
        }
        Ok(())
    }

    /// Signs what people handed out and waits for stock's signature, where it still matters.
    pub async fn sign_waiting(&self) -> Result<Waited, IssueProblem> {
        let key = self.key.as_ref().ok_or(IssueProblem::NoToken)?;
        let mut waited = Waited::default();
        loop {
            let passed_over = u64::try_from(waited.unformed.len()).unwrap_or(u64::MAX);
            let waiting = self.store.unsigned_issues(passed_over, AT_ONCE).await?;
            if waiting.is_empty() {
                return Ok(waited);
            }
            for row in &waiting {
                match self.sign(key, row).await {
                    Ok(_) => waited.signed += 1,
                    Err(problem @ IssueProblem::Form { .. }) => waited.unformed.push(problem),
                    Err(problem) => return Err(problem),
                }
            }
        }
    }

    async fn sign(&self, key: &Arc<IssueKey>, row: &IssueRow) -> Result<Vec<u8>, IssueProblem> {
        let chips = self.store.chips_of_entry(&row.entry).await?;
        let issue = issue(row, chips.iter().map(|chip| *chip.as_bytes()));
        let issue = issue.map_err(|source| IssueProblem::Form {
            entry: row.entry.clone(),
            source,
        })?;
        let (key, digest) = (Arc::clone(key), issue.digest());
        // A token takes its time.
        let signing = move || key.token.sign_digest(&key.key, &digest);
        let signature = tokio::task::spawn_blocking(signing).await;
        let signature = signature.map_err(|_| IssueProblem::Ending)??;
        let signed = issue.seal(signature).encode();
        self.store.keep_signed_issue(&row.entry, &signed).await?;
        Ok(signed)
    }
}

impl IssueKey {
    fn open(token: Token, label: &str, scope: Scope) -> Result<Arc<Self>, CustodyError> {
        let key = token.find_ec(label)?;
        Ok(Arc::new(Self { token, key, scope }))
    }

    fn is_for(&self, row: &IssueRow) -> bool {
        let is_handed_out = row.by.is_some() && row.number.is_some();
        is_handed_out == (self.scope == Scope::HandedOut)
    }
}

fn issue(row: &IssueRow, chips: impl Iterator<Item = [u8; 10]>) -> Result<Issue, IssueError> {
    let heading = Heading {
        line: row.line.to_string(),
        number: row.number.unwrap_or(0),
        entry: row.entry.clone(),
        shift: row.shift.map(|shift| *shift.as_bytes()),
        issued_at: row.at.unix_timestamp(),
    };
    Issue::new(heading, &chips.collect::<Vec<_>>())
}
