//! The forms of `/staff`: somebody new, another role.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use dossier::{OfficeId, staff::Role};
use maud::{Markup, html};
use pages::{
    component::{
        Button, ButtonBar, Choice, DateEntry, Errors, Form, Input, Notification, Tone, Values,
        Width,
    },
    http::Problem,
};
use personalisation_store::{
    StoreError,
    staff::{Person, role_name, role_of_name},
};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{one, role};
use crate::{
    console::{
        Desk,
        permissions::Staffer,
        view::{failed, page},
    },
    staff::{NewMember, StaffChangeError, Staffing},
};

/// Every role, in the order in which they are offered.
const ROLES: [Role; 10] = [
    Role::Clerk,
    Role::Supervisor,
    Role::Reviewer,
    Role::Operator,
    Role::Inspector,
    Role::StockKeeper,
    Role::Dispatcher,
    Role::Courier,
    Role::Auditor,
    Role::Administrator,
];

pub(super) async fn show_new(staffer: Staffer) -> Markup {
    new(&staffer, &Values::default(), &Errors::new())
}

fn new(staffer: &Staffer, values: &Values, errors: &Errors) -> Markup {
    let speech = staffer.visit.speech();
    let form = Form::new(&staffer.visit, values, errors);
    let login = Input::text("login", speech.text("staff-login"))
        .hint(speech.text("staff-login-hint"))
        .width(Width::Medium);
    let body = form.wrap(
        "/staff/new",
        &html! {
            (form.input(&Input::text("name", speech.text("staff-name"))))
            (form.input(&login))
            (role_fields(staffer, &form))
            (ButtonBar::new(Button::primary(speech.text("staff-add")))
                .and(Button::secondary(speech.text("staff-back")).href("/staff")))
        },
    );
    page(staffer, "/staff", speech.text("staff-new-title"))
        .layout(pages::Layout::Column)
        .failed(!errors.is_empty())
        .body(body)
        .render()
}

fn role_fields(staffer: &Staffer, form: &Form<'_>) -> Markup {
    let speech = staffer.visit.speech();
    let choice = ROLES.into_iter().fold(
        Choice::select("role", speech.text("staff-role")),
        |choice, one| choice.answer(role_name(one), speech.text(role(one))),
    );
    let office = Input::text("office", speech.text("staff-office"))
        .hint(speech.text("staff-office-hint"))
        .width(Width::Short)
        .optional();
    html! {
        (form.choice(&choice))
        (form.input(&office))
    }
}

/// The form for another role.
pub(super) fn role_form(
    staffer: &Staffer,
    person: &Person,
    values: &Values,
    errors: &Errors,
) -> Markup {
    let speech = staffer.visit.speech();
    let form = Form::new(&staffer.visit, values, errors);
    let until = Input::date("until", speech.text("staff-until"))
        .hint(speech.text("staff-until-hint"))
        .optional();
    form.wrap(
        &format!("/staff/{}/role", person.id),
        &html! {
            (role_fields(staffer, &form))
            (form.input(&until))
            (ButtonBar::new(Button::primary(speech.text("staff-give"))))
        },
    )
}

/// The role and office that were typed; what is wrong goes into `errors`.
fn typed(
    staffer: &Staffer,
    values: &Values,
    errors: &mut Errors,
) -> Option<(Role, Option<OfficeId>)> {
    let speech = staffer.visit.speech();
    let role = role_of_name(values.get("role"));
    if role.is_none() {
        errors.add("role", speech.text("staff-error-role"));
    }
    let office = match values.get("office") {
        "" => Some(None),
        text => text.to_ascii_uppercase().parse().ok().map(Some),
    };
    if office.is_none() {
        errors.add("office", speech.text("staff-error-office"));
    }
    role.zip(office)
}

pub(super) async fn add(
    State(desk): State<Desk>,
    staffer: Staffer,
    values: Values,
) -> Result<Response, Problem> {
    let speech = staffer.visit.speech();
    let mut errors = Errors::new();
    let place = typed(&staffer, &values, &mut errors);
    let login = values.get("login").to_ascii_lowercase();
    if !personalisation_store::staff::check_login(&login) {
        errors.add("login", speech.text("staff-error-login"));
    }
    let name = values.get("name");
    if name.is_empty() || name.chars().count() > 100 {
        errors.add("name", speech.text("staff-error-name"));
    }
    let Some((role, office)) = place.filter(|_| errors.is_empty()) else {
        let page = new(&staffer, &values, &errors);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let member = NewMember {
        login,
        name: Zeroizing::new(name.to_owned()),
        role,
        office,
    };
    let added = staffing(&desk, &staffer)
        .add(&member, staffer.visit.now())
        .await;
    match added {
        Ok((person, secret)) => Ok(link(&desk, &staffer, &person.to_string(), &secret)),
        Err(StaffChangeError::Store(StoreError::AlreadyThere { .. })) => {
            errors.add("login", speech.text("staff-error-taken"));
            let page = new(&staffer, &values, &errors);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(problem(error)),
    }
}

pub(super) async fn grant(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
    values: Values,
) -> Result<Response, Problem> {
    let (speech, now) = (staffer.visit.speech(), staffer.visit.now());
    let mut errors = Errors::new();
    let place = typed(&staffer, &values, &mut errors);
    let until = match values.date("until") {
        DateEntry::Empty => Ok(None),
        // The day itself still counts.
        DateEntry::Day(day) => day
            .next_day()
            .map(|next| Some(OffsetDateTime::new_utc(next, time::Time::MIDNIGHT)))
            .filter(|until| until.is_none_or(|until| until > now))
            .ok_or(()),
        DateEntry::Wrong => Err(()),
    };
    if until.is_err() {
        errors.add("until", speech.text("staff-error-until"));
    }
    let (Some((role, office)), Ok(until)) = (place, until) else {
        return one::render(&desk, &staffer, &id, &values, &errors).await;
    };
    let person = one::find(&desk, &id).await?;
    staffing(&desk, &staffer)
        .grant(person.id, role, office, (now, until), now)
        .await
        .map_err(problem)?;
    Ok(Redirect::to(&format!("/staff/{id}")).into_response())
}

/// The page that shows a one-time link, once.
pub(super) fn link(desk: &Desk, staffer: &Staffer, id: &str, secret: &str) -> Response {
    let speech = staffer.visit.speech();
    let console = desk.config.console.as_ref();
    let origin = console.map_or("", |section| section.origin.as_str());
    let body = html! {
        (Notification::new(Tone::Good, speech.text("staff-link-made")))
        p { (speech.text("staff-link-about")) }
        p { code id="link" { (origin) "/enrol/" (secret) } }
        p { a href={ "/staff/" (id) } { (speech.text("staff-to-person")) } }
    };
    page(staffer, "/staff", speech.text("staff-link-title"))
        .layout(pages::Layout::Column)
        .body(body)
        .render()
        .into_response()
}

/// Changes by whoever is at the page.
pub(super) fn staffing(desk: &Desk, staffer: &Staffer) -> Staffing {
    Staffing::new(desk.store.clone(), desk.rng, Some(staffer.person))
}

pub(super) fn problem(error: StaffChangeError) -> Problem {
    match error {
        StaffChangeError::Store(error) => failed(error),
        StaffChangeError::Oneself => Problem::Forbidden,
        StaffChangeError::Nobody(_) => Problem::NotFound,
        StaffChangeError::Login | StaffChangeError::Name | StaffChangeError::Dates => {
            Problem::StaleForm
        }
    }
}
