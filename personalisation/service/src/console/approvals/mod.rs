//! `/approvals`: applications of small offices that wait for a second person. A supervisor or reviewer reads the summary
//! that the applicant confirmed, sees the portrait and what asks for a second look, and approves or declines by a
//! sign-in of their own for that act alone. Never who captured it: said before, refused in the transaction.

mod act;
mod words;

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Response},
};
use dossier::{ApplicationId, ApprovalRequest, Body as _};
use maud::{Markup, html};
use pages::{
    Layout,
    component::{
        Button, ButtonBar, Cell, Choice, Column, Compare, Errors, Form, Input, Notification,
        Picture, Table, Tone, Values,
    },
    http::Problem,
    sign_in::vouching_button,
};
use personalisation_store::intake::Question;

use super::{
    Desk,
    permissions::{Resource, Staffer},
    reading::{Object, Reading},
    routes::Routes,
    view::{age, failed, page},
};

/// Longest list.
const MOST: u32 = 200;

pub(super) fn add(routes: Routes) -> Routes {
    routes
        .see("/approvals", Resource::Approvals, list)
        .see("/approvals/{application}", Resource::Approvals, show)
        .act("/approvals/{application}", Resource::Approvals, act::say)
        .see(
            "/approvals/{application}/portrait",
            Resource::Approvals,
            portrait,
        )
}

async fn list(State(desk): State<Desk>, staffer: Staffer) -> Result<Markup, Problem> {
    let (speech, now) = (staffer.visit.speech(), staffer.visit.now());
    let columns = [
        Column::words(speech.text("approvals-application")),
        Column::words(speech.text("approvals-office")),
        Column::words(speech.text("approvals-since")),
    ];
    let table = Table::new(speech.text("approvals-caption"), columns);
    let mut table = table.or_if_empty(speech.text("approvals-none"));
    for question in desk.store.waiting_questions(MOST).await.map_err(failed)? {
        let id = question.id.application.to_string();
        table = table.row([
            Cell::link(&format!("/approvals/{id}"), &id[..8]),
            Cell::from(question.office.to_string()),
            Cell::from(age(speech, question.asked_at, now)),
        ]);
    }
    let body = html! { p.lead { (speech.text("approvals-about")) } (table) };
    Ok(page(&staffer, "/approvals", speech.text("approvals-title"))
        .body(body)
        .render())
}

/// The question about an application that waits now, and what it shows.
async fn waiting(desk: &Desk, id: &str) -> Result<(Question, ApprovalRequest), Problem> {
    let id: ApplicationId = id.parse().map_err(|_| Problem::NotFound)?;
    let question = desk.store.waiting_question(id).await.map_err(failed)?;
    let question = question.ok_or(Problem::NotFound)?;
    let content = desk.store.question_content(question.id).await;
    // It may have ended a moment ago.
    let content = content.map_err(failed)?.ok_or(Problem::NotFound)?;
    let request = ApprovalRequest::decode(&content).map_err(|error| {
        tracing::error!(%error, question = %question.id, "reading a question");
        Problem::Failed
    })?;
    Ok((question, request))
}

fn reading(act: &'static str, id: &str) -> Result<Reading, Problem> {
    Ok(Reading {
        act,
        object: Object::application(id)?,
        purpose: "second person".to_owned(),
    })
}

async fn show(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
) -> Result<Markup, Problem> {
    render(&desk, &staffer, &id, &Values::default(), &Errors::new()).await
}

/// The page, also when it came back with errors.
async fn render(
    desk: &Desk,
    staffer: &Staffer,
    id: &str,
    values: &Values,
    errors: &Errors,
) -> Result<Markup, Problem> {
    let reading = reading("read-for-second-person", id)?;
    let read = waiting(desk, id);
    let (question, request) = reading.run(desk, staffer, read).await?;
    let speech = staffer.visit.speech();
    let own = question.clerk == staffer.person || question.captured_by.contains(&staffer.person);
    let why = html! {
        ul { @for one in &request.occasions { li { (speech.text(words::occasion(*one))) } } }
    };
    let portrait = Picture {
        source: format!("/approvals/{}/portrait", question.id.application),
        alternative: speech.text("approvals-portrait"),
        caption: speech.text("approvals-portrait"),
    };
    let body = html! {
        (Notification::new(Tone::Notice, speech.text("approvals-why")).more(why))
        @for reason in &request.reasons {
            p { (speech.format("approvals-reason", &[("reason", reason.as_str().into())])) }
        }
        (Compare::new([portrait]))
        h2 { (speech.text("approvals-summary")) }
        div lang=(request.language.tag()) {
            @for line in request.summary_text().lines() { p { (line) } }
        }
        @if own {
            (Notification::new(Tone::Attention, speech.text("approvals-own")))
        } @else {
            (form(staffer, &question, values, errors))
        }
        p { a href="/approvals" { (speech.text("approvals-back")) } }
    };
    let title = speech.text("approvals-one");
    Ok(page(staffer, "/approvals", title)
        .layout(Layout::Column)
        .above(format!("{} · {}", question.office, question.id.application))
        .failed(!errors.is_empty())
        .body(body)
        .render())
}

/// What is said, and the sign-in for it. The summary that was seen travels with the form.
fn form(staffer: &Staffer, question: &Question, values: &Values, errors: &Errors) -> Markup {
    let speech = staffer.visit.speech();
    let form = Form::new(&staffer.visit, values, errors);
    let path = format!("/approvals/{}", question.id.application);
    let verdict = Choice::radio("verdict", speech.text("approvals-verdict"))
        .answer("approve", speech.text("approvals-approve"))
        .answer("decline", speech.text("approvals-decline"));
    form.wrap(
        &path,
        &html! {
            input type="hidden" name="summary" value=(question.id.summary);
            (form.choice(&verdict))
            (form.input(&Input::lines("note", speech.text("approvals-note"))
                .hint(speech.text("approvals-note-hint")).optional()))
            h2 { (speech.text("approvals-sign-in")) }
            (vouching_button(&staffer.visit, &path, &speech.text("approvals-passkey")))
            (form.input(&Input::password("password", speech.text("sign-in-password")).autocomplete("off")))
            (form.input(&Input::code("code", speech.text("sign-in-code")).autocomplete("off")))
            (ButtonBar::new(Button::primary(speech.text("approvals-say")))
                .and(Button::secondary(speech.text("approvals-back")).href("/approvals")))
        },
    )
}

async fn portrait(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let reading = reading("read-portrait", &id)?;
    let (_, request) = reading.run(&desk, &staffer, waiting(&desk, &id)).await?;
    let headers = [
        (header::CONTENT_TYPE, "image/jpeg"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, request.portrait.as_bytes().to_vec()).into_response())
}
