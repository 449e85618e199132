//! What ends something about a member of staff: a role, their credentials, their work here.

use axum::{
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use maud::Markup;
use pages::{
    Id, Layout,
    component::{Errors, Form, Irreversible, Values},
    http::Problem,
};
use personalisation_store::staff::RoleId;

use super::{
    form::{link, problem, staffing},
    one::find,
};
use crate::console::{Desk, permissions::Staffer, view::page};

pub(super) async fn end(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
    values: Values,
) -> Result<Response, Problem> {
    let person = find(&desk, &id).await?;
    let mut role = RoleId([0; 16]);
    hex::decode_to_slice(values.get("role"), &mut role.0).map_err(|_| Problem::StaleForm)?;
    staffing(&desk, &staffer)
        .end(person.id, role, staffer.visit.now())
        .await
        .map_err(problem)?;
    Ok(Redirect::to(&format!("/staff/{id}")).into_response())
}

pub(super) async fn ask_reset(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
) -> Result<Markup, Problem> {
    let follows = Id("staff-reset-follows");
    ask(
        &desk,
        &staffer,
        &id,
        "reset",
        (Id("staff-reset-act"), follows),
    )
    .await
}

pub(super) async fn ask_leave(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
) -> Result<Markup, Problem> {
    let follows = Id("staff-leave-follows");
    ask(
        &desk,
        &staffer,
        &id,
        "leave",
        (Id("staff-leave-act"), follows),
    )
    .await
}

/// Names the login, not the name.
async fn ask(
    desk: &Desk,
    staffer: &Staffer,
    id: &str,
    act: &str,
    (title, follows): (Id, Id),
) -> Result<Markup, Problem> {
    let person = find(desk, id).await?;
    let speech = staffer.visit.speech();
    let title = speech.format(title, &[("login", person.login.into())]);
    let (values, errors) = (Values::default(), Errors::new());
    let form = Form::new(&staffer.visit, &values, &errors);
    let question = Irreversible::new(title.clone(), speech.text(follows), format!("/staff/{id}"));
    Ok(page(staffer, "/staff", title)
        .layout(Layout::Column)
        .body(question.show(&form, &format!("/staff/{id}/{act}")))
        .render())
}

pub(super) async fn reset(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let person = find(&desk, &id).await?;
    let secret = staffing(&desk, &staffer)
        .reset(person.id, staffer.visit.now())
        .await
        .map_err(problem)?;
    Ok(link(&desk, &staffer, &id, &secret))
}

pub(super) async fn leave(
    desk: State<Desk>,
    staffer: Staffer,
    path: Path<String>,
) -> Result<Response, Problem> {
    set_active(&desk, &staffer, &path, false).await
}

pub(super) async fn come_back(
    desk: State<Desk>,
    staffer: Staffer,
    path: Path<String>,
) -> Result<Response, Problem> {
    set_active(&desk, &staffer, &path, true).await
}

async fn set_active(
    desk: &Desk,
    staffer: &Staffer,
    id: &str,
    active: bool,
) -> Result<Response, Problem> {
    let person = find(desk, id).await?;
    staffing(desk, staffer)
        .set_active(person.id, active, staffer.visit.now())
        .await
        .map_err(problem)?;
    Ok(Redirect::to(&format!("/staff/{id}")).into_response())
}
