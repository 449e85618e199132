//! `/quarantine`: dossiers that came and cannot be used, and the supervisor who is done with each. Nothing of their
//! content is known here: nobody could open them, or what was inside was not as it must be.

use axum::{
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use dossier::receipt::Reason;
use maud::{Markup, html};
use pages::{
    Id, Layout,
    component::{
        Button, Cell, Column, Errors, Form, Irreversible, SummaryList, SummaryRow, Table, Values,
    },
    http::Problem,
};
use personalisation_store::intake::Alarm;

use super::{
    Desk,
    permissions::{Resource, Staffer},
    routes::Routes,
    view::{failed, moment, page},
};
use crate::intake::quarantine;

pub(super) fn add(routes: Routes) -> Routes {
    routes
        .see("/quarantine", Resource::Quarantine, list)
        .see("/quarantine/{dossier}", Resource::Quarantine, show)
        .act("/quarantine/{dossier}/again", Resource::Quarantine, again)
        .act("/quarantine/{dossier}/done", Resource::Quarantine, done)
}

const fn reason(reason: Reason) -> Id {
    match reason {
        Reason::NotSealed => Id("rejected-not-sealed"),
        Reason::Version => Id("rejected-version"),
        Reason::IntakeKey => Id("rejected-intake-key"),
        Reason::Seal => Id("rejected-seal"),
        Reason::Header => Id("rejected-header"),
        Reason::Signature => Id("rejected-signature"),
        Reason::Form => Id("rejected-form"),
        Reason::StationRevoked => Id("rejected-station-revoked"),
        Reason::Clock => Id("rejected-clock"),
        Reason::Clerk => Id("rejected-clerk"),
        Reason::SecondPerson => Id("rejected-second-person"),
        Reason::OtherDossier => Id("rejected-other-dossier"),
        Reason::Configuration => Id("rejected-configuration"),
    }
}

/// How many wait, for the start page.
pub(super) async fn count(desk: &Desk) -> Result<u64, Problem> {
    let alarms = desk.store.alarms().await.map_err(failed)?;
    Ok(u64::try_from(alarms.len()).unwrap_or(u64::MAX))
}

/// The office of a station that made one.
async fn office(desk: &Desk, alarm: &Alarm) -> Result<String, Problem> {
    let station = desk.store.station(alarm.station).await.map_err(failed)?;
    Ok(station.map_or_else(String::new, |station| station.office.to_string()))
}

async fn list(State(desk): State<Desk>, staffer: Staffer) -> Result<Markup, Problem> {
    let speech = staffer.visit.speech();
    let columns = [
        Column::words(speech.text("quarantine-when")),
        Column::words(speech.text("quarantine-office")),
        Column::words(speech.text("quarantine-reason")),
    ];
    let mut table = Table::new(speech.text("quarantine-caption"), columns)
        .or_if_empty(speech.text("quarantine-empty"));
    for alarm in desk.store.alarms().await.map_err(failed)? {
        table = table.row([
            Cell::link(
                &format!("/quarantine/{}", alarm.hash),
                &moment(speech, alarm.raised_at),
            ),
            Cell::from(office(&desk, &alarm).await?),
            Cell::from(speech.text(reason(alarm.reason))),
        ]);
    }
    let body = html! { p.lead { (speech.text("quarantine-about")) } (table) };
    Ok(
        page(&staffer, "/quarantine", speech.text("quarantine-title"))
            .body(body)
            .render(),
    )
}

/// The alarm of the dossier that a path names, while nobody is done with it.
async fn find(desk: &Desk, hash: &str) -> Result<Alarm, Problem> {
    let hash = quarantine::hash(hash).map_err(|_| Problem::NotFound)?;
    let found = desk.store.alarm(hash).await.map_err(failed)?;
    found.ok_or(Problem::NotFound)
}

async fn show(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(hash): Path<String>,
) -> Result<Markup, Problem> {
    let alarm = find(&desk, &hash).await?;
    let (speech, office) = (staffer.visit.speech(), office(&desk, &alarm).await?);
    let row = |name: Id, value: String| SummaryRow {
        name: speech.text(name),
        value: html! { (value) },
        change: None,
    };
    let facts = SummaryList::new([
        row(Id("quarantine-when"), moment(speech, alarm.raised_at)),
        row(Id("quarantine-office"), office),
        row(Id("quarantine-station"), alarm.station.to_string()),
        row(Id("quarantine-reason"), speech.text(reason(alarm.reason))),
    ]);
    let (values, errors) = (Values::default(), Errors::new());
    let form = Form::new(&staffer.visit, &values, &errors);
    let path = format!("/quarantine/{}", alarm.hash);
    let erase = Irreversible::new(
        speech.text("quarantine-done"),
        speech.text("quarantine-done-follows"),
        "/quarantine",
    );
    let body = html! {
        (facts)
        h2 { (speech.text("quarantine-again")) }
        p { (speech.text("quarantine-again-about")) }
        (form.wrap(&format!("{path}/again"), &html! {
            div.acts.plain { (Button::primary(speech.text("quarantine-again"))) }
        }))
        h2 { (speech.text("quarantine-done")) }
        (erase.show(&form, &format!("{path}/done")))
    };
    Ok(page(&staffer, "/quarantine", speech.text("quarantine-one"))
        .above(alarm.hash.to_string())
        .layout(Layout::Column)
        .body(body)
        .render())
}

async fn again(
    desk: State<Desk>,
    staffer: Staffer,
    hash: Path<String>,
) -> Result<Response, Problem> {
    settle(&desk, &staffer, &hash, true).await
}

async fn done(
    desk: State<Desk>,
    staffer: Staffer,
    hash: Path<String>,
) -> Result<Response, Problem> {
    settle(&desk, &staffer, &hash, false).await
}

async fn settle(
    desk: &Desk,
    staffer: &Staffer,
    hash: &str,
    again: bool,
) -> Result<Response, Problem> {
    let alarm = find(desk, hash).await?;
    let actor = format!("personalisation/console person {}", staffer.person);
    let about = (alarm.hash, staffer.person);
    let now = || staffer.visit.now();
    quarantine::settle(&desk.store, &actor, about, again, now)
        .await
        .map_err(failed)?;
    Ok(Redirect::to("/quarantine").into_response())
}
