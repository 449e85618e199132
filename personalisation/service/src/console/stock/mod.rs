//! `/stock`: every blank accounted for. Balances and the audit of the books, deliveries, shifts with their counts,
//! destruction before two persons, and which card came from where.

mod blind;
mod cards;
mod certificate;
mod check;
mod deliveries;
mod destruction;
mod history;
mod inspect;
mod issue;
mod overview;
mod receipt;
mod serials;
mod shift;
mod shifts;

pub use certificate::certificate;
use pages::{Id, Speech, http::Problem};
use personalisation_core::stock::Account;
use personalisation_store::StoreError;

use super::{
    Desk,
    permissions::Resource::Stock,
    routes::Routes,
    view::{failed, login},
};
use crate::{edge, stock::Stockroom};

pub(super) fn add(routes: Routes) -> Routes {
    routes
        .see("/stock", Stock, overview::show)
        .see("/stock/check", Stock, check::show)
        .see("/stock/deliveries", Stock, deliveries::list)
        .see("/stock/deliveries/{delivery}", Stock, deliveries::show)
        .see("/stock/deliveries/{delivery}/{box}", Stock, inspect::show)
        .act(
            "/stock/deliveries/{delivery}/{box}",
            Stock,
            inspect::take_in,
        )
        .see("/stock/issue", Stock, issue::show)
        .act("/stock/issue", Stock, issue::hand_out)
        .act("/stock/issue/return", Stock, issue::take_back)
        .see("/stock/shifts", Stock, shifts::list)
        .act("/stock/shifts", Stock, shifts::open)
        .see("/stock/shifts/{shift}", Stock, shift::show)
        .act("/stock/shifts/{shift}/close", Stock, shift::close)
        .act("/stock/shifts/{shift}/sign", Stock, shift::sign)
        .see("/stock/destruction", Stock, destruction::choose)
        .act("/stock/destruction/ask", Stock, destruction::ask)
        .act("/stock/destruction", Stock, destruction::destroy)
        .see("/stock/destruction/{destruction}", Stock, receipt::show)
        .see(
            "/stock/destruction/{destruction}/certificate",
            Stock,
            receipt::pdf,
        )
        .see("/stock/cards", Stock, cards::show)
        .see("/cards", Stock, history::ask)
        .see("/cards/{key}", Stock, history::show)
}

/// The stock, in the hands of whoever is at the page.
fn room(desk: &Desk) -> Stockroom {
    let shared = (desk.store.clone(), desk.issues.clone());
    Stockroom::at_console(shared, desk.rng, edge::now)
}

/// How many shifts wait for two supervisors.
pub(super) async fn unsigned(desk: &Desk) -> Result<u64, Problem> {
    desk.store.count_unsigned_shifts().await.map_err(failed)
}

/// An account, in words.
fn account(speech: Speech<'_>, account: &Account) -> String {
    let id = match account {
        Account::Line(line) => {
            return speech.format("stock-account-line", &[("line", line.as_str().into())]);
        }
        Account::Maker => Id("stock-account-maker"),
        Account::Delivery => Id("stock-account-delivery"),
        Account::Vault => Id("stock-account-vault"),
        Account::Cards => Id("stock-account-cards"),
        Account::TestCards => Id("stock-account-test-cards"),
        Account::Spoiled => Id("stock-account-spoiled"),
        Account::Defective => Id("stock-account-defective"),
        Account::Destroyed => Id("stock-account-destroyed"),
        Account::Missing => Id("stock-account-missing"),
        Account::WrittenOff => Id("stock-account-written-off"),
    };
    speech.text(id)
}

/// What the store refused: whose role it is not is told so, whoever comes second too.
fn refused(error: StoreError) -> Problem {
    match error {
        StoreError::NotPermitted { .. } => Problem::Forbidden,
        StoreError::BlankMove(_) | StoreError::Shift(_) | StoreError::AlreadyThere { .. } => {
            tracing::warn!(%error, "an act on blanks was refused");
            Problem::StaleForm
        }
        error => failed(error),
    }
}

/// A serial as people compare it: in groups of four.
fn grouped(chip: &str) -> String {
    let digits: Vec<char> = chip.chars().collect();
    let groups = digits.chunks(4).map(|group| group.iter().collect());
    groups.collect::<Vec<String>>().join(" ")
}

/// Two people, by login.
async fn both(
    desk: &Desk,
    one: dossier::PersonId,
    other: dossier::PersonId,
) -> Result<String, Problem> {
    Ok(format!(
        "{}, {}",
        login(desk, one).await?,
        login(desk, other).await?
    ))
}
