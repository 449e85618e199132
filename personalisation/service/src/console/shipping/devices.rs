//! `/shipping/devices`: phones whose keys sign handovers. A one-time code for one person, shown once; what was lost ends at once.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use dossier::{PersonId, staff::Role};
use maud::{Markup, html};
use pages::{
    Layout, Speech,
    component::{
        Button, ButtonBar, Cell, Column, Errors, Form, Input, Irreversible, Notification, Table,
        Tag, Tone, Values, Width,
    },
    http::Problem,
};
use personalisation_core::ids::DeviceId;
use personalisation_store::shipping::{Device, NewDeviceCode};
use time::Duration;

use super::refused;
use crate::{
    console::{
        Desk,
        acting::begin,
        permissions::{Action, Resource, Staffer},
        view::{failed, login, moment, page},
    },
    courier::HOLDERS,
    fleet::code::DeviceCode,
};

/// How long a code may be used, in minutes.
const HOLDS: i64 = 15;
/// Devices that are listed.
const LISTED: u32 = 200;

pub(super) async fn show(State(desk): State<Desk>, staffer: Staffer) -> Result<Markup, Problem> {
    list(&desk, &staffer, &Values::default(), &Errors::new()).await
}

async fn list(
    desk: &Desk,
    staffer: &Staffer,
    values: &Values,
    errors: &Errors,
) -> Result<Markup, Problem> {
    let speech = staffer.visit.speech();
    let acts = staffer.may(Resource::Shipping, Action::Act);
    let form = Form::new(&staffer.visit, values, errors);
    let person = Input::text("login", speech.text("devices-login"))
        .hint(speech.text("devices-login-hint"))
        .width(Width::Medium)
        .autocomplete("off");
    let body = html! {
        (table(desk, speech, acts).await?)
        @if acts {
            h2 { (speech.text("devices-code-title")) }
            p { (speech.text("devices-code-about")) }
            (form.wrap("/shipping/devices", &html! {
                (form.input(&person))
                (ButtonBar::new(Button::primary(speech.text("devices-code-act"))))
            }))
        }
        p { a href="/shipping" { (speech.text("shipping-back")) } }
    };
    Ok(page(staffer, "/shipping", speech.text("devices-title"))
        .failed(!errors.is_empty())
        .body(body)
        .render())
}

async fn table(desk: &Desk, speech: Speech<'_>, acts: bool) -> Result<Table, Problem> {
    let columns = [
        Column::words(speech.text("devices-device")),
        Column::words(speech.text("devices-person")),
        Column::words(speech.text("devices-since")),
        Column::words(speech.text("devices-state")),
    ];
    let mut table =
        Table::new(speech.text("devices-list"), columns).or_if_empty(speech.text("devices-none"));
    for device in desk.store.devices(LISTED).await.map_err(failed)? {
        let name = short(device.id);
        let head = if acts && device.revoked_at.is_none() {
            Cell::link(&path(device.id), &name)
        } else {
            Cell::from(name)
        };
        table = table.row([
            head,
            Cell::from(login(desk, device.person).await?),
            Cell::from(moment(speech, device.added_at)),
            Cell::of(&state(speech, &device)),
        ]);
    }
    Ok(table)
}

fn state(speech: Speech<'_>, device: &Device) -> Tag {
    match device.revoked_at {
        None => Tag::new(Tone::Good, speech.text("devices-live")),
        Some(at) => {
            let at = moment(speech, at);
            let text = speech.format("devices-revoked-at", &[("at", at.into())]);
            Tag::new(Tone::Bad, text)
        }
    }
}

/// As the phone itself shows it.
fn short(device: DeviceId) -> String {
    device.to_string().chars().take(8).collect()
}

fn path(device: DeviceId) -> String {
    format!("/shipping/devices/{device}")
}

/// A code for somebody, shown once.
pub(super) async fn make_code(
    State(desk): State<Desk>,
    staffer: Staffer,
    values: Values,
) -> Result<Response, Problem> {
    let speech = staffer.visit.speech();
    let person = match holder(&desk, &staffer, values.get("login")).await? {
        Ok(person) => person,
        Err(text) => {
            let mut errors = Errors::new();
            errors.add("login", text);
            let page = list(&desk, &staffer, &values, &errors).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    let code = add_code(&desk, &staffer, person).await?;
    let body = html! {
        (Notification::new(Tone::Good, speech.text("devices-code-made")))
        p { code.code id="code" { (code.printed().as_str()) } }
        p { (speech.format("devices-code-use", &[("minutes", HOLDS.into())])) }
        p { a href="/shipping/devices" { (speech.text("devices-back")) } }
    };
    let login = values.get("login");
    let title = speech.format("devices-code-for", &[("login", login.into())]);
    Ok(page(&staffer, "/shipping", title)
        .layout(Layout::Column)
        .body(body)
        .render()
        .into_response())
}

/// Somebody else who carries or dispatches; else what is wrong.
async fn holder(
    desk: &Desk,
    staffer: &Staffer,
    login: &str,
) -> Result<Result<PersonId, String>, Problem> {
    let speech = staffer.visit.speech();
    let found = desk.store.person_by_login(login).await.map_err(failed)?;
    let Some(person) = found else {
        return Ok(Err(speech.text("devices-error-nobody")));
    };
    if person.id == staffer.person {
        return Ok(Err(speech.text("devices-error-oneself")));
    }
    let roles: Vec<Role> = desk
        .store
        .roles_at_centre(person.id, staffer.visit.now())
        .await
        .map_err(failed)?;
    if roles.iter().any(|role| HOLDERS.contains(role)) {
        Ok(Ok(person.id))
    } else {
        Ok(Err(speech.text("devices-error-role")))
    }
}

async fn add_code(desk: &Desk, staffer: &Staffer, person: PersonId) -> Result<DeviceCode, Problem> {
    let (mut rng, now) = (desk.rng, staffer.visit.now());
    let code = DeviceCode::generate(&mut rng);
    let act = begin(
        desk,
        staffer,
        "make-device-code",
        &format!("person {person}"),
    )
    .await?;
    let new = NewDeviceCode {
        person,
        code: code.characters(),
        by: staffer.person,
        until: now + Duration::minutes(HOLDS),
    };
    let done = [act.outcome(now, "made")];
    if let Err(error) = desk.store.add_device_code(&new, &done, now).await {
        let outcome = act.outcome(now, "nothing was made");
        desk.store.audit(&[outcome]).await.map_err(failed)?;
        return Err(refused(error));
    }
    Ok(code)
}

async fn find(desk: &Desk, id: &str) -> Result<Device, Problem> {
    let id = id.parse().map_err(|_| Problem::NotFound)?;
    let found = desk.store.device(id).await.map_err(failed)?;
    found.ok_or(Problem::NotFound)
}

/// One device, and how it ends. Only those who may end it get here.
pub(super) async fn one(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let device = find(&desk, &id).await?;
    if device.revoked_at.is_some() || !staffer.may(Resource::Shipping, Action::Act) {
        return Ok(Redirect::to("/shipping/devices").into_response());
    }
    let speech = staffer.visit.speech();
    let (values, errors) = (Values::default(), Errors::new());
    let form = Form::new(&staffer.visit, &values, &errors);
    let owner = login(&desk, device.person).await?;
    let name = short(device.id);
    let names = [("device", (&*name).into()), ("login", (&*owner).into())];
    let act = speech.format("devices-revoke", &names);
    let follows = speech.text("devices-revoke-follows");
    let action = format!("{}/revoke", path(device.id));
    let body = html! {
        (Irreversible::new(act, follows, &action).show(&form, &action))
        p { a href="/shipping/devices" { (speech.text("devices-back")) } }
    };
    Ok(
        page(&staffer, "/shipping", speech.text("devices-revoke-title"))
            .layout(Layout::Column)
            .above(owner)
            .body(body)
            .render()
            .into_response(),
    )
}

/// Ends it. The same again changes nothing.
pub(super) async fn revoke(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
) -> Result<Redirect, Problem> {
    let device = find(&desk, &id).await?;
    if device.revoked_at.is_none() {
        let now = staffer.visit.now();
        let object = format!("device {}", device.id);
        let act = begin(&desk, &staffer, "revoke-device", &object).await?;
        let ids = (device.id, staffer.person);
        let done = [act.outcome(now, "revoked, and its sessions ended")];
        if let Err(error) = desk.store.revoke_device(ids, &done, now).await {
            let outcome = act.outcome(now, "nothing was changed");
            desk.store.audit(&[outcome]).await.map_err(failed)?;
            return Err(refused(error));
        }
    }
    Ok(Redirect::to("/shipping/devices"))
}
