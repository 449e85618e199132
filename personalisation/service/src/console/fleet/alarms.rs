//! `/fleet/alarms`: what somebody must look at, and the administrator who is done with each.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use pages::{
    Id, Layout, Speech,
    component::{
        Button, ButtonBar, Cell, Column, Errors, Form, Input, SummaryList, SummaryRow, Table, Tag,
        Tone, Values,
    },
    http::Problem,
};
use personalisation_core::ids::AlarmId;
use personalisation_store::{
    StoreError,
    fleet::{Alarm, AlarmHead, AlarmKind, Settling},
};

use crate::console::{
    Desk, acting,
    permissions::{Action, Resource, Staffer},
    reading::{Object, Reading},
    view::{failed, login, moment, page},
};

/// Longest list; those nobody is done with come first.
const MOST: u32 = 200;
/// Longest note, characters.
const NOTE: usize = 500;

/// How many nobody is done with.
pub(super) async fn count(desk: &Desk) -> Result<u64, Problem> {
    desk.store.count_fleet_alarms().await.map_err(failed)
}

const fn what(kind: AlarmKind) -> Id {
    match kind {
        AlarmKind::CodeUsedAgain => Id("alarm-code-used-again"),
        AlarmKind::KeyOfAnother => Id("alarm-key-of-another"),
        AlarmKind::RevocationUnreadable => Id("alarm-revocation-unreadable"),
        AlarmKind::SignatureWithoutAttempt => Id("alarm-signature-without-attempt"),
        AlarmKind::AttemptWithoutSignature => Id("alarm-attempt-without-signature"),
        AlarmKind::JournalBroken => Id("alarm-journal-broken"),
    }
}

/// What it means, and what to do.
const fn about(kind: AlarmKind) -> Id {
    match kind {
        AlarmKind::CodeUsedAgain => Id("alarm-code-used-again-about"),
        AlarmKind::KeyOfAnother => Id("alarm-key-of-another-about"),
        AlarmKind::RevocationUnreadable => Id("alarm-revocation-unreadable-about"),
        AlarmKind::SignatureWithoutAttempt => Id("alarm-signature-without-attempt-about"),
        AlarmKind::AttemptWithoutSignature => Id("alarm-attempt-without-signature-about"),
        AlarmKind::JournalBroken => Id("alarm-journal-broken-about"),
    }
}

fn state(speech: Speech<'_>, alarm: &AlarmHead) -> Tag {
    if alarm.is_settled {
        Tag::new(Tone::Good, speech.text("alarm-settled"))
    } else {
        Tag::new(Tone::Bad, speech.text("alarm-open"))
    }
}

/// Where its station stands, as far as it is one of ours: a code may ring before anybody used it rightly. Its row may be
/// what the alarm is about.
async fn office(desk: &Desk, alarm: &AlarmHead) -> Result<Option<String>, Problem> {
    let Some(id) = alarm.station else {
        return Ok(None);
    };
    match desk.store.station(id).await {
        Ok(station) => Ok(station.map(|station| station.office.to_string())),
        Err(StoreError::BadRow { .. }) => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

pub(super) async fn list(State(desk): State<Desk>, staffer: Staffer) -> Result<Markup, Problem> {
    let speech = staffer.visit.speech();
    let columns = [
        Column::words(speech.text("alarm-when")),
        Column::words(speech.text("alarm-what")),
        Column::words(speech.text("fleet-office")),
        Column::words(speech.text("fleet-state")),
    ];
    let mut table =
        Table::new(speech.text("alarms-caption"), columns).or_if_empty(speech.text("alarms-none"));
    for alarm in desk.store.fleet_alarms(MOST).await.map_err(failed)? {
        let office = office(&desk, &alarm).await?;
        table = table.row([
            Cell::link(
                &format!("/fleet/alarms/{}", alarm.id),
                &moment(speech, alarm.at),
            ),
            Cell::from(speech.text(what(alarm.kind))),
            Cell::from(office.unwrap_or_default()),
            Cell::of(&state(speech, &alarm)),
        ]);
    }
    let body = html! {
        p.lead { (speech.text("alarms-about")) }
        (table)
        p { a href="/fleet" { (speech.text("code-back")) } }
    };
    Ok(page(&staffer, "/fleet", speech.text("alarms-title"))
        .body(body)
        .render())
}

/// An alarm as its page shows it: the note is what somebody wrote, and is written down as read.
struct Shown {
    alarm: Alarm,
    office: Option<String>,
    /// Who was done with it, by login.
    by: Option<String>,
}

async fn find(desk: &Desk, staffer: &Staffer, id: &str) -> Result<Shown, Problem> {
    let id: AlarmId = id.parse().map_err(|_| Problem::NotFound)?;
    let reading = Reading {
        act: "read-alarm",
        object: Object::Alarm(id),
        purpose: "fleet".to_owned(),
    };
    let work = async {
        let found = desk.store.fleet_alarm(id).await.map_err(failed)?;
        let alarm = found.ok_or(Problem::NotFound)?;
        let by = match &alarm.settled {
            Some(settled) => Some(login(desk, settled.by).await?),
            None => None,
        };
        Ok(Shown {
            office: office(desk, &alarm.head).await?,
            alarm,
            by,
        })
    };
    reading.run(desk, staffer, work).await
}

pub(super) async fn show(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
) -> Result<Markup, Problem> {
    let shown = find(&desk, &staffer, &id).await?;
    Ok(one(&staffer, &shown, &Values::default(), &Errors::new()))
}

fn facts(speech: Speech<'_>, shown: &Shown) -> SummaryList {
    let Shown { alarm, office, by } = shown;
    let head = &alarm.head;
    let row = |name: Id, value: Markup| SummaryRow {
        name: speech.text(name),
        value,
        change: None,
    };
    let mut rows = vec![
        row(Id("alarm-what"), html! { (speech.text(what(head.kind))) }),
        row(Id("alarm-when"), html! { (moment(speech, head.at)) }),
    ];
    if let Some(id) = head.station {
        let station = html! {
            @if let Some(office) = office { a href={ "/fleet/" (id) } { (office) } } @else { (id) }
        };
        rows.push(row(Id("alarm-station"), station));
    }
    if let Some(object) = &head.object {
        rows.push(row(Id("alarm-object"), html! { (object) }));
    }
    rows.push(row(Id("fleet-state"), html! { (state(speech, head)) }));
    if let (Some(settled), Some(by)) = (&alarm.settled, by) {
        rows.extend([
            row(Id("alarm-by"), html! { (by) }),
            row(
                Id("alarm-settled-at"),
                html! { (moment(speech, settled.at)) },
            ),
            row(Id("alarm-note"), html! { (settled.note.as_str()) }),
        ]);
    }
    SummaryList::new(rows)
}

fn one(staffer: &Staffer, shown: &Shown, values: &Values, errors: &Errors) -> Markup {
    let speech = staffer.visit.speech();
    let form = Form::new(&staffer.visit, values, errors);
    let note = Input::lines("note", speech.text("alarm-note")).hint(speech.text("alarm-note-hint"));
    let mine = staffer.may(Resource::Fleet, Action::Act);
    let body = html! {
        p.lead { (speech.text(about(shown.alarm.head.kind))) }
        (facts(speech, shown))
        @if shown.alarm.settled.is_none() && mine {
            (form.wrap(&format!("/fleet/alarms/{}", shown.alarm.head.id), &html! {
                (form.input(&note))
                (ButtonBar::new(Button::primary(speech.text("alarm-settle")))
                    .and(Button::secondary(speech.text("alarms-back")).href("/fleet/alarms")))
            }))
        } @else {
            p { a href="/fleet/alarms" { (speech.text("alarms-back")) } }
        }
    };
    page(staffer, "/fleet", speech.text("alarm-title"))
        .layout(Layout::Column)
        .failed(!errors.is_empty())
        .body(body)
        .render()
}

pub(super) async fn settle(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
    values: Values,
) -> Result<Response, Problem> {
    let shown = find(&desk, &staffer, &id).await?;
    let note = values.get("note").trim();
    if note.is_empty() || note.chars().count() > NOTE {
        let mut errors = Errors::new();
        errors.add("note", staffer.visit.speech().text("alarm-error-note"));
        let page = one(&staffer, &shown, &values, &errors);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let (id, mut rng) = (shown.alarm.head.id, desk.rng);
    let act = acting::begin(&desk, &staffer, "settle-alarm", &format!("alarm {id}")).await?;
    // Not before the intent: each look at the clock is a later one.
    let settling = Settling {
        by: staffer.person,
        note,
        at: staffer.visit.now(),
    };
    let done = [act.outcome(settling.at, shown.alarm.head.kind.name())];
    let settled = desk
        .store
        .settle_fleet_alarm(&mut rng, id, &settling, &done)
        .await;
    acting::settle(&desk, &staffer, &act, settled.map(|()| true)).await?;
    Ok(Redirect::to("/fleet/alarms").into_response())
}
