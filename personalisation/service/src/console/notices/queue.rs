//! The list: notices to send, the oldest first, of one office or of all. Without names.

use axum::extract::{Query, State};
use dossier::OfficeId;
use maud::{Markup, html};
use pages::{
    component::{Cell, Column, Notification, Table, Tone},
    http::Problem,
};
use personalisation_store::review::NoticeRow;
use serde::Deserialize;

use super::{channel, kind, state};
use crate::console::{
    Desk,
    permissions::Staffer,
    view::{age, failed, page},
};

/// Longest list.
const MOST: u32 = 500;

#[derive(Deserialize)]
pub(super) struct Wanted {
    office: Option<String>,
}

pub(super) async fn show(
    State(desk): State<Desk>,
    staffer: Staffer,
    Query(wanted): Query<Wanted>,
) -> Result<Markup, Problem> {
    let speech = staffer.visit.speech();
    let office: Option<OfficeId> = wanted
        .office
        .map(|office| office.parse().map_err(|_| Problem::NotFound))
        .transpose()?;
    let offices = desk.store.count_notices().await.map_err(failed)?;
    let notices = desk.store.notices_to_send(office.as_ref(), MOST);
    let notices = notices.await.map_err(failed)?;
    let body = html! {
        p.lead { (speech.text("notices-about")) }
        (filter(&staffer, office.as_ref(), &offices))
        (table(&staffer, &notices))
        @if notices.len() >= MOST as usize {
            (Notification::new(Tone::Attention, speech.text("queue-cut")))
        }
    };
    Ok(page(&staffer, "/notices", speech.text("notices-title"))
        .body(body)
        .render())
}

/// The offices that wait, each a link with how many of its notices do.
fn filter(staffer: &Staffer, chosen: Option<&OfficeId>, offices: &[(OfficeId, u64)]) -> Markup {
    let speech = staffer.visit.speech();
    let all: u64 = offices.iter().map(|(_, count)| count).sum();
    let counted = |name: String, count: u64| {
        let count = speech.number(count);
        speech.format(
            "notices-of",
            &[("office", name.into()), ("count", count.into())],
        )
    };
    html! {
        @if !offices.is_empty() {
            ul.plain aria-label=(speech.text("notices-office")) {
                li {
                    a href="/notices" aria-current=[chosen.is_none().then_some("true")] {
                        (counted(speech.text("notices-all"), all))
                    }
                }
                @for (office, count) in offices {
                    li {
                        a href={ "/notices?office=" (office) }
                            aria-current=[(chosen == Some(office)).then_some("true")] {
                            (counted(office.to_string(), *count))
                        }
                    }
                }
            }
        }
    }
}

fn table(staffer: &Staffer, notices: &[NoticeRow]) -> Table {
    let (speech, now) = (staffer.visit.speech(), staffer.visit.now());
    let columns = [
        Column::words(speech.text("queue-case")),
        Column::words(speech.text("queue-office")),
        Column::words(speech.text("notice-kind")),
        Column::words(speech.text("notice-channel")),
        Column::words(speech.text("notice-language")),
        Column::words(speech.text("queue-waits")),
        Column::words(speech.text("notice-state")),
    ];
    let table = Table::new(speech.text("notices-caption"), columns)
        .or_if_empty(speech.text("notices-empty"));
    notices.iter().fold(table, |table, notice| {
        let case = &notice.application.to_string()[..8];
        table.row([
            Cell::link(&format!("/notices/{}", notice.id), case),
            Cell::from(notice.office.to_string()),
            Cell::from(speech.text(kind(notice.kind))),
            Cell::from(speech.text(channel(notice.channel))),
            Cell::from(notice.language.tag()),
            Cell::from(age(speech, notice.made_at, now)),
            Cell::of(&state(speech, notice)),
        ])
    })
}
