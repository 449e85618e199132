//! `/fleet/STATION`: one station.

use axum::extract::{Path, State};
use dossier::StationId;
use maud::{Markup, html};
use pages::{
    Id, Speech,
    component::{Button, Cell, Column, Notification, SummaryList, SummaryRow, Table, Tag, Tone},
    http::Problem,
};
use personalisation_store::fleet::{KeyUse, Report, Station, StationState};
use time::OffsetDateTime;

use super::{Known, contact, place, state};
use crate::console::{
    Desk,
    permissions::{Action, Resource, Staffer},
    view::{failed, moment, page},
};

/// The station of a path.
pub(super) async fn find(desk: &Desk, id: &str) -> Result<Station, Problem> {
    let id: StationId = id.parse().map_err(|_| Problem::NotFound)?;
    let found = desk.store.station(id).await.map_err(failed)?;
    found.ok_or(Problem::NotFound)
}

pub(super) async fn show(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
) -> Result<Markup, Problem> {
    let known = Known::of(&desk, find(&desk, &id).await?).await?;
    let (speech, now) = (staffer.visit.speech(), staffer.visit.now());
    let body = html! {
        @if known.untold {
            (Notification::new(Tone::Attention, speech.text("station-untold-about")))
        }
        (facts(speech, &known, now))
        @if let Some(report) = &known.report { (devices(speech, report)) }
        (certificates(speech, &known, now))
        @if staffer.may(Resource::Fleet, Action::Act) { (acts(&staffer, &known.station)) }
    };
    let (_, name) = place(&known.station.office, now.date());
    let title = name.map_or_else(|| known.station.office.to_string(), str::to_owned);
    Ok(page(&staffer, "/fleet", title)
        .above(known.station.id.to_string())
        .body(body)
        .render())
}

fn facts(speech: Speech<'_>, known: &Known, now: OffsetDateTime) -> SummaryList {
    let row = |name: Id, value: Markup| SummaryRow {
        name: speech.text(name),
        value,
        change: None,
    };
    let mut rows = vec![
        row(Id("fleet-state"), html! { (state(speech, known, now)) }),
        row(Id("fleet-office"), html! { (known.station.office) }),
        row(Id("fleet-contact"), html! { (contact(speech, known, now)) }),
    ];
    if let Some(before) = known.station.replaces {
        rows.push(row(
            Id("fleet-replaces"),
            html! { a href={ "/fleet/" (before) } { (before) } },
        ));
    }
    if let Some(report) = &known.report {
        rows.extend([
            row(Id("fleet-version"), html! { (report.program_version) }),
            row(
                Id("fleet-configuration"),
                html! { (speech.number(report.configuration)) },
            ),
            row(
                Id("fleet-staff-list"),
                html! { (speech.number(report.staff_list)) },
            ),
            row(
                Id("fleet-backlog"),
                html! { (speech.number(report.backlog)) },
            ),
            row(
                Id("fleet-free"),
                html! { (speech.number(report.free_bytes >> 20)) },
            ),
        ]);
    }
    SummaryList::new(rows)
}

fn devices(speech: Speech<'_>, report: &Report) -> Table {
    let columns = [
        Column::words(speech.text("device-model")),
        Column::words(speech.text("device-kind")),
        Column::words(speech.text("device-serial")),
        Column::words(speech.text("fleet-state")),
    ];
    let table = Table::new(speech.text("fleet-device-list"), columns)
        .or_if_empty(speech.text("fleet-no-devices"));
    report.devices.iter().fold(table, |table, device| {
        let state = if device.ready {
            Tag::new(Tone::Good, speech.text("device-ready"))
        } else {
            Tag::new(Tone::Attention, speech.text("device-not-ready"))
        };
        table.row([
            Cell::from(&device.model),
            Cell::from(&device.kind),
            Cell::from(&device.serial),
            Cell::of(&state),
        ])
    })
}

fn certificates(speech: Speech<'_>, known: &Known, now: OffsetDateTime) -> Table {
    let columns = [
        Column::words(speech.text("certificate-use")),
        Column::words(speech.text("certificate-from")),
        Column::words(speech.text("certificate-until")),
        Column::words(speech.text("fleet-state")),
    ];
    let table = Table::new(speech.text("fleet-certificates"), columns)
        .or_if_empty(speech.text("fleet-no-certificates"));
    known.certificates.iter().fold(table, |table, one| {
        let state = if one.revoked_at.is_some() {
            Tag::new(Tone::Bad, speech.text("station-revoked"))
        } else if one.not_after <= now {
            Tag::new(Tone::Neutral, speech.text("certificate-ended"))
        } else {
            Tag::new(Tone::Good, speech.text("certificate-holds"))
        };
        let key_use = match one.key_use {
            KeyUse::Tls => speech.text("certificate-tls"),
            KeyUse::Signing => speech.text("certificate-signing"),
        };
        table.row([
            Cell::from(key_use),
            Cell::from(moment(speech, one.not_before)),
            Cell::from(moment(speech, one.not_after)),
            Cell::of(&state),
        ])
    })
}

fn acts(staffer: &Staffer, station: &Station) -> Markup {
    let speech = staffer.visit.speech();
    let path = format!("/fleet/{}", station.id);
    let send = |act: &str, text: String| {
        html! {
            form method="post" action={ (path) "/" (act) } {
                (staffer.visit.token_field())
                button.button { (text) }
            }
        }
    };
    html! {
        div.acts.plain {
            @match station.state {
                StationState::Active => { (send("quarantine", speech.text("fleet-quarantine"))) }
                StationState::Quarantined { .. } => { (send("release", speech.text("fleet-release"))) }
                StationState::Revoked { .. } => {}
            }
            @if !matches!(station.state, StationState::Revoked { .. }) {
                (Button::danger(speech.text("fleet-revoke")).href(format!("{path}/revoke")))
                (Button::secondary(speech.text("fleet-replace")).href(format!("/fleet/new?replaces={}", station.id)))
            }
        }
    }
}
