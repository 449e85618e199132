//! A one-time code for a new station, or for one that takes the place of another: shown once.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use dossier::{OfficeId, StationId};
use maud::{Markup, html};
use pages::{
    Layout,
    component::{Button, ButtonBar, Errors, Form, Input, Notification, Tone, Values, Width},
    http::Problem,
};
use serde::Deserialize;

use super::one::find;
use personalisation_store::fleet::NewCode;
use time::Duration;

use crate::{
    console::{
        Desk,
        acting::begin,
        permissions::Staffer,
        view::{failed, page},
    },
    fleet::code::Code,
};

/// How long a code may be used where the configuration has no `[fleet]`, in days.
const HOLDS: u16 = 7;

#[derive(Deserialize)]
pub(super) struct Asked {
    replaces: Option<String>,
}

/// Nobody types an office twice: the office of a replaced station is the replacement's.
pub(super) async fn ask(
    State(desk): State<Desk>,
    staffer: Staffer,
    Query(asked): Query<Asked>,
) -> Result<Markup, Problem> {
    let mut values = Vec::new();
    if let Some(replaces) = asked.replaces {
        let station = find(&desk, &replaces).await?;
        values.push(("office", station.office.to_string()));
        values.push(("replaces", station.id.to_string()));
    }
    let (values, errors) = (Values::new(values), Errors::new());
    Ok(form(&staffer, days(&desk), &values, &errors))
}

/// How long a code may be used, in days.
fn days(desk: &Desk) -> u16 {
    let fleet = desk.config.fleet.as_ref();
    fleet.map_or(HOLDS, |section| section.code_days)
}

fn form(staffer: &Staffer, days: u16, values: &Values, errors: &Errors) -> Markup {
    let speech = staffer.visit.speech();
    let form = Form::new(&staffer.visit, values, errors);
    let office = Input::text("office", speech.text("fleet-office"))
        .hint(speech.text("code-office-hint"))
        .width(Width::Short);
    let replaces = values.get("replaces");
    let body = html! {
        p.lead { (speech.format("code-about", &[("days", days.into())])) }
        @if !replaces.is_empty() {
            (Notification::new(Tone::Attention, speech.text("code-replaces")).more(html! {
                p { (replaces) }
            }))
        }
        (form.wrap("/fleet/code", &html! {
            @if !replaces.is_empty() { input type="hidden" name="replaces" value=(replaces); }
            (form.input(&office))
            (ButtonBar::new(Button::primary(speech.text("code-act")))
                .and(Button::secondary(speech.text("code-back")).href("/fleet")))
        }))
    };
    page(staffer, "/fleet", speech.text("code-title"))
        .layout(Layout::Column)
        .failed(!errors.is_empty())
        .body(body)
        .render()
}

pub(super) async fn make(
    State(desk): State<Desk>,
    staffer: Staffer,
    values: Values,
) -> Result<Response, Problem> {
    let (speech, now) = (staffer.visit.speech(), staffer.visit.now());
    let office: Option<OfficeId> = values.get("office").to_ascii_uppercase().parse().ok();
    let Some(office) = office else {
        let mut errors = Errors::new();
        errors.add("office", speech.text("code-error-office"));
        let page = form(&staffer, days(&desk), &values, &errors);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let replaces = match values.get("replaces") {
        "" => None,
        id => Some(find(&desk, id).await?.id),
    };
    let mut rng = desk.rng;
    let code = Code::generate(&mut rng);
    let new = NewCode {
        hash: code.hash(),
        station: StationId::generate(&mut rng),
        office,
        replaces,
        until: now + Duration::days(days(&desk).into()),
    };
    let object = format!("station {} at {}", new.station, new.office);
    let act = begin(&desk, &staffer, "make-station-code", &object).await?;
    let done = [act.outcome(now, "made")];
    let added = desk.store.add_code(&new, &done, now).await;
    if let Err(error) = added {
        let outcome = act.outcome(now, "nothing was made");
        desk.store.audit(&[outcome]).await.map_err(failed)?;
        return Err(failed(error));
    }
    let body = html! {
        (Notification::new(Tone::Good, speech.text("code-made")))
        p { code id="code" { (code.printed().as_str()) } }
        p { (speech.text("code-use")) }
        p { a href="/fleet" { (speech.text("code-back")) } }
    };
    let title = speech.format("code-for", &[("office", new.office.to_string().into())]);
    Ok(page(&staffer, "/fleet", title)
        .layout(Layout::Column)
        .body(body)
        .render()
        .into_response())
}
