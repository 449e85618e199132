//! `/review` and `/review/forced`: what waits for a person, the one that waits longest first. No names: the list is
//! read by everybody in review, and a case is opened to decide about it.

use axum::extract::{Query, State};
use maud::{Markup, html};
use pages::{
    Id,
    component::{Cell, Column, Notification, Table, Tag, Tone},
    http::Problem,
};
use personalisation_core::application::{ApplicationState, Decider, Referral};
use personalisation_store::review::{ApplicationRow, QueueFilter};
use serde::Deserialize;

use super::words;
use crate::console::{
    Desk,
    permissions::Staffer,
    view::{age, failed, page},
};

/// Longest list.
const MOST: u32 = 500;

/// How much waits.
pub(in crate::console) struct Count {
    pub(in crate::console) open: u64,
    pub(in crate::console) forced: u64,
    pub(in crate::console) more_needed: u64,
}

/// How much waits, for the start page; supervisors hear of theirs.
pub(in crate::console) async fn count(desk: &Desk, supervisor: bool) -> Result<Count, Problem> {
    let count = async |filter: QueueFilter| desk.store.count_queue(&filter).await.map_err(failed);
    let of = |state| QueueFilter {
        state: Some(state),
        ..QueueFilter::default()
    };
    Ok(Count {
        open: count(of("in_review")).await?,
        forced: if supervisor {
            count(for_supervisors()).await?
        } else {
            0
        },
        more_needed: count(of("more_needed")).await?,
    })
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    state: Option<String>,
}

pub(super) async fn show(
    State(desk): State<Desk>,
    staffer: Staffer,
    Query(wanted): Query<Wanted>,
) -> Result<Markup, Problem> {
    let speech = staffer.visit.speech();
    let more = wanted.state.as_deref() == Some("more_needed");
    let filter = QueueFilter {
        state: Some(if more { "more_needed" } else { "in_review" }),
        most: MOST,
        ..QueueFilter::default()
    };
    let rows = desk.store.applications(&filter).await.map_err(failed)?;
    let body = html! {
        p.lead { (speech.text("queue-about")) }
        p {
            @if more { a href="/review" { (speech.text("queue-open")) } }
            @else { a href="/review?state=more_needed" { (speech.text("queue-more-needed")) } }
        }
        (table(&staffer, &rows))
    };
    let title = if more {
        speech.text("queue-more-needed")
    } else {
        speech.text("queue-title")
    };
    let place = if more { "" } else { "/review" };
    Ok(page(&staffer, place, title).body(body).render())
}

pub(super) async fn forced(State(desk): State<Desk>, staffer: Staffer) -> Result<Markup, Problem> {
    let speech = staffer.visit.speech();
    let rows = desk.store.applications(&for_supervisors()).await;
    let rows = rows.map_err(failed)?;
    let body = html! {
        p.lead { (speech.text("queue-forced-about")) }
        (table(&staffer, &rows))
    };
    let title = speech.text("queue-forced-title");
    Ok(page(&staffer, "/review/forced", title).body(body).render())
}

/// Everything that only a supervisor decides.
fn for_supervisors() -> QueueFilter {
    let reasons = Referral::ALL.into_iter();
    QueueFilter {
        state: Some("in_review"),
        referrals: reasons.filter(|one| one.needs_supervisor()).collect(),
        most: MOST,
        ..QueueFilter::default()
    }
}

fn table(staffer: &Staffer, rows: &[ApplicationRow]) -> Markup {
    let (speech, now) = (staffer.visit.speech(), staffer.visit.now());
    let columns = [
        Column::words(speech.text("queue-case")),
        Column::words(speech.text("queue-office")),
        Column::words(speech.text("queue-document")),
        Column::words(speech.text("queue-ground")),
        Column::words(speech.text("queue-why")),
        Column::words(speech.text("queue-waits")),
        Column::words(speech.text("queue-for-me")),
    ];
    let mut table =
        Table::new(speech.text("queue-caption"), columns).or_if_empty(speech.text("queue-empty"));
    for row in rows {
        let id = row.application.id().to_string();
        let filing = row.application.filing();
        let office = filing.map(|filing| filing.office.to_string());
        let document = filing.map(|filing| speech.text(words::document(filing.document_type)));
        let (tone, mine) = for_me(staffer, row);
        table = table.row([
            Cell::link(&format!("/review/{id}"), &id[..8]),
            Cell::from(office.unwrap_or_default()),
            Cell::from(document.unwrap_or_default()),
            Cell::from(speech.text(words::ground(row.ground))),
            Cell::of(&reasons(staffer, row)),
            Cell::from(age(speech, row.since, now)),
            Cell::of(&Tag::new(tone, speech.text(mine))),
        ]);
    }
    html! {
        (table)
        @if rows.len() >= MOST as usize {
            (Notification::new(Tone::Attention, speech.text("queue-cut")))
        }
    }
}

/// Why it waits, and that it is express.
pub(super) fn reasons(staffer: &Staffer, row: &ApplicationRow) -> Markup {
    let speech = staffer.visit.speech();
    let mut names = Vec::new();
    match row.application.state() {
        ApplicationState::InReview(_, referrals) | ApplicationState::Verified(_, referrals) => {
            names.extend(
                referrals
                    .iter()
                    .map(|one| speech.text(words::referral(*one))),
            );
        }
        ApplicationState::MoreNeeded(_, wanted) => {
            names.extend(wanted.iter().map(|one| speech.text(words::recapture(*one))));
        }
        _ => {}
    }
    html! {
        @if row.express { (Tag::new(Tone::Notice, speech.text("queue-express"))) " " }
        (names.join(", "))
    }
}

/// Whether this person may decide about it, by the same rule that decides in the end.
fn for_me(staffer: &Staffer, row: &ApplicationRow) -> (Tone, Id) {
    match super::form::may_decide(staffer, row) {
        Ok(()) => (Tone::Good, Id("queue-mine")),
        Err(personalisation_core::application::NotYours::Handled) => {
            (Tone::Neutral, Id("queue-handled"))
        }
        Err(personalisation_core::application::NotYours::Supervisor(_)) => {
            (Tone::Neutral, Id("queue-supervisor"))
        }
    }
}

/// Who decides, for the rule of four eyes.
pub(super) fn decider(staffer: &Staffer) -> Decider {
    Decider {
        person: staffer.person,
        supervisor: staffer.is(dossier::staff::Role::Supervisor),
    }
}
