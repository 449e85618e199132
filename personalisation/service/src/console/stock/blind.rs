//! Counting is blind: whoever may count at a line is not told what the ledger has there, before a shift as in it, nor what it
//! could be worked out from at a glance.

use std::collections::BTreeSet;

use dossier::staff::Role;
use maud::{Markup, html};
use pages::{
    Speech,
    component::{Notification, Tone},
    http::Problem,
};
use personalisation_core::stock::{Account, LineName};

use crate::console::{
    Desk,
    permissions::{Action, Resource, Staffer},
    view::failed,
};

/// What somebody is not told now.
#[derive(Debug)]
pub(super) struct Blind {
    /// They may count, at any line and at any time.
    counts: bool,
    /// They hand out, and know what.
    keeps: bool,
    in_shift: BTreeSet<LineName>,
}

impl Blind {
    /// For whoever is at the page; nothing is kept from those who may not count.
    pub(super) async fn of(desk: &Desk, staffer: &Staffer) -> Result<Self, Problem> {
        let counts = staffer.may(Resource::Stock, Action::Act);
        let in_shift = if counts {
            desk.store.lines_in_shift().await.map_err(failed)?
        } else {
            BTreeSet::new()
        };
        Ok(Self {
            counts,
            keeps: staffer.is(Role::StockKeeper) || staffer.is(Role::Supervisor),
            in_shift,
        })
    }

    /// Whether anything is kept back.
    pub(super) const fn is_any(&self) -> bool {
        self.counts
    }

    /// Whether cards that nobody counted yet are kept back.
    pub(super) fn hides_uncounted(&self) -> bool {
        !self.in_shift.is_empty()
    }

    /// Whether an account's balance is kept back. A shift's first count is the sum of what its line was given, less what became
    /// of it; in a shift, what was spoiled is counted too.
    pub(super) fn hides(&self, account: &Account) -> bool {
        match account {
            Account::Line(_) | Account::Cards => self.counts,
            Account::Vault => self.hides_vault(),
            Account::Spoiled => self.hides_uncounted(),
            _ => false,
        }
    }

    /// Whether it is kept back what lies in the vault, which tells what was handed out.
    pub(super) const fn hides_vault(&self) -> bool {
        self.counts && !self.keeps
    }

    /// Whether it is kept back how many blanks were handed out to a line.
    pub(super) fn hides_handed_out(&self, line: &LineName) -> bool {
        self.hides_vault() || self.in_shift.contains(line)
    }

    /// Says why figures are missing, where some are.
    pub(super) fn told(&self, speech: Speech<'_>) -> Markup {
        html! {
            @if self.is_any() { (Notification::new(Tone::Notice, speech.text("stock-blind"))) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_counts_is_told_nothing_that_they_count() {
        let line: LineName = "line-1".parse().unwrap();
        let accounts = || {
            let line = Account::Line(line.clone());
            [line, Account::Cards, Account::Vault, Account::Spoiled]
        };
        for (counts, keeps, in_shift, hidden) in [
            (false, false, false, [false; 4]),
            (true, true, false, [true, true, false, false]),
            (true, true, true, [true, true, false, true]),
            (true, false, false, [true, true, true, false]),
            (true, false, true, [true; 4]),
        ] {
            let in_shift = in_shift.then(|| line.clone()).into_iter().collect();
            let blind = Blind {
                counts,
                keeps,
                in_shift,
            };
            let found = accounts().map(|account| blind.hides(&account));
            assert_eq!(found, hidden, "{blind:?}");
            let handed_out = blind.hides_handed_out(&line);
            assert_eq!(handed_out, hidden[2] || hidden[3], "{blind:?}");
        }
    }
}
