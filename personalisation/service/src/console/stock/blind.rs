//! Counting is blind: while a shift is open at a line, whoever may count there is not told what the ledger has there,
//! nor what it could be worked out from.

use std::collections::BTreeSet;

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

/// The lines whose balance somebody is not told now.
#[derive(Debug)]
pub(super) struct Blind {
    lines: BTreeSet<LineName>,
}

impl Blind {
    /// For whoever is at the page; nothing is kept from those who may not count.
    pub(super) async fn of(desk: &Desk, staffer: &Staffer) -> Result<Self, Problem> {
        let lines = if staffer.may(Resource::Stock, Action::Act) {
            desk.store.lines_in_shift().await.map_err(failed)?
        } else {
            BTreeSet::new()
        };
        Ok(Self { lines })
    }

    /// Whether anything is kept back.
    pub(super) fn is_any(&self) -> bool {
        !self.lines.is_empty()
    }

    /// Whether an account's balance is kept back: that of such a line, and the two that its shift adds to.
    pub(super) fn hides(&self, account: &Account) -> bool {
        match account {
            Account::Line(line) => self.lines.contains(line),
            Account::Cards | Account::Spoiled => self.is_any(),
            _ => false,
        }
    }

    /// Says why figures are missing, where some are.
    pub(super) fn told(&self, speech: Speech<'_>) -> Markup {
        html! {
            @if self.is_any() { (Notification::new(Tone::Notice, speech.text("stock-blind"))) }
        }
    }
}
