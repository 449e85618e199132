//! `/stock/check`: the books read again and compared, now.

use axum::extract::State;
use maud::{Markup, html};
use pages::{
    Layout, Speech,
    component::{Notification, Tone},
    http::Problem,
};
use personalisation_core::stock::{Account, ledger::Difference};
use personalisation_store::stock::Finding;
use time::OffsetDateTime;

use super::{account, blind::Blind};
use crate::console::{
    Desk,
    permissions::Staffer,
    view::{failed, moment, page},
};

pub(super) async fn show(State(desk): State<Desk>, staffer: Staffer) -> Result<Markup, Problem> {
    let speech = staffer.visit.speech();
    let findings = desk.store.check_stock().await.map_err(failed)?;
    let blind = Blind::of(&desk, &staffer).await?;
    let compared = desk.store.signatures_compared_until().await;
    let compared = compared.map_err(failed)?;
    let body = html! {
        (blind.told(speech))
        p.lead { (speech.text("stock-check-about")) }
        @if findings.is_empty() {
            (Notification::new(Tone::Good, speech.text("stock-check-good")))
        } @else {
            (Notification::new(Tone::Bad, speech.text("stock-check-bad")).more(html! {
                ul { @for one in &findings { li { (told(speech, one, &blind)) } } }
            }))
        }
        p { (signatures(speech, compared)) }
        p { a href="/stock" { (speech.text("stock-back")) } }
    };
    Ok(page(&staffer, "/stock", speech.text("stock-check"))
        .layout(Layout::Column)
        .body(body)
        .render())
}

/// Until when what pki signed was compared with what the attempts say. What differed is an alarm.
fn signatures(speech: Speech<'_>, until: Option<OffsetDateTime>) -> String {
    match until {
        Some(until) => {
            let when = [("when", moment(speech, until).into())];
            speech.format("stock-compared", &when)
        }
        None => speech.text("stock-never-compared"),
    }
}

fn told(speech: Speech<'_>, finding: &Finding, blind: &Blind) -> String {
    let without_figures = |place: &Account| {
        let place = account(speech, place);
        speech.format("stock-finding-kept-back", &[("place", place.into())])
    };
    let difference = |one: &Difference, other: String| {
        if blind.hides(&one.account) {
            return without_figures(&one.account);
        }
        speech.format(
            "stock-finding-difference",
            &[
                ("place", account(speech, &one.account).into()),
                ("ledger", one.one.to_string().into()),
                ("other", one.other.to_string().into()),
                ("book", other.into()),
            ],
        )
    };
    let rows = |count: u64| speech.format("stock-finding-rows", &[("count", count.into())]);
    match finding {
        Finding::Moves(one) => difference(one, speech.text("stock-finding-moves")),
        Finding::Blanks(one) => difference(one, speech.text("stock-finding-blanks")),
        Finding::BelowNought(place, _) if blind.hides(place) => without_figures(place),
        Finding::BelowNought(place, net) => below(speech, place, *net),
        Finding::Illegal { moves, .. } => rows(*moves),
        Finding::Entries(count)
        | Finding::WithoutEntry(count)
        | Finding::Elsewhere(count)
        | Finding::Deliveries(count)
        | Finding::Shifts(count) => rows(*count),
    }
}

fn below(speech: Speech<'_>, place: &Account, net: i128) -> String {
    speech.format(
        "stock-finding-below",
        &[
            ("place", account(speech, place).into()),
            ("ledger", net.to_string().into()),
        ],
    )
}
