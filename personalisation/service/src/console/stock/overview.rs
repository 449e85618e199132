//! `/stock`: what is where, at a glance.

use axum::extract::State;
use maud::{Markup, html};
use pages::{
    Speech,
    component::{Cell, Column, Notification, Table, Tile, Tiles, Tone},
    http::Problem,
};
use personalisation_core::stock::Account;
use personalisation_store::stock::Balance;

use super::{account, blind::Blind};
use crate::console::{
    Desk,
    permissions::Staffer,
    view::{failed, page},
};

pub(super) async fn show(State(desk): State<Desk>, staffer: Staffer) -> Result<Markup, Problem> {
    let speech = staffer.visit.speech();
    let balances = desk.store.balances().await.map_err(failed)?;
    let blind = Blind::of(&desk, &staffer).await?;
    let of = |wanted: &Account| -> u64 {
        let found = balances.iter().find(|one| one.account == *wanted);
        found.map_or(0, |one| one.blanks)
    };
    let at_lines = balances.iter().filter_map(|one| match one.account {
        Account::Line(_) => Some(one.blanks),
        _ => None,
    });
    let waiting = of(&Account::Spoiled) + of(&Account::Defective);
    let kept_back = |hidden: bool, figure: u64| {
        if hidden {
            speech.text("stock-kept-back")
        } else {
            speech.number(figure)
        }
    };
    let tile = |name: String, figure: String, href: Option<&str>| Tile {
        name,
        figure,
        tag: None,
        href: href.map(str::to_owned),
    };
    let tiles = Tiles::new([
        tile(
            speech.text("stock-in-vault"),
            kept_back(blind.hides_vault(), of(&Account::Vault)),
            None,
        ),
        tile(
            speech.text("stock-at-lines"),
            kept_back(blind.is_any(), at_lines.sum()),
            Some("/stock/shifts"),
        ),
        tile(
            speech.text("stock-to-destroy"),
            kept_back(blind.hides(&Account::Spoiled), waiting),
            Some("/stock/destruction"),
        ),
        tile(
            speech.text("stock-to-inspect"),
            speech.number(of(&Account::Delivery)),
            Some("/stock/deliveries"),
        ),
    ]);
    let table = table(speech, &balances, &blind);
    let missing = of(&Account::Missing);
    let unsigned = super::unsigned(&desk).await?;
    let body = html! {
        @if missing > 0 {
            (Notification::new(Tone::Bad, speech.format("stock-missing", &[("count", missing.into())])))
        }
        @if unsigned > 0 {
            (Notification::new(Tone::Attention, speech.format("stock-unsigned", &[("count", unsigned.into())])))
        }
        (tiles)
        (blind.told(speech))
        (table)
        (links(speech))
    };
    Ok(page(&staffer, "/stock", speech.text("stock-title"))
        .body(body)
        .render())
}

/// Where to go from here.
fn links(speech: Speech<'_>) -> Markup {
    html! {
        ul {
            li { a href="/stock/shifts" { (speech.text("stock-shifts")) } }
            li { a href="/stock/destruction" { (speech.text("stock-destruction")) } }
            li { a href="/stock/deliveries" { (speech.text("stock-deliveries")) } }
            li { a href="/stock/issue" { (speech.text("issue-title")) } }
            li { a href="/stock/cards" { (speech.text("stock-cards")) } }
            li { a href="/cards" { (speech.text("card-title")) } }
            li { a href="/stock/check" { (speech.text("stock-check")) } }
        }
    }
}

fn table(speech: Speech<'_>, balances: &[Balance], blind: &Blind) -> Table {
    let columns = [
        Column::words(speech.text("stock-place")),
        Column::numbers(speech.text("stock-blanks")),
    ];
    let mut table =
        Table::new(speech.text("stock-caption"), columns).or_if_empty(speech.text("stock-none"));
    for one in balances.iter().filter(|one| !blind.hides(&one.account)) {
        table = table.row([
            Cell::from(account(speech, &one.account)),
            Cell::from(speech.number(one.blanks)),
        ]);
    }
    let received: u64 = balances.iter().map(|one| one.blanks).sum();
    if received > 0 && !blind.is_any() {
        table = table.row([
            Cell::from(speech.text("stock-received")),
            Cell::from(speech.number(received)),
        ]);
    }
    table
}
