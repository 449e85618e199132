//! `/floor/MACHINE/sign-on`: who works at a machine. Whoever does inspects none of the cards that it makes meanwhile, and where
//! nobody is known to have worked there, nobody inspects them.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use pages::{
    Layout, Speech,
    component::{Button, Cell, Choice, Column, Errors, Form, Notification, Table, Tone, Values},
    http::Problem,
};
use personalisation_core::machine::MachineSerial;
use personalisation_store::{line::MachineSeen, quality::SignOn};
use time::{Duration, OffsetDateTime};

use super::work;
use crate::console::{
    Desk, acting,
    permissions::{Action, Resource, Staffer},
    view::{failed, login, moment, page, segment},
};

/// Since how many hours somebody may say to have worked there already: within the time that a sign-on counts.
const EARLIER: [i64; 5] = [0, 1, 2, 4, 8];

pub(super) fn machine(serial: &str) -> Result<MachineSerial, Problem> {
    serial.parse().map_err(|_| Problem::NotFound)
}

pub(super) fn path(machine: MachineSerial, act: &str) -> String {
    format!("/floor/{}/{act}", segment(machine.as_str()))
}

pub(super) async fn show(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(serial): Path<String>,
) -> Result<Markup, Problem> {
    let (values, errors) = (Values::default(), Errors::new());
    render(&desk, &staffer, machine(&serial)?, (&values, &errors)).await
}

/// The page; `values` are of the form in which somebody is entered.
pub(super) async fn render(
    desk: &Desk,
    staffer: &Staffer,
    machine: MachineSerial,
    (entered, errors): (&Values, &Errors),
) -> Result<Markup, Problem> {
    let (speech, now) = (staffer.visit.speech(), staffer.visit.now());
    let at = desk.store.at_machine(machine.as_str(), now).await;
    let at = at.map_err(failed)?;
    let is_here = at.iter().any(|one| one.person == staffer.person);
    let columns = [
        Column::words(speech.text("sign-on-who")),
        Column::words(speech.text("sign-on-since")),
    ];
    let mut table = Table::new(speech.text("sign-on-caption"), columns)
        .or_if_empty(speech.text("sign-on-nobody"));
    for one in &at {
        table = table.row([
            Cell::from(login(desk, one.person).await?),
            Cell::from(moment(speech, one.since)),
        ]);
    }
    let values = Values::new([("since", "0")]);
    let form = Form::new(&staffer.visit, &values, errors);
    let since = EARLIER.into_iter().fold(
        Choice::select("since", speech.text("sign-on-since")),
        |choice, hours| {
            let text = speech.format("sign-on-hours", &[("count", hours.into())]);
            choice.answer(hours.to_string(), text)
        },
    );
    let body = html! {
        p { (speech.text("sign-on-about")) " " (speech.text("sign-on-lasts")) }
        (table)
        @if staffer.may(Resource::Floor, Action::Act) {
            @if is_here {
                (Notification::new(Tone::Good, speech.text("sign-on-here")))
                (form.wrap_unguarded(&path(machine, "sign-off"), &html! {
                    div.acts.plain { (Button::primary(speech.text("sign-off"))) }
                }))
            }
            (form.wrap_unguarded(&path(machine, "sign-on/begin"), &html! {
                (form.choice(&since))
                div.acts.plain {
                    @if is_here { (Button::secondary(speech.text("sign-on-earlier"))) }
                    @else { (Button::primary(speech.text("sign-on"))) }
                }
            }))
        }
        @if staffer.may(Resource::Attendance, Action::Act) {
            (work::form(staffer, machine, (entered, errors)))
        }
        p { a href="/floor" { (speech.text("sign-on-back")) } }
    };
    Ok(page(staffer, "/floor", speech.text("sign-on-title"))
        .above(machine.as_str())
        .layout(Layout::Floor)
        .failed(!errors.is_empty())
        .body(body)
        .render())
}

pub(super) async fn sign_on(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(serial): Path<String>,
    values: Values,
) -> Result<Response, Problem> {
    let machine = machine(&serial)?;
    let hours = values.get("since").parse().ok();
    let Some(hours) = hours.filter(|hours| EARLIER.contains(hours)) else {
        let mut errors = Errors::new();
        let speech = staffer.visit.speech();
        errors.add("since", speech.text("sign-on-error-since"));
        let page = render(&desk, &staffer, machine, (&Values::default(), &errors)).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let object = format!("machine {machine}");
    let act = acting::begin(&desk, &staffer, "sign-on", &object).await?;
    let now = staffer.visit.now();
    let sign_on = SignOn {
        machine: machine.as_str(),
        person: staffer.person,
        since: now - Duration::hours(hours),
    };
    let done = [act.outcome(now, format!("works there since {hours} hours"))];
    let signed = desk.store.sign_on(&sign_on, &done, now).await;
    acting::settle(&desk, &staffer, &act, signed.map(|_| true)).await?;
    Ok(Redirect::to(&path(machine, "sign-on")).into_response())
}

pub(super) async fn sign_off(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(serial): Path<String>,
) -> Result<Response, Problem> {
    let machine = machine(&serial)?;
    let object = format!("machine {machine}");
    let act = acting::begin(&desk, &staffer, "sign-off", &object).await?;
    let now = staffer.visit.now();
    let done = [act.outcome(now, "works there no longer")];
    let left = desk
        .store
        .sign_off(machine.as_str(), staffer.person, &done, now)
        .await;
    acting::settle(&desk, &staffer, &act, left.map(|_| true)).await?;
    Ok(Redirect::to(&path(machine, "sign-on")).into_response())
}

/// Who works at a machine, on the floor's page, with the way to sign on; asked for where cards are made and nobody says so.
pub(super) async fn line(
    desk: &Desk,
    speech: Speech<'_>,
    machine: &MachineSeen,
    now: OffsetDateTime,
) -> Result<Markup, Problem> {
    let serial = machine.serial.as_str();
    let mut logins = Vec::new();
    for one in desk.store.at_machine(serial, now).await.map_err(failed)? {
        logins.push(login(desk, one.person).await?);
    }
    let href = format!("/floor/{}/sign-on", segment(serial));
    let text = speech.format("sign-on-link", &[("machine", serial.into())]);
    Ok(html! {
        @if logins.is_empty() && machine.cards > 0 {
            p.instruction { (speech.text("sign-on-missing")) }
        }
        p.machine-facts {
            @if logins.is_empty() { (speech.text("sign-on-nobody")) } @else { (logins.join(", ")) }
            br;
            a href=(href) { (text) }
        }
    })
}
