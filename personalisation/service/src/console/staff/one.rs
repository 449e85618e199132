//! `/staff/PERSON`: one member of staff, their roles, and what can be changed about them.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use dossier::PersonId;
use maud::{Markup, html};
use pages::{
    Speech,
    component::{
        Button, Cell, Column, Errors, Notification, SummaryList, SummaryRow, Table, Tag, Tone,
        Values,
    },
    http::Problem,
    language::zone,
};
use personalisation_store::staff::{Credentials, Grant, Person};

use super::{form, held, works};
use crate::console::{
    Desk,
    permissions::Staffer,
    reading::{Object, Reading},
    view::{failed, page},
};

pub(super) async fn show(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    render(&desk, &staffer, &id, &Values::default(), &Errors::new()).await
}

/// The person of a path.
pub(super) async fn find(desk: &Desk, id: &str) -> Result<Person, Problem> {
    let id: PersonId = id.parse().map_err(|_| Problem::NotFound)?;
    let found = desk.store.person(id).await.map_err(failed)?;
    found.ok_or(Problem::NotFound)
}

/// The page, also when the form on it came back with errors.
pub(super) async fn render(
    desk: &Desk,
    staffer: &Staffer,
    id: &str,
    values: &Values,
    errors: &Errors,
) -> Result<Response, Problem> {
    let reading = Reading {
        act: "read-person",
        object: Object::person(id)?,
        purpose: "staff".to_owned(),
    };
    let whole = async {
        let person = find(desk, id).await?;
        let roles = desk.store.roles_of(person.id).await.map_err(failed)?;
        let credentials = desk.store.credentials(person.id).await.map_err(failed)?;
        Ok((person, roles, credentials))
    };
    let (person, roles, credentials) = reading.run(desk, staffer, whole).await?;
    let speech = staffer.visit.speech();
    let oneself = person.id == staffer.person;
    let body = html! {
        (facts(speech, &person, &credentials))
        (table(staffer, &person, &roles))
        @if oneself {
            (Notification::new(Tone::Notice, speech.text("staff-oneself")))
        } @else {
            h2 { (speech.text("staff-give-role")) }
            (form::role_form(staffer, &person, values, errors))
            h2 { (speech.text("staff-more")) }
            div.acts.plain { (buttons(staffer, &person)) }
        }
    };
    let page = page(staffer, "/staff", person.name.as_str().to_owned())
        .above(person.login.clone())
        .failed(!errors.is_empty())
        .body(body)
        .render();
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    Ok((status, page).into_response())
}

fn facts(speech: Speech<'_>, person: &Person, credentials: &Credentials) -> Markup {
    let row = |name: String, value: Markup| SummaryRow {
        name,
        value,
        change: None,
    };
    let mut ways = Vec::new();
    if credentials.password.is_some() {
        ways.push(speech.text("staff-by-password"));
    }
    if !credentials.passkeys.is_empty() {
        let count = credentials.passkeys.len();
        ways.push(speech.format("staff-by-passkeys", &[("count", count.into())]));
    }
    if ways.is_empty() {
        ways.push(speech.text("staff-not-enrolled"));
    }
    html! {
        (SummaryList::new([
            row(speech.text("staff-state"), html! { (works(speech, person.active)) }),
            row(speech.text("staff-sign-in"), html! { (ways.join(", ")) }),
        ]))
    }
}

fn table(staffer: &Staffer, person: &Person, roles: &[Grant]) -> Markup {
    let (speech, now) = (staffer.visit.speech(), staffer.visit.now());
    let columns = [
        Column::words(speech.text("staff-role")),
        Column::words(speech.text("staff-from")),
        Column::words(speech.text("staff-until")),
        Column::words(speech.text("staff-state")),
        Column::words(speech.text("staff-act")),
    ];
    let mut table =
        Table::new(speech.text("staff-roles"), columns).or_if_empty(speech.text("staff-no-roles"));
    for grant in roles {
        let ended = grant.until.is_some_and(|until| until <= now);
        let state = if grant.holds(now) {
            Tag::new(Tone::Good, speech.text("staff-holds"))
        } else if ended {
            Tag::new(Tone::Neutral, speech.text("staff-ended"))
        } else {
            Tag::new(Tone::Waiting, speech.text("staff-later"))
        };
        let until = grant
            .until
            .map(|until| speech.short_date(zone::local(until).date()));
        let end = html! {
            @if !ended && person.id != staffer.person {
                form method="post" action={ "/staff/" (person.id) "/role/end" } {
                    (staffer.visit.token_field())
                    input type="hidden" name="role" value=(grant.id);
                    button.button { (speech.format("staff-end-role", &[("role", held(speech, grant).into())])) }
                }
            }
        };
        table = table.row([
            Cell::from(held(speech, grant)),
            Cell::from(speech.short_date(zone::local(grant.from).date())),
            Cell::from(until.unwrap_or_default()),
            Cell::of(&state),
            Cell::of(&end),
        ]);
    }
    html! { (table) }
}

fn buttons(staffer: &Staffer, person: &Person) -> Markup {
    let speech = staffer.visit.speech();
    let path = format!("/staff/{}", person.id);
    html! {
        (Button::secondary(speech.text("staff-reset")).href(format!("{path}/reset")))
        @if person.active {
            (Button::secondary(speech.text("staff-leave")).href(format!("{path}/leave")))
        } @else {
            form method="post" action={ (path) "/return" } {
                (staffer.visit.token_field())
                button.button { (speech.text("staff-return")) }
            }
        }
    }
}
