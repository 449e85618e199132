//! Auditing the books: the ledger, the moves and the blanks each tell where everything is, and must agree.

use std::fmt;

use personalisation_core::{
    blank::{BlankState, BlankStep},
    stock::{
        Account,
        ledger::{Difference, Entry, Nets},
    },
};
use sqlx::Row as _;

use super::movement::count;
use crate::{Store, StoreError, engine::EngineRow, row::Columns};

const DOING: &str = "auditing the stock";

/// Something that the books do not agree about. For the auditor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The ledger's balance is not what the blanks' moves make it.
    Moves(Difference),
    /// The ledger's balance is not the number of blanks that are there.
    Blanks(Difference),
    /// More left a place than ever came there.
    BelowNought(Account, i128),
    /// Entries whose number of blanks is not that of their moves.
    Entries(u64),
    /// Moves that stand in no entry.
    WithoutEntry(u64),
    /// Blanks that are not where their last move led.
    Elsewhere(u64),
    /// Moves that no blank can make, or whose entry names other accounts.
    Illegal {
        /// From where; none: a blank's first move.
        from: Option<BlankState>,
        /// Where to.
        to: BlankState,
        /// How many.
        moves: u64,
    },
    /// Deliveries that have other blanks than they announced.
    Deliveries(u64),
    /// Closed shifts whose entries are not those that were counted with it.
    Shifts(u64),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Moves(one) => write!(
                f,
                "{}: {} by the ledger, {} by the moves",
                one.account, one.one, one.other
            ),
            Self::Blanks(one) => write!(
                f,
                "{}: {} by the ledger, {} blanks are there",
                one.account, one.one, one.other
            ),
            Self::BelowNought(account, net) => write!(f, "{account}: {net}, below nought"),
            Self::Entries(number) => {
                write!(
                    f,
                    "{number} entries have another number of blanks than moves"
                )
            }
            Self::WithoutEntry(number) => write!(f, "{number} moves stand in no entry"),
            Self::Elsewhere(number) => {
                write!(f, "{number} blanks are not where their last move led")
            }
            Self::Illegal { from, to, moves } => {
                let from = from.map_or("nowhere", BlankState::name);
                write!(
                    f,
                    "{moves} moves from {from} to {to}, which no blank makes so"
                )
            }
            Self::Deliveries(number) => {
                write!(
                    f,
                    "{number} deliveries have other blanks than they announced"
                )
            }
            Self::Shifts(number) => write!(f, "{number} shifts have entries that came later"),
        }
    }
}

/// A statement that counts wrong rows, and what they are.
type Check = (&'static str, fn(u64) -> Finding);

const WRONG: [Check; 5] = [
    (
        "SELECT COUNT(*) AS wrong FROM stock_entry AS entry WHERE entry.blanks <> (
             SELECT COUNT(*) FROM stock_move AS moved WHERE moved.entry_id = entry.entry_id)",
        Finding::Entries,
    ),
    (
        "SELECT COUNT(*) AS wrong FROM stock_move WHERE entry_id IS NULL",
        Finding::WithoutEntry,
    ),
    (
        "SELECT COUNT(*) AS wrong FROM stock_blank AS blank WHERE blank.state <> COALESCE((
             SELECT moved.state FROM stock_move AS moved
             WHERE moved.blank_id = blank.blank_id ORDER BY moved.step DESC LIMIT 1), '')",
        Finding::Elsewhere,
    ),
    (
        "SELECT COUNT(*) AS wrong FROM stock_delivery AS delivery
         WHERE delivery.announced <> (SELECT COUNT(*) FROM stock_blank AS blank
                                      WHERE blank.delivery_id = delivery.delivery_id)",
        Finding::Deliveries,
    ),
    (
        "SELECT COUNT(*) AS wrong FROM stock_shift AS shift WHERE shift.closed_at IS NOT NULL
         AND shift.entries <> (SELECT COUNT(*) FROM stock_entry AS entry
                               WHERE entry.shift_id = shift.shift_id)",
        Finding::Shifts,
    ),
];

impl Store {
    /// Reads all books again and compares them: what every balance is by the ledger, by the moves of all blanks and by
    /// where the blanks are. Nothing: they agree.
    pub async fn check_stock(&self) -> Result<Vec<Finding>, StoreError> {
        let ledger = self
            .nets(
                "SELECT from_account, to_account, CAST(SUM(blanks) AS BIGINT) AS blanks
                 FROM stock_entry GROUP BY from_account, to_account",
            )
            .await?;
        let moves = self
            .nets(
                "SELECT entry.from_account, entry.to_account, COUNT(*) AS blanks
                 FROM stock_move AS moved JOIN stock_entry AS entry ON entry.entry_id = moved.entry_id
                 GROUP BY entry.from_account, entry.to_account",
            )
            .await?;
        let there = self.balances().await?.into_iter().map(|one| Entry {
            from: Account::Maker,
            to: one.account,
            blanks: one.blanks,
        });
        let there: Nets = there.collect();
        let mut findings: Vec<_> = ledger
            .differences(&moves)
            .into_iter()
            .map(Finding::Moves)
            .collect();
        findings.extend(ledger.differences(&there).into_iter().map(Finding::Blanks));
        let below = ledger
            .iter()
            .filter(|(account, net)| *net < 0 && **account != Account::Maker);
        findings.extend(below.map(|(account, net)| Finding::BelowNought(account.clone(), net)));
        findings.extend(self.wrong_rows().await?);
        findings.extend(self.illegal_moves().await?);
        Ok(findings)
    }

    async fn nets(&self, sql: &'static str) -> Result<Nets, StoreError> {
        let rows = sqlx::query(sql).fetch_all(&self.pool).await;
        let rows = rows.map_err(StoreError::database(DOING))?;
        let entries = rows.iter().map(|row| {
            let columns = entry_columns(row);
            let account = |column| {
                let account = columns.word_if_any(column, |text| text.parse().ok())?;
                account.ok_or_else(|| columns.bad(column))
            };
            Ok(Entry {
                from: account("from_account")?,
                to: account("to_account")?,
                blanks: count(row, "blanks")?,
            })
        });
        entries.collect()
    }

    /// Rows that do not fit together, counted by statements.
    async fn wrong_rows(&self) -> Result<Vec<Finding>, StoreError> {
        let mut findings = Vec::new();
        for (sql, finding) in WRONG {
            let row = sqlx::query(sql).fetch_one(&self.pool).await;
            let row = row.map_err(StoreError::database(DOING))?;
            findings.extend(Some(count(&row, "wrong")?).filter(|n| *n > 0).map(finding));
        }
        Ok(findings)
    }

    /// Every kind of move that was ever made, against the table of moves and the accounts of their entries.
    async fn illegal_moves(&self) -> Result<Vec<Finding>, StoreError> {
        let rows = sqlx::query(
            "SELECT earlier.state AS from_state, moved.state AS to_state,
                 entry.from_account, entry.to_account, COUNT(*) AS moves
             FROM stock_move AS moved
             JOIN stock_entry AS entry ON entry.entry_id = moved.entry_id
             LEFT JOIN stock_move AS earlier
                 ON earlier.blank_id = moved.blank_id AND earlier.step = moved.step - 1
             GROUP BY earlier.state, moved.state, entry.from_account, entry.to_account",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::database(DOING))?;
        let mut findings = Vec::new();
        for row in &rows {
            let columns = entry_columns(row);
            let from = columns.word_if_any("from_state", BlankState::from_name)?;
            let to = columns.word_if_any("to_state", BlankState::from_name)?;
            let to = to.ok_or_else(|| columns.bad("state"))?;
            let account = |column| -> Result<String, StoreError> {
                row.try_get(column).map_err(StoreError::database(DOING))
            };
            let accounts = (account("from_account")?, account("to_account")?);
            if !is_legal(from, to, &accounts) {
                let moves = count(row, "moves")?;
                findings.push(Finding::Illegal { from, to, moves });
            }
        }
        Ok(findings)
    }
}

fn entry_columns(row: &EngineRow) -> Columns<'_> {
    Columns {
        table: "stock_entry",
        id: "any".to_owned(),
        row,
    }
}

fn is_legal(from: Option<BlankState>, to: BlankState, accounts: &(String, String)) -> bool {
    let steps = |from: BlankState| {
        let mut steps = BlankStep::ALL.into_iter();
        steps.any(|step| from.after(step) == Ok(to))
    };
    let fits = |state: BlankState, account: &str| {
        let account: Option<Account> = account.parse().ok();
        let line = match &account {
            Some(Account::Line(line)) => Some(line.clone()),
            _ => None,
        };
        account.is_some() && Account::of(state, line.as_ref()) == account
    };
    let begins = match from {
        Some(from) => steps(from) && fits(from, &accounts.0),
        None => to == BlankState::InDelivery && accounts.0 == Account::Maker.to_string(),
    };
    begins && fits(to, &accounts.1)
}
