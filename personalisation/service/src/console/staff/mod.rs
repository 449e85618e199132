//! `/staff`: people, roles, one-time links.

mod change;
mod form;
mod one;

use axum::extract::State;
use dossier::{OfficeId, staff::Role};
use maud::{Markup, html};
use pages::{
    Id, Speech,
    component::{Button, Cell, Column, Table, Tag, Tone},
    http::Problem,
};
use personalisation_store::staff::Grant;

use super::{
    Desk,
    permissions::{Action, Resource, Staffer},
    reading::{Object, Reading},
    routes::Routes,
    view::{failed, page},
};

pub(super) fn add(routes: Routes) -> Routes {
    routes
        .see("/staff", Resource::Staff, list)
        .see("/staff/new", Resource::Staff, form::show_new)
        .act("/staff/new", Resource::Staff, form::add)
        .see("/staff/{person}", Resource::Staff, one::show)
        .act("/staff/{person}/role", Resource::Staff, form::grant)
        .act("/staff/{person}/role/end", Resource::Staff, change::end)
        .see("/staff/{person}/reset", Resource::Staff, change::ask_reset)
        .act("/staff/{person}/reset", Resource::Staff, change::reset)
        .see("/staff/{person}/leave", Resource::Staff, change::ask_leave)
        .act("/staff/{person}/leave", Resource::Staff, change::leave)
        .act("/staff/{person}/return", Resource::Staff, change::come_back)
}

/// A role's name.
pub(super) const fn role(role: Role) -> Id {
    match role {
        Role::Clerk => Id("role-clerk"),
        Role::Supervisor => Id("role-supervisor"),
        Role::Reviewer => Id("role-reviewer"),
        Role::Operator => Id("role-operator"),
        Role::Inspector => Id("role-inspector"),
        Role::StockKeeper => Id("role-stock-keeper"),
        Role::Dispatcher => Id("role-dispatcher"),
        Role::Courier => Id("role-courier"),
        Role::Auditor => Id("role-auditor"),
        Role::Administrator => Id("role-administrator"),
    }
}

/// A role and where it is held.
fn held(speech: Speech<'_>, grant: &Grant) -> String {
    let name = speech.text(role(grant.role));
    let place = place(speech, grant.office.as_ref());
    speech.format(
        "staff-role-at",
        &[("role", name.into()), ("place", place.into())],
    )
}

fn place(speech: Speech<'_>, office: Option<&OfficeId>) -> String {
    office.map_or_else(|| speech.text("staff-centre"), ToString::to_string)
}

fn works(speech: Speech<'_>, active: bool) -> Tag {
    if active {
        Tag::new(Tone::Good, speech.text("staff-active"))
    } else {
        Tag::new(Tone::Neutral, speech.text("staff-inactive"))
    }
}

async fn list(State(desk): State<Desk>, staffer: Staffer) -> Result<Markup, Problem> {
    let reading = Reading {
        act: "read-staff",
        object: Object::AllStaff,
        purpose: "staff".to_owned(),
    };
    let table = reading.run(&desk, &staffer, table(&desk, &staffer)).await?;
    let speech = staffer.visit.speech();
    let body = html! {
        @if staffer.may(Resource::Staff, Action::Act) {
            p { (Button::primary(speech.text("staff-add")).href("/staff/new")) }
        }
        (table)
    };
    Ok(page(&staffer, "/staff", speech.text("staff-title"))
        .body(body)
        .render())
}

async fn table(desk: &Desk, staffer: &Staffer) -> Result<Table, Problem> {
    let (speech, now) = (staffer.visit.speech(), staffer.visit.now());
    let columns = [
        Column::words(speech.text("staff-login")),
        Column::words(speech.text("staff-name")),
        Column::words(speech.text("staff-state")),
        Column::words(speech.text("staff-roles")),
    ];
    let mut table = Table::new(speech.text("staff-caption"), columns);
    for person in desk.store.people().await.map_err(failed)? {
        let roles = desk.store.roles_of(person.id).await.map_err(failed)?;
        let roles: Vec<String> = roles
            .iter()
            .filter(|grant| grant.holds(now))
            .map(|grant| held(speech, grant))
            .collect();
        table = table.row([
            Cell::link(&format!("/staff/{}", person.id), &person.login),
            Cell::from(person.name.as_str()),
            Cell::of(&works(speech, person.active)),
            Cell::from(roles.join(", ")),
        ]);
    }
    Ok(table)
}
