//! `/review/APPLICATION`: the case. Pictures side by side, identity against the register, checks, measures, papers,
//! what happened so far, and the decision.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use maud::{Markup, html};
use pages::{
    Speech,
    component::{
        Button, ButtonBar, Cell, Column, Compare, Errors, Form, Notification, Picture, Table, Tag,
        Tone, Values,
    },
    http::Problem,
};
use personalisation_core::application::{ApplicationState, CheckResult, Outcome};
use time::OffsetDateTime;

use super::{
    CaseFile, details, facts,
    file::{self, row},
    form::{four_eyes, reason, seen},
    identity, measures, queue, words,
};
use crate::{
    console::{
        Desk, notices,
        permissions::Staffer,
        reading::{Object, Reading},
        view::{login, moment, page},
    },
    review::register::Answer,
};

pub(super) async fn show(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    render(&desk, &staffer, &id, &Values::default(), &Errors::new()).await
}

/// The case, also when its approval came back with errors.
pub(super) async fn render(
    desk: &Desk,
    staffer: &Staffer,
    id: &str,
    values: &Values,
    errors: &Errors,
) -> Result<Response, Problem> {
    let reading = Reading {
        act: "read-application",
        object: Object::application(id)?,
        purpose: "review".to_owned(),
    };
    // Boxed: a case with its pictures is large.
    let work = Box::pin(async {
        let row = row(desk, id).await?;
        let mut case = file::read(desk, row).await?;
        case.register = file::ask(desk, &case).await;
        let history = history(desk, staffer, &case).await?;
        let clerk = facts::people(desk, &case).await?;
        let notices = notices::history(desk, staffer.visit.speech(), case.row.application.id());
        Ok((case, (history, notices.await?), clerk))
    });
    let (case, (history, notices), people) = reading.run(desk, staffer, work).await?;
    let speech = staffer.visit.speech();
    let body = html! {
        p {
            (words::state(speech, case.row.application.state().name())) " "
            (queue::reasons(staffer, &case.row))
        }
        @if let Some(notice) = four_eyes(staffer, &case.row) { (notice) }
        (pictures(speech, &case))
        h2 { (speech.text("case-identity")) }
        (identity::table(speech, &case.dossier.identity, &case.checks, case.register.as_ref()))
        @match case.register {
            Some(Answer::Found(_)) => {},
            Some(_) => { p.hint { (speech.text("case-no-register")) } }
            None => { p.hint { (speech.text("case-register-not-asked")) } }
        }
        h2 { (speech.text("case-checks")) }
        (checks(speech, &case.checks))
        h2 { (speech.text("case-measures")) }
        (measures::show(speech, &case.dossier))
        h2 { (speech.text("case-facts")) }
        (facts::show(speech, &case, &people))
        h2 { (speech.text("case-history")) }
        (history)
        (notices)
        (decision(staffer, &case, values, errors))
    };
    let title = speech.format(
        "case-title",
        &[("case", case.row.application.id().to_string()[..8].into())],
    );
    let page = page(staffer, "/review", title)
        .above(case.row.application.id().to_string())
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

/// The new portrait beside the one before; where there is none, that is said.
fn pictures(speech: Speech<'_>, case: &CaseFile) -> Markup {
    let id = case.row.application.id();
    let at = |at: OffsetDateTime| moment(speech, at);
    let taken = OffsetDateTime::from_unix_timestamp(case.dossier.portrait.captured_at.seconds());
    let taken = taken.map(at).unwrap_or_default();
    let mut pictures = vec![Picture {
        source: format!("/review/{id}/portrait"),
        alternative: speech.text("case-portrait-alternative"),
        caption: speech.format("case-portrait", &[("when", taken.into())]),
    }];
    if let Some(before) = &case.previous {
        pictures.push(Picture {
            source: format!("/review/{id}/previous"),
            alternative: speech.text("case-previous-alternative"),
            caption: speech.format("case-previous", &[("when", at(before.accepted_at).into())]),
        });
    }
    html! {
        (Compare::new(pictures))
        @if case.previous.is_none() {
            (Notification::new(Tone::Neutral, speech.text("case-no-previous")))
        }
    }
}

fn checks(speech: Speech<'_>, checks: &[CheckResult]) -> Table {
    let columns = [
        Column::words(speech.text("checks-name")),
        Column::words(speech.text("checks-outcome")),
        Column::words(speech.text("checks-detail")),
    ];
    let table =
        Table::new(speech.text("checks-caption"), columns).or_if_empty(speech.text("checks-none"));
    checks.iter().fold(table, |table, result| {
        let tag = match result.finding.outcome {
            Outcome::Passed => Tag::new(Tone::Good, speech.text("checks-passed")),
            Outcome::Refer(reason) => {
                Tag::new(Tone::Attention, speech.text(words::referral(reason)))
            }
        };
        table.row([
            Cell::from(speech.text(words::check(result.check))),
            Cell::of(&tag),
            Cell::from(details::all(speech, &result.finding.detail)),
        ])
    })
}

async fn history(desk: &Desk, staffer: &Staffer, case: &CaseFile) -> Result<Table, Problem> {
    let speech = staffer.visit.speech();
    let columns = [
        Column::words(speech.text("history-when")),
        Column::words(speech.text("history-state")),
        Column::words(speech.text("history-who")),
        Column::words(speech.text("history-note")),
    ];
    let mut table = Table::new(speech.text("history-caption"), columns);
    for step in &case.moves {
        let who = match step.person {
            Some(person) => login(desk, person).await?,
            None => speech.text("history-program"),
        };
        let note = step.note.as_ref().map(|note| note.as_str().to_owned());
        table = table.row([
            Cell::from(moment(speech, step.at)),
            Cell::of(&words::state(speech, &step.state)),
            Cell::from(who),
            Cell::from(note.unwrap_or_default()),
        ]);
    }
    Ok(table)
}

/// Approval here, with one key and one reason; the others, which end or delay it, have their own pages.
fn decision(staffer: &Staffer, case: &CaseFile, values: &Values, errors: &Errors) -> Markup {
    let speech = staffer.visit.speech();
    let may = super::form::may_decide(staffer, &case.row).is_ok();
    let path = format!("/review/{}", case.row.application.id());
    let form = Form::new(&staffer.visit, values, errors);
    let refuse = Button::secondary(speech.text("case-refuse")).href(format!("{path}/refuse"));
    let withdraw = Button::secondary(speech.text("case-withdraw")).href(format!("{path}/withdraw"));
    let waits = matches!(case.row.application.state(), ApplicationState::InReview(..));
    html! {
        h2 { (speech.text("case-decision")) }
        @if !may {
            p { (speech.text("case-not-yours")) }
        } @else if waits {
            (form.wrap(&format!("{path}/approve"), &html! {
                (seen(&case.row))
                (reason(staffer, &form))
                (ButtonBar::new(Button::primary(speech.text("case-approve")))
                    .and(Button::secondary(speech.text("case-more")).href(format!("{path}/more")))
                    .and(refuse)
                    .and(withdraw))
            }))
        } @else {
            p { (speech.text("case-waits")) }
            div.acts.plain { (refuse) (withdraw) }
        }
    }
}
