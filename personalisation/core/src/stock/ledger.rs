//! The ledger: double entry, so that nothing appears and nothing vanishes. Each entry takes blanks from one account and
//! gives them to another; the sum over all accounts is nought, and what the makers owe is what was ever received.

use std::collections::BTreeMap;

use thiserror::Error;

use super::Account;

/// One entry: `blanks` go from one account to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where they were.
    pub from: Account,
    /// Where they are.
    pub to: Account,
    /// How many: one, or a box of them.
    pub blanks: u64,
}

/// Why an entry is no entry. For the auditor.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum LedgerError {
    /// It moves nothing, or nowhere.
    #[error("posting to the ledger: {blanks} blanks from {from} to {to} is no movement")]
    NoMovement {
        /// Where from.
        from: Account,
        /// Where to.
        to: Account,
        /// How many.
        blanks: u64,
    },
    /// More than there are.
    #[error("posting to the ledger: {from} has {there} blanks, {blanks} cannot leave it")]
    Overdrawn {
        /// The account.
        from: Account,
        /// What it has.
        there: u64,
        /// What was to leave.
        blanks: u64,
    },
    /// Blanks do not go back to their maker: the defective are destroyed here.
    #[error("posting to the ledger: blanks come from their maker and never go back")]
    ToMaker,
}

/// Balances, as entries made them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    balances: BTreeMap<Account, u64>,
    received: u64,
}

impl Ledger {
    /// Posts an entry.
    pub fn post(&mut self, entry: &Entry) -> Result<(), LedgerError> {
        let Entry { from, to, blanks } = entry;
        if *blanks == 0 || from == to {
            return Err(LedgerError::NoMovement {
                from: from.clone(),
                to: to.clone(),
                blanks: *blanks,
            });
        }
        if *to == Account::Maker {
            return Err(LedgerError::ToMaker);
        }
        if *from == Account::Maker {
            self.received += blanks;
        } else {
            let there = self.balance(from);
            let left = there.checked_sub(*blanks);
            let left = left.ok_or_else(|| LedgerError::Overdrawn {
                from: from.clone(),
                there,
                blanks: *blanks,
            })?;
            self.balances.insert(from.clone(), left);
        }
        *self.balances.entry(to.clone()).or_default() += blanks;
        Ok(())
    }

    /// How many blanks an account has; of the makers, how many they delivered.
    pub fn balance(&self, account: &Account) -> u64 {
        if *account == Account::Maker {
            return self.received;
        }
        self.balances.get(account).copied().unwrap_or_default()
    }

    /// Every account that has blanks, but the makers'.
    pub fn balances(&self) -> impl Iterator<Item = (&Account, u64)> {
        let balances = self
            .balances
            .iter()
            .map(|(account, blanks)| (account, *blanks));
        balances.filter(|(_, blanks)| *blanks > 0)
    }

    /// What was ever received: always the sum over all other accounts.
    pub const fn received(&self) -> u64 {
        self.received
    }

    /// The sum over all places.
    pub fn sum(&self) -> u64 {
        self.balances.values().sum()
    }
}

/// Nets of entries in any order: what remains of many sums, where the order is not known any more.
impl FromIterator<Entry> for Nets {
    fn from_iter<T: IntoIterator<Item = Entry>>(entries: T) -> Self {
        let mut nets = Self::default();
        for entry in entries {
            let blanks = i128::from(entry.blanks);
            *nets.0.entry(entry.from).or_default() -= blanks;
            *nets.0.entry(entry.to).or_default() += blanks;
        }
        nets
    }
}

/// What each account has after all of its entries; below nought for the makers, and for no other account unless the
/// books are wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nets(BTreeMap<Account, i128>);

impl Nets {
    /// An account's net.
    pub fn of(&self, account: &Account) -> i128 {
        self.0.get(account).copied().unwrap_or_default()
    }

    /// Every account that is not at nought.
    pub fn iter(&self) -> impl Iterator<Item = (&Account, i128)> {
        let nets = self.0.iter().map(|(account, blanks)| (account, *blanks));
        nets.filter(|(_, blanks)| *blanks != 0)
    }

    /// Accounts whose nets are not those of `other`, with both.
    pub fn differences<'a>(&'a self, other: &'a Self) -> Vec<Difference> {
        let accounts = self.0.keys().chain(other.0.keys());
        let accounts: std::collections::BTreeSet<_> = accounts.collect();
        let differences = accounts.into_iter().filter_map(|account| {
            let (one, another) = (self.of(account), other.of(account));
            (one != another).then(|| Difference {
                account: account.clone(),
                one,
                other: another,
            })
        });
        differences.collect()
    }
}

/// Two books that disagree about an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The account.
    pub account: Account,
    /// What the first book says.
    pub one: i128,
    /// What the second book says.
    pub other: i128,
}

#[cfg(test)]
mod tests {
    use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

    use super::*;

    fn entry(from: Account, to: Account, blanks: u64) -> Entry {
        Entry { from, to, blanks }
    }

    fn line(name: &str) -> Account {
        Account::Line(name.parse().unwrap())
    }

    #[test]
    fn a_box_goes_its_way_and_the_sum_stays() {
        let mut ledger = Ledger::default();
        for one in [
            entry(Account::Maker, Account::Delivery, 500),
            entry(Account::Delivery, Account::Defective, 2),
            entry(Account::Delivery, Account::Vault, 498),
            entry(Account::Vault, line("line-1"), 100),
            entry(line("line-1"), Account::Cards, 90),
            entry(line("line-1"), Account::Spoiled, 3),
            entry(line("line-1"), Account::Vault, 7),
        ] {
            ledger.post(&one).unwrap();
            assert_eq!(ledger.sum(), ledger.received());
        }
        assert_eq!(ledger.balance(&Account::Vault), 405);
        assert_eq!(ledger.balance(&line("line-1")), 0);
        assert_eq!(ledger.received(), 500);
    }

    #[test]
    fn nothing_is_overdrawn_and_nothing_goes_back_to_its_maker() {
        let mut ledger = Ledger::default();
        let announced = entry(Account::Maker, Account::Delivery, 5);
        ledger.post(&announced).unwrap();
        let before = ledger.clone();
        let more = entry(Account::Delivery, Account::Vault, 6);
        assert_eq!(
            ledger.post(&more),
            Err(LedgerError::Overdrawn {
                from: Account::Delivery,
                there: 5,
                blanks: 6
            })
        );
        let back = entry(Account::Delivery, Account::Maker, 1);
        assert_eq!(ledger.post(&back), Err(LedgerError::ToMaker));
        let none = entry(Account::Delivery, Account::Vault, 0);
        assert!(matches!(
            ledger.post(&none),
            Err(LedgerError::NoMovement { .. })
        ));
        assert_eq!(ledger, before);
    }

    #[test]
    fn whatever_is_posted_the_sum_is_what_was_received_and_nets_agree() {
        let accounts = [
            Account::Maker,
            Account::Delivery,
            Account::Vault,
            line("one"),
            line("two"),
            Account::Cards,
            Account::Spoiled,
            Account::Destroyed,
            Account::Missing,
        ];
        let mut rng = StdRng::seed_from_u64(3);
        let mut ledger = Ledger::default();
        let mut posted = Vec::new();
        for _ in 0..2000 {
            let mut any = || accounts[rng.random_range(0..accounts.len())].clone();
            let (from, to) = (any(), any());
            let one = entry(from, to, rng.random_range(0..9));
            if ledger.post(&one).is_ok() {
                posted.push(one);
            }
            assert_eq!(ledger.sum(), ledger.received());
        }
        assert!(posted.len() > 500);
        posted.reverse();
        let nets: Nets = posted.into_iter().collect();
        for account in &accounts[1..] {
            assert_eq!(nets.of(account), i128::from(ledger.balance(account)));
        }
        assert_eq!(nets.of(&Account::Maker), -i128::from(ledger.received()));
    }

    #[test]
    fn books_that_disagree_say_about_what() {
        let one: Nets = [entry(Account::Maker, Account::Vault, 5)]
            .into_iter()
            .collect();
        let other: Nets = [entry(Account::Maker, Account::Vault, 4)]
            .into_iter()
            .collect();
        let differences = one.differences(&other);
        assert_eq!(differences.len(), 2);
        assert_eq!(differences[1].account, Account::Vault);
        assert_eq!((differences[1].one, differences[1].other), (5, 4));
        assert_eq!(one.differences(&one.clone()), []);
    }
}
